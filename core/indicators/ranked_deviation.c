/* The mean deviation of long windows, in O(log n) a bar. Of p values with the sum S, of which those
 * that are not above the mean, c of them, have the sum s, it is
 *
 *     sum of |x - S/p|, divided by p  =  2 (c S/p - s) / p  =  2 (c S - p s) / p^2.
 *
 * A tree over the ranks of all values (Fenwick 1994, "A new data structure for cumulative frequency
 * tables") holds number and sum of those of the window. All of it is whole numbers, values being
 * multiples of a power of two, so nothing is rounded before the end, nothing drifts however many
 * values come and go, and what comes later shows in nothing.
 */
#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/indicators/mean_deviation.h"

__extension__ typedef __int128 i128;

enum { DOUBLE_BITS = 53, WHOLE_BITS = 126 };
enum { DIGIT_BITS = 8, N_DIGITS = 64 / DIGIT_BITS, RADIX = 1 << DIGIT_BITS };

/* ---- values in ascending order --------------------------------------------------------------- */

/* A value and its bar. The bits of doubles > 0 are in the order of the doubles. */
typedef struct key {
  uint64_t bits;
  size_t bar;
} key;

static size_t digit_of(uint64_t bits, int digit)
{
  return bits >> (digit * DIGIT_BITS) & (RADIX - 1);
}

/* Moves keys to `to` in the order of one digit, equal ones as they stand. False, and nothing is
 * moved, where they all have the same. */
static bool sort_by_digit(key *restrict to, const key *restrict from, size_t n, int digit)
{
  size_t place[RADIX] = {0}, sum = 0;
  for (size_t i = 0; i < n; i++) place[digit_of(from[i].bits, digit)]++;
  if (place[digit_of(from[0].bits, digit)] == n) return false;
  for (size_t d = 0; d < RADIX; d++) {
    size_t count = place[d];
    place[d] = sum;
    sum += count;
  }
  for (size_t i = 0; i < n; i++) to[place[digit_of(from[i].bits, digit)]++] = from[i];
  return true;
}

/* rank[t] = 1 + how many values are less than x[t], or equal and earlier. keys: 2 n. */
static void fill_ranks(size_t *rank, key *keys, const double *x, size_t n)
{
  key *from = keys, *to = keys + n;
  for (size_t t = 0; t < n; t++) {
    memcpy(&from[t].bits, &x[t], sizeof x[t]);
    from[t].bar = t;
  }
  for (int digit = 0; digit < N_DIGITS; digit++) {
    if (!sort_by_digit(to, from, n, digit)) continue;
    key *sorted = to;
    to = from;
    from = sorted;
  }
  for (size_t i = 0; i < n; i++) rank[from[i].bar] = i + 1;
}

/* ---- the values of the window ---------------------------------------------------------------- */

/* Node i holds what the ranks i - (lowest bit of i) + 1 .. i have in the window. */
typedef struct node {
  i128 sum;
  i128 value; /* of rank i itself, in the window or not */
  size_t count;
} node;

typedef struct tree {
  node *nodes;     /* 1 .. n */
  size_t n, half;  /* the greatest power of two up to n */
  i128 sum;        /* of all that is in the window */
  size_t n_others; /* in the window, but no whole numbers */
} tree;

static void add(tree *window, size_t rank, i128 value)
{
  for (size_t i = rank; i <= window->n; i += i & -i) {
    window->nodes[i].sum += value;
    window->nodes[i].count++;
  }
}

static void take_out(tree *window, size_t rank, i128 value)
{
  for (size_t i = rank; i <= window->n; i += i & -i) {
    window->nodes[i].sum -= value;
    window->nodes[i].count--;
  }
}

/* Number and sum of the values up to `most`. */
static size_t count_up_to(i128 *sum, const tree *window, i128 most)
{
  size_t count = 0, at = 0;
  *sum = 0;
  for (size_t step = window->half; step > 0; step /= 2) {
    if (at + step > window->n || window->nodes[at + step].value > most) continue;
    at += step;
    count += window->nodes[at].count;
    *sum += window->nodes[at].sum;
  }
  return count;
}

/* ---- whole numbers --------------------------------------------------------------------------- */

/* Values are multiples of 2^exponent, less than 2^bits of them, around what the first one is: so it
 * does not depend on later ones. Products of p^2 of them fit into 128 bits. For p = 2,000 that is
 * exact from the first one / 2^24 to the first one x 2^24, for a million of 2^16. */
typedef struct grid {
  int exponent;
  double scale, end; /* 2^-exponent, 2^bits */
  i128 whole_end;    /* 2^bits */
} grid;

static grid grid_of(double first, size_t period)
{
  int exponent = 0, period_bits = 0;
  (void)frexp(first, &exponent);
  while (period >> period_bits) period_bits++;
  int bits = WHOLE_BITS - 2 * period_bits, room = (bits - DOUBLE_BITS) / 2;
  exponent += room - bits;
  return (grid){exponent, ldexp(1, -exponent), ldexp(1, bits), (i128)1 << bits};
}

/* False where x is no such multiple; then *out is what keeps the order of values. */
static bool to_whole(i128 *out, double x, const grid *g)
{
  double multiple = x * g->scale;
  bool fits = multiple < g->end;
  *out = fits ? (i128)multiple : g->whole_end;
  return fits && multiple == floor(multiple);
}

/* ---- all windows ----------------------------------------------------------------------------- */

/* What is read while a window of `period` values moves. */
typedef struct ranked {
  const double *x, *mean;
  const size_t *rank;
  size_t period;
  grid grid;
} ranked;

static void enter(tree *window, const ranked *of, size_t t)
{
  i128 value = 0;
  if (!to_whole(&value, of->x[t], &of->grid)) {
    window->n_others++;
    return;
  }
  add(window, of->rank[t], value);
  window->sum += value;
}

static void leave(tree *window, const ranked *of, size_t t)
{
  i128 value = 0;
  if (!to_whole(&value, of->x[t], &of->grid)) {
    window->n_others--;
    return;
  }
  take_out(window, of->rank[t], value);
  window->sum -= value;
}

/* Of the window that ends on bar t. Where a value of it is no whole number, all are added anew. */
static double deviation_on(const tree *window, const ranked *of, size_t t)
{
  const size_t period = of->period;
  const double count = (double)period;
  i128 sum_below = 0;
  if (window->n_others > 0)
    return bt_indicator__deviation_sum(of->x + t + 1 - period, period, of->mean[t]) / count;
  size_t n_below = count_up_to(&sum_below, window, window->sum / (i128)period);
  i128 excess = (i128)n_below * window->sum - (i128)period * sum_below;
  return 2 * ldexp((double)excess, of->grid.exponent) / count / count;
}

bt_status bt_indicator__ranked_deviation(double *restrict out, const double *restrict x,
                                         const double *restrict mean, size_t n, size_t period,
                                         bt_error *err)
{
  assert(1 <= period && period <= n);
  key *keys = malloc(2 * n * sizeof *keys);
  size_t *rank = malloc(n * sizeof *rank);
  node *nodes = calloc(n + 1, sizeof *nodes);
  bt_status status = BT_OK;
  if (!keys || !rank || !nodes) {
    status = bt_fail_nomem(err, "mean deviation");
    goto cleanup;
  }
  const ranked of = {x, mean, rank, period, grid_of(x[0], period)};
  tree window = {.nodes = nodes, .n = n, .half = 1};
  while (2 * window.half <= n) window.half *= 2;
  fill_ranks(rank, keys, x, n);
  for (size_t t = 0; t < n; t++) (void)to_whole(&nodes[rank[t]].value, x[t], &of.grid);
  for (size_t t = 0; t < n; t++) {
    if (t >= period) leave(&window, &of, t - period);
    enter(&window, &of, t);
    if (t + 1 >= period) out[t] = deviation_on(&window, &of, t);
  }
cleanup:
  free(keys);
  free(rank);
  free(nodes);
  return status;
}
