/* indicator.h - indicators by name: what a strategy asks its host for.
 *
 * One indicator is one file in core/indicators/ that ends with its descriptor, and one line in
 * core/indicators/indicator_list.def. An output has one value a bar, NaN until it is defined.
 */
#ifndef BT_CORE_INDICATOR_H
#define BT_CORE_INDICATOR_H

#include <stdbool.h>
#include <stddef.h>

#include "backtest/strategy.h"
#include "core/mean.h"
#include "core/status.h"

enum { BT_INDICATOR_OUTPUTS_MOST = 4 };

/* What an indicator may read: the bars, the exact sums of the closes (core/mean.h), and the other
 * indicators of these bars, which are shared by all who ask (core/indicator_cache.h). */
typedef struct bt_indicator_input {
  const bt_series *series;
  const bt_exact_sums *close_sums;
  struct bt_indicator_hold *others; /* for bt_indicator_get; let go after compute */
} bt_indicator_input;

typedef struct bt_indicator {
  const char *name, *summary;
  const char *source; /* paper, book, or the library whose convention it follows */
  const bt_param *params;
  size_t n_params;
  const char *const *outputs; /* names */
  size_t n_outputs;
  /* The first bar on which an output is defined, on clean data; params as below. */
  size_t (*first_bar)(const double *params, size_t output);
  bool needs_benchmark; /* series->benchmark is there whenever compute is called */
  bool is_part; /* a step on the way to others, which share it: who asks for every indicator gets
                   them without it */
  /* Fills outputs[0 .. n_outputs-1], n_bars values each; n_bars may be less than any period. params
   * were checked against least, most and whole. Errors: NOMEM. */
  bt_status (*compute)(double *const *outputs, const bt_indicator_input *input,
                       const double *params, bt_error *err);
} bt_indicator;

size_t bt_indicator_count(void);
const bt_indicator *bt_indicator_at(size_t index);

/* What kind it is, "moving averages"; those of a kind stand side by side, parts at the end. */
const char *bt_indicator_group(size_t index);

/* NULL when there is none. */
const bt_indicator *bt_indicator_find(const char *name);

#endif
