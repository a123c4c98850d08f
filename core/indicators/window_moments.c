#include "core/indicators/window_moments.h"

#include <stdlib.h>
#include <string.h>

#include "core/indicators/undefined.h"

/* ---- one series ------------------------------------------------------------------------------ */

typedef struct sums {
  double plain, squares;
} sums;

static inline sums add(sums s, double x)
{
  return (sums){s.plain + x, s.squares + x * x};
}

/* older[i] = the sums over what comes behind x[i] in its block, to which a window adds that ends on
 * place i of the next one, whose first value is the pivot. */
static void add_backwards(sums *older, const double *x, size_t period)
{
  const double pivot = x[period];
  sums s = {0, 0};
  for (size_t i = period; i-- > 0;) {
    older[i] = s;
    s = add(s, x[i] - pivot);
  }
}

static void fill_block(double *x, size_t n, const sums *older, double share)
{
  const double pivot = x[0];
  sums s = {0, 0};
  for (size_t i = 0; i < n; i++) {
    s = add(s, x[i] - pivot);
    double plain = s.plain + older[i].plain;
    x[i] = (s.squares + older[i].squares) - plain * plain * share;
  }
}

bt_status bt_indicator__squares(double *x, size_t n, size_t period, bt_error *err)
{
  if (period > n) {
    bt_indicator__fill_nan(x, n);
    return BT_OK;
  }
  sums *scratch = calloc(2 * period, sizeof *scratch), *older = scratch;
  if (!scratch) return bt_fail_nomem(err, "sums over windows");
  for (size_t b = 0; b < n; b += period) {
    sums *next = older == scratch ? scratch + period : scratch;
    if (n - b > period) add_backwards(next, x + b, period);
    fill_block(x + b, n - b < period ? n - b : period, older, 1 / (double)period);
    older = next;
  }
  free(scratch);
  bt_indicator__fill_nan(x, period - 1);
  return BT_OK;
}

/* ---- two series ------------------------------------------------------------------------------ */

void bt_indicator__fill_returns(double *restrict out, const double *restrict close, size_t n)
{
  out[0] = (double)NAN;
  for (size_t t = 1; t < n; t++) out[t] = close[t] / close[t - 1] - 1;
}

typedef double pair __attribute__((vector_size(2 * sizeof(double)))); /* of one bar */

typedef struct pair_sums {
  pair plain, squares;
  double product;
} pair_sums;

static inline pair_sums add_pair(pair_sums s, pair x)
{
  return (pair_sums){s.plain + x, s.squares + x * x, s.product + x[0] * x[1]};
}

static void add_pairs_backwards(pair_sums *older, const double *x, const double *y, size_t period)
{
  const pair pivot = {x[period], y[period]};
  pair_sums s = {{0, 0}, {0, 0}, 0};
  for (size_t i = period; i-- > 0;) {
    older[i] = s;
    s = add_pair(s, (pair){x[i], y[i]} - pivot);
  }
}

/* The products replace x. */
static void fill_pair_block(const bt_two_series *block, double *restrict squares,
                            const pair_sums *older, double share)
{
  double *x = block->x;
  const double *y = block->y;
  const pair pivot = {x[0], y[0]};
  pair_sums s = {{0, 0}, {0, 0}, 0};
  for (size_t i = 0; i < block->n; i++) {
    s = add_pair(s, (pair){x[i], y[i]} - pivot);
    pair plain = s.plain + older[i].plain;
    pair centred = (s.squares + older[i].squares) - plain * plain * share;
    memcpy(squares + 2 * i, &centred, sizeof centred);
    x[i] = (s.product + older[i].product) - plain[0] * plain[1] * share;
  }
}

bt_status bt_indicator__products(const bt_two_series *both, size_t period, bt_products_use *use,
                                 bt_error *err)
{
  if (period > both->n) {
    bt_indicator__fill_nan(both->x, both->n);
    return BT_OK;
  }
  pair_sums *scratch = calloc(2 * period, sizeof *scratch), *older = scratch;
  double *squares = malloc(2 * period * sizeof *squares);
  bt_status status = BT_OK;
  if (!scratch || !squares) {
    status = bt_fail_nomem(err, "sums over windows");
    goto cleanup;
  }
  for (size_t b = 0; b < both->n; b += period) {
    size_t left = both->n - b;
    const bt_two_series block = {both->x + b, both->y + b, left < period ? left : period};
    pair_sums *next = older == scratch ? scratch + period : scratch;
    if (left > period) add_pairs_backwards(next, block.x, block.y, period);
    fill_pair_block(&block, squares, older, 1 / (double)period);
    use(block.x, squares, block.n);
    older = next;
  }
  bt_indicator__fill_nan(both->x, period - 1);
cleanup:
  free(squares);
  free(scratch);
  return status;
}
