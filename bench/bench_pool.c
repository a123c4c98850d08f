/* Cost of a task in the pool, and what a second worker gains. Every case runs once a round, so that
 * a drift of the machine's speed meets all of them; printed are medians over the rounds, and ratios
 * to the case named. Compiled with -fopenmp it runs the same tasks under OpenMP too.
 *
 *   bench_pool [ROUNDS] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "runners/pool.h"

enum {
  N_TINY = 1000000,      /* tasks that store one number */
  N_NATURAL = 2000,      /* tasks as long as one ticker with 16 to 64 combinations */
  NATURAL_STEPS = 15000, /* dependent multiplications: about 20 to 50 us */
  N_FORKING = 50,        /* ordered tasks that fork N_NATURAL / N_FORKING each */
  MAX_ROUNDS = 101
};

typedef enum engine { PLAIN_LOOP, POOL_RUN, POOL_ORDERED_FORKS, OMP_TASK, OMP_TASKLOOP } engine;

typedef struct bench_case {
  const char *name;
  engine by;
  size_t n_workers, n_tasks, grain;
  size_t compared_to; /* index of the case that the ratio is taken to */
} bench_case;

static const bench_case cases[] = {
    {"tiny   loop", PLAIN_LOOP, 1, N_TINY, 1, 0},
    {"tiny   grain 1", POOL_RUN, 1, N_TINY, 1, 1},
    {"tiny   grain 1", POOL_RUN, 2, N_TINY, 1, 1},
    {"tiny   grain 1", POOL_RUN, 16, N_TINY, 1, 1},
    {"tiny   grain 64", POOL_RUN, 1, N_TINY, 64, 4},
    {"tiny   grain 64", POOL_RUN, 2, N_TINY, 64, 4},
    {"natural loop", PLAIN_LOOP, 1, N_NATURAL, 1, 6},
    {"natural", POOL_RUN, 1, N_NATURAL, 1, 6},
    {"natural", POOL_RUN, 2, N_NATURAL, 1, 6},
    {"natural", POOL_RUN, 16, N_NATURAL, 1, 6},
    {"natural ordered, forks", POOL_ORDERED_FORKS, 1, N_NATURAL, 1, 6},
    {"natural ordered, forks", POOL_ORDERED_FORKS, 2, N_NATURAL, 1, 6},
#ifdef _OPENMP
    {"tiny   OpenMP task", OMP_TASK, 1, N_TINY, 1, 1},
    {"tiny   OpenMP task", OMP_TASK, 2, N_TINY, 1, 2},
    {"tiny   OpenMP taskloop", OMP_TASKLOOP, 1, N_TINY, 1, 1},
    {"tiny   OpenMP taskloop", OMP_TASKLOOP, 2, N_TINY, 1, 2},
    {"natural OpenMP task", OMP_TASK, 2, N_NATURAL, 1, 6},
#endif
};
enum { N_CASES = sizeof cases / sizeof cases[0] };

typedef struct bench {
  bt_pool *pools[N_CASES];
  unsigned *slots; /* an entry for each task, so that the work is not optimised away */
} bench;

static void work_tiny(unsigned *slots, size_t index)
{
  slots[index] = (unsigned)index;
}

static void work_natural(unsigned *slots, size_t index)
{
  unsigned x = (unsigned)index;
  for (int i = 0; i < NATURAL_STEPS; i++) x = x * 1664525U + 1013904223U;
  slots[index] = x;
}

static bt_status tiny_task(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  (void)worker, (void)err;
  work_tiny(context, index);
  return BT_OK;
}

static bt_status natural_task(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  (void)worker, (void)err;
  work_natural(context, index);
  return BT_OK;
}

static bt_status forking_task(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  size_t n = N_NATURAL / N_FORKING;
  return bt_worker_fork(worker, n, 1, natural_task, (unsigned *)context + index * n, err);
}

static void run_loop(const bench_case *c, unsigned *slots)
{
  void (*volatile work)(unsigned *, size_t) = c->n_tasks == N_TINY ? work_tiny : work_natural;
  for (size_t i = 0; i < c->n_tasks; i++) work(slots, i);
}

#ifdef _OPENMP
static void run_omp(const bench_case *c, unsigned *slots)
{
  void (*volatile work)(unsigned *, size_t) = c->n_tasks == N_TINY ? work_tiny : work_natural;
#pragma omp parallel num_threads((int)c->n_workers)
#pragma omp single
  {
    if (c->by == OMP_TASKLOOP) {
#pragma omp taskloop grainsize(1)
      for (size_t i = 0; i < c->n_tasks; i++) work(slots, i);
    } else {
      for (size_t i = 0; i < c->n_tasks; i++) {
#pragma omp task firstprivate(i)
        work(slots, i);
      }
    }
  }
}
#endif

static bt_status run_pool(const bench_case *c, bt_pool *pool, unsigned *slots, bt_error *err)
{
  if (c->by == POOL_ORDERED_FORKS)
    return bt_pool_run_ordered(pool, N_FORKING, NULL, forking_task, slots, err);
  bt_task_fn fn = c->n_tasks == N_TINY ? tiny_task : natural_task;
  return bt_pool_run(pool, c->n_tasks, c->grain, fn, slots, err);
}

static bt_status run_case(double *elapsed_s, const bench *b, size_t i, bt_error *err)
{
  const bench_case *c = &cases[i];
  bt_status status = BT_OK;
  double start_s = now_s();
  if (c->by == PLAIN_LOOP) run_loop(c, b->slots);
  if (b->pools[i]) status = run_pool(c, b->pools[i], b->slots, err);
#ifdef _OPENMP
  if (c->by == OMP_TASK || c->by == OMP_TASKLOOP) run_omp(c, b->slots);
#endif
  *elapsed_s = now_s() - start_s;
  return status;
}

static bt_status open_bench(bench *b, bt_error *err)
{
  memset(b, 0, sizeof *b);
  b->slots = calloc(N_TINY, sizeof *b->slots);
  if (!b->slots) return bt_fail_nomem(err, "slots");
  bt_status status = BT_OK;
  for (size_t i = 0; i < N_CASES && status == BT_OK; i++)
    if (cases[i].by == POOL_RUN || cases[i].by == POOL_ORDERED_FORKS)
      status = bt_pool_new(&b->pools[i], cases[i].n_workers, err);
  return status;
}

static void close_bench(bench *b)
{
  for (size_t i = 0; i < N_CASES; i++) bt_pool_free(b->pools[i]);
  free(b->slots);
}

static void print_results(const bench *b, double (*times_s)[MAX_ROUNDS], size_t n_rounds)
{
  double median_s[N_CASES];
  for (size_t i = 0; i < N_CASES; i++) median_s[i] = sort_to_median(times_s[i], n_rounds);
  printf("%-24s %7s %12s %12s  %s\n", "case", "workers", "ns a task", "x faster", "than");
  for (size_t i = 0; i < N_CASES; i++) {
    const bench_case *c = &cases[i];
    const bench_case *other = &cases[c->compared_to];
    printf("%-24s %7zu %12.1f %12.2f  %s, %zu", c->name, c->n_workers,
           median_s[i] * 1e9 / (double)c->n_tasks, median_s[c->compared_to] / median_s[i],
           other->name, other->n_workers);
    if (b->pools[i]) {
      bt_pool_counters n = bt_pool_count(b->pools[i]);
      printf("  (a run: %zu steals, %zu sleeps)", n.n_steals / n_rounds, n.n_sleeps / n_rounds);
    }
    printf("\n");
  }
}

int main(int argc, char **argv)
{
  static double times_s[N_CASES][MAX_ROUNDS];
  size_t n_rounds = read_rounds(argc, argv, 1, 11, MAX_ROUNDS);
  bench b;
  bt_error err;
  keep_freed_memory();
  bt_status status = open_bench(&b, &err);
  for (size_t round = 0; round < n_rounds; round++)
    for (size_t i = 0; i < N_CASES && status == BT_OK; i++)
      status = run_case(&times_s[i][round], &b, i, &err);
  if (status == BT_OK) print_results(&b, times_s, n_rounds);
  if (status != BT_OK) fprintf(stderr, "bench_pool: %s\n", err.message);
  close_bench(&b);
  return status == BT_OK ? 0 : 1;
}
