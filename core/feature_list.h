/* feature_list.h - the columns of a feature matrix: what was asked for, with a name for each.
 *
 * Columns stand in the order in which they are added. Names are unique, lower case, and say what a
 * column is, with all of its parameters: close, rsi_14, macd_12_26_9.signal, return_5,
 * fwd_return_5. What is the same for all columns of a job is in no name: of which benchmark beta_60
 * is, how prices were adjusted, which bars are seen; features.json says it.
 */
#ifndef BT_CORE_FEATURE_LIST_H
#define BT_CORE_FEATURE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "core/indicator.h"
#include "core/status.h"

enum { BT_FEATURE_NAME_SIZE = 192, BT_FEATURE_BARS_MOST = 1000000 };

typedef enum bt_feature_kind {
  BT_FEATURE_PRICE,      /* open, high, low, close or volume, as loaded */
  BT_FEATURE_INDICATOR,  /* one output of it */
  BT_FEATURE_RETURN,     /* close[t] / close[t - n_bars] - 1 */
  BT_FEATURE_FWD_RETURN, /* close[t + n_bars] / close[t] - 1: it looks ahead */
} bt_feature_kind;

typedef enum bt_feature_price {
  BT_FEATURE_OPEN,
  BT_FEATURE_HIGH,
  BT_FEATURE_LOW,
  BT_FEATURE_CLOSE,
  BT_FEATURE_VOLUME,
  BT_FEATURE_PRICE_COUNT
} bt_feature_price;

typedef struct bt_feature {
  bt_feature_kind kind;
  bt_feature_price price;                  /* of a price */
  const bt_indicator *indicator;           /* of an indicator: */
  double params[BT_INDICATOR_PARAMS_MOST]; /* complete, and checked */
  size_t output;
  size_t n_bars; /* of a return */
  char name[BT_FEATURE_NAME_SIZE];
} bt_feature;

/* Begins as zeros. */
typedef struct bt_feature_list {
  bt_feature *columns; /* n of them, owned */
  size_t n;
} bt_feature_list;

void bt_feature_list_clear(bt_feature_list *list);

/* The column of a name; NULL where there is none. */
const bt_feature *bt_feature_list_find(const bt_feature_list *list, const char *name);

/* Whether some column is of an indicator that needs a benchmark. */
bool bt_feature_list_needs_benchmark(const bt_feature_list *list);

/* Each adds columns, or none where it fails. Errors: USAGE (the line names the option: a column is
 * there already, and what else is said below), NOMEM. */

/* --ohlcv: the prices and the volume. */
bt_status bt_feature_list_add_prices(bt_feature_list *list, bt_error *err);

/* --indicator NAME or NAME:p1,p2,...: its outputs; parameters not given take their presets. Errors
 * also: no such indicator, more parameters than it takes, one that is no number or out of range, no
 * benchmark where it needs one. */
bt_status bt_feature_list_add_indicator(bt_feature_list *list, const char *spec, bool has_benchmark,
                                        bt_error *err);

/* --indicator all: every indicator with its presets whose columns are not there yet, but for those
 * that are parts of others and, without a benchmark, those that need one. */
bt_status bt_feature_list_add_all(bt_feature_list *list, bool has_benchmark, bt_error *err);

/* --return K. Errors also: no whole number from 1 to BT_FEATURE_BARS_MOST. */
bt_status bt_feature_list_add_return(bt_feature_list *list, const char *text, bt_error *err);

/* --label fwd_return:K. Errors also: no such label, and as above. */
bt_status bt_feature_list_add_label(bt_feature_list *list, const char *spec, bt_error *err);

#endif
