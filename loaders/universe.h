/* universe.h - which tickers a job is about, and where their files are.
 *
 * A universe keeps the order of its file; a symbol is listed once (but for files by path). A symbol
 * without a usable file stays in the universe: loading it gives the reason, so that the run records
 * it as rejected.
 */
#ifndef BT_LOADERS_UNIVERSE_H
#define BT_LOADERS_UNIVERSE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/membership.h"
#include "core/status.h"

/* path is the file that was found (SYMBOL.csv, SYMBOL.csv.gz; BRK.B is also looked for as BRK-B and
 * BRK_B), or the first one looked for when none was, or NULL when the symbol is no plain file name
 * (it holds a slash, or is . or ..): such a symbol is never opened.
 * stretches say when it belonged to the universe: sorted, none overlap; without any it always did.
 */
typedef struct bt_universe_entry {
  char *symbol;
  char *path;
  bt_membership *stretches; /* n_stretches of them */
  size_t n_stretches;
} bt_universe_entry;

typedef struct bt_universe {
  bt_universe_entry *entries; /* n_entries of them, owned with what they point to */
  size_t n_entries;
} bt_universe;

/* Reads `path`: a text file (one symbol a line, # comments, blanks, BOM, CRLF), the same with dates
 * of membership (SYMBOL<tab>start<tab>end, inclusive, either may be empty: open; several lines a
 * symbol; a header line symbol, start, end may stand above and may part its fields by , ; or | as
 * well), a CSV with a Symbol column (the same dates in columns start and end, or Start date and the
 * like, where it has them), or a folder (every .csv and .csv.gz in it, sorted by symbol in byte
 * order).
 * data_dir may be NULL: then the universe file's folder, or a folder beside it named like the file
 * without .txt, whichever holds the symbols' files. The caller clears *out with
 * bt_universe_clear; nothing is owned after a failure.
 * Errors: IO (names the path), DATA (names file and line: a symbol twice, an empty universe, not
 * text, dates that do not parse, that overlap, or that only some lines have), NOMEM. */
bt_status bt_universe_read(bt_universe *out, const char *path, const char *data_dir, bt_error *err);
void bt_universe_clear(bt_universe *universe);

/* Appends one file by path; its symbol is the file name before the last .csv or .csv.gz (or the
 * whole name), and may be there already: files of two vendors are compared. Such a universe is for
 * checking alone. Errors: NOMEM. */
bt_status bt_universe_add_file(bt_universe *universe, const char *path, bt_error *err);

/* Sets *out to the path of a symbol, a new string: that of the universe where it is one of its
 * symbols, else where a symbol of the universe file would be looked for (path and data_dir as in
 * bt_universe_read). Errors: DATA (there is no such file: what was tried), NOMEM, USAGE (no file
 * name). */
bt_status bt_universe_locate(char **out, const bt_universe *universe, const char *symbol,
                             const char *path, const char *data_dir, bt_error *err);

/* *out tells whether a symbol is there more than once. Errors: NOMEM. */
bt_status bt_universe_repeats(bool *out, const bt_universe *universe, bt_error *err);

#endif
