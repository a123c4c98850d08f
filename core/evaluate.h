/* evaluate.h - the seam of the simulator: bars, a target and costs go in, metrics come out.
 *
 * Whatever computes a backtest faster than bar by bar must agree with bt_simulate and
 * bt_metrics_compute. Either it stands behind bt_evaluate, or it is an entry of its own beside it
 * that falls back on it, as bt_course_evaluate (course.h) is for many windows of one target. Which
 * way is taken may depend on the job and the data alone.
 */
#ifndef BT_CORE_EVALUATE_H
#define BT_CORE_EVALUATE_H

#include "core/metrics.h"
#include "core/simulate.h"

/* What is evaluated: one ticker over one span of at least one bar. */
typedef struct bt_subject {
  const bt_bars *bars;
  bt_span span;
  double periods_per_year;
  const double *benchmark; /* n_bars values as bt_benchmark_align makes them, or NULL */
} bt_subject;

/* How: the same for every combination of a job. */
typedef struct bt_evaluation {
  bt_sim_config simulation;
  double rf; /* yearly risk-free rate */
} bt_evaluation;

/* Scratch memory of one worker, reused from call to call; the ledger of the last call can be read.
 */
typedef struct bt_evaluator {
  bt_ledger ledger;
  double *returns;
  size_t returns_capacity;
} bt_evaluator;

void bt_evaluator_init(bt_evaluator *evaluator);
void bt_evaluator_clear(bt_evaluator *evaluator);

/* Metrics of following target[0 .. bars->n_bars-1] (settled) over the subject's span.
 * Errors: NOMEM. */
bt_status bt_evaluate(bt_metrics *out, bt_evaluator *evaluator, const bt_subject *subject,
                      const double *target, const bt_evaluation *how, bt_error *err);

#endif
