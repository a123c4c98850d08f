/* feature_listing.h - tickers.txt and columns.txt of a folder of feature matrices. */
#ifndef BT_RUNNERS_FEATURE_LISTING_H
#define BT_RUNNERS_FEATURE_LISTING_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"
#include "runners/feature_folder.h"

#define BT_FEATURE_COLUMNS_FILE "columns.txt"
#define BT_FEATURE_TICKERS_FILE "tickers.txt"

/* folder/name as a new string; NULL without memory. */
char *bt_feature_listing__join(const char *folder, const char *name, const char *ending);

/* *out is the text of folder/name, a new string, or NULL where there is no such file. Errors: IO,
 * NOMEM. */
bt_status bt_feature_listing__read(char **out, const char *folder, const char *name, bt_error *err);

/* What columns.txt holds, a new string; NULL without memory. */
char *bt_feature_listing__columns(const bt_feature_plan *plan);

/* Sets folder->earlier to what its tickers.txt lists, but for lines without a file that could be
 * ours. Errors: IO, NOMEM. */
bt_status bt_feature_listing__earlier(bt_feature_folder *folder, bt_error *err);

/* Writes tickers.txt: the tickers written, or with NULL the earlier ones and all of the plan.
 * Errors: IO, NOMEM. */
bt_status bt_feature_listing__put(const bt_feature_folder *folder, const bool *written,
                                  bt_error *err);

#endif
