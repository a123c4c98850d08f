/* The price of an American put by regression: the row of Longstaff and Schwartz's table with spot
 * 36, strike 40, rate 6%, volatility 20%, one year and 50 dates. The fit alone is what numpy's
 * version does: paths and the way back; the whole has the second pass and the bound besides.
 *
 *   bench_american [ROUNDS [PATHS [DEGREE]]] */
#include <stdio.h>

#include "bench/bench.h"
#include "core/linear_algebra.h"
#include "runners/montecarlo/american.h"

enum { MAX_ROUNDS = 101, N_WORKERS = 2, DATES = 50 };

typedef struct bench_case {
  const char *name;
  size_t n_workers;
  bool is_fit_alone;
} bench_case;

static const bench_case cases[] = {
    {"fit alone, 1 worker", 1, true},
    {"fit alone, 2 workers", N_WORKERS, true},
    {"with price and bound, 1 worker", 1, false},
    {"with price and bound, 2 workers", N_WORKERS, false},
};
enum { N_CASES = sizeof cases / sizeof cases[0] };

typedef struct bench_task {
  const bt_american *job;
  bool is_fit_alone;
  bt_american_result result;
} bench_task;

static bt_status price_task(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  (void)index;
  bench_task *task = context;
  return task->is_fit_alone ? bt_american_fit(&task->result, task->job, worker, err)
                            : bt_american_price(&task->result, task->job, worker, err);
}

static void run_rounds(double (*times_s)[MAX_ROUNDS], bench_task *tasks, size_t n_rounds)
{
  bt_pool *pools[N_CASES];
  bt_error err;
  for (size_t i = 0; i < N_CASES; i++)
    stop_on(bt_pool_new(&pools[i], cases[i].n_workers, &err), &err);
  for (size_t round = 0; round < n_rounds; round++)
    for (size_t i = 0; i < N_CASES; i++) {
      const double start_s = now_s();
      stop_on(bt_pool_run(pools[i], 1, 1, price_task, &tasks[i], &err), &err);
      times_s[i][round] = now_s() - start_s;
    }
  for (size_t i = 0; i < N_CASES; i++) bt_pool_free(pools[i]);
}

int main(int argc, char **argv)
{
  static double times_s[N_CASES][MAX_ROUNDS];
  const size_t n_rounds = read_rounds(argc, argv, 1, 11, MAX_ROUNDS);
  const bt_american job = {.option = {BT_PUT, 36, 40, 0.06, 0, 0.2, 1},
                           .n_dates = DATES,
                           .n_paths = read_rounds(argc, argv, 2, 100000, 100000000),
                           .degree = read_rounds(argc, argv, 3, 3, BT_AMERICAN_DEGREE_MOST),
                           .n_bound_paths = BT_AMERICAN_BOUND_PATHS,
                           .seed = 1};
  bench_task tasks[N_CASES];
  bt_blas_use_one_thread();
  keep_freed_memory();
  for (size_t i = 0; i < N_CASES; i++)
    tasks[i] = (bench_task){.job = &job, .is_fit_alone = cases[i].is_fit_alone};
  run_rounds(times_s, tasks, n_rounds);
  for (size_t i = 0; i < N_CASES; i++) {
    const double median_s = sort_to_median(times_s[i], n_rounds);
    printf("%s: %.4f s, fastest %.4f s\n", cases[i].name, median_s, times_s[i][0]);
  }
  const bt_american_result *r = &tasks[N_CASES - 1].result;
  printf("price %.5f (%.5f), in sample %.5f (%.5f), at most %.5f (%.5f)\n", r->price, r->std_error,
         r->in_sample, r->in_sample_std_error, r->high, r->high_std_error);
  return 0;
}
