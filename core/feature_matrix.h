/* feature_matrix.h - the columns of a feature list over a ticker's bars, as rows side by side. */
#ifndef BT_CORE_FEATURE_MATRIX_H
#define BT_CORE_FEATURE_MATRIX_H

#include <stddef.h>

#include "core/bars.h"
#include "core/feature_list.h"
#include "core/indicator_cache.h"
#include "core/status.h"

/* Of what a matrix is made. The cache is over the series. */
typedef struct bt_feature_source {
  const bt_series *series;
  bt_indicator_cache *cache;
  const bt_span *spans; /* the bars that are rows: rising, none overlaps another */
  size_t n_spans;
  size_t end; /* no bar from here on is seen: a return ahead of it is NaN */
} bt_feature_source;

size_t bt_feature_source_rows(const bt_feature_source *source);

/* Fills out[row * stride + column] for every row and column; columns <= stride. Indicators see all
 * bars before. NaN where a value is not defined or too large for a double, as squares of prices
 * beyond 1e150 are; every NaN has the same bits, and 0 no sign. Errors: NOMEM. */
bt_status bt_feature_matrix_fill(double *out, size_t stride, const bt_feature_list *list,
                                 const bt_feature_source *source, bt_error *err);

#endif
