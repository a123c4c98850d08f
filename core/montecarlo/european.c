/* European options: one exact step, whatever the number of dates would be.
 *
 * The mirror image of a path has exp(-a) for exp(a): a division in place of a second exponential.
 * Gamma: likelihood ratio for delta, pathwise for its derivative: strike Z / (spot^2 vol sqrt(T))
 * where the option ends in the money (Glasserman 2003, section 7.3.3). */
#include "core/montecarlo/engine.h"

/* The price at expiry, with its derivatives. */
static inline void value_at(bt_path_values *out, const bt_cell *cell, bt_vector price, bt_vector z,
                            bool greeks)
{
  const bt_vanilla *o = &cell->terms.option;
  bt_level at = {.level = price};
  bt_vector score = {0};
  if (greeks) {
    bt_vector w = cell->root_dt * z;
    at.d_vol = price * bt_x_by_vol(cell, w, o->expiry);
    at.d_rate = price * o->expiry;
    at.d_years = price * bt_x_by_years(cell, w, o->expiry);
    score = (o->strike / (o->spot * o->spot * cell->spread)) * z;
  }
  bt_level_payoff(out, cell, &at, score, greeks);
  out->control = cell->discount * price;
}

static inline void run(bt_path_rows *out, const bt_cell *cell, const bt_draws *draws, bool greeks)
{
  size_t end = (draws->n + BT_LANES - 1) / BT_LANES * BT_LANES;
  const bt_vector centre = bt_vector_of(cell->terms.option.spot * exp(cell->drift));
  for (size_t i = 0; i < end; i += BT_WIDTH) {
    bt_path_values v, m;
    bt_vector z = bt_vector_load(draws->normals + i), move = bt_vector_exp(cell->spread * z);
    value_at(&v, cell, centre * move, z, greeks);
    if (draws->antithetic) {
      value_at(&m, cell, centre / move, -z, greeks);
      v.value = 0.5 * (v.value + m.value);
      v.control = 0.5 * (v.control + m.control);
    }
    bt_vector_store(out->value + i, v.value);
    bt_vector_store(out->control + i, v.control);
    for (int g = 0; greeks && g < BT_GREEK_COUNT; g++) {
      bt_vector part = v.greeks[g];
      if (draws->antithetic) part = 0.5 * (part + m.greeks[g]);
      bt_vector_store(out->greeks[g] + i, part);
    }
  }
}

void bt_engine_european(bt_path_rows *out, const bt_cell *cell, const bt_draws *draws)
{
  if (out->greeks[0])
    run(out, cell, draws, true);
  else
    run(out, cell, draws, false);
}
