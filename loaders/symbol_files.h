/* symbol_files.h - from a symbol to the file that holds its prices.
 *
 * A symbol is part of a file name and nothing else: one with a slash is never looked for, so that a
 * universe cannot reach outside the data folder.
 */
#ifndef BT_LOADERS_SYMBOL_FILES_H
#define BT_LOADERS_SYMBOL_FILES_H

#include <stdbool.h>

#include "core/status.h"
#include "loaders/universe.h"

/* Whether a symbol can be part of a file name: no slash, not . or .., not empty. */
bool bt_symbol_files__is_name(const char *symbol);

/* Length of a file name without .csv or .csv.gz, 0 where it ends in neither. */
size_t bt_symbol_files__stem_length(const char *file_name);

/* A new string "folder/name"; NULL without memory. */
char *bt_symbol_files__join(const char *folder, const char *name);

/* Sets the path of every entry: the file in the first of the folders that has one; the folder with
 * most of the files, and SYMBOL.csv, for those that have none; NULL where the symbol is no name.
 * Errors: NOMEM. */
bt_status bt_symbol_files__find(bt_universe *universe, const char *const *folders, size_t n_folders,
                                bt_error *err);

#endif
