/* simulate_fit.h - --fit: a ticker's history, and a model fitted to it. */
#ifndef BT_CLI_SIMULATE_FIT_H
#define BT_CLI_SIMULATE_FIT_H

#include "cli/arguments.h"
#include "cli/json_build.h"
#include "core/montecarlo/fit.h"
#include "core/time.h"

typedef struct bt_history {
  const char *symbol;                                     /* as given; NULL: nothing is fitted */
  char first[BT_TIME_TEXT_SIZE], last[BT_TIME_TEXT_SIZE]; /* dates of its bars */
  uint64_t content_hash;                                  /* XXH64 of the file's bytes */
  double last_close, periods_per_year;
  bt_fit fit;
} bt_history;

/* Loads what --fit names, if it is given: SYMBOL.csv in --data, or a path; and fits a model of this
 * kind to its closes. Errors: USAGE, naming the option; DATA and IO about the file, or a model that
 * does not fit, or fits with a parameter that is out of its range; NOMEM. */
bt_status bt_history_fit(bt_history *out, bt_model_kind kind, const bt_arguments *arguments,
                         bt_error *err);

/* All that is known of it, for somebody who checks it; with memory out *ok becomes false. */
json_object *bt_history_tree(const bt_history *history, bool *ok);

/* Values of the parameters that a model of this kind has, by the names of their options. */
json_object *bt_params_tree(const double values[BT_PARAM_COUNT], bt_model_kind kind, bool *ok);

#endif
