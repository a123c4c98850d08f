/* american_edges.h - what a price gains as paths move across the edges of a rule.
 *
 * On each date a rule exercises within some stretches of the price. The derivative of what it earns
 * has two parts: how what is paid moves (american_greeks.h), and the paths that cross an edge,
 * which win or lose what exercise there gains over holding on. Of the best rule the second is
 * nothing. Of one that is off by a little that gain is in proportion, and so is what the first part
 * is off by: with both it is the square that is left, if edges move as those of the best rule do.
 * (With edges that stay where they are, the best rule would move away from them, or to them.) So
 * they move with vol, rate and dividend as the approximation of Barone-Adesi and Whaley says: as it
 * multiplies what is small, it need not be close. Where there is none, a rate not above 0, edges
 * stay.
 *
 * There is no kernel: given the dates before and after, the Brownian motion on a date is normal (a
 * bridge), so that the density of a path at the edge is known, and what holding on earns is what
 * the path earns from the later date on. To condition so is smoothed perturbation analysis: Gong
 * and Ho, Smoothed (conditional) perturbation analysis of discrete event dynamical systems, IEEE
 * Transactions on Automatic Control 32 (1987).
 */
#ifndef BT_CORE_MONTECARLO_AMERICAN_EDGES_H
#define BT_CORE_MONTECARLO_AMERICAN_EDGES_H

#include "core/montecarlo/american_rule.h"

/* More than a polynomial of the highest degree has crossings. */
enum { BT_EDGES_MOST = BT_AMERICAN_DEGREE_MOST + 2 };

/* Of one date, from the lowest up. */
typedef struct bt_edge_date {
  size_t n;
  double b[BT_EDGES_MOST];    /* Brownian motion, in units of one step */
  double gain[BT_EDGES_MOST]; /* of exercise there, over holding the European option on */
  double side[BT_EDGES_MOST]; /* 1: exercised below, -1: above */
  /* how the logarithm of the best price to exercise at moves with vol, rate and dividend */
  double best_by_vol, best_by_rate, best_by_dividend;
} bt_edge_date;

/* Immutable and shared. */
typedef struct bt_edges {
  bt_edge_date *dates; /* of dates 1 .. n_dates - 1, at date - 1 */
} bt_edges;

/* Of a rule that is fitted. Edges are looked for within seven standard deviations, which a path
 * leaves once in 10^11, and stretches as narrow as a part in 500 of that may be missed. The caller
 * clears *out with bt_edges_clear. Errors: NOMEM. */
bt_status bt_edges_init(bt_edges *out, const bt_rule *rule, const bt_exercise *exercise,
                        bt_error *err);
void bt_edges_clear(bt_edges *edges);

/* Derivatives of the price, in strikes: sums over the edges of the dates up to the one on which a
 * path is stopped. by_log: by log(spot). score: what date 1 adds to by_log x first / step_vol,
 * since there it is the edge that counts and not where the path is (american_greeks.h). */
typedef struct bt_edge_sums {
  double by_log[BT_EXERCISE_BLOCK], by_vol[BT_EXERCISE_BLOCK];
  double by_rate[BT_EXERCISE_BLOCK], by_dividend[BT_EXERCISE_BLOCK];
  double score[BT_EXERCISE_BLOCK];
  /* Of the way back: the last date that was reached and the one after; the premium that is earned
   * from the one and from the other on. */
  double here[BT_EXERCISE_BLOCK], after[BT_EXERCISE_BLOCK];
  double premium[BT_EXERCISE_BLOCK], later[BT_EXERCISE_BLOCK];
  size_t n; /* paths */
} bt_edge_sums;

/* Along with paths that go back: begin on the last date, a step to each of n_dates - 1 .. 1, end.
 * b: the Brownian motion there; exercised: as bt_rule_exercised has it. */
void bt_edge_sums_begin(bt_edge_sums *sums, const double *b, size_t n);
void bt_edge_sums_step(bt_edge_sums *sums, const bt_edges *edges, const bt_exercise *exercise,
                       size_t date, const double *b, const double *exercised);
void bt_edge_sums_end(bt_edge_sums *sums, const bt_edges *edges, const bt_exercise *exercise);

#endif
