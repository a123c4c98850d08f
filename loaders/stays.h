/* stays.h - the dates of a universe with membership: one stay a line, several a symbol. */
#ifndef BT_LOADERS_STAYS_H
#define BT_LOADERS_STAYS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/membership.h"
#include "core/status.h"
#include "loaders/universe.h"

/* What one line says of a symbol. */
typedef struct bt_stay {
  bt_membership stretch;
  size_t line, column; /* of its dates, 1-based; column 0: not known */
} bt_stay;

/* What stands behind the symbol of a line: [at, end), empty or with a separator as its first byte.
 * Of "AAPL<tab>2010-01-04<tab>2015-06-30" all from the first tab on. */
typedef struct bt_stay_text {
  const char *label;      /* of the file, for messages */
  const char *line_start; /* columns count from here */
  const char *at, *end;
  size_t line;
  char separator;
} bt_stay_text;

/* Whether one of the first two fields is a date, or would be one if its day existed. */
bool bt_stay__looks_dated(const bt_stay_text *text);

/* Whether the first field is a heading: start, Start date. */
bool bt_stay__is_heading(const bt_stay_text *text);

/* Reads start and end, of which either may be empty or not there: open. A day may be written in
 * every form that bt_stamp__parse takes for one and that says by itself which day it is; a time of
 * day other than midnight is refused. Errors: DATA: a date that does not parse, an end before the
 * start, a field behind the end. */
bt_status bt_stay__read(bt_stay *out, const bt_stay_text *text, bt_error *err);

/* Whether there is a field behind the end. */
bool bt_stay__has_more(const bt_stay_text *text);

/* The two dates of a row of a table, "" for open. */
typedef struct bt_stay_cells {
  const char *label; /* of the file, for messages */
  size_t line;
  const char *start, *end;
} bt_stay_cells;

/* Reads them as bt_stay__read does; messages name the line alone. Errors: DATA. */
bt_status bt_stay__read_cells(bt_stay *out, const bt_stay_cells *cells, bt_error *err);

/* Turns a universe with an entry a line, for each of which there is a stay, into one with an entry
 * a symbol, in the order of their first lines and with their stretches sorted. A list that is not
 * dated, in which every stay lasts for ever, has each symbol once and is left as it is. `label` is
 * that of the file. Errors: DATA (stays of a symbol that overlap, or a symbol of an undated list
 * that is there twice: both lines are named), NOMEM. */
bt_status bt_stays__join(bt_universe *universe, const bt_stay *stays, bool is_dated,
                         const char *label, bt_error *err);

#endif
