/* course.h - many windows of one target at little more than the cost of one.
 *
 * A course follows a target once over a span and keeps, for every order, the account after it and
 * the stretch of equity up to the next. A window in the span starts flat, so it goes its own way
 * only up to the first order after which it holds a position that both opened on the same bar, or
 * none: from there on its account is that of the course times a constant, and orders only have to
 * be added up. With lots or a minimum commission, which do not scale, every order is gone through.
 *
 * The results agree with bt_simulate and bt_metrics_compute: counts exactly, numbers a, b to
 * |a - b| <= 1e-9 max(1, |a|, |b|), NaN in the same places. A window in which this is not sure
 * (equity that is constant, or so nearly that rounding could be seen in a ratio) is evaluated by
 * bt_evaluate; which one it is depends on bars, target, window and configuration alone. So are all
 * windows of a target with exit levels, with a benchmark, with borrow to pay on a short position,
 * or on bars with a return that is hardly told apart from rounding (tables that are not clear).
 */
#ifndef BT_CORE_COURSE_H
#define BT_CORE_COURSE_H

#include "core/evaluate.h"
#include "core/price_tables.h"

/* Scratch memory of one worker, reused from target to target. */
typedef struct bt_course bt_course;

/* The caller frees *out with bt_course_free. Errors: NOMEM. */
bt_status bt_course_new(bt_course **out, bt_error *err);
void bt_course_free(bt_course *course); /* NULL is fine */

/* Follows target[0 .. n_bars-1] (settled) over the subject's span of at least one bar. The tables
 * are those of its bars and periods per year, and of how->rf. Tables, target and what the subject
 * points to must not change while windows are evaluated. Errors: NOMEM. */
bt_status bt_course_follow(bt_course *course, const bt_tables *tables, const bt_subject *subject,
                           const double *target, const bt_evaluation *how, bt_error *err);

/* Metrics of the window, at least one bar within the span: as bt_evaluate for the same subject.
 * Errors: NOMEM. */
bt_status bt_course_evaluate(bt_metrics *out, bt_course *course, bt_span window, bt_error *err);

/* How many windows bt_evaluate had to do so far. */
size_t bt_course_n_plain(const bt_course *course);

#endif
