/* What stretches of closes come to out of the tables, against a look at every bar. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/price_tables.h"
#include "tests/support/make_bars.h"

enum { LONG = 3 * 8192 + 13 }; /* bars, of more than one block of leaves */

static bt_reach look_at_closes(const double *close, size_t from, size_t end)
{
  bt_reach reach = bt_reach_of(close[from]);
  for (size_t t = from; t < end; t++) {
    reach.high = fmax(reach.high, close[t]);
    reach.low = fmin(reach.low, close[t]);
    reach.worst = fmin(reach.worst, close[t] / reach.high);
  }
  return reach;
}

static void expect_reach(bt_reach reach, bt_reach expected)
{
  assert_true(reach.high == expected.high);
  assert_true(reach.low == expected.low);
  assert_true(reach.worst == expected.worst);
}

/* The sums over the returns of [from, end) against those of each return added up. */
static void expect_sums(const bt_tables *tables, size_t from, size_t end)
{
  bt_lanes lanes = {{{0}}};
  double sum[BT_LANES], expected[BT_N_MOMENTS] = {0}, size[BT_N_MOMENTS] = {0};
  bt_tables_add(&lanes, tables, from, end);
  memcpy(sum, &lanes, sizeof sum);
  for (size_t t = from; t < end; t++) {
    double r = tables->returns[t];
    double term[BT_N_MOMENTS] = {r, r * r, r * r * r, r * r * r * r,
                                 bt_square_below(r, tables->floor)};
    for (size_t i = 0; i < BT_N_MOMENTS; i++) {
      expected[i] += term[i];
      size[i] += fabs(term[i]);
    }
  }
  for (size_t i = 0; i < BT_N_MOMENTS; i++)
    assert_true(fabs(sum[i] - expected[i]) <= 1e-12 * size[i] + 1e-18);
}

static void check_stretches(size_t n_bars, size_t n_stretches, uint64_t seed)
{
  test_random random = {seed};
  bt_bars *bars = make_random_bars(&random, n_bars, 50, 0.02);
  bt_tables *tables = NULL;
  assert_int_equal(bt_tables_new(&tables, bars, 252, 0.05, NULL, NULL), BT_OK);
  for (size_t i = 0; i < n_stretches; i++) {
    size_t from = random_below(&random, n_bars);
    size_t most = random_below(&random, 2) ? n_bars - from : 100;
    size_t end = from + 1 + random_below(&random, most < n_bars - from ? most : n_bars - from);
    expect_reach(bt_tables_reach(tables, from, end), look_at_closes(bars->close, from, end));
    if (from > 0) expect_sums(tables, from, end);
  }
  bt_tables_free(tables);
  bt_bars_free(bars);
}

static void any_stretch_of_few_bars_is_right(void **state)
{
  (void)state;
  for (size_t n_bars = 1; n_bars <= 140; n_bars++) check_stretches(n_bars, 300, n_bars);
}

static void any_stretch_of_many_bars_is_right(void **state)
{
  (void)state;
  check_stretches(LONG, 500, 7);
}

static void stretches_at_the_edges_of_blocks_are_right(void **state)
{
  (void)state;
  static const size_t block = BT_BLOCK_LEAVES * BT_LEAF_BARS;
  test_random random = {9};
  bt_bars *bars = make_random_bars(&random, LONG, 50, 0.02);
  bt_tables *tables = NULL;
  assert_int_equal(bt_tables_new(&tables, bars, 252, 0, NULL, NULL), BT_OK);
  for (size_t from = block - 10; from <= block + 10; from++)
    for (size_t end = 2 * block - 10; end <= 2 * block + 10; end += 3)
      expect_reach(bt_tables_reach(tables, from, end), look_at_closes(bars->close, from, end));
  for (size_t level = 0; level < BT_HALF_LEVELS; level++) {
    size_t n_leaves = (size_t)1 << level;
    for (size_t leaf = 0; leaf + n_leaves <= LONG / BT_LEAF_BARS; leaf += n_leaves)
      expect_reach(
          bt_tables_reach_of_block(tables, leaf, level),
          look_at_closes(bars->close, leaf * BT_LEAF_BARS, (leaf + n_leaves) * BT_LEAF_BARS));
  }
  bt_tables_free(tables);
  bt_bars_free(bars);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(any_stretch_of_few_bars_is_right),
      cmocka_unit_test(any_stretch_of_many_bars_is_right),
      cmocka_unit_test(stretches_at_the_edges_of_blocks_are_right),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
