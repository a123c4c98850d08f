/* feature_folder.h - a folder of feature matrices: SYMBOL.npy with SYMBOL.dates.npy, or SYMBOL.csv,
 * or one panel of all tickers.
 *
 * features.json says of what job they are (feature_job.h), and columns.txt names the columns, one a
 * line; both are about every matrix in it, at any time: those of another job are removed before
 * they are replaced. tickers.txt lists symbol, tab and file; of a panel the symbols alone, in the
 * order of its numbers. While a run is going on, and where one was broken off, features.json says
 * "incomplete"; tickers.txt may then list files that are not there yet, and there are matrices of
 * the run before, of the same job over the data as they were then.
 * One run at a time writes into a folder: it holds a lock file.
 */
#ifndef BT_RUNNERS_FEATURE_FOLDER_H
#define BT_RUNNERS_FEATURE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/feature_list.h"
#include "core/status.h"
#include "loaders/universe.h"

/* What is to be in it. */
typedef struct bt_feature_plan {
  const char *path;
  const bt_universe *universe;
  const bt_feature_list *columns;
  bool csv;        /* text, not .npy */
  bool panel;      /* one matrix, whose first column is the ticker's number in tickers.txt */
  const char *job; /* what else values depend on beside the tickers' files: a JSON object, whose
                      members stand on lines of their own behind two blanks, as `  "key": value,` */
  bool overwrite;  /* also matrices of another job */
} bt_feature_plan;

#define BT_FEATURE_PANEL "panel"
#define BT_FEATURE_DATES ".dates.npy"

typedef struct bt_feature_listed {
  char *symbol, *file; /* owned */
} bt_feature_listed;

typedef struct bt_feature_folder {
  const bt_feature_plan *plan;
  int lock;                   /* file */
  bool was_made, was_empty;   /* by this run; before it */
  char **stems;               /* one a ticker: its file's name without ending; owned */
  bt_feature_listed *earlier; /* n_earlier files of runs before that this one has not; owned */
  size_t n_earlier;
} bt_feature_folder;

/* A new string: the symbol as part of a file name, on any system, and different for different
 * symbols: what is not safe stands there as %2F. NULL without memory. */
char *bt_feature_stem(const char *symbol);

/* The length of the longest name among the files of a ticker while they are written; above
 * BT_DRAFT_NAME_MOST there can be no such file. */
size_t bt_feature_name_length(const char *stem, bool csv);

/* Makes the folder where it is missing, removes what killed runs have left half written, and writes
 * features.json, columns.txt and tickers.txt. *out stays where it is, and plan outlives it. The
 * caller closes it with bt_feature_folder_close, after success alone. Errors: IO, NOMEM; DATA:
 * another run is writing there, it holds matrices of another job or does not say of which (without
 * overwrite), or files and no columns.txt. */
bt_status bt_feature_folder_open(bt_feature_folder *out, const bt_feature_plan *plan,
                                 bt_error *err);

/* Every ticker was looked at, and written[i] tells whether it has rows to show: removes what the
 * run before has that this one has not, then writes tickers.txt. Errors: IO, NOMEM. */
bt_status bt_feature_folder_settle(const bt_feature_folder *folder, const bool *written,
                                   bt_error *err);

/* At the very end, when all files have their names: features.json says so. Errors: IO, NOMEM. */
bt_status bt_feature_folder_complete(const bt_feature_folder *folder, bt_error *err);

/* Where nothing was written, a folder that was empty is left as it was. */
void bt_feature_folder_close(bt_feature_folder *folder, bool any_written);

#endif
