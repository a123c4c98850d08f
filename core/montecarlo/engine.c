#include "core/montecarlo/engine.h"

#include "core/pricing/black_scholes.h"
#include "core/pricing/closed_forms.h"

void bt_cell_init(bt_cell *out, const bt_option_terms *terms)
{
  const bt_vanilla *o = &terms->option;
  *out = (bt_cell){.terms = *terms};
  out->dt = o->expiry / (double)terms->n_steps;
  out->root_dt = sqrt(out->dt);
  out->nu = o->rate - o->dividend - 0.5 * o->vol * o->vol;
  out->drift = out->nu * out->dt;
  out->spread = o->vol * out->root_dt;
  out->discount = exp(-o->rate * o->expiry);
  out->sign = o->type == BT_CALL ? 1 : -1;
  out->bridge = 2 / (out->spread * out->spread);
  if (terms->style == BT_BARRIER) out->height = log(terms->barrier.level / o->spot);
  out->log_strike = log(o->strike / o->spot);
  out->by_parity = terms->style == BT_EUROPEAN && o->type == BT_CALL && !bt_control_is_seen(terms);
  if (out->by_parity) out->sign = -1;
}

bt_engine *bt_engine_of(const bt_option_terms *terms)
{
  switch (terms->style) {
  case BT_ASIAN:
    return bt_engine_asian;
  case BT_BARRIER:
    return terms->discrete ? bt_engine_barrier_on_dates : bt_engine_barrier;
  case BT_LOOKBACK:
    return bt_engine_lookback;
  default:
    return bt_engine_european;
  }
}

bool bt_control_is_seen(const bt_option_terms *terms)
{
  const double deviation_most = 1, n = (double)terms->n_steps;
  const bool averaged = terms->style == BT_ASIAN && terms->average == BT_ARITHMETIC;
  double deviation = terms->option.vol * sqrt(terms->option.expiry);
  if ((averaged && terms->n_steps == 1) || bt_option_begins_beyond(terms)) return false;
  if ((averaged || terms->style == BT_BARRIER) && terms->option.type == BT_PUT) return true;
  if (averaged) deviation *= sqrt((n + 1) * (2 * n + 1) / 6) / n; /* of the geometric one */
  return deviation <= deviation_most;
}

/* The geometric average is the control of the arithmetic one, the European option that of one with
 * a barrier, and the price at expiry of all others. */
double bt_control_expected(const bt_option_terms *terms)
{
  const bt_vanilla *o = &terms->option;
  if (terms->style == BT_ASIAN && terms->average == BT_ARITHMETIC)
    return bt_geometric_asian_price(o, terms->n_steps);
  if (terms->style == BT_BARRIER) return bt_black_scholes_price(o);
  return o->spot * exp(-o->dividend * o->expiry);
}

const char *bt_control_name(const bt_option_terms *terms)
{
  if (terms->style == BT_ASIAN && terms->average == BT_ARITHMETIC) return "the geometric average";
  return terms->style == BT_BARRIER ? "the European option" : "S(T)";
}

bool bt_option_has_greeks(const bt_option_terms *terms)
{
  return terms->style != BT_BARRIER || terms->discrete || terms->barrier.rebate <= 0 ||
         !bt_barrier_is_out(&terms->barrier);
}

const char *bt_greeks_method(const bt_option_terms *terms)
{
  if (terms->style == BT_BARRIER && terms->discrete) return "likelihood ratio";
  if (terms->style == BT_AMERICAN)
    return "pathwise and by the rule's edges; gamma by likelihood ratio and pathwise";
  if (terms->style == BT_LOOKBACK && !terms->discrete)
    return "pathwise; gamma by the chance of a touch between dates";
  return "pathwise; gamma by likelihood ratio and pathwise";
}
