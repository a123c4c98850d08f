/* option.h - prices of a grid of options: core/montecarlo/option_plan.h and american.h on the pool.
 *
 * Cells are immutable while it runs. All have one style and, but for American ones, one number of
 * dates; their paths are the same ones. Cells are taken in groups, so that memory is bounded; a
 * cell's result does not depend on its group, nor on workers. American cells are a task each.
 */
#ifndef BT_RUNNERS_MONTECARLO_OPTION_H
#define BT_RUNNERS_MONTECARLO_OPTION_H

#include "core/montecarlo/american.h"
#include "core/montecarlo/option_plan.h"
#include "core/pricing/black_scholes.h"
#include "runners/pool.h"
#include "runners/run.h"
#include "runners/store_montecarlo.h"

enum { BT_OPTION_CELLS_MOST = 100000, BT_OPTION_REASON_SIZE = 200 };

typedef struct bt_option_job {
  const bt_option_terms *cells;
  size_t n_cells;
  bt_option_settings settings;
  bt_basis basis; /* these three of American options alone */
  size_t degree, n_bound_paths;
  const double *implied_from; /* n_cells prices: find the volatility alone; else NULL */
} bt_option_job;

/* What is known of a cell; NaN for what is not. */
typedef struct bt_option_result {
  bool is_done; /* all that it will have is there */
  bt_estimate price;
  double closed_form;
  double low, high; /* a 95% interval; of an American option with both bounds in it */
  double lattice, lattice_american; /* on a tree, with the same dates and at any time */
  bt_estimate in_sample, upper;     /* of an American option: biased high both */
  bt_estimate greeks[BT_GREEK_COUNT];
  bt_greeks exact; /* of a European option; of an American one on a tree, delta and gamma alone */
  double implied_vol;
  bool certain;                   /* no paths: its standard error is 0 */
  bool is_exercised_now, is_held; /* American: today, or never before expiry */
  uint64_t n_paths;               /* used; 0: none */
  /* why there is no price, no standard error or no Greeks; "" where all is there */
  char reason[BT_OPTION_REASON_SIZE];
} bt_option_result;

/* Fills results[0 .. n_cells-1]. What a cell cannot have is NaN, with a reason. progress may be
 * NULL: counts tasks in tickers_done and paths in bar_combos_done. Errors: NOMEM, CANCELLED (then
 * some cells may be done: those of whole groups, and American ones one by one), and USAGE where an
 * American job is wrong as a whole. */
bt_status bt_option_run(bt_option_result *results, const bt_option_job *job, bt_pool *pool,
                        bt_progress *progress, bt_error *err);

/* How many tasks and paths that is: for the progress. */
size_t bt_option_tasks(const bt_option_job *job);
double bt_option_paths(const bt_option_job *job);

/* How the price of a cell is found, in one line: sampling, control, source. */
enum { BT_OPTION_METHOD_SIZE = 240 };
char *bt_option_method(char buffer[BT_OPTION_METHOD_SIZE], const bt_option_job *job, size_t cell);

/* The rows of `option_prices`, of the cells that are done. */
bt_status bt_option_store(const bt_option_job *job, const bt_option_result *results,
                          bt_store *store, int64_t run_id, bt_error *err);

/* Words as the command line has them: european, down-out, ...; variant NULL where there is none. */
const char *bt_style_name(bt_style style);
const char *bt_option_variant(const bt_option_terms *terms);

#endif
