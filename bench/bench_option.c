/* Options by paths: seconds of one price, one worker and two, and of its parts. All run once a
 * round, so that a drift of the machine's speed meets all; printed are medians and the fastest.
 *
 *   bench_option [ROUNDS] */
#include <stdio.h>
#include <stdlib.h>

#include "bench/bench.h"
#include "core/block.h"
#include "core/random/streams.h"
#include "runners/montecarlo/option.h"

enum { N_EUROPEAN = 40000000, N_ASIAN = 400000, N_STEPS = 252, N_GRID = 11, MAX_ROUNDS = 101 };
enum { STRIP = 1024 };

typedef struct bench {
  bt_pool *one, *two;
  bt_option_terms cells[N_GRID];
  bt_option_result results[N_GRID];
  double *normals, *value, *control;
} bench;

static const bt_option_terms usual = {
    .style = BT_EUROPEAN,
    .option = {BT_CALL, .spot = 100, .strike = 100, .rate = 0.05, .vol = 0.2, .expiry = 1},
    .n_steps = 1};

static void price(bench *b, bt_pool *pool, size_t n_cells, uint64_t n_paths)
{
  bt_error err;
  const bt_option_job job = {
      .cells = b->cells, .n_cells = n_cells, .settings = {BT_ANTITHETIC, true, false, n_paths, 1}};
  stop_on(bt_option_run(b->results, &job, pool, NULL, &err), &err);
}

static void set_style(bench *b, bt_style style, size_t n_steps)
{
  for (size_t i = 0; i < N_GRID; i++) {
    b->cells[i] = usual;
    b->cells[i].style = style;
    b->cells[i].barrier = (bt_barrier){BT_DOWN_OUT, 85, 0};
    b->cells[i].option.vol = i == 0 ? 0.2 : 0.1 + 0.05 * (double)i;
    b->cells[i].n_steps = n_steps;
  }
}

static void european_one(bench *b)
{
  set_style(b, BT_EUROPEAN, 1);
  price(b, b->one, 1, N_EUROPEAN);
}

static void european_two(bench *b)
{
  set_style(b, BT_EUROPEAN, 1);
  price(b, b->two, 1, N_EUROPEAN);
}

static void european_grid(bench *b)
{
  set_style(b, BT_EUROPEAN, 1);
  price(b, b->one, N_GRID, N_EUROPEAN / N_GRID);
}

static void normals_alone(bench *b)
{
  const bt_stream stream = {1, 0};
  for (uint64_t first = 0; first < N_EUROPEAN / 2; first += STRIP)
    bt_stream_normals(b->normals, &stream, 0, first, STRIP);
}

static void values_alone(bench *b)
{
  bt_cell cell;
  bt_path_rows rows = {.value = b->value, .control = b->control};
  const bt_draws draws = {.normals = b->normals, .stride = STRIP, .n = STRIP, .antithetic = true};
  bt_cell_init(&cell, &usual);
  for (uint64_t first = 0; first < N_EUROPEAN / 2; first += STRIP)
    bt_engine_european(&rows, &cell, &draws);
}

static void sums_alone(bench *b)
{
  bt_pair_sample sums = {0};
  for (uint64_t first = 0; first < N_EUROPEAN / 2; first += STRIP)
    bt_pair_sample_add(&sums, b->value, b->control, STRIP);
  b->results[0].closed_form = sums.products;
}

static void asian_one(bench *b)
{
  set_style(b, BT_ASIAN, N_STEPS);
  price(b, b->one, 1, N_ASIAN);
}

static void asian_two(bench *b)
{
  set_style(b, BT_ASIAN, N_STEPS);
  price(b, b->two, 1, N_ASIAN);
}

static void barrier_one(bench *b)
{
  set_style(b, BT_BARRIER, 1);
  price(b, b->one, 1, N_EUROPEAN / 4);
}

static const struct part {
  const char *name;
  void (*run)(bench *b);
  double n_paths;
} parts[] = {{"european, one worker", european_one, N_EUROPEAN},
             {"european, two workers", european_two, N_EUROPEAN},
             {"normal numbers alone", normals_alone, N_EUROPEAN},
             {"values alone", values_alone, N_EUROPEAN},
             {"sums alone", sums_alone, N_EUROPEAN},
             {"european, 11 volatilities", european_grid, N_EUROPEAN},
             {"asian, 252 fixings, one worker", asian_one, N_ASIAN},
             {"asian, 252 fixings, two workers", asian_two, N_ASIAN},
             {"barrier, continuous", barrier_one, N_EUROPEAN / 4.0}};
enum { N_PARTS = sizeof parts / sizeof *parts };

static double *new_row(void)
{
  double *row = bt_block_take(NULL, STRIP * sizeof *row);
  if (!row) exit(1);
  return row;
}

int main(int argc, char **argv)
{
  static double seconds[N_PARTS][MAX_ROUNDS];
  static bench b;
  bt_error err;
  size_t n_rounds = read_rounds(argc, argv, 1, 5, MAX_ROUNDS);
  keep_freed_memory();
  stop_on(bt_pool_new(&b.one, 1, &err), &err);
  stop_on(bt_pool_new(&b.two, 2, &err), &err);
  b.normals = new_row();
  b.value = new_row();
  b.control = new_row();
  for (size_t round = 0; round < n_rounds; round++)
    for (size_t p = 0; p < N_PARTS; p++) {
      double begun = now_s();
      parts[p].run(&b);
      seconds[p][round] = now_s() - begun;
    }
  for (size_t p = 0; p < N_PARTS; p++) {
    double median = sort_to_median(seconds[p], n_rounds);
    (void)printf("%-32s %.6f s, fastest %.6f s: %.4g M paths/s\n", parts[p].name, median,
                 seconds[p][0], 1e-6 * parts[p].n_paths / seconds[p][0]);
  }
  bt_block_give(NULL, b.normals);
  bt_block_give(NULL, b.value);
  bt_block_give(NULL, b.control);
  bt_pool_free(b.one);
  bt_pool_free(b.two);
  return 0;
}
