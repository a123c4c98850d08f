/* simulate_fit.h - --fit: a ticker's history, and a model fitted to it. */
#ifndef BT_CLI_SIMULATE_FIT_H
#define BT_CLI_SIMULATE_FIT_H

#include "cli/arguments.h"
#include "core/montecarlo/fit.h"
#include "core/time.h"

typedef struct bt_history {
  const char *symbol;                                     /* as given; NULL: nothing is fitted */
  char first[BT_TIME_TEXT_SIZE], last[BT_TIME_TEXT_SIZE]; /* dates of its bars */
  double last_close, periods_per_year;
  bt_fit fit;
} bt_history;

/* Loads what --fit names, if it is given: SYMBOL.csv in --data, or a path; and fits a model of this
 * kind to its closes. Errors: USAGE, naming the option; DATA and IO about the file, or a model that
 * does not fit; NOMEM. */
bt_status bt_history_fit(bt_history *out, bt_model_kind kind, const bt_arguments *arguments,
                         bt_error *err);

#endif
