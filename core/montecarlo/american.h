/* american.h - options that may be exercised early, by Longstaff and Schwartz's regression.
 *
 * Paths are made at the exercise dates alone: expiry x i / n_dates, i = 1 .. n_dates (today is not
 * one). Going back from the last date, the value of holding on is a polynomial fitted to what paths
 * in the money have realised (least squares, LAPACK); a path exercises where its payoff exceeds it.
 * A second, independent set of paths follows the rule that was fitted: its mean is biased low. A
 * third is held against a martingale: its mean is biased high. So the price lies between, up to the
 * standard errors. Sources: Longstaff and Schwartz 2001; Rogers 2002 and Andersen and Broadie 2004
 * for the bound.
 */
#ifndef BT_CORE_MONTECARLO_AMERICAN_H
#define BT_CORE_MONTECARLO_AMERICAN_H

#include <stdint.h>

#include "core/pricing/option.h"

/* Functions of price / strike that are fitted. */
typedef enum bt_basis { BT_BASIS_POLYNOMIAL, BT_BASIS_LAGUERRE, BT_BASIS_CHEBYSHEV } bt_basis;

enum { BT_AMERICAN_DEGREE_MOST = 10 };

typedef struct bt_american {
  bt_vanilla option;
  size_t n_dates; /* >= 1 */
  bt_basis basis;
  size_t degree;        /* 1 .. BT_AMERICAN_DEGREE_MOST */
  size_t n_paths;       /* of the fit, and of the second pass */
  size_t n_bound_paths; /* of the high bound; 0: none */
  uint64_t seed;
} bt_american;

#endif
