/* american_greeks.h - Greeks of an American option, by the paths that give its price.
 *
 * Paths are stopped by the rule that was fitted, and what a path pays is differentiated where it is
 * stopped, the rule held fixed: of the best rule that is all (the envelope theorem). Source:
 * Piterbarg, Computing deltas of callable Libor exotics in forward Libor models, Journal of
 * Computational Finance 8 (2005). A rule that is fitted is not the best one, and what it is off by
 * shows in proportion, half a per cent of delta and vega with a degree of 5; the paths that cross
 * its edges take that out (american_edges.h).
 *
 * Of the path's price y on date t, which is x exp((r - q - vol^2/2) t + vol W(t)), the derivatives
 * are y / x by x = spot / strike, y (W - vol t) by vol, y t by the rate r and -y t by the dividend
 * q. Discounted, a put's payoff is a strike that is received less a stock that is given, so that
 * its derivatives are -stock / x, -stock (W - vol t), -t strike and t stock. Of the European put at
 * that time, the control, they are the same with what is expected to be exchanged at expiry, and
 * what its price gains by vol; the mean is the Greek in closed form.
 *
 * Gamma: the likelihood ratio of the step to the first date for the derivative of delta: delta
 * times (z / step_vol - 1) / x, z being the normal number of the step (Glasserman 2003, section
 * 7.3.3). Theta: with dates that move with T a price depends on rT, qT and vol^2 T alone, so its
 * derivative by T is (r P_r + q P_q + vol P_vol / 2) / T.
 *
 * A call is the put with spot and strike, rate and dividend exchanged (core/pricing/put_form.h): of
 * its spot S it is S p(x), x = K / S, so that delta is p - x p', gamma x^2 p'' / S, and rho the
 * put's derivative by its dividend.
 */
#ifndef BT_CORE_MONTECARLO_AMERICAN_GREEKS_H
#define BT_CORE_MONTECARLO_AMERICAN_GREEKS_H

#include "core/montecarlo/american.h"
#include "core/montecarlo/american_edges.h"
#include "core/montecarlo/greek.h"
#include "core/montecarlo/sample.h"

/* Where paths of a block are stopped. */
typedef struct bt_american_stops {
  double date[BT_EXERCISE_BLOCK];  /* 1 .. n_dates */
  double b[BT_EXERCISE_BLOCK];     /* Brownian motion then, in units of one step */
  double first[BT_EXERCISE_BLOCK]; /* and on date 1 */
  double price[BT_EXERCISE_BLOCK]; /* in strikes of the put form, on `date` */
} bt_american_stops;

/* All 0 at first: of each Greek of the option, what paths tell (y) and the European's (x). */
typedef struct bt_american_greek_sums {
  bt_pair_sample of[BT_GREEK_COUNT];
} bt_american_greek_sums;

/* Values and their standard errors. */
typedef struct bt_american_greeks {
  double value[BT_GREEK_COUNT], std_error[BT_GREEK_COUNT];
} bt_american_greeks;

/* n paths of a block. */
typedef struct bt_american_paths_seen {
  const bt_american_stops *stops;
  const bt_edge_sums *edges;
  size_t n;
} bt_american_paths_seen;

/* Adds paths; exercise: of the put form of `option`. */
void bt_american_greeks_add(bt_american_greek_sums *sums, const bt_vanilla *option,
                            const bt_exercise *exercise, const bt_american_paths_seen *paths);
void bt_american_greeks_join(bt_american_greek_sums *sums, const bt_american_greek_sums *later);

bt_american_greeks bt_american_greeks_estimate(const bt_american_greek_sums *sums,
                                               const bt_vanilla *option);

/* Of an option that is exercised today: those of what it pays, without errors. */
bt_american_greeks bt_american_greeks_exercised(bt_option_type type);

#endif
