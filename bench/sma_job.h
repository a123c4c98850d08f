/* sma_job.h - a sweep of sma over the files of a universe, as the benchmarks run it: long only,
 * 0.1% commission, every bar in memory. All is static. */
#ifndef BT_BENCH_SMA_JOB_H
#define BT_BENCH_SMA_JOB_H

#include "bench/bench.h"
#include "runners/pool.h"
#include "runners/scan.h"
#include "strategies/registry.h"

/* The ranges that sma has by itself: 174 combinations. */
#define SMA_FAST "5:50:5"
#define SMA_SLOW "20:200:10"

typedef struct sma_job {
  bt_universe universe;
  bt_strategy strategy;
  bt_grid *grid;
  bt_job job; /* points into this struct, which must stay where it is */
  bt_pool *pool;
  bt_scan scan;
} sma_job;

static inline void make_sma_grid(sma_job *s, const char *fast, const char *slow)
{
  bt_error err;
  bt_axis axes[2];
  const bt_strategy *sma = NULL;
  stop_on(bt_strategy_find(&sma, "sma", &err), &err);
  s->strategy = *sma;
  stop_on(bt_axis_parse(&axes[0], &sma->params[0], fast, &err), &err);
  stop_on(bt_axis_parse(&axes[1], &sma->params[1], slow, &err), &err);
  stop_on(bt_grid_new(&s->grid, sma, axes, NULL, 0, &err), &err);
  for (size_t i = 0; i < 2; i++) bt_axis_clear(&axes[i]);
}

/* Everything but the scan. The caller closes it with close_sma_job. */
static inline void open_sma_job(sma_job *s, const char *universe_path, const char *fast,
                                const char *slow, size_t n_workers)
{
  bt_error err;
  *s = (sma_job){.pool = NULL};
  stop_on(bt_universe_read(&s->universe, universe_path, NULL, &err), &err);
  make_sma_grid(s, fast, slow);
  s->job =
      (bt_job){.universe = &s->universe,
               .load = BT_LOAD_OPTIONS_DEFAULT,
               .strategy = &s->strategy,
               .grid = s->grid,
               .direction = BT_DIRECTION_LONG,
               .evaluation.simulation = {.cash = 100000, .costs.commission_rate = 0.001, .size = 1},
               .size.fraction = 1,
               .from_ns = INT64_MIN,
               .to_ns = INT64_MAX,
               .selection.objective = BT_METRIC_SHARPE};
  stop_on(bt_pool_new(&s->pool, n_workers, &err), &err);
}

/* Loads every ticker; none may be rejected. Gives the number of bars. */
static inline size_t load_sma_job(sma_job *s)
{
  bt_error err;
  size_t n_bars = 0;
  stop_on(bt_scan_run(&s->scan, &s->job, SIZE_MAX, s->pool, &err), &err);
  for (size_t i = 0; i < s->scan.n_entries; i++) {
    const bt_scan_entry *entry = &s->scan.entries[i];
    if (entry->report->rejected || !entry->bars) {
      (void)fprintf(stderr, "bench: ticker %zu: %s\n", i + 1, entry->report->reason);
      exit(1);
    }
    n_bars += entry->bars->n_bars;
  }
  return n_bars;
}

static inline void close_sma_job(sma_job *s)
{
  bt_scan_clear(&s->scan);
  bt_pool_free(s->pool);
  bt_grid_free(s->grid);
  bt_universe_clear(&s->universe);
}

#endif
