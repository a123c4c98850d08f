/* What is evaluated from holding to holding agrees with bt_evaluate, over random jobs. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/random_jobs.h"

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

static void tables_take_less_than_155_bytes_a_bar(void **state)
{
  (void)state;
  static const size_t lengths[] = {1, 8, 5040, 1000000};
  for (size_t i = 0; i < 4; i++)
    assert_true(bt_tables_size_bytes(lengths[i]) <= 155 * lengths[i] + 1000);
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
      cmocka_unit_test(tables_take_less_than_155_bytes_a_bar),
  };
  return cmocka_run_group_tests_name("core/holdings", tests, NULL, NULL);
}
