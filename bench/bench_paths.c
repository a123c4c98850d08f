/* Paths to their price at expiry: one core without the pool, and the pool with one and two workers.
 * All run once a round, so that a drift of the machine's speed meets all; printed are medians and
 * the fastest, and the mean with its standard error.
 *
 *   bench_paths MODEL N_PATHS N_STEPS [ROUNDS]     MODEL: gbm, heston, merton, garch */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "runners/montecarlo/simulate.h"

enum { WORKERS_MOST = 2, ROUNDS_MOST = 101 };

typedef struct bench {
  bt_simulation job;
  bt_pool *pools[WORKERS_MOST];
  double alone[ROUNDS_MOST], pool[WORKERS_MOST][ROUNDS_MOST];
} bench;

static void read_job(bt_simulation *job, char **argv)
{
  bt_error err;
  int kind = 0;
  while (kind < BT_MODEL_COUNT && strcmp(argv[1], bt_model_names[kind]) != 0) kind++;
  if (kind == BT_MODEL_COUNT) {
    (void)fprintf(stderr, "bench_paths: %s: no such model\n", argv[1]);
    exit(2);
  }
  bt_model_init(&job->paths.model, (bt_model_kind)kind);
  stop_on(bt_model_settle(&job->paths.model, &err), &err);
  job->n_paths = strtoull(argv[2], NULL, 10);
  job->paths.n_steps = strtoull(argv[3], NULL, 10);
  job->paths.spot = 100;
  job->paths.expiry = kind == BT_MODEL_GARCH ? (double)job->paths.n_steps / BT_MODEL_DAYS : 1;
  job->paths.seed = 1;
}

/* The baseline with one worker, then two workers. */
static bt_simulation_result run_round(bench *b, size_t round)
{
  bt_simulation_result result = {0};
  bt_error err;
  for (size_t w = 0; w < WORKERS_MOST; w++) {
    b->job.compares = w == 0;
    stop_on(bt_simulation_run(&result, &b->job, b->pools[w], NULL, &err), &err);
    b->pool[w][round] = result.seconds;
    if (w == 0) b->alone[round] = result.baseline_seconds;
  }
  return result;
}

static void print_times(const char *what, double *times, size_t n_rounds, double n_paths)
{
  double middle = sort_to_median(times, n_rounds);
  (void)printf("%s %.6f s, fastest %.6f s: %.3g paths/s\n", what, middle, times[0],
               n_paths / times[0]);
}

int main(int argc, char **argv)
{
  static bench b;
  bt_error err;
  bt_simulation_result result = {0};
  if (argc < 4) {
    (void)fprintf(stderr, "usage: bench_paths MODEL N_PATHS N_STEPS [ROUNDS]\n");
    return 2;
  }
  size_t n_rounds = read_rounds(argc, argv, 4, 5, ROUNDS_MOST);
  keep_freed_memory();
  read_job(&b.job, argv);
  for (size_t w = 0; w < WORKERS_MOST; w++) stop_on(bt_pool_new(&b.pools[w], w + 1, &err), &err);
  for (size_t i = 0; i < n_rounds; i++) result = run_round(&b, i);
  print_times("alone", b.alone, n_rounds, (double)b.job.n_paths);
  print_times("1 worker", b.pool[0], n_rounds, (double)b.job.n_paths);
  print_times("2 workers", b.pool[1], n_rounds, (double)b.job.n_paths);
  (void)printf("mean %.4f, standard error %.4f, closed form %.4f\n", result.price.mean,
               result.std_error, result.exact.mean);
  for (size_t w = 0; w < WORKERS_MOST; w++) bt_pool_free(b.pools[w]);
  return 0;
}
