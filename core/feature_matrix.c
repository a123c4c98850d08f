#include "core/feature_matrix.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Columns go into the matrix so many at a time, each a row's part of a cache line, by way of a tile
 * of so many bars that stays in the fastest cache. */
enum { TILE_COLUMNS = 8, TILE_BARS = 64 };

typedef struct tile {
  double values[TILE_COLUMNS][TILE_BARS];
} tile;

/* One column while it is spread; values is NULL where it is a return. */
typedef struct column {
  const bt_feature *feature;
  const double *values;
} column;

size_t bt_feature_source_rows(const bt_feature_source *source)
{
  size_t n = 0;
  for (size_t i = 0; i < source->n_spans; i++) n += source->spans[i].end - source->spans[i].first;
  return n;
}

/* What is too large for a double becomes NaN. In whole numbers: the compiler may take any NaN for
 * any other, and -0 for 0. */
static void copy_settled(double *restrict out, const double *restrict values, size_t n)
{
  const uint64_t no_sign = ~(UINT64_C(1) << 63), infinity = UINT64_C(0x7ff) << 52;
  const uint64_t one_nan = UINT64_C(0x7ff8) << 48;
  for (size_t i = 0; i < n; i++) {
    uint64_t bits, size;
    memcpy(&bits, &values[i], sizeof bits);
    size = bits & no_sign;
    bits = size == 0 ? 0 : bits;
    bits = size >= infinity ? one_nan : bits;
    memcpy(&out[i], &bits, sizeof bits);
  }
}

/* The change from `before` bars ago to `ahead` bars ahead, for n bars from `first` on. */
static void fill_returns(double *out, const bt_feature_source *source, size_t before, size_t ahead,
                         bt_span span)
{
  const double *close = source->series->close;
  double changes[TILE_BARS];
  for (size_t t = span.first; t < span.end; t++) {
    bool known = t >= before && t + ahead < source->end;
    changes[t - span.first] = known ? close[t + ahead] / close[t - before] - 1 : (double)NAN;
  }
  copy_settled(out, changes, span.end - span.first);
}

static void fill_tile(tile *to, const column *columns, size_t n, const bt_feature_source *source,
                      bt_span span)
{
  for (size_t k = 0; k < n; k++) {
    const bt_feature *feature = columns[k].feature;
    if (columns[k].values)
      copy_settled(to->values[k], columns[k].values + span.first, span.end - span.first);
    else if (feature->kind == BT_FEATURE_RETURN)
      fill_returns(to->values[k], source, feature->n_bars, 0, span);
    else
      fill_returns(to->values[k], source, 0, feature->n_bars, span);
  }
}

/* The tile's columns become parts of rows. */
static void spread_tile(double *restrict out, size_t stride, const tile *from, size_t n,
                        size_t n_bars)
{
  for (size_t r = 0; r < n_bars; r++)
    for (size_t k = 0; k < n; k++) out[r * stride + k] = from->values[k][r];
}

static void spread(double *out, size_t stride, const column *columns, size_t n,
                   const bt_feature_source *source)
{
  tile one;
  for (size_t i = 0; i < source->n_spans; i++) {
    bt_span whole = source->spans[i], span;
    for (span.first = whole.first; span.first < whole.end; span.first = span.end) {
      size_t n_left = whole.end - span.first;
      size_t n_bars = n_left < TILE_BARS ? n_left : TILE_BARS;
      span.end = span.first + n_bars;
      fill_tile(&one, columns, n, source, span);
      if (n == TILE_COLUMNS) /* a number that the compiler knows */
        spread_tile(out, stride, &one, TILE_COLUMNS, n_bars);
      else
        spread_tile(out, stride, &one, n, n_bars);
      out += n_bars * stride;
    }
  }
}

static const double *price_of(const bt_series *series, bt_feature_price price)
{
  const double *const prices[BT_FEATURE_PRICE_COUNT] = {[BT_FEATURE_OPEN] = series->open,
                                                        [BT_FEATURE_HIGH] = series->high,
                                                        [BT_FEATURE_LOW] = series->low,
                                                        [BT_FEATURE_CLOSE] = series->close,
                                                        [BT_FEATURE_VOLUME] = series->volume};
  return prices[price];
}

static bt_status find_column(column *out, bt_indicator_hold *hold, const bt_feature *feature,
                             const bt_feature_source *source, bt_error *err)
{
  *out = (column){.feature = feature};
  if (feature->kind == BT_FEATURE_PRICE) out->values = price_of(source->series, feature->price);
  if (feature->kind != BT_FEATURE_INDICATOR) return BT_OK;
  const bt_indicator *indicator = feature->indicator;
  const bt_indicator_request wanted = {indicator->name, feature->params, indicator->n_params,
                                       feature->output};
  return bt_indicator_get(&out->values, hold, &wanted, err);
}

/* What is held is let go of after each tile's width of columns: in between the cache's own budget
 * bounds the memory, and others find there what they share. */
bt_status bt_feature_matrix_fill(double *out, size_t stride, const bt_feature_list *list,
                                 const bt_feature_source *source, bt_error *err)
{
  bt_indicator_hold hold;
  bt_status status = BT_OK;
  bt_indicator_hold_init(&hold, source->cache);
  for (size_t first = 0; first < list->n && !status; first += TILE_COLUMNS) {
    column columns[TILE_COLUMNS];
    size_t n = list->n - first < TILE_COLUMNS ? list->n - first : TILE_COLUMNS;
    for (size_t k = 0; k < n && !status; k++)
      status = find_column(&columns[k], &hold, &list->columns[first + k], source, err);
    if (!status) spread(out + first, stride, columns, n, source);
    bt_indicator_hold_release(&hold);
  }
  return status;
}
