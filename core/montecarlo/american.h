/* american.h - options that may be exercised early, by Longstaff and Schwartz's regression.
 *
 * Paths are made at the exercise dates alone: expiry x i / n_dates, i = 1 .. n_dates. Going back
 * from the last date, what holding on is worth is fitted by least squares (LAPACK) to what the
 * paths in the money have realised; a path exercises where its payoff exceeds it. What is fitted is
 * the difference from the European option, whose price is known: it is small, so the rule has
 * little noise. (Longstaff and Schwartz 2001; the European option as a control inside the
 * regression: Rasmussen 2005; Glasserman 2003, section 8.6.)
 *
 * Today is an exercise date, too, so that no price is below what exercise pays now: where that is
 * more than the fitted rule is worth, the option is exercised, and its price is its payoff.
 *
 * A second, independent set of paths follows the rule that was fitted: its mean is biased low. The
 * European option at the time of exercise is its control. The same paths tell the Greeks
 * (american_greeks.h). A third set is held against a martingale
 * (american_martingale.h): its mean is biased high. So the price lies between, up to the standard
 * errors.
 *
 * Calls are priced as puts of which spot and strike, and rate and dividend, are exchanged
 * (core/pricing/put_form.h): what paths pay is bounded then, and so are the standard errors. The
 * functions that are fitted are of price / strike of that put.
 */
#ifndef BT_CORE_MONTECARLO_AMERICAN_H
#define BT_CORE_MONTECARLO_AMERICAN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/pricing/option.h"

/* Functions of price / strike that are fitted: american_rule.h. */
typedef enum bt_basis { BT_BASIS_POLYNOMIAL, BT_BASIS_LAGUERRE, BT_BASIS_CHEBYSHEV } bt_basis;

enum {
  BT_AMERICAN_DEGREE_MOST = 10,
  BT_AMERICAN_DATES_MOST = 10000,
  BT_AMERICAN_PATHS_LEAST = 1000 /* fewer tell neither a rule nor an error */
};

/* Where nothing else is asked for. A degree of 5 leaves the rule some 1e-4 of the price to gain; so
 * many paths for the bound have a tenth of the standard error of the price. */
enum { BT_AMERICAN_DEGREE = 5, BT_AMERICAN_PATHS = 100000, BT_AMERICAN_BOUND_PATHS = 10000 };

typedef struct bt_american {
  bt_vanilla option;
  size_t n_dates; /* 1 .. BT_AMERICAN_DATES_MOST */
  bt_basis basis;
  size_t degree;        /* 1 .. BT_AMERICAN_DEGREE_MOST */
  size_t n_paths;       /* of the fit, and of the second pass: >= BT_AMERICAN_PATHS_LEAST */
  size_t n_bound_paths; /* of the high bound, 0: none, else >= 2 */
  bool greeks;          /* of the second pass, too */
  uint64_t seed;
} bt_american;

/* What can be computed. Errors: USAGE, which names what is not possible; DATA: a rate or a dividend
 * so negative that over the years it makes a payment e^5 times as large, beside which an option's
 * price is rounding. */
bt_status bt_american_check(const bt_american *job, bt_error *err);

/* Without volatility or time left the price is certain: true, and *price, that of the best date. */
bool bt_american_is_certain(double *price, const bt_american *job);

#endif
