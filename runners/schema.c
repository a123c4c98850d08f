#include "runners/schema.h"

#include <stddef.h>

/* Whole metrics are INTEGER, others REAL; NaN is stored as NULL. */
#define TYPE_0 " REAL"
#define TYPE_1 " INTEGER"

/* ---- small tables ---------------------------------------------------------------------------
 * Their natural key is their primary key, and where rows are short also their storage. */

static const char runs[] =
    "CREATE TABLE runs ("
    "  run_id INTEGER PRIMARY KEY,"
    "  kind TEXT NOT NULL,"
    "  label TEXT,"
    "  status TEXT NOT NULL CHECK (status IN ('running', 'complete', 'interrupted', 'failed')),"
    "  created TEXT NOT NULL," /* UTC */
    "  finished TEXT,"         /* UTC; NULL while running */
    "  elapsed_s REAL,"
    "  version TEXT,"
    "  command TEXT,"
    "  strategy TEXT,"
    "  universe TEXT,"
    "  options TEXT NOT NULL," /* JSON: all that the job depends on */
    "  seed INTEGER,"          /* 2^63 and more appear as their value - 2^64 */
    "  jobs INTEGER,"
    "  n_tickers INTEGER,"
    "  n_combos INTEGER,"
    "  n_windows INTEGER,"
    "  bar_combos INTEGER)";

static const char tickers[] = "CREATE TABLE tickers ("
                              "  run_id INTEGER NOT NULL REFERENCES runs,"
                              "  ticker_id INTEGER NOT NULL," /* 0 = the portfolio '*' */
                              "  symbol TEXT NOT NULL,"
                              "  path TEXT,"
                              "  status TEXT NOT NULL CHECK (status IN ('ok', 'rejected')),"
                              "  reason TEXT,"
                              "  n_bars INTEGER NOT NULL,"
                              "  first_bar TEXT,"
                              "  last_bar TEXT,"
                              "  rows_skipped INTEGER NOT NULL,"
                              "  content_hash TEXT," /* 16 hex digits */
                              "  PRIMARY KEY (run_id, ticker_id)) WITHOUT ROWID";

static const char combos[] = "CREATE TABLE combos ("
                             "  run_id INTEGER NOT NULL REFERENCES runs,"
                             "  combo_id INTEGER NOT NULL,"
                             "  params TEXT NOT NULL," /* JSON object */
                             "  PRIMARY KEY (run_id, combo_id)) WITHOUT ROWID";

static const char windows[] =
    "CREATE TABLE windows ("
    "  run_id INTEGER NOT NULL REFERENCES runs,"
    "  window_id INTEGER NOT NULL," /* 0 = the whole span: test_start .. test_end */
    "  train_start TEXT,"
    "  train_end TEXT,"
    "  test_start TEXT,"
    "  test_end TEXT,"
    "  PRIMARY KEY (run_id, window_id)) WITHOUT ROWID";

static const char combo_stats[] =
    "CREATE TABLE combo_stats ("
    "  run_id INTEGER NOT NULL,"
    "  window_id INTEGER NOT NULL,"
    "  phase TEXT NOT NULL,"
    "  combo_id INTEGER NOT NULL,"
    "  n_tickers INTEGER NOT NULL," /* tickers with a value */
    "  mean REAL,"
    "  median REAL,"
    "  p25 REAL,"
    "  p75 REAL,"
    "  lowest REAL,"
    "  highest REAL,"
    "  share_positive REAL,"
    "  PRIMARY KEY (run_id, window_id, phase, combo_id),"
    "  FOREIGN KEY (run_id, window_id) REFERENCES windows,"
    "  FOREIGN KEY (run_id, combo_id) REFERENCES combos) WITHOUT ROWID";

/* A rowid table: its blobs are long. */
static const char objective_values[] =
    "CREATE TABLE objective_values ("
    "  run_id INTEGER NOT NULL,"
    "  ticker_id INTEGER NOT NULL,"
    "  window_id INTEGER NOT NULL,"
    "  phase TEXT NOT NULL,"
    "  value BLOB NOT NULL," /* little-endian float64, one a combination; NaN for NULL */
    "  PRIMARY KEY (run_id, ticker_id, window_id, phase),"
    "  FOREIGN KEY (run_id, ticker_id) REFERENCES tickers,"
    "  FOREIGN KEY (run_id, window_id) REFERENCES windows)";

static const char selections[] =
    "CREATE TABLE selections ("
    "  run_id INTEGER NOT NULL,"
    "  ticker_id INTEGER NOT NULL,"
    "  window_id INTEGER NOT NULL,"
    "  combo_id INTEGER," /* NULL: no combination could be selected */
    "  objective TEXT NOT NULL,"
    "  train_value REAL,"
    "  test_value REAL,"
    "  PRIMARY KEY (run_id, ticker_id, window_id),"
    "  FOREIGN KEY (run_id, ticker_id) REFERENCES tickers,"
    "  FOREIGN KEY (run_id, window_id) REFERENCES windows,"
    "  FOREIGN KEY (run_id, combo_id) REFERENCES combos) WITHOUT ROWID";

static const char walkforward[] =
    "CREATE TABLE walkforward ("
    "  run_id INTEGER NOT NULL,"
    "  ticker_id INTEGER NOT NULL,"
    "  n_windows INTEGER NOT NULL,"
    "  efficiency REAL,"
    "  profitable_windows INTEGER,"
    "  n_combos_used INTEGER,"
    "  PRIMARY KEY (run_id, ticker_id),"
    "  FOREIGN KEY (run_id, ticker_id) REFERENCES tickers) WITHOUT ROWID";

static const char metric_defs[] = "CREATE TABLE metric_defs ("
                                  "  name TEXT PRIMARY KEY,"
                                  "  unit TEXT NOT NULL,"
                                  "  definition TEXT NOT NULL,"
                                  "  source TEXT NOT NULL) WITHOUT ROWID";

static const char tasks[] = "CREATE TABLE tasks ("
                            "  run_id INTEGER NOT NULL REFERENCES runs,"
                            "  task INTEGER NOT NULL,"
                            "  done TEXT NOT NULL," /* UTC */
                            "  PRIMARY KEY (run_id, task)) WITHOUT ROWID";

/* ---- long tables: rowid order is the order of writing, which is the fastest ----------------- */

/* Every column of the natural key comes first: queries on it read little of a row. */
static const char metrics[] = "CREATE TABLE metrics ("
                              "  run_id INTEGER NOT NULL,"
                              "  ticker_id INTEGER NOT NULL,"
                              "  window_id INTEGER NOT NULL,"
                              "  phase TEXT NOT NULL," /* full | train | test | oos */
                              "  combo_id INTEGER,"    /* NULL for oos */
#define X(id, name, unit, whole, definition, source) "  " name TYPE_##whole ","
#include "core/metrics.def"
#undef X
                              "  FOREIGN KEY (run_id, ticker_id) REFERENCES tickers,"
                              "  FOREIGN KEY (run_id, window_id) REFERENCES windows,"
                              "  FOREIGN KEY (run_id, combo_id) REFERENCES combos)";

/* NULLs are distinct in a unique index, so rows without a combination need this one. */
static const char metrics_no_combo[] =
    "CREATE UNIQUE INDEX metrics_no_combo ON metrics (run_id, ticker_id, window_id, phase)"
    " WHERE combo_id IS NULL";

const char bt_schema__create_metrics_key[] =
    "CREATE UNIQUE INDEX IF NOT EXISTS metrics_key"
    " ON metrics (run_id, ticker_id, window_id, phase, combo_id)";

static const char data_issues[] =
    "CREATE TABLE data_issues ("
    "  run_id INTEGER NOT NULL,"
    "  ticker_id INTEGER NOT NULL,"
    "  line INTEGER,"
    "  time TEXT,"
    "  kind TEXT NOT NULL,"
    "  severity TEXT NOT NULL CHECK (severity IN ('skipped', 'suspect', 'rejected')),"
    "  detail TEXT,"
    "  FOREIGN KEY (run_id, ticker_id) REFERENCES tickers)";

static const char regime_metrics[] = "CREATE TABLE regime_metrics ("
                                     "  run_id INTEGER NOT NULL,"
                                     "  ticker_id INTEGER NOT NULL,"
                                     "  window_id INTEGER NOT NULL,"
                                     "  phase TEXT NOT NULL,"
                                     "  combo_id INTEGER,"
                                     "  regime TEXT NOT NULL,"
                                     "  n_bars INTEGER,"
                                     "  total_return REAL,"
                                     "  cagr REAL,"
                                     "  volatility REAL,"
                                     "  sharpe REAL,"
                                     "  sortino REAL,"
                                     "  max_drawdown REAL,"
                                     "  exposure REAL,"
                                     "  FOREIGN KEY (run_id, ticker_id) REFERENCES tickers,"
                                     "  FOREIGN KEY (run_id, window_id) REFERENCES windows,"
                                     "  FOREIGN KEY (run_id, combo_id) REFERENCES combos)";

static const char trades[] =
    "CREATE TABLE trades ("
    "  run_id INTEGER NOT NULL,"
    "  ticker_id INTEGER NOT NULL,"
    "  window_id INTEGER NOT NULL,"
    "  phase TEXT NOT NULL,"
    "  combo_id INTEGER,"
    "  trade INTEGER NOT NULL," /* 1, 2, ... in order of entry */
    "  side TEXT NOT NULL,"
    "  entry_time TEXT NOT NULL,"
    "  entry_price REAL NOT NULL,"
    "  exit_time TEXT,"
    "  exit_price REAL,"
    "  shares REAL NOT NULL,"
    "  pnl REAL,"
    "  ret REAL,"
    "  bars INTEGER,"
    "  reason TEXT CHECK (reason IN ('signal', 'stop', 'profit', 'trailing', 'end')),"
    "  open INTEGER NOT NULL," /* 1: still open at the end */
    "  FOREIGN KEY (run_id, ticker_id) REFERENCES tickers,"
    "  FOREIGN KEY (run_id, window_id) REFERENCES windows,"
    "  FOREIGN KEY (run_id, combo_id) REFERENCES combos)";

static const char equity[] = "CREATE TABLE equity ("
                             "  run_id INTEGER NOT NULL,"
                             "  ticker_id INTEGER NOT NULL,"
                             "  window_id INTEGER NOT NULL,"
                             "  phase TEXT NOT NULL,"
                             "  combo_id INTEGER,"
                             "  time TEXT NOT NULL,"
                             "  equity REAL NOT NULL,"
                             "  position REAL NOT NULL,"
                             "  FOREIGN KEY (run_id, ticker_id) REFERENCES tickers,"
                             "  FOREIGN KEY (run_id, window_id) REFERENCES windows,"
                             "  FOREIGN KEY (run_id, combo_id) REFERENCES combos)";

/* ---- Monte Carlo ------------------------------------------------------------------------------
 * Rows of runs of the kinds `option` and `simulate`. */

static const char option_prices[] =
    "CREATE TABLE option_prices ("
    "  run_id INTEGER NOT NULL REFERENCES runs,"
    "  cell_id INTEGER NOT NULL," /* from 1 on, in the order of the grid */
    "  style TEXT NOT NULL CHECK"
    "   (style IN ('european', 'american', 'asian', 'barrier', 'lookback')),"
    "  type TEXT NOT NULL CHECK (type IN ('call', 'put')),"
    "  variant TEXT," /* arithmetic, geometric; down-out, ...; floating, fixed */
    "  spot REAL,"
    "  strike REAL,"
    "  rate REAL," /* a year, continuously compounded, as dividend */
    "  dividend REAL,"
    "  vol REAL,"    /* a year */
    "  expiry REAL," /* years */
    "  barrier REAL,"
    "  rebate REAL,"
    "  n_steps INTEGER,"
    "  n_paths INTEGER,"
    "  method TEXT,"
    "  price REAL," /* NULL: see reason, also of a standard error and Greeks */
    "  std_error REAL,"
    "  closed_form REAL,"
    "  lattice REAL," /* of an American option on a tree, with the same dates; and at any time */
    "  lattice_american REAL,"
    "  upper_bound REAL," /* of an American option, by a martingale */
    "  upper_bound_std_error REAL,"
    "  in_sample REAL," /* of an American option: of the paths that were fitted */
    "  in_sample_std_error REAL,"
    "  low REAL," /* low and high: 95% interval of the price */
    "  high REAL,"
    "  delta REAL,"
    "  delta_std_error REAL,"
    "  gamma REAL,"
    "  gamma_std_error REAL,"
    "  vega REAL," /* of 1.00 in vol; theta of a year; rho of 1.00 in rate */
    "  vega_std_error REAL,"
    "  theta REAL,"
    "  theta_std_error REAL,"
    "  rho REAL,"
    "  rho_std_error REAL,"
    "  implied_vol REAL,"
    "  reason TEXT,"
    "  PRIMARY KEY (run_id, cell_id)) WITHOUT ROWID";

static const char simulations[] =
    "CREATE TABLE simulations ("
    "  run_id INTEGER PRIMARY KEY REFERENCES runs,"
    "  model TEXT NOT NULL,"
    "  params TEXT NOT NULL," /* JSON object: of the model */
    "  spot REAL NOT NULL,"
    "  expiry REAL NOT NULL," /* years */
    "  n_steps INTEGER NOT NULL,"
    "  n_paths INTEGER NOT NULL,"
    "  fitted TEXT," /* symbol whose history the parameters come from */
    "  file TEXT,"   /* of the paths */
    "  mean REAL,"   /* of the price at expiry */
    "  std_error REAL,"
    "  exact_mean REAL,"
    "  seconds REAL,"
    "  baseline_seconds REAL)"; /* of one core without the pool */

static const char simulation_moments[] = "CREATE TABLE simulation_moments ("
                                         "  run_id INTEGER NOT NULL REFERENCES simulations,"
                                         "  name TEXT NOT NULL,"
                                         "  value REAL,"
                                         "  std_error REAL,"
                                         "  exact REAL," /* in closed form */
                                         "  PRIMARY KEY (run_id, name)) WITHOUT ROWID";

/* ---- views ---------------------------------------------------------------------------------- */

#define NEWEST_RUN "(SELECT max(run_id) FROM runs WHERE kind IN ('sweep', 'walkforward'))"

#define RESULTS_BEFORE "m.run_id, m.ticker_id, t.symbol, r.strategy, m.combo_id, "

#define RESULTS_AFTER "m.window_id, m.phase, w.train_start, w.train_end, w.test_start, w.test_end"

/* combos is joined from the left: out-of-sample rows have no combination. */
#define RESULTS_FROM                                                                               \
  " FROM metrics AS m"                                                                             \
  " JOIN runs AS r ON r.run_id = m.run_id"                                                         \
  " JOIN tickers AS t ON t.run_id = m.run_id AND t.ticker_id = m.ticker_id"                        \
  " JOIN windows AS w ON w.run_id = m.run_id AND w.window_id = m.window_id"                        \
  " LEFT JOIN combos AS c ON c.run_id = m.run_id AND c.combo_id = m.combo_id"

const char bt_schema__results_before[] = RESULTS_BEFORE;
const char bt_schema__results_after[] = RESULTS_AFTER
#define X(id, name, unit, whole, definition, source) ", m." name
#include "core/metrics.def"
#undef X
    ;
const char bt_schema__results_from[] = RESULTS_FROM;

static const char results_all[] =
    "CREATE VIEW results_all AS SELECT " RESULTS_BEFORE "c.params, " RESULTS_AFTER
#define X(id, name, unit, whole, definition, source) ", m." name
#include "core/metrics.def"
#undef X
        RESULTS_FROM;

static const char results[] =
    "CREATE VIEW results AS SELECT " RESULTS_BEFORE "c.params, " RESULTS_AFTER
#define X(id, name, unit, whole, definition, source) ", m." name
#include "core/metrics.def"
#undef X
        RESULTS_FROM " WHERE m.run_id = " NEWEST_RUN;

/* A sweep has one row a combination, the whole span; a walk-forward those of the train parts of its
 * windows, put together. Undefined medians come last, ties go to the lowest combination. */
static const char leaderboard[] =
    "CREATE VIEW leaderboard AS"
    " SELECT s.combo_id, c.params, max(s.n_tickers) AS n_tickers, avg(s.mean) AS mean,"
    "  avg(s.median) AS median, avg(s.p25) AS p25, avg(s.p75) AS p75, min(s.lowest) AS lowest,"
    "  max(s.highest) AS highest, avg(s.share_positive) AS share_positive,"
    "  coalesce((SELECT CASE WHEN json_valid(r.options)"
    "    THEN json_extract(r.options, '$.objective') END FROM runs AS r"
    "    WHERE r.run_id = s.run_id),"
    "   (SELECT o.objective FROM selections AS o WHERE o.run_id = s.run_id LIMIT 1)) AS objective"
    " FROM combo_stats AS s"
    " LEFT JOIN combos AS c ON c.run_id = s.run_id AND c.combo_id = s.combo_id"
    " WHERE s.run_id = " NEWEST_RUN
    "  AND s.phase = CASE s.window_id WHEN 0 THEN 'full' ELSE 'train' END"
    " GROUP BY s.run_id, s.combo_id"
    " ORDER BY avg(s.median) DESC, s.combo_id";

/* A sweep selects once, on the whole span; walk-forward in each window, and its metrics here are
 * those of the test part. */
static const char best[] =
    "CREATE VIEW best AS"
    " SELECT s.run_id, s.ticker_id, t.symbol, s.window_id, s.combo_id, c.params, s.objective,"
    "  s.train_value, s.test_value"
#define X(id, name, unit, whole, definition, source) ", m." name
#include "core/metrics.def"
#undef X
    " FROM selections AS s"
    " JOIN tickers AS t ON t.run_id = s.run_id AND t.ticker_id = s.ticker_id"
    " LEFT JOIN combos AS c ON c.run_id = s.run_id AND c.combo_id = s.combo_id"
    " LEFT JOIN metrics AS m ON m.run_id = s.run_id AND m.ticker_id = s.ticker_id"
    "  AND m.window_id = s.window_id AND m.combo_id = s.combo_id"
    "  AND m.phase = CASE s.window_id WHEN 0 THEN 'full' ELSE 'test' END"
    " WHERE s.run_id = " NEWEST_RUN " ORDER BY s.ticker_id, s.window_id";

/* What was priced last: a run without a price is passed over. */
static const char prices[] = "CREATE VIEW prices AS SELECT * FROM option_prices"
                             " WHERE run_id = (SELECT max(run_id) FROM option_prices)"
                             " ORDER BY cell_id";

const char *const bt_schema__statements[] = {
    runs,
    tickers,
    combos,
    windows,
    combo_stats,
    objective_values,
    selections,
    walkforward,
    metric_defs,
    tasks,
    metrics,
    metrics_no_combo,
    data_issues,
    trades,
    regime_metrics,
    equity,
    results_all,
    results,
    leaderboard,
    best,
    option_prices,
    simulations,
    simulation_moments,
    prices,
    NULL,
};
