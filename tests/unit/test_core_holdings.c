/* What is evaluated from holding to holding agrees with bt_evaluate, over random jobs. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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

static void free_job(job *j)
{
  bt_tables_free(j->tables);
  bt_bars_free(j->bars);
  free(j->target);
  free(j->sizes);
  free(j->benchmark);
}

static bt_subject subject_of(const job *j, bt_span span)
{
  return (bt_subject){.bars = j->bars,
                      .span = span,
                      .periods_per_year = j->periods_per_year,
                      .tables = j->tables,
                      .benchmark = j->benchmark};
}

/* Prices in units of 10^-5 to 10^4, with stretches that stand still, and now and then one close 100
 * x too high or too low. Rounded prices make equal ones; others differ in the last bit. */
static bt_bars *make_prices(test_random *random, size_t n)
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
static void make_targets(job *j, test_random *random, size_t n)
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

static double *random_series(test_random *random, size_t n, double low, double high)
{
  double *x = malloc(n * sizeof *x);
  assert_non_null(x);
  for (size_t t = 0; t < n; t++) x[t] = random_between(random, low, high);
  return x;
}

/* Sizes, borrow, exit levels and a benchmark. */
static void add_rare_options(job *j, test_random *random, size_t n)
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

static void make_job(job *j, test_random *random, size_t n)
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
  bt_status status = bt_tables_new(&j->tables, j->bars, j->periods_per_year, j->how.rf, NULL);
  assert_int_equal(status, BT_OK);
}

/* Tables of the bars as they are now, and a job that goes by them. */
static void renew_tables(job *j, double periods_per_year, double rf)
{
  bt_tables_free(j->tables);
  j->how.rf = rf;
  j->periods_per_year = periods_per_year;
  assert_int_equal(bt_tables_new(&j->tables, j->bars, periods_per_year, rf, NULL), BT_OK);
}

/* Without a benchmark, which has every window evaluated plainly. */
static void be_ordinary(job *j)
{
  free(j->benchmark);
  j->benchmark = NULL;
}

static void compare(const bt_metrics *got, const bt_metrics *expected)
{
  for (int i = 0; i < BT_METRIC_COUNT; i++) {
    bt_metric_info info = bt_metric_describe((bt_metric)i);
    assert_close(got->value[i], expected->value[i], info.name);
    if (info.whole) assert_true(got->value[i] == expected->value[i]);
  }
}

static bt_span random_span(test_random *random, bt_span within)
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

static void open_bench(bench *b, uint64_t seed)
{
  *b = (bench){.random = {seed}};
  bt_aim_init(&b->aim);
  bt_evaluator_init(&b->quick);
  bt_evaluator_init(&b->plain);
}

static void close_bench(bench *b)
{
  bt_aim_clear(&b->aim);
  bt_evaluator_clear(&b->quick);
  bt_evaluator_clear(&b->plain);
}

static void aim_at(bt_aim *aim, const job *j)
{
  bt_status status = bt_changes_of_target(&aim->changes, j->target, j->bars->n_bars, NULL);
  assert_int_equal(status, BT_OK);
}

/* A window of what is aimed at. */
static void compare_window(bench *b, const job *j, bt_span window)
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
static void compare_windows(bench *b, const job *j, bt_span span, size_t n_windows)
{
  aim_at(&b->aim, j);
  for (size_t i = 0; i < n_windows; i++)
    compare_window(b, j, i == 0 ? span : random_span(&b->random, span));
}

static void report(const bench *b)
{
  size_t n_plain = b->quick.n_plain;
  print_message("           %zu windows, %zu of them plainly, %zu ruined\n", b->n_windows, n_plain,
                b->n_ruined);
}

static void windows_agree_with_the_plain_evaluation(void **state)
{
  (void)state;
  bench b;
  open_bench(&b, 1);
  for (size_t i = 0; i < 6000; i++) {
    job j;
    size_t n = 1 + random_below(&b.random, i % 3 ? 300 : 30);
    make_job(&j, &b.random, n);
    bt_span span =
        random_below(&b.random, 2) ? (bt_span){0, n} : random_span(&b.random, (bt_span){0, n});
    compare_windows(&b, &j, span, 6);
    free_job(&j);
  }
  report(&b);
  assert_true(b.n_ruined > 500 && b.quick.n_plain < b.n_windows / 2);
  close_bench(&b);
}

static void long_windows_agree_with_the_plain_evaluation(void **state)
{
  (void)state;
  bench b;
  open_bench(&b, 2);
  for (size_t i = 0; i < 60; i++) {
    job j;
    make_job(&j, &b.random, 5000 + random_below(&b.random, 5000));
    compare_windows(&b, &j, (bt_span){0, j.bars->n_bars}, 20);
    free_job(&j);
  }
  report(&b);
  assert_true(b.quick.n_plain < b.n_windows / 3);
  close_bench(&b);
}

static void a_series_of_a_million_bars_agrees_too(void **state)
{
  (void)state;
  bench b;
  open_bench(&b, 6);
  for (size_t i = 0; i < 3; i++) {
    job j;
    make_job(&j, &b.random, 1000000);
    compare_windows(&b, &j, (bt_span){0, j.bars->n_bars}, 20);
    free_job(&j);
  }
  report(&b);
  close_bench(&b);
}

/* With whole targets nothing but the tables, flat bars and shorts is left to go through. */
static void a_price_a_hundred_times_too_high_spoils_no_other_window(void **state)
{
  (void)state;
  bench b;
  open_bench(&b, 3);
  for (size_t i = 0; i < 50; i++) {
    job j;
    make_job(&j, &b.random, 2000);
    bt_bars_free(j.bars);
    j.bars = make_random_bars(&b.random, 2000, 5000, 0.0005);
    j.bars->close[300] *= 100;
    j.how.simulation.lot = j.how.simulation.costs.commission_min = 0;
    be_ordinary(&j);
    for (size_t t = 0; t < 2000; t++) j.target[t] = j.target[t] > 0;
    renew_tables(&j, 252, 0);
    compare_windows(&b, &j, (bt_span){0, 2000}, 10);
    free_job(&j);
  }
  report(&b);
  assert_true(b.quick.n_plain < b.n_windows / 10);
  close_bench(&b);
}

/* A job whose closes (and opens) grow by a random one of two rates a bar; no lots, no minimum. */
static void make_growing_job(job *j, test_random *random, const double rates[2], double rf)
{
  make_job(j, random, 400);
  double price = 100;
  for (size_t t = 0; t < 400; t++) {
    j->bars->open[t] = j->bars->close[t] = price;
    price *= 1 + random_choice(random, rates, 2);
    j->target[t] = j->target[t] != 0;
  }
  j->how.simulation.lot = j->how.simulation.costs.commission_min = 0;
  be_ordinary(j);
  renew_tables(j, 252, rf);
}

/* Sortino is not defined where no return lies below the floor: none may fall there by rounding. */
static void returns_at_the_floor_are_on_the_same_side_of_it(void **state)
{
  (void)state;
  static const double rates[] = {0.05 / 252, 0.06 / 252};
  bench b;
  open_bench(&b, 9);
  for (size_t i = 0; i < 100; i++) {
    job j;
    make_growing_job(&j, &b.random, rates, 0.05);
    for (size_t t = 0; t < 400; t++) j.target[t] = 1;
    compare_windows(&b, &j, (bt_span){0, 400}, 10);
    free_job(&j);
  }
  close_bench(&b);
}

/* Calmar divides by a drawdown that is next to nothing. */
static void falls_of_a_billionth_agree(void **state)
{
  (void)state;
  static const double rates[] = {0.001, -1e-9};
  bench b;
  open_bench(&b, 10);
  for (size_t i = 0; i < 200; i++) {
    job j;
    make_growing_job(&j, &b.random, rates, i % 2 ? 0.05 : 0);
    j.how.simulation.costs = (bt_costs){0};
    compare_windows(&b, &j, (bt_span){0, 400}, 10);
    free_job(&j);
  }
  close_bench(&b);
}

/* Down to where doubles end: 10% an order, an order a bar. */
static void equity_that_dwindles_to_nothing_agrees(void **state)
{
  (void)state;
  bench b;
  open_bench(&b, 11);
  for (size_t i = 0; i < 20; i++) {
    job j;
    make_job(&j, &b.random, 9000);
    for (size_t t = 0; t < 9000; t++) j.target[t] = (double)(t % 2);
    j.how.simulation.lot = j.how.simulation.costs.commission_min = 0;
    j.how.simulation.costs.commission_rate = 0.1;
    be_ordinary(&j);
    compare_windows(&b, &j, (bt_span){0, 9000}, 10);
    free_job(&j);
  }
  report(&b);
  close_bench(&b);
}

/* Returns of 1e-14 count or do not, by the last bit of equity. */
static void returns_near_to_noise_are_left_to_the_plain_evaluation(void **state)
{
  (void)state;
  bench b;
  open_bench(&b, 7);
  for (size_t i = 0; i < 20; i++) {
    job j;
    make_job(&j, &b.random, 100);
    for (size_t t = 0; t < 100; t++) j.bars->close[t] = j.bars->open[t] = t % 2 ? 1 : 1 + 1e-14;
    renew_tables(&j, j.periods_per_year, j.how.rf);
    assert_true(j.tables->first_unclear < 100);
    compare_windows(&b, &j, (bt_span){0, 100}, 10);
    free_job(&j);
  }
  assert_int_equal(b.quick.n_plain, b.n_windows);
  close_bench(&b);
}

/* What a walk-forward asks for: next to nothing of it is left to the plain evaluation. */
static void windows_of_ordinary_prices_are_hardly_ever_left_to_it(void **state)
{
  (void)state;
  bench b;
  open_bench(&b, 8);
  for (size_t i = 0; i < 30; i++) {
    job j;
    make_job(&j, &b.random, 1260);
    bt_bars_free(j.bars);
    j.bars = make_random_bars(&b.random, 1260, 100, 0.02);
    be_ordinary(&j);
    renew_tables(&j, 252, 0);
    aim_at(&b.aim, &j);
    for (size_t first = 0; first + 630 <= 1260; first += 63)
      compare_window(&b, &j, (bt_span){first, first + 630});
    free_job(&j);
  }
  assert_true(b.quick.n_plain < 3);
  close_bench(&b);
}

static void tables_take_less_than_145_bytes_a_bar(void **state)
{
  (void)state;
  static const size_t lengths[] = {1, 8, 5040, 1000000};
  for (size_t i = 0; i < 4; i++) {
    bt_bars *bars = make_flat_bars(lengths[i], 10);
    bt_tables *tables = NULL;
    assert_int_equal(bt_tables_new(&tables, bars, 252, 0, NULL), BT_OK);
    assert_true(bt_tables_size_bytes(tables) <= 145 * lengths[i] + 1000);
    bt_tables_free(tables);
    bt_bars_free(bars);
  }
}

static void scratch_that_was_used_before_gives_the_same_bits(void **state)
{
  (void)state;
  bench b;
  open_bench(&b, 5);
  for (size_t i = 0; i < 200; i++) {
    job j;
    bench fresh;
    make_job(&j, &b.random, 200);
    bt_span span = {0, 200}, window = random_span(&b.random, span);
    bt_subject subject = subject_of(&j, window);
    bt_metrics used, first;
    open_bench(&fresh, 1);
    aim_at(&fresh.aim, &j);
    bt_status status = bt_evaluate_aim(&first, &fresh.quick, &subject, &fresh.aim, &j.how, NULL);
    assert_int_equal(status, BT_OK);
    compare_windows(&b, &j, span, 3);
    assert_int_equal(bt_evaluate_aim(&used, &b.quick, &subject, &b.aim, &j.how, NULL), BT_OK);
    assert_memory_equal(&used, &first, sizeof used);
    close_bench(&fresh);
    free_job(&j);
  }
  close_bench(&b);
}

/* What is made once for a target must not be taken for another one's. */
static void targets_that_are_measured_in_turn_are_told_apart(void **state)
{
  (void)state;
  bench b;
  open_bench(&b, 12);
  for (size_t i = 0; i < 100; i++) {
    job j;
    bt_aim aims[3];
    make_job(&j, &b.random, 300);
    be_ordinary(&j);
    double *targets[3];
    for (size_t k = 0; k < 3; k++) {
      targets[k] = random_series(&b.random, 300, -1, 1);
      for (size_t t = 0; t < 300; t++) targets[k][t] = targets[k][t] > 0.3 * (double)k;
      bt_aim_init(&aims[k]);
      bt_status status = bt_changes_of_target(&aims[k].changes, targets[k], 300, NULL);
      assert_int_equal(status, BT_OK);
    }
    for (size_t k = 0; k < 9; k++) {
      bt_metrics got, expected;
      bt_subject subject = subject_of(&j, random_span(&b.random, (bt_span){0, 300}));
      bt_aim *aim = &aims[k % 3];
      assert_int_equal(bt_evaluate_aim(&got, &b.quick, &subject, aim, &j.how, NULL), BT_OK);
      assert_int_equal(bt_evaluate(&expected, &b.plain, &subject, targets[k % 3], &j.how, NULL), 0);
      compare(&got, &expected);
    }
    for (size_t k = 0; k < 3; k++) bt_aim_clear(&aims[k]);
    for (size_t k = 0; k < 3; k++) free(targets[k]);
    free_job(&j);
  }
  close_bench(&b);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(windows_agree_with_the_plain_evaluation),
      cmocka_unit_test(long_windows_agree_with_the_plain_evaluation),
      cmocka_unit_test(a_series_of_a_million_bars_agrees_too),
      cmocka_unit_test(a_price_a_hundred_times_too_high_spoils_no_other_window),
      cmocka_unit_test(returns_at_the_floor_are_on_the_same_side_of_it),
      cmocka_unit_test(falls_of_a_billionth_agree),
      cmocka_unit_test(equity_that_dwindles_to_nothing_agrees),
      cmocka_unit_test(returns_near_to_noise_are_left_to_the_plain_evaluation),
      cmocka_unit_test(windows_of_ordinary_prices_are_hardly_ever_left_to_it),
      cmocka_unit_test(tables_take_less_than_145_bytes_a_bar),
      cmocka_unit_test(scratch_that_was_used_before_gives_the_same_bits),
      cmocka_unit_test(targets_that_are_measured_in_turn_are_told_apart),
  };
  return cmocka_run_group_tests_name("core/holdings", tests, NULL, NULL);
}
