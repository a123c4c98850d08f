/* The label of every bar. Each kind walks the bars once, forwards; what looks at the whole series
 * (exact means, ranks of volatilities) changes no label of the bars before. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/average_rank.h"
#include "core/luck.h"
#include "core/mean.h"
#include "core/regime.h"
#include "core/simulate.h"

/* Indices into the names of their kinds; of trend: 0 above, 1 below. */
enum { LOW, MID, HIGH };
enum { BULL, BEAR };

static bt_status label_trend(unsigned char *labels, size_t n_bars, const bt_bars *source,
                             bt_error *err)
{
  bt_exact_sums *sums = NULL;
  bt_status status = bt_exact_sums_new(&sums, source->close, source->n_bars, err);
  if (status) return status;
  for (size_t t = n_bars - 1; t < source->n_bars; t++)
    labels[t] = source->close[t] <= bt_exact_mean(sums, t + 1 - n_bars, t + 1);
  bt_exact_sums_free(sums);
  return BT_OK;
}

static void label_drawdown(unsigned char *labels, double fall, const bt_bars *source)
{
  const double *close = source->close;
  double extreme = close[0]; /* the highest of the bull market, the lowest of the bear market */
  bool bull = true;
  for (size_t t = 0; t < source->n_bars; t++) {
    bool further = bull ? close[t] > extreme : close[t] < extreme;
    if (further) extreme = close[t];
    bool turns = bull ? close[t] <= extreme * (1 - fall + BT_NOISE)
                      : close[t] >= extreme * (1 + fall - BT_NOISE);
    if (turns) {
      bull = !bull;
      extreme = close[t];
    }
    labels[t] = bull ? BULL : BEAR;
  }
}

static void label_stretches(unsigned char *labels, const bt_regime_book *book,
                            const bt_bars *source)
{
  size_t k = 0;
  for (size_t t = 0; t < source->n_bars; t++) {
    int64_t time_ns = source->time_ns[t];
    while (k < book->n_stretches && book->stretches[k].to_ns < time_ns) k++;
    if (k < book->n_stretches && book->stretches[k].from_ns <= time_ns)
      labels[t] = (unsigned char)book->stretches[k].name;
  }
}

/* ---- volatility ----------------------------------------------------------------------------- */

/* What label_volatility needs. */
typedef struct volatility {
  size_t n_bars; /* returns that one value is of */
  size_t n;      /* values: bar n_bars + i has value[i] */
  double *value;
  double *rank;      /* its place among the values */
  size_t *counts;    /* of a Fenwick tree over the ranks, from 1; before that scratch */
  bt_spread *spread; /* of the returns of the block before from the i-th to its end */
} volatility;

/* 40 binary digits: the same returns in another order differ by rounding, and shall be equal.
 * Rounding noise is 0, and what overflows is greater than all else. */
static double coarse(double deviation)
{
  int exponent = 0;
  if (isnan(deviation)) return (double)INFINITY;
  if (deviation < BT_NOISE || isinf(deviation)) return deviation < BT_NOISE ? 0 : deviation;
  double mantissa = frexp(deviation, &exponent);
  return ldexp(round(ldexp(mantissa, 40)), exponent - 40);
}

static double return_at(const bt_bars *source, size_t t)
{
  return source->close[t] / source->close[t - 1] - 1;
}

/* The returns of bars first .. end-1 are one block, of n_bars or, the last one, fewer. */
static void fill_block(volatility *v, const bt_bars *source, size_t first, size_t end)
{
  bt_spread begun = {0};
  for (size_t t = first; t < end; t++) {
    bt_spread_add(&begun, return_at(source, t));
    bt_spread window = begun;
    if (begun.count < v->n_bars) {
      if (first == 1) continue; /* fewer than n_bars returns so far */
      window = v->spread[begun.count];
      bt_spread_merge(&window, &begun);
    }
    v->value[t - v->n_bars] = coarse(sqrt(bt_spread_variance(&window)));
  }
  bt_spread ended = {0};
  for (size_t i = end - first; i-- > 0;) {
    bt_spread_add(&ended, return_at(source, first + i));
    v->spread[i] = ended;
  }
}

/* The standard deviation of every n_bars returns. These are parted into blocks of n_bars: a window
 * is the end of one block and the beginning of the next, each added up by itself, so that nothing
 * is ever taken off a running sum. */
static void fill_volatility(volatility *v, const bt_bars *source)
{
  for (size_t first = 1; first < source->n_bars; first += v->n_bars) {
    size_t left = source->n_bars - first;
    fill_block(v, source, first, first + (left < v->n_bars ? left : v->n_bars));
  }
}

/* Counts one value of this rank (Fenwick 1994). */
static void count(volatility *v, size_t rank)
{
  for (size_t i = rank; i <= v->n; i += i & (~i + 1)) v->counts[i]++;
}

static size_t count_up_to(const volatility *v, size_t rank)
{
  size_t n = 0;
  for (size_t i = rank; i > 0; i &= i - 1) n += v->counts[i];
  return n;
}

/* Ranks cut to whole ones still rise with the values, and equal values share one. */
static void label_ranks(unsigned char *labels, volatility *v)
{
  bt_rank_average(v->rank, v->counts, v->value, v->n);
  memset(v->counts, 0, (v->n + 1) * sizeof *v->counts);
  for (size_t i = 0; i < v->n; i++) {
    size_t rank = (size_t)v->rank[i], n_so_far = i + 1;
    count(v, rank);
    size_t n_up_to = count_up_to(v, rank);
    labels[v->n_bars + i] = 3 * n_up_to <= n_so_far ? LOW : 3 * n_up_to > 2 * n_so_far ? HIGH : MID;
  }
}

static bt_status label_volatility(unsigned char *labels, size_t n_bars, const bt_bars *source,
                                  bt_error *err)
{
  if (source->n_bars <= n_bars) return BT_OK;
  bt_status status = BT_OK;
  volatility v = {.n_bars = n_bars, .n = source->n_bars - n_bars};
  v.value = malloc(v.n * sizeof *v.value);
  v.rank = malloc(v.n * sizeof *v.rank);
  v.counts = malloc((v.n + 1) * sizeof *v.counts);
  v.spread = malloc(n_bars * sizeof *v.spread);
  if (!v.value || !v.rank || !v.counts || !v.spread) {
    status = bt_fail_nomem(err, "regimes");
  } else {
    fill_volatility(&v, source);
    label_ranks(labels, &v);
  }
  free(v.value);
  free(v.rank);
  free(v.counts);
  free(v.spread);
  return status;
}

bt_status bt_regime_label(unsigned char *labels, const bt_regime_spec *spec,
                          const bt_regime_book *book, const bt_bars *source, bt_error *err)
{
  memset(labels, BT_REGIME_UNKNOWN, source->n_bars);
  switch (spec->kind) {
  case BT_REGIME_NONE:
    break;
  case BT_REGIME_TREND:
    return label_trend(labels, spec->n_bars, source, err);
  case BT_REGIME_VOL:
    return label_volatility(labels, spec->n_bars, source, err);
  case BT_REGIME_DRAWDOWN:
    label_drawdown(labels, spec->fall, source);
    break;
  case BT_REGIME_FILE:
    label_stretches(labels, book, source);
    break;
  }
  return BT_OK;
}
