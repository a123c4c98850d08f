/* job.h - everything that the results of a run depend on; nothing about how it is run.
 *
 * A job only points at things; they outlive it and are shared, unchanged, by all threads.
 */
#ifndef BT_RUNNERS_JOB_H
#define BT_RUNNERS_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/evaluate.h"
#include "core/expression.h"
#include "core/grid.h"
#include "core/guard.h"
#include "core/regime.h"
#include "core/size.h"
#include "core/target.h"
#include "core/windows.h"
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

/* Who chooses the combination of a walk-forward window: each ticker for itself, or the universe one
 * for all. */
typedef enum bt_select { BT_SELECT_TICKER, BT_SELECT_UNIVERSE } bt_select;

/* Market regimes: what they are, and with a benchmark its labels, one a bar of it (NULL: each
 * ticker has its own). */
typedef struct bt_regime_view {
  bt_regime_spec spec;
  const bt_regime_book *book; /* of a file, else NULL */
  const unsigned char *labels;
} bt_regime_view;

typedef struct bt_job {
  const bt_universe *universe;
  bt_load_options load;              /* results do not depend on its cache */
  bt_guard guard;                    /* of what it gives a strategy that is not trusted */
  const bt_strategy *strategy;       /* the stops that are swept stand behind its own parameters */
  size_t stop_params[BT_STOP_COUNT]; /* 1 + the index of the parameter that sets a stop; 0: none */
  const bt_grid *grid;
  bt_direction direction;
  bt_evaluation evaluation;
  bt_size size;
  const bt_bars *benchmark; /* NULL: none */
  uint64_t benchmark_hash;  /* of its file */
  bt_regime_view regimes;
  bool portfolio_all; /* a '*' row for every combination, not for the selected one alone */
  bool save_trades, save_equity;
  int64_t from_ns, to_ns;  /* span that is evaluated, inclusive; INT64_MIN / INT64_MAX: all */
  double periods_per_year; /* 0: from each ticker's bars */
  bt_selection_rule selection;
  bt_keep keep;
  /* of a walk-forward: */
  bt_window_rule windows;
  bt_select select;
} bt_job;

#endif
