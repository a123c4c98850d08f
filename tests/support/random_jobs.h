/* random_jobs.h - backtests of random prices, targets and options, evaluated in both ways.
 * Everything is static inline. Include cmocka.h before.
 */
#ifndef BT_TESTS_RANDOM_JOBS_H
#define BT_TESTS_RANDOM_JOBS_H

#include <stdlib.h>
#include <string.h>

#include "core/evaluate.h"
#include "tests/support/compare.h"
#include "tests/support/make_bars.h"

/* A random job. */
typedef struct job {
  bt_bars *bars;
  bt_tables *tables;
  double *target, *sizes, *benchmark; /* of which the latter two only some jobs use */
  bt_evaluation how;
  double periods_per_year;
} job;

static inline void free_job(job *j)
{
  bt_tables_free(j->tables);
  bt_bars_free(j->bars);
  free(j->target);
  free(j->sizes);
  free(j->benchmark);
}

static inline bt_subject subject_of(const job *j, bt_span span)
{
  return (bt_subject){.bars = j->bars,
                      .span = span,
                      .periods_per_year = j->periods_per_year,
                      .tables = j->tables,
                      .benchmark = j->benchmark};
}

/* Prices in units of 10^-5 to 10^4, with stretches that stand still, and now and then one close 100
 * x too high or too low. Rounded prices make equal ones; others differ in the last bit. */
static inline bt_bars *make_prices(test_random *random, size_t n)
{
  static const double scales[] = {1e-5, 1e-2, 1, 1, 1, 10, 1e4}, steps[] = {0.001, 0.02, 0.02, 0.3};
  double scale = random_choice(random, scales, 7), step = random_choice(random, steps, 4);
  bt_bars *bars = make_random_bars(random, n, 100, step);
  size_t still = random_below(random, 4) == 0 ? 1 + random_below(random, n) : 0;
  bool raw = random_below(random, 2);
  double noise = random_below(random, 4) == 0 ? 2e-16 : 0;
  for (size_t t = 0; t < n; t++) {
    double tail = raw ? 1 + random_between(random, -1, 1) * 1e-5 : 1;
    bars->open[t] *= scale * tail;
    bars->close[t] *= scale * tail;
    if (t > 0 && t < still) {
      bars->open[t] = bars->close[0] * (1 + noise * random_between(random, -1, 1));
      bars->close[t] = bars->close[0] * (1 + noise * random_between(random, -1, 1));
    }
    bars->adjust_factor[t] = 0.5 + (double)(t / 20) * 0.01;
  }
  if (random_below(random, 4) == 0) bars->close[random_below(random, n)] *= 100;
  if (random_below(random, 8) == 0) bars->open[random_below(random, n)] *= 100;
  if (random_below(random, 8) == 0) bars->close[random_below(random, n)] /= 100;
  return bars;
}

/* Targets that are 0 and 1, -1 to 1 in whole numbers or halves, or any; some change often. */
static inline void make_targets(job *j, test_random *random, size_t n)
{
  static const double long_only[] = {0, 1}, whole[] = {-1, 0, 1};
  static const double halved[] = {-1, -0.5, 0, 0.5, 1e-15, 1};
  static const double stays[] = {1, 2, 5, 20, 100, 1000};
  size_t kind = random_below(random, 4), stay = (size_t)random_choice(random, stays, 6);
  for (size_t t = 0; t < n; t++) {
    double value = kind == 0   ? random_choice(random, long_only, 2)
                   : kind == 1 ? random_choice(random, whole, 3)
                   : kind == 2 ? random_choice(random, halved, 6)
                               : random_between(random, -1, 1);
    j->target[t] = t > 0 && random_below(random, stay) > 0 ? j->target[t - 1] : value;
  }
  assert_int_equal(bt_target_settle(j->target, n, (bt_direction)random_below(random, 3), NULL), 0);
}

static inline double *random_series(test_random *random, size_t n, double low, double high)
{
  double *x = malloc(n * sizeof *x);
  assert_non_null(x);
  for (size_t t = 0; t < n; t++) x[t] = random_between(random, low, high);
  return x;
}

/* Sizes, borrow, exit levels and a benchmark. */
static inline void add_rare_options(job *j, test_random *random, size_t n)
{
  static const double sizes[] = {0, 0, 0, 0.5}, borrow_rates[] = {0, 0, 0, 0.05};
  bt_sim_config *config = &j->how.simulation;
  config->size = random_choice(random, sizes, 4);
  config->borrow_rate = random_choice(random, borrow_rates, 4);
  if (random_below(random, 8) == 0) config->sizes = j->sizes = random_series(random, n, 0, 1);
  if (random_below(random, 5) == 0)
    config->stops.at[random_below(random, BT_STOP_COUNT)] = (bt_distance){.amount = 0.03};
  if (random_below(random, 16) == 0) j->benchmark = random_series(random, n, -0.02, 0.02);
}

static inline void make_job(job *j, test_random *random, size_t n)
{
  static const double rates[] = {0, 0.001, 0.01}, minima[] = {0, 0, 0, 0, 5};
  static const double slippages[] = {0, 0.0005, 0.01}, per_share[] = {0, 0, 0.0005};
  static const double lots[] = {0, 0, 0, 0, 1}, floors[] = {0, 0, 0.03};
  static const double periods[] = {252, 252, 365, 12, 98280};
  *j = (job){.bars = make_prices(random, n),
             .target = calloc(n, sizeof(double)),
             .periods_per_year = random_choice(random, periods, 5)};
  assert_non_null(j->target);
  make_targets(j, random, n);
  j->how = (bt_evaluation){
      .simulation = {.cash = 100000 * random_between(random, 1, 2),
                     .costs = {random_choice(random, rates, 3), random_choice(random, per_share, 3),
                               random_choice(random, minima, 5),
                               random_choice(random, slippages, 3)},
                     .fill = random_below(random, 2) ? BT_FILL_CLOSE : BT_FILL_OPEN,
                     .lot = random_choice(random, lots, 5)},
      .rf = random_choice(random, floors, 3)};
  add_rare_options(j, random, n);
  bt_status status = bt_tables_new(&j->tables, j->bars, j->periods_per_year, j->how.rf, NULL, NULL);
  assert_int_equal(status, BT_OK);
}

/* Tables of the bars as they are now, and a job that goes by them. */
static inline void renew_tables(job *j, double periods_per_year, double rf)
{
  bt_tables_free(j->tables);
  j->how.rf = rf;
  j->periods_per_year = periods_per_year;
  assert_int_equal(bt_tables_new(&j->tables, j->bars, periods_per_year, rf, NULL, NULL), BT_OK);
}

/* Without a benchmark, which has every window evaluated plainly. */
static inline void be_ordinary(job *j)
{
  free(j->benchmark);
  j->benchmark = NULL;
}

static inline void compare(const bt_metrics *got, const bt_metrics *expected)
{
  for (int i = 0; i < BT_METRIC_COUNT; i++) {
    bt_metric_info info = bt_metric_describe((bt_metric)i);
    assert_close(got->value[i], expected->value[i], info.name);
    if (info.whole) assert_true(got->value[i] == expected->value[i]);
  }
}

static inline bt_span random_span(test_random *random, bt_span within)
{
  size_t first = within.first + random_below(random, within.end - within.first);
  return (bt_span){first, first + 1 + random_below(random, within.end - first)};
}

/* Scratch of many jobs, with what was counted. */
typedef struct bench {
  test_random random;
  bt_aim aim;
  bt_evaluator quick, plain;
  size_t n_windows, n_ruined;
} bench;

static inline void open_bench(bench *b, uint64_t seed)
{
  *b = (bench){.random = {seed}};
  bt_aim_init(&b->aim);
  bt_evaluator_init(&b->quick);
  bt_evaluator_init(&b->plain);
}

static inline void close_bench(bench *b)
{
  bt_aim_clear(&b->aim);
  bt_evaluator_clear(&b->quick);
  bt_evaluator_clear(&b->plain);
}

static inline void aim_at(bt_aim *aim, const job *j)
{
  bt_status status = bt_changes_of_target(&aim->changes, j->target, j->bars->n_bars, NULL);
  assert_int_equal(status, BT_OK);
}

/* A window of what is aimed at. */
static inline void compare_window(bench *b, const job *j, bt_span window)
{
  bt_metrics got, expected;
  bt_subject subject = subject_of(j, window);
  assert_int_equal(bt_evaluate_aim(&got, &b->quick, &subject, &b->aim, &j->how, NULL), BT_OK);
  assert_int_equal(bt_evaluate(&expected, &b->plain, &subject, j->target, &j->how, NULL), BT_OK);
  compare(&got, &expected);
  b->n_windows++;
  b->n_ruined += b->plain.ledger.ruined;
}

/* The whole span and random parts of it. */
static inline void compare_windows(bench *b, const job *j, bt_span span, size_t n_windows)
{
  aim_at(&b->aim, j);
  for (size_t i = 0; i < n_windows; i++)
    compare_window(b, j, i == 0 ? span : random_span(&b->random, span));
}

#endif
