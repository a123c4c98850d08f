/* option_plan.h - a grid of options on the same paths.
 *
 * Every option of the grid sees the same random numbers (common random numbers): those of a path
 * depend on the seed, the path and the dimension alone, so a cell has the same price alone and
 * within a grid, and differences between cells are sharper than their standard errors tell.
 *
 * Sampling:
 *   plain       independent paths
 *   antithetic  each path with its mirror image, all normal numbers negated; both count as paths
 *   sobol       BT_SOBOL_REPLICATES replicates of 2^k Sobol points, each with a scramble, shift
 *               and digits of its own (sobol.h), the path made by a Brownian bridge; the error
 *               comes from the means of the replicates. Dimensions beyond BT_SOBOL_DIMENSIONS are
 *               drawn as plain ones are.
 * Sources: Glasserman 2003, sections 4.1, 4.2, 5.4, 5.5.
 *
 * With a control the estimate is the mean of y - beta (x - E x). beta comes from a pilot, 1024
 * draws of a stream of their own, so it is independent of the paths and biases neither the price
 * nor its standard error, however few they are and also where they are Sobol points. Of a European
 * option by these it is 0, or what parity makes it: the pilot tells which of the two.
 *
 * A standard error is one where the mean is nearly normal. Where a few paths make most of the
 * variance it is not, and where none of them was seen the error is far too small: so there is none
 * where the skewness of the mean (sample.h), by paths or pilot, is above BT_SKEWNESS_MOST, or where
 * no path differs from the others by more than rounding. Intervals of 95% allow for the skewness
 * that is left: that of paths, or of the means of the replicates.
 */
#ifndef BT_CORE_MONTECARLO_OPTION_PLAN_H
#define BT_CORE_MONTECARLO_OPTION_PLAN_H

#include "core/montecarlo/engine.h"
#include "core/montecarlo/sample.h"
#include "core/random/brownian_bridge.h"
#include "core/random/sobol.h"

typedef enum bt_sampling { BT_PLAIN, BT_ANTITHETIC, BT_SOBOL } bt_sampling;

enum {
  BT_SOBOL_REPLICATES = 32,
  BT_SOBOL_POINTS_LEAST = 1024, /* of a replicate: whole blocks */
  BT_PILOT_DRAWS = 1024,
  BT_OPTION_PATHS_LEAST = 1000, /* below that the normal distribution of a mean is no fact */
};

#define BT_SKEWNESS_MOST 0.25

typedef struct bt_option_settings {
  bt_sampling sampling;
  bool control, greeks;
  uint64_t n_paths; /* as asked for, BT_OPTION_PATHS_LEAST or more; see bt_option_plan */
  uint64_t seed;
} bt_option_settings;

/* What the pilot has found for a cell: its control is not used where slope is 0. With a slope from
 * rare draws the paths may look alike though they are not, so their skewness is the pilot's, too.
 */
typedef struct bt_control_line {
  double slope, expected; /* beta, E x */
  double skewness;        /* of y - beta x of a draw, its size */
} bt_control_line;

/* What is used of them: draws are paths, or pairs of them; with Sobol points a power of two each
 * replicate. */
uint64_t bt_option_draws(const bt_option_settings *settings);
uint64_t bt_option_paths_of(const bt_option_settings *settings, uint64_t n_draws);

/* Immutable while blocks are computed. */
typedef struct bt_option_plan {
  bt_option_settings settings;
  const bt_cell *cells; /* the caller's; none is certain, all have n_steps */
  size_t n_cells, n_steps;
  bool needs_uniforms;    /* some cell does */
  uint64_t n_draws;       /* what is split into blocks: bt_option_draws */
  bt_control_line *lines; /* of the cells; NULL: no controls */
  bt_sobol sobol[BT_SOBOL_REPLICATES];
  unsigned sobol_depth; /* a replicate has 2^sobol_depth points */
  bt_bridge bridge;
} bt_option_plan;

/* What the draws of an option have come to: all 0 at first. One of each a replicate. */
typedef struct bt_option_sums {
  bt_skew_sample price; /* less what the control tells */
  bt_skew_sample greeks[BT_GREEK_COUNT];
} bt_option_sums;

/* Means and their standard errors, and a 95% interval of the price, which is not below 0; NaN for
 * errors that there are none of. Greeks are 0 where they were not asked for. */
typedef struct bt_option_estimate {
  double price, std_error, low, high;
  double greeks[BT_GREEK_COUNT], greek_errors[BT_GREEK_COUNT];
} bt_option_estimate;

/* cells stay the caller's and must outlive the plan. The caller clears *out with
 * bt_option_plan_clear. Errors: NOMEM. */
bt_status bt_option_plan_init(bt_option_plan *out, const bt_option_settings *settings,
                              const bt_cell *cells, size_t n_cells, bt_error *err);
void bt_option_plan_clear(bt_option_plan *plan);

/* How many bt_option_sums all cells have: replicates x cells. */
size_t bt_option_plan_sums(const bt_option_plan *plan);

/* How many doubles of scratch bt_option_plan_add needs; it is aligned to 64 bytes. */
size_t bt_option_plan_scratch(const bt_option_plan *plan);

/* Adds draws first .. first + n - 1 to the sums, n <= 1024 and first a multiple of 1024. */
void bt_option_plan_add(const bt_option_plan *plan, bt_option_sums *sums, uint64_t first, size_t n,
                        double *scratch);
void bt_option_plan_join(const bt_option_plan *plan, bt_option_sums *sums,
                         const bt_option_sums *later);

/* The estimate of a cell. */
bt_option_estimate bt_option_plan_estimate(const bt_option_plan *plan, const bt_option_sums *sums,
                                           size_t cell);

#endif
