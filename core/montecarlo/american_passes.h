/* american_passes.h - the steps of pricing an American option, on a run of paths each.
 *
 * Runs begin at a multiple of BT_AMERICAN_CHUNK paths and have so many, the last one fewer. A step
 * of a chunk reads what is shared and writes its own: chunks go in any order and at once, and what
 * they give is joined in order. Backward passes go date by date, as a date's fit needs all chunks.
 *   bt_american_begin; for date = n_dates - 1 .. 1: bt_american_fit_step of all chunks,
 *     bt_rule_fit; then bt_american_fitted of all chunks;
 *   bt_american_price_chunk;
 *   bt_american_begin; for date = n_dates - 1 .. 1: bt_american_premium_step of all chunks,
 *     bt_martingale_fit; then bt_american_bound_chunk.
 */
#ifndef BT_CORE_MONTECARLO_AMERICAN_PASSES_H
#define BT_CORE_MONTECARLO_AMERICAN_PASSES_H

#include "core/montecarlo/american_martingale.h"
#include "core/montecarlo/american_rule.h"
#include "core/montecarlo/sample.h"

/* Paths. So many are fitted for the martingale: their noise is small. */
enum { BT_AMERICAN_CHUNK = 4096, BT_AMERICAN_PREMIUM_PATHS = 4 * BT_AMERICAN_CHUNK };

/* Streams of random numbers of one seed. */
typedef enum bt_american_stream {
  BT_AMERICAN_FIT,
  BT_AMERICAN_PRICE,
  BT_AMERICAN_PREMIUM,
  BT_AMERICAN_BOUND
} bt_american_stream;

/* What all steps share. */
typedef struct bt_american_model {
  uint64_t seed;
  bt_exercise exercise;
  bt_rule rule;
  bt_martingale martingale; /* coefficients NULL: no bound is asked for */
} bt_american_model;

/* job: as bt_american_check wants it, and not certain. The caller clears *out with
 * bt_american_model_clear. Errors: NOMEM. */
bt_status bt_american_model_init(bt_american_model *out, const bt_american *job, bt_error *err);
void bt_american_model_clear(bt_american_model *model);

/* Today's European price, in strikes: what the paths' premium is added to. */
double bt_american_european(const bt_american_model *model);

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
 * the premiums of the paths. */
void bt_american_fit_step(bt_regression *out, const bt_american_paths *paths,
                          const bt_american_model *model, size_t date, size_t first);
void bt_american_fitted(bt_sample *premium, const bt_american_paths *paths,
                        const bt_american_model *model, size_t first);

/* The second pass: adds payoffs (y) and European prices (x) at the time of exercise of n paths. */
void bt_american_price_chunk(bt_pair_sample *sample, const bt_american_model *model, size_t first,
                             size_t n);

/* The martingale's fit: as that of the rule, which is followed. */
void bt_american_premium_step(bt_regression *out, const bt_american_paths *paths,
                              const bt_american_model *model, size_t date, size_t first);

/* The high bound: adds, of n paths, the most that exercise gains over the martingale. */
void bt_american_bound_chunk(bt_sample *premium, const bt_american_model *model, size_t first,
                             size_t n);

#endif
