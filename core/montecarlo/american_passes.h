/* american_passes.h - the steps of pricing an American option, on a run of paths each.
 *
 * Runs begin at a multiple of BT_AMERICAN_CHUNK paths and have so many, the last one fewer. A step
 * of a chunk reads what is shared and writes its own: chunks go in any order and at once, and what
 * they give is joined in order. Backward passes go date by date, as a date's fit needs all chunks.
 *   the fit: for date = n_dates - 1 .. 1 bt_american_fit_step of all chunks and bt_rule_fit, then
 *     bt_american_fitted of all chunks;
 *   the price: bt_american_model_find_edges where Greeks are wanted, and bt_american_price_chunk of
 *     all chunks;
 *   the bound: bt_american_bound_chunk of all chunks.
 * Calls are priced as puts (core/pricing/put_form.h), so what is paid is bounded.
 */
#ifndef BT_CORE_MONTECARLO_AMERICAN_PASSES_H
#define BT_CORE_MONTECARLO_AMERICAN_PASSES_H

#include "core/montecarlo/american_greeks.h"
#include "core/montecarlo/american_martingale.h"
#include "core/montecarlo/american_rule.h"
#include "core/montecarlo/sample.h"

enum { BT_AMERICAN_CHUNK = 1024 }; /* paths */

/* Streams of random numbers of one seed. */
typedef enum bt_american_stream {
  BT_AMERICAN_FIT,
  BT_AMERICAN_PRICE,
  BT_AMERICAN_BOUND
} bt_american_stream;

/* What all steps share; immutable but for the rule while it is fitted. Amounts are in strikes of
 * the put form: what pays them multiplies by `strike`. */
typedef struct bt_american_model {
  uint64_t seed;
  bt_vanilla option; /* as it was asked for */
  double strike;
  double payoff_now, european_now; /* in strikes: what exercise pays today, the European price */
  bt_exercise exercise;
  bt_rule rule;
  bt_edges edges;           /* dates NULL: no Greeks are asked for */
  bt_martingale martingale; /* dates NULL: no bound is asked for */
} bt_american_model;

/* job: as bt_american_check wants it, and not certain. The caller clears *out with
 * bt_american_model_clear. Errors: NOMEM; those of bt_martingale_init. */
bt_status bt_american_model_init(bt_american_model *out, const bt_american *job, bt_error *err);
void bt_american_model_clear(bt_american_model *model);

/* Between the fit and the second pass, where Greeks are wanted. Errors: NOMEM. */
bt_status bt_american_model_find_edges(bt_american_model *model, bt_error *err);

/* Paths of a backward pass, at the date it has come to. Arrays of a number for each path. */
typedef struct bt_american_paths {
  double *b;         /* Brownian motion, in units of one step */
  double *premium;   /* what the rule's exercise from then on has gained over the European option */
  double *u, *gain;  /* of the date that is being fitted (american_rule.h); the fit's alone */
  size_t n, n_whole; /* n paths, and with what fills the last group of eight */
  double *memory;
} bt_american_paths;

/* Room for n paths. The caller clears *out with bt_american_paths_clear. Errors: NOMEM. */
bt_status bt_american_paths_init(bt_american_paths *out, size_t n, bt_error *err);
void bt_american_paths_clear(bt_american_paths *paths);

/* The fit. A step goes back to `date`, the first to n_dates - 1, and sums what bt_rule_fit wants;
 * paths have followed the rule of later dates. bt_american_fitted follows that of date 1 and adds
 * the premiums of the paths; both leave today out. */
void bt_american_fit_step(bt_regression *out, const bt_american_paths *paths,
                          const bt_american_model *model, size_t date, size_t first);
void bt_american_fitted(bt_sample *premium, const bt_american_paths *paths,
                        const bt_american_model *model, size_t first);

/* What the second pass adds up: payoffs (y) and European prices (x) at the time of exercise, and by
 * how much the former are more. */
typedef struct bt_american_sums {
  bt_pair_sample price;
  bt_skew_sample gain;
} bt_american_sums;

/* The second pass of n paths, which are not exercised today; greeks NULL: none are wanted. */
void bt_american_price_chunk(bt_american_sums *sums, bt_american_greek_sums *greeks,
                             const bt_american_model *model, size_t first, size_t n);

/* The high bound: adds, of n paths, the most that exercise, today or later, gains over the European
 * option and the martingale. */
void bt_american_bound_chunk(bt_sample *premium, const bt_american_model *model, size_t first,
                             size_t n);

#endif
