/* holdings.h - a backtest from holding to holding: the fast way to the metrics.
 *
 * Orders are those of the plain simulator, in the same account and to the same bits. What lies
 * between two of them is not gone through bar by bar: where equity is a multiple of close, its
 * returns are those of the price, whose sums stand in tables; where some of it is cash (a short or
 * a part of equity), they are one pass of vectors; and only where the price leaves the range in
 * which neither a new maximum nor a deeper fall can be, the drawdown is followed.
 *
 * The results agree with bt_simulate and bt_metrics_compute: counts exactly, numbers a, b to
 * |a - b| <= 1e-9 max(1, |a|, |b|), NaN in the same places. Where this is not sure (equity that is
 * constant, or so nearly that rounding could be seen in a ratio; ruin; tables that are not clear)
 * or a benchmark is compared with, the answer is left to the plain simulator. Which it is depends
 * on bars, target, span and configuration alone. Internal to core: see bt_evaluate_aim.
 */
#ifndef BT_CORE_HOLDINGS_H
#define BT_CORE_HOLDINGS_H

#include "core/aim.h"
#include "core/evaluate.h"

/* Metrics of following what is aimed at over the subject's span, with the
 * ledger as scratch. Sets *sure
 * to false, and leaves *out alone, where the plain simulator has to do it. Errors: NOMEM. */
bt_status bt_holdings_evaluate(bt_metrics *out, bool *sure, bt_ledger *ledger,
                               const bt_subject *subject, bt_aim *aim, const bt_evaluation *how,
                               bt_error *err);

#endif
