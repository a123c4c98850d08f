/* indicator_proof.h - what each indicator is held against: its definition, worked out bar by bar in
 * long doubles, and what other libraries make of the same bars.
 *
 * There is one proof_of_NAME for each line of indicator_list.def, in the tests/support/proof_*.c of
 * its group; without it the tests do not link. test_core_indicators_proofs.c goes through all of
 * them.
 */
#ifndef BT_TESTS_INDICATOR_PROOF_H
#define BT_TESTS_INDICATOR_PROOF_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/bars.h"
#include "core/indicator.h"
#include "tests/support/csv_table.h"

/* What is asked for. */
typedef struct proof_query {
  const bt_series *s;
  const double *params;
  size_t period; /* the first of them */
  size_t output;
} proof_query;

/* Rows of a library's table (reference/quant/ind_LIBRARY.csv), and what they are of ours. */
typedef struct proof_row {
  const char *library, *indicator, *their_params, *their_output;
  double params[BT_INDICATOR_PARAMS_MOST];
  size_t output;
  size_t from; /* the first bar that is compared: where seeds differ, they meet later */
} proof_row;

typedef struct indicator_proof {
  /* The definition: the value on bar t, or all values; NaN where it is undefined. Called for bars
   * from the first one on that has a value. */
  long double (*value)(const proof_query *q, size_t t);
  void (*series)(long double *out, const proof_query *q);
  /* What 1e-9 is meant of, where that is more than the value itself. */
  long double (*scale)(const proof_query *q, size_t t);
  bool is_exact; /* the nearest double of the definition, to the last bit */
  /* With which parameters; without a definition none. */
  const double (*params)[BT_INDICATOR_PARAMS_MOST];
  size_t n_params;
  const proof_row *rows;
  size_t n_rows;
} indicator_proof;

#define X(name, group) extern const indicator_proof proof_of_##name;
#include "core/indicators/indicator_list.def"
#undef X

/* Periods of windows: from 1 or from 2 bars on. */
enum { PROOF_N_PERIODS = 13 };
extern const double proof_periods[PROOF_N_PERIODS][BT_INDICATOR_PARAMS_MOST];
#define PROOF_FROM_1 .params = proof_periods, .n_params = PROOF_N_PERIODS
#define PROOF_FROM_2 .params = proof_periods + 1, .n_params = PROOF_N_PERIODS - 1
#define PROOF_PARAMS(table) .params = (table), .n_params = sizeof(table) / sizeof *(table)
#define PROOF_ROWS(table) .rows = (table), .n_rows = sizeof(table) / sizeof *(table)

/* ---- bars ------------------------------------------------------------------------------------ */

enum { PROOF_N_BARS = 24000, PROOF_N_SCENES = 3 };

/* Bars with volumes and a benchmark. The caller frees them with proof_scene_clear. */
typedef struct proof_scene {
  bt_bars *bars;
  double *benchmark;
  bt_series series;
} proof_scene;

/* Kinds: 0, prices in steps of 0.01 with jumps by up to a hundred times; 1, any price between 0.01
 * and 5,000 on each bar; 2, a walk whose steps are now wide, now tiny. All of them stand still for
 * a while now and then, have bars without a volume, and a benchmark without a return here and
 * there. */
void proof_scene_init(proof_scene *scene, int kind, size_t n);
void proof_scene_clear(proof_scene *scene);

/* ---- the definition ---------------------------------------------------------------------------
 */

static inline long double proof_wide(double x)
{
  return (long double)x;
}

static inline long double proof_typical(const bt_series *s, size_t t)
{
  return (proof_wide(s->high[t]) + proof_wide(s->low[t]) + proof_wide(s->close[t])) / 3;
}

/* Of bars from the second one on. */
static inline long double proof_true_range(const bt_series *s, size_t t)
{
  return proof_wide(fmax(s->high[t], s->close[t - 1])) -
         proof_wide(fmin(s->low[t], s->close[t - 1]));
}

static inline double proof_return(const bt_series *s, size_t t)
{
  return t > 0 ? s->close[t] / s->close[t - 1] - 1 : (double)NAN;
}

/* The extreme of x over the `period` values up to bar t. */
double proof_highest(const double *x, size_t t, size_t period);
double proof_lowest(const double *x, size_t t, size_t period);

/* Means of n values; exactly the value where they are all equal. */
long double proof_mean(const long double *x, size_t n);
long double proof_mean_of(const double *x, size_t n);

/* Sums of products of deviations from the means of n pairs. */
typedef struct proof_moments {
  long double xx, xy, yy;
} proof_moments;
proof_moments proof_sum_up(const double *x, const double *y, size_t n);

/* EMA of x, which is defined from bar `first` on, seeded by the mean of its first `period` values;
 * NaN before. Returns the first bar that has a value. */
size_t proof_ema(long double *out, const long double *x, size_t n, size_t first, size_t period);

/* Wilder's average of x from bar `first` on, likewise. */
void proof_wilder(long double *out, const long double *x, size_t n, size_t first, size_t period);

/* Scratch of PROOF_N_BARS values, 0 <= k < 4. */
long double *proof_scratch(size_t k);

/* Scales. */
long double proof_one(const proof_query *q, size_t t);
long double proof_hundred(const proof_query *q, size_t t);
/* The highest high of four times as many bars as the greatest parameter says, up to 200: of what is
 * a difference of averages. */
long double proof_price(const proof_query *q, size_t t);

/* ---- checks ---------------------------------------------------------------------------------- */

/* Compares every output of the indicator with its definition on all kinds of bars. Returns how many
 * values were; fails where one differs. */
size_t proof_check_definition(const bt_indicator *indicator, const indicator_proof *proof);

/* Compares with the rows of one library, on the reference bars (indicator_reference.h); likewise.
 * Ours is undefined before the first of theirs (where `from` is 0). On bars 299 to 326, where the
 * price stands still, running sums of others leave noise: values of up to 1e-6 are the same there,
 * and those of ours that are undefined, there and up to bar 328 (means of what is undefined), are
 * not compared. */
size_t proof_check_rows(const bt_indicator *indicator, const indicator_proof *proof,
                        const char *library, const csv_table *table, const bt_bars *bars);

#endif
