#include "core/evaluate.h"

#include <assert.h>
#include <stdlib.h>

#include "core/holdings.h"

void bt_evaluator_init(bt_evaluator *evaluator)
{
  bt_ledger_init(&evaluator->ledger);
  evaluator->returns = NULL;
  evaluator->returns_capacity = 0;
  evaluator->n_plain = 0;
}

void bt_evaluator_clear(bt_evaluator *evaluator)
{
  bt_ledger_clear(&evaluator->ledger);
  free(evaluator->returns);
  bt_evaluator_init(evaluator);
}

static bt_status reserve_returns(bt_evaluator *evaluator, size_t n_bars, bt_error *err)
{
  if (n_bars <= evaluator->returns_capacity) return BT_OK;
  double *returns = realloc(evaluator->returns, n_bars * sizeof *returns);
  if (!returns) return bt_fail_nomem(err, "returns");
  evaluator->returns = returns;
  evaluator->returns_capacity = n_bars;
  return BT_OK;
}

bt_status bt_evaluate(bt_metrics *out, bt_evaluator *evaluator, const bt_subject *subject,
                      const double *target, const bt_evaluation *how, bt_error *err)
{
  bt_status status = reserve_returns(evaluator, subject->span.end - subject->span.first, err);
  if (status) return status;
  status =
      bt_simulate(&evaluator->ledger, subject->bars, target, subject->span, &how->simulation, err);
  if (status) return status;
  const double *benchmark = subject->benchmark;
  bt_metrics_config config = {.cash = how->simulation.cash,
                              .rf = how->rf,
                              .periods_per_year = subject->periods_per_year,
                              .benchmark = benchmark ? benchmark + subject->span.first : NULL};
  bt_metrics_compute(out, evaluator->returns, &evaluator->ledger, subject->bars, subject->span,
                     &config);
  return BT_OK;
}

bt_status bt_evaluate_aim(bt_metrics *out, bt_evaluator *evaluator, const bt_subject *subject,
                          bt_aim *aim, const bt_evaluation *how, bt_error *err)
{
  const bt_tables *tables = subject->tables;
  bool sure = false;
  bt_status status = BT_OK;
  if (tables) {
    assert(subject->bars == tables->bars && how->rf == tables->rf);
    assert(subject->periods_per_year == tables->periods_per_year);
    status = bt_holdings_evaluate(out, &sure, &evaluator->ledger, subject, aim, how, err);
  }
  if (status || sure) return status;
  evaluator->n_plain++;
  status = bt_aim_spread(aim, err);
  return status ? status : bt_evaluate(out, evaluator, subject, aim->target, how, err);
}
