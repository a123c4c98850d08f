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

const char *bt_greeks_method(const bt_option_terms *terms)
{
  if (terms->style == BT_BARRIER && terms->discrete) return "likelihood ratio";
  if (terms->style == BT_LOOKBACK && !terms->discrete)
    return "pathwise; gamma by the chance of a touch between dates";
  return "pathwise; gamma by likelihood ratio and pathwise";
}
