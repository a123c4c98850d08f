#include "runners/plan.h"

#include <stdlib.h>
#include <string.h>

#include "core/bars.h"
#include "core/indicator_cache.h"
#include "core/metrics.h"
#include "core/signal_host.h"
#include "runners/file_size.h"
#include "runners/portfolio_pass.h"
#include "runners/run.h"
#include "runners/scan.h"
#include "runners/store.h"

/* Rates of one core of an ordinary machine, on the safe side; see bench/. A row of combos and one
 * of combo_stats are written for every combination. */
static const double csv_bytes_per_s = 150e6, bar_combos_per_s = 120e6, rows_per_s = 300e3,
                    combos_per_s = 200e3;

/* Passes over all bars that measuring every window of a walk-forward costs, beside the first. */
static const double passes_a_window = 1 / 60.0;

/* Bytes of a line of prices in a file, and of a bar's row while a file is read. */
enum { BYTES_PER_LINE = 40, BYTES_PER_LOADED_ROW = 96 };

/* Of the database, measured: a file without rows; a row of metrics with its place in the index, of
 * combo_stats, of combos beside its text, of a blob beside its doubles. */
enum {
  EMPTY_DATABASE_BYTES = 311296,
  METRICS_ROW_BYTES = 210,
  STATS_ROW_BYTES = 100,
  COMBO_ROW_BYTES = 12,
  BLOB_ROW_BYTES = 600
};

/* Of memory: the program itself, a worker without work, SQLite's cache of pages at most
 * (runners/store_open.c). */
enum { PROGRAM_BYTES = 5 << 20, WORKER_BYTES = 512 << 10, PAGE_CACHE_BYTES = 16 << 20 };

static uint64_t least_of(uint64_t a, uint64_t b)
{
  return a < b ? a : b;
}

/* Of a sweep; of a walk-forward the same on each train and test part, and one out of sample. */
static uint64_t rows_of_a_ticker(const bt_job *job, const bt_plan *plan)
{
  uint64_t n = plan->n_combos;
  if (job->keep.kind == BT_KEEP_SELECTED) n = 1;
  if (job->keep.kind == BT_KEEP_TOP) n = least_of(job->keep.top, plan->n_combos);
  return plan->walks ? 2 * n * plan->n_windows + 1 : n;
}

/* Objective values of a ticker. */
static uint64_t value_bytes(const bt_plan *plan)
{
  return (uint64_t)plan->n_windows * 8 * plan->n_combos;
}

/* Counts one file; returns the bars that its size lets expect, 0 when it is not there. */
static uint64_t look_at(bt_plan *plan, const char *path)
{
  bt_file_size size = bt_file_size_of(path);
  plan->n_found += size.found;
  plan->file_bytes += size.on_disk;
  return size.text / BYTES_PER_LINE;
}

/* The text of a combination in the middle of the grid, which stands for all. */
static uint64_t params_bytes(const bt_grid *grid)
{
  char *json = bt_grid_params_json(grid, bt_grid_count(grid) / 2);
  uint64_t length = json ? strlen(json) : 0;
  free(json);
  return length;
}

static uint64_t estimate_database(const bt_plan *plan, const bt_job *job)
{
  uint64_t n_windows = plan->n_windows;
  uint64_t a_combo = n_windows * STATS_ROW_BYTES + COMBO_ROW_BYTES + params_bytes(job->grid);
  return EMPTY_DATABASE_BYTES + plan->n_rows * METRICS_ROW_BYTES + plan->n_combos * a_combo +
         plan->n_computed * (value_bytes(plan) + n_windows * BLOB_ROW_BYTES);
}

/* Lets a combination ask for its series. */
static bt_status ask_for_series(bt_aim *aim, const bt_job *job, const double *params,
                                bt_signal_host *host)
{
  bt_on_bar_lines lines;
  if (!job->strategy->on_bar)
    return bt_aim_take(aim, job->strategy, params, host, job->direction, NULL);
  host->status = BT_OK;
  bt_status status = bt_on_bar_prepare(&lines, job->strategy, params, host, NULL);
  bt_indicator_hold_release(&host->hold);
  return host->status ? host->status : status;
}

/* How many series of doubles, with their floats, the combinations ask for, by letting the strategy
 * ask on a single bar; in a large grid, about COUNTED_MOST that lie spread over it. 1 where that
 * fails. */
static uint64_t count_series(const bt_job *job)
{
  enum { COUNTED_MOST = 20000 };
  uint64_t n_combos = bt_grid_count(job->grid), n_series = 1, n_counted = 0;
  bt_bars *bars = NULL;
  bt_indicator_cache *cache = NULL;
  bt_signal_host host;
  double *params = calloc(bt_grid_n_params(job->grid) + 1, sizeof *params);
  bt_aim aim;
  bt_aim_init(&aim);
  if (!params || bt_bars_new(&bars, 1, NULL)) goto cleanup;
  bars->time_ns[0] = 0;
  bars->open[0] = bars->high[0] = bars->low[0] = bars->close[0] = bars->volume[0] = 1;
  if (bt_indicator_cache_new(&cache, (const bt_series[]){bt_bars_series(bars)}, NULL, NULL, NULL))
    goto cleanup;
  bt_signal_host_init(&host, cache);
  for (uint64_t i = 0; i < n_combos; i += n_combos / COUNTED_MOST + 1, n_counted++) {
    bt_grid_values(job->grid, (size_t)i, params);
    if (ask_for_series(&aim, job, params, &host)) goto cleanup;
  }
  n_series = bt_indicator_cache_size_bytes(cache) / sizeof(double);
  if (n_counted > 0 && n_series >= n_counted)
    n_series = n_series * n_combos / n_counted; /* each has its own */
cleanup:
  bt_aim_clear(&aim);
  bt_indicator_cache_free(cache);
  bt_bars_free(bars);
  free(params);
  return n_series;
}

/* As far as they are kept. */
static uint64_t indicator_bytes(const bt_job *job, uint64_t n_bars)
{
  uint64_t least = 12 * n_bars * BT_CACHE_SERIES_LEAST, most = BT_CACHE_BUDGET_BYTES;
  return least_of(8 * n_bars * count_series(job), least > most ? least : most);
}

/* A ticker in work: the file's text and rows of when it was loaded, its bars, indicators, score and
 * Sharpe ratio of each combination. */
static uint64_t ticker_bytes(const bt_plan *plan, const bt_job *job, uint64_t n_bars)
{
  return n_bars * (BYTES_PER_LINE + BYTES_PER_LOADED_ROW) + bt_bars_size_bytes((size_t)n_bars) +
         bt_tables_size_bytes((size_t)n_bars) + indicator_bytes(job, n_bars) +
         2 * value_bytes(plan);
}

/* Results of a ticker on their way to the disk. */
static uint64_t batch_bytes(const bt_plan *plan, const bt_job *job)
{
  return value_bytes(plan) + rows_of_a_ticker(job, plan) * (sizeof(bt_metrics) + sizeof(int64_t));
}

/* The greater of two moments: while tickers are computed, and while their statistics are. */
static uint64_t estimate_memory(const bt_plan *plan, const bt_job *job, uint64_t longest,
                                uint64_t n_workers)
{
  uint64_t n_combos = plan->n_combos, n_tickers = plan->n_tickers;
  uint64_t a_ticker = ticker_bytes(plan, job, longest), a_batch = batch_bytes(plan, job);
  uint64_t n_in_work = least_of(n_workers, n_tickers);
  uint64_t kept = plan->is_scanned ? BT_SCAN_KEPT_BYTES : BT_SCAN_KEPT_IN_PASSING_BYTES;
  uint64_t lasting = PROGRAM_BYTES + n_workers * WORKER_BYTES +
                     least_of(plan->database_bytes, PAGE_CACHE_BYTES) + 8 * n_tickers * n_combos +
                     sizeof(uint32_t) * n_combos +
                     least_of(bt_bars_size_bytes((size_t)plan->n_bars), kept);
  uint64_t waiting = least_of(n_tickers * a_batch, BT_RUN_WAITING_BYTES + n_in_work * a_batch);
  uint64_t computing = n_in_work * a_ticker + waiting;
  uint64_t portfolio = job->portfolio_all ? (n_workers + 4) * BT_PORTFOLIO_PART_BYTES : 0;
  if (portfolio > computing) computing = portfolio;
  uint64_t statistics = (sizeof(bt_combo_stats) + sizeof(double)) * n_combos;
  return lasting + (computing > statistics ? computing : statistics);
}

static double estimate_time(const bt_plan *plan, double n_workers)
{
  double n_combos = (double)plan->n_combos, n_windows = (double)plan->n_windows;
  double n_passes = plan->walks ? 1 + n_windows * passes_a_window : 1;
  double computing_s = (double)plan->file_bytes / csv_bytes_per_s / n_workers +
                       n_passes * (double)plan->n_bars * n_combos / bar_combos_per_s / n_workers;
  double writing_s = (double)plan->n_rows / rows_per_s;
  return (computing_s > writing_s ? computing_s : writing_s) + n_combos * n_windows / combos_per_s;
}

/* The tickers, their files and bars; returns the bars of the longest. */
static uint64_t count_tickers(bt_plan *plan, const bt_universe *universe, const bt_scan *scan)
{
  uint64_t longest = 0;
  for (size_t i = 0; i < universe->n_entries; i++) {
    const bt_load_report *report = scan ? scan->entries[i].report : NULL;
    uint64_t n_bars = look_at(plan, universe->entries[i].path);
    if (report && report->rejected) continue;
    if (report) n_bars = report->n_bars;
    plan->n_computed++;
    plan->n_bars += n_bars;
    if (n_bars > longest) longest = n_bars;
  }
  return longest;
}

void bt_plan_make(bt_plan *out, const bt_job *job, const bt_scan *scan, size_t n_windows,
                  size_t n_workers)
{
  *out = (bt_plan){.n_tickers = job->universe->n_entries,
                   .n_combos = bt_grid_count(job->grid),
                   .n_excluded = bt_grid_excluded(job->grid),
                   .n_windows = n_windows > 0 ? n_windows : 1,
                   .walks = n_windows > 0,
                   .is_scanned = scan != NULL};
  uint64_t longest = count_tickers(out, job->universe, scan);
  out->n_rows = out->n_computed * rows_of_a_ticker(job, out) +
                (job->portfolio_all ? out->n_combos : 1); /* those of '*' */
  out->database_bytes = estimate_database(out, job);
  out->memory_bytes = estimate_memory(out, job, longest, n_workers);
  out->elapsed_s = estimate_time(out, (double)n_workers);
}
