/* symbol_list.h - the symbols of a universe file, in its order, each once. */
#ifndef BT_LOADERS_SYMBOL_LIST_H
#define BT_LOADERS_SYMBOL_LIST_H

#include "core/status.h"
#include "loaders/source.h"
#include "loaders/universe.h"

/* Appends an entry without path; the name is copied. Errors: NOMEM. */
bt_status bt_symbol_list__add(bt_universe *universe, const char *symbol, size_t length,
                              bt_error *err);

/* Reads a universe file that is in memory: one symbol a line, or a CSV with a Symbol column, and
 * dates of membership in columns start and end where it has them. The entries have no path yet.
 * Errors: DATA (names file and line), NOMEM. */
bt_status bt_symbol_list__read(bt_universe *universe, const bt_source *source, bt_error *err);

#endif
