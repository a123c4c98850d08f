/* evaluate.h - the seam of the simulator: bars, a target and costs go in, metrics come out.
 *
 * bt_evaluate is the plain way, bar by bar. Whatever is faster stands behind bt_evaluate_aim, must
 * agree with it, and may depend on the job and the data alone.
 */
#ifndef BT_CORE_EVALUATE_H
#define BT_CORE_EVALUATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/aim.h"
#include "core/metrics.h"
#include "core/price_tables.h"
#include "core/simulate.h"

/* What is evaluated: one ticker over one span of at least one bar. */
typedef struct bt_subject {
  const bt_bars *bars;
  bt_span span;
  double periods_per_year;
  const bt_tables *tables; /* of these bars, periods per year and the job's rf; NULL: all is done
                              plainly */
  const double *benchmark; /* n_bars values as bt_benchmark_align makes them, or NULL */
} bt_subject;

/* A set of metrics: bit 1 << BT_METRIC_..; 0: all. */
typedef uint32_t bt_metric_set;

static inline bool bt_metric_set_has(bt_metric_set set, bt_metric metric)
{
  return set == 0 || (set >> metric & 1);
}

/* How: the same for every combination of a job. */
typedef struct bt_evaluation {
  bt_sim_config simulation;
  double rf;            /* yearly risk-free rate */
  bt_metric_set wanted; /* bt_evaluate_aim may leave the others NaN: ranking takes one or two */
} bt_evaluation;

/* Scratch memory of one worker, reused from call to call; the ledger of the last call can be read.
 */
typedef struct bt_evaluator {
  bt_ledger ledger;
  double *returns;
  size_t returns_capacity;
  size_t n_plain; /* how often bt_evaluate_aim had to go bar by bar so far */
} bt_evaluator;

void bt_evaluator_init(bt_evaluator *evaluator);
void bt_evaluator_clear(bt_evaluator *evaluator);

/* Metrics of following what was aimed at last over the subject's span: from holding to holding
 * where that is sure to agree with bt_evaluate (core/holdings.h), else by it. Ledger, returns and
 * aim->target are scratch. Errors: NOMEM. */
bt_status bt_evaluate_aim(bt_metrics *out, bt_evaluator *evaluator, const bt_subject *subject,
                          bt_aim *aim, const bt_evaluation *how, bt_error *err);

/* Metrics of following target[0 .. bars->n_bars-1] (settled) over the subject's span.
 * Errors: NOMEM. */
bt_status bt_evaluate(bt_metrics *out, bt_evaluator *evaluator, const bt_subject *subject,
                      const double *target, const bt_evaluation *how, bt_error *err);

#endif
