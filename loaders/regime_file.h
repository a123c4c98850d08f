/* regime_file.h - a file of dated regimes. */
#ifndef BT_LOADERS_REGIME_FILE_H
#define BT_LOADERS_REGIME_FILE_H

#include "core/regime.h"
#include "core/status.h"

/* Reads rows of from, to and name: ISO dates (or times, in UTC), both inclusive, a date of `to`
 * with its whole day; an empty `to` has no end. A header from,to,name is optional; comments (#) and
 * blank lines are skipped; separators , ; tab |. Rows may stand in any order, a name on several of
 * them. The caller clears *out with bt_regime_book_clear; it is written on success alone.
 * Errors: IO (names the path), DATA (names file, line and column: a bad date, from after to, no
 * name, more than three fields, stretches that overlap, more than BT_REGIME_NAMES_MOST names; or
 * the file: no regime in it, not text), NOMEM. */
bt_status bt_regime_file_read(bt_regime_book *out, const char *path, bt_error *err);

#endif
