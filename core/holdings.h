/* holdings.h - a backtest from holding to holding: the fast way to the metrics.
 *
 * Orders are those of the plain simulator: a target that is 0 or 1 as round trips, each a factor of
 * equity (trips.h); others in its own account, or where they are simple without a ledger
 * (round_trip.h), to the same bits. What lies between two of them is not gone through bar by bar:
 * where equity is a multiple of close, its returns and its falls are those of the price, which
 * stand in tables (price_tables.h); where some of it is cash (a short or a part of equity), returns
 * are one pass of vectors, and the drawdown is followed only where the highest and the lowest close
 * say that it could grow.
 *
 * The results agree with bt_simulate and bt_metrics_compute: counts exactly, numbers a, b to
 * |a - b| <= 1e-9 max(1, |a|, |b|), NaN in the same places. Where this is not sure (equity that is
 * constant, or so nearly that rounding could be seen in a ratio; ruin; a return that is hardly told
 * apart from noise; very many trips)
 * or a benchmark is compared with, the answer is left to the plain simulator. Which it is depends
 * on bars, target, span and configuration alone. Internal to core: see bt_evaluate_aim.
 */
#ifndef BT_CORE_HOLDINGS_H
#define BT_CORE_HOLDINGS_H

#include "core/aim.h"
#include "core/evaluate.h"

/* Metrics of following what is aimed at over the subject's span, with the ledger as scratch. Sets
 * *sure to false, and leaves *out alone, where the plain simulator has to do it. Errors: NOMEM. */
bt_status bt_holdings_evaluate(bt_metrics *out, bool *sure, bt_ledger *ledger,
                               const bt_subject *subject, bt_aim *aim, const bt_evaluation *how,
                               bt_error *err);

#endif
