/* job.h - everything that the results of a sweep depend on; nothing about how it is run.
 *
 * A job only points at things; they outlive it and are shared, unchanged, by all threads.
 */
#ifndef BT_RUNNERS_JOB_H
#define BT_RUNNERS_JOB_H

#include <stddef.h>
#include <stdint.h>

#include "core/evaluate.h"
#include "core/expression.h"
#include "core/grid.h"
#include "core/target.h"
#include "loaders/load.h"
#include "loaders/universe.h"

/* Which combination is the best of a ticker: the greatest objective among those with at least
 * min_trades closed trades that satisfy every `require` (expressions over the metric names, in the
 * order of core/metrics.def). Ties go to the lowest combo_id. */
typedef struct bt_selection_rule {
  bt_metric objective;
  double min_trades;
  const bt_expression *const *require;
  size_t n_require;
} bt_selection_rule;

/* Which rows of `metrics` are stored. */
typedef enum bt_keep_kind { BT_KEEP_ALL, BT_KEEP_TOP, BT_KEEP_SELECTED } bt_keep_kind;

typedef struct bt_keep {
  bt_keep_kind kind;
  size_t top; /* with BT_KEEP_TOP: so many of each ticker; >= 1 */
} bt_keep;

typedef struct bt_job {
  const bt_universe *universe;
  bt_load_options load;
  const bt_strategy *strategy;
  const bt_grid *grid;
  bt_direction direction;
  bt_evaluation evaluation;
  int64_t from_ns, to_ns;  /* span that is evaluated, inclusive; INT64_MIN / INT64_MAX: all */
  double periods_per_year; /* 0: from each ticker's bars */
  bt_selection_rule selection;
  bt_keep keep;
} bt_job;

#endif
