#include "runners/montecarlo/simulate.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/lanes.h"
#include "core/montecarlo/sample.h"
#include "runners/montecarlo/blocks.h"
#include "runners/montecarlo/path_file.h"

_Static_assert((int)BT_BLOCK_PATHS <= (int)BT_PATHS_MOST, "a block is one call");

const double bt_quantile_levels[BT_QUANTILE_COUNT] = {0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99};

enum { TILE_BYTES = 256 << 10, TILE_PATHS_LEAST = 8 };

/* A block has so many steps in all, some milliseconds of work; but no fewer paths than two groups
 * of lanes, so that antithetic pairs are whole groups, too. */
enum { BLOCK_STEPS = 1 << 22, BLOCK_PATHS_LEAST = 2 * BT_LANES };

/* What a task has found: doubles alone, so that equal results are equal bytes. */
typedef struct sums {
  bt_shape price, log_return;
  bt_sample pairs; /* means of antithetic pairs */
} sums;

/* A worker's. */
typedef struct scratch {
  bt_path_state state;
  double log_returns[BT_BLOCK_PATHS], prices[BT_BLOCK_PATHS];
  double rows[]; /* of a tile of whole paths, where they are written */
} scratch;

typedef struct simulation {
  const bt_simulation *job;
  bt_paths paths;
  bt_path_file *file;    /* NULL: none */
  size_t tile_paths;     /* paths that are laid out at once for the file */
  double *kept;          /* prices by the number of their path; NULL: too many */
  bt_progress *baseline; /* counts what the baseline does; NULL: nobody looks, or the pool runs */
} simulation;

/* Of paths of many steps a block has fewer. */
static size_t block_paths(const bt_simulation *job)
{
  size_t fitting = BLOCK_STEPS / job->paths.n_steps / BLOCK_PATHS_LEAST * BLOCK_PATHS_LEAST;
  if (fitting > BT_BLOCK_PATHS) return BT_BLOCK_PATHS;
  return fitting > BLOCK_PATHS_LEAST ? fitting : BLOCK_PATHS_LEAST;
}

/* ---- a block ----------------------------------------------------------------------------------
 */

static bt_status write_rows(const simulation *s, uint64_t first, size_t n, scratch *own,
                            bt_error *err)
{
  bt_status status = BT_OK;
  for (size_t i = 0; i < n && !status; i += s->tile_paths) {
    size_t n_tile = n - i < s->tile_paths ? n - i : s->tile_paths;
    bt_paths_run(own->log_returns + i, own->rows, &s->paths, first + i, n_tile, &own->state);
    status = bt_path_file_write(s->file, own->rows, first + i, n_tile, err);
  }
  return status;
}

/* Pairs begin at even numbers, and blocks do. */
static void add_pairs(bt_sample *pairs, double *prices, size_t n)
{
  for (size_t i = 0; i < n / 2; i++) prices[i] = (prices[2 * i] + prices[2 * i + 1]) / 2;
  bt_sample_add(pairs, prices, n / 2);
}

static void count_baseline(const simulation *s, uint64_t first, size_t n)
{
  uint64_t n_tasks = bt_blocks_tasks_of(s->job->n_paths, block_paths(s->job));
  if (!s->baseline) return;
  double share = (double)(first + n) / (double)s->job->n_paths;
  atomic_store_explicit(&s->baseline->bar_combos_done, first + n, memory_order_relaxed);
  atomic_store_explicit(&s->baseline->tickers_done, (uint64_t)(share * (double)n_tasks),
                        memory_order_relaxed);
}

/* The add of a bt_block_job. */
static bt_status add_block(const void *context, void *slot, uint64_t first, size_t n,
                           void *scratch_bytes, bt_error *err)
{
  const simulation *s = context;
  scratch *own = scratch_bytes;
  sums *found = slot;
  bt_status status = BT_OK;
  if (s->file)
    status = write_rows(s, first, n, own, err);
  else
    bt_paths_run(own->log_returns, NULL, &s->paths, first, n, &own->state);
  if (status) return status;
  bt_paths_prices(own->prices, &s->paths, own->log_returns, n);
  bt_shape_add(&found->price, own->prices, n);
  bt_shape_add(&found->log_return, own->log_returns, n);
  if (s->kept) memcpy(s->kept + first, own->prices, n * sizeof *s->kept);
  if (s->job->paths.antithetic) add_pairs(&found->pairs, own->prices, n);
  count_baseline(s, first, n);
  return BT_OK;
}

/* The join of a bt_block_job. */
static void join_sums(const void *context, void *slot, const void *later)
{
  (void)context;
  sums *a = slot;
  const sums *b = later;
  bt_shape_join(&a->price, &b->price);
  bt_shape_join(&a->log_return, &b->log_return);
  bt_sample_join(&a->pairs, &b->pairs);
}

/* ---- runs -------------------------------------------------------------------------------------
 */

static bt_block_job block_job(simulation *s)
{
  size_t row_bytes = (s->job->paths.n_steps + 1) * sizeof(double);
  return (bt_block_job){.n_paths = s->job->n_paths,
                        .block_paths = block_paths(s->job),
                        .slot_bytes = sizeof(sums),
                        .scratch_bytes =
                            sizeof(scratch) + (s->file ? s->tile_paths * row_bytes : 0),
                        .context = s,
                        .add = add_block,
                        .join = join_sums};
}

static bt_status run_baseline(bt_simulation_result *out, sums *found, simulation *s,
                              bt_progress *progress, bt_error *err)
{
  s->baseline = progress;
  const bt_block_job job = block_job(s);
  double begun_s = bt_run_now_s();
  bt_status status = bt_blocks_run_alone(found, &job, s->job->stop, err);
  out->baseline_seconds = bt_run_now_s() - begun_s;
  s->baseline = NULL;
  return status;
}

static bt_status run_pool(bt_simulation_result *out, sums *found, simulation *s, bt_pool *pool,
                          bt_progress *progress, bt_error *err)
{
  const bt_block_job job = block_job(s);
  double begun_s = bt_run_now_s();
  bt_status status = bt_blocks_run(found, &job, pool, progress, err);
  out->seconds = bt_run_now_s() - begun_s;
  return status;
}

/* To the last bit. */
static bool are_same(const sums *a, const sums *b)
{
  uint64_t bits_a[sizeof *a / sizeof(uint64_t)], bits_b[sizeof *b / sizeof(uint64_t)];
  memcpy(bits_a, a, sizeof bits_a);
  memcpy(bits_b, b, sizeof bits_b);
  return memcmp(bits_a, bits_b, sizeof bits_a) == 0;
}

/* The baseline first, where there is one. */
static bt_status run_all(bt_simulation_result *out, sums *found, simulation *s, bt_pool *pool,
                         bt_progress *progress, bt_error *err)
{
  sums alone;
  bt_status status = BT_OK;
  if (s->job->compares) status = run_baseline(out, &alone, s, progress, err);
  if (!status) status = run_pool(out, found, s, pool, progress, err);
  if (!status && s->job->compares && !are_same(&alone, found))
    status = bt_fail(err, BT_ERR_DATA,
                     "the pool's result is not that of one core alone: please report this");
  return status;
}

static bt_status run_with_file(bt_simulation_result *out, sums *found, simulation *s, bt_pool *pool,
                               bt_progress *progress, bt_error *err)
{
  const bt_simulation *job = s->job;
  bt_path_file file;
  if (!job->file) return run_all(out, found, s, pool, progress, err);
  bt_status status = bt_path_file_open(&file, job->file, job->n_paths, job->paths.n_steps, err);
  if (status) return status;
  s->file = &file;
  status = run_all(out, found, s, pool, progress, err);
  s->file = NULL;
  if (!status) return bt_path_file_publish(&file, err);
  bt_path_file_drop(&file);
  return status;
}

/* ---- results ----------------------------------------------------------------------------------
 */

static int compare_prices(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Sorts the prices. */
static void find_quantiles(bt_simulation_result *out, double *prices, size_t n)
{
  qsort(prices, n, sizeof *prices, compare_prices);
  for (size_t q = 0; q < BT_QUANTILE_COUNT; q++) {
    double place = bt_quantile_levels[q] * (double)(n - 1);
    size_t below = (size_t)place, above = below + 1 < n ? below + 1 : below;
    out->quantile[q] = prices[below] + (place - (double)below) * (prices[above] - prices[below]);
  }
}

/* Of one path there is more to say. */
static bt_status look_at_path(bt_simulation_result *out, simulation *s, bt_error *err)
{
  double log_return = 0;
  const size_t n_prices = s->job->paths.n_steps + 1;
  double *row = malloc(n_prices * sizeof *row);
  bt_path_state *state = malloc(sizeof *state);
  bt_status status = row && state ? BT_OK : bt_fail_nomem(err, "path");
  if (!status) {
    bt_paths_run(&log_return, row, &s->paths, 0, 1, state);
    out->path_lowest = out->path_highest = row[0];
    for (size_t i = 1; i < n_prices; i++) {
      out->path_lowest = row[i] < out->path_lowest ? row[i] : out->path_lowest;
      out->path_highest = row[i] > out->path_highest ? row[i] : out->path_highest;
    }
  }
  free(state);
  free(row);
  return status;
}

static bt_status settle(bt_simulation_result *out, const sums *found, simulation *s, bt_error *err)
{
  out->price = found->price;
  out->log_return = found->log_return;
  out->antithetic = s->job->paths.antithetic;
  out->may_drift = s->paths.may_drift;
  out->std_error = s->job->paths.antithetic ? bt_sample_std_error(&found->pairs)
                                            : bt_shape_std_error(&found->price);
  if (!isfinite(found->price.mean) || !isfinite(found->price.highest))
    return bt_fail(err, BT_ERR_DATA,
                   "prices came out that are too large for a number: the parameters are too wild");
  out->exact = bt_exact_of(&s->job->paths);
  if (s->job->n_paths == 1) return look_at_path(out, s, err);
  if (s->kept) find_quantiles(out, s->kept, (size_t)s->job->n_paths);
  return BT_OK;
}

/* Fills *paths. */
static bt_status check(bt_paths *paths, const bt_simulation *job, bt_error *err)
{
  bt_status status = bt_paths_init(paths, &job->paths, err);
  if (status || !job->paths.antithetic || job->n_paths % 2 == 0) return status;
  return bt_fail(err, BT_ERR_USAGE, "--paths %" PRIu64 ": antithetic paths come in pairs",
                 job->n_paths);
}

bt_status bt_simulation_check(const bt_simulation *job, const char *database, bt_error *err)
{
  bt_paths paths;
  bt_status status = check(&paths, job, err);
  if (status || !job->file) return status;
  return bt_path_file_check(job->file, job->n_paths, job->paths.n_steps, database, err);
}

static bt_status prepare(simulation *s, bt_simulation_result *out, bt_error *err)
{
  const bt_simulation *job = s->job;
  const size_t fitting = TILE_BYTES / sizeof(double) / (job->paths.n_steps + 1);
  bt_status status = check(&s->paths, job, err);
  if (status) return status;
  s->tile_paths = fitting < TILE_PATHS_LEAST ? TILE_PATHS_LEAST
                  : fitting > BT_BLOCK_PATHS ? BT_BLOCK_PATHS
                                             : fitting;
  *out = (bt_simulation_result){
      .path_lowest = (double)NAN, .path_highest = (double)NAN, .baseline_seconds = (double)NAN};
  for (size_t i = 0; i < BT_QUANTILE_COUNT; i++) out->quantile[i] = (double)NAN;
  if (job->n_paths < 2 || job->n_paths > BT_QUANTILE_PATHS_MOST) return BT_OK;
  s->kept = malloc((size_t)job->n_paths * sizeof *s->kept);
  return s->kept ? BT_OK : bt_fail_nomem(err, "prices");
}

bt_status bt_simulation_run(bt_simulation_result *out, const bt_simulation *job, bt_pool *pool,
                            bt_progress *progress, bt_error *err)
{
  sums found;
  bt_simulation_result result;
  simulation s = {.job = job};
  bt_status status = prepare(&s, &result, err);
  if (!status) status = run_with_file(&result, &found, &s, pool, progress, err);
  if (!status) status = settle(&result, &found, &s, err);
  free(s.kept);
  if (!status) *out = result;
  return status;
}

size_t bt_simulation_tasks(const bt_simulation *job)
{
  return bt_blocks_tasks_of(job->n_paths, block_paths(job)) * (job->compares ? 2 : 1);
}
