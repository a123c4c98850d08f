/* Rows of Monte Carlo jobs, read back by SQL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runners/store_montecarlo.h"
#include "runners/store_runs.h"
#include "tests/support/store_fixture.h"

#define NONE ((double)NAN)

static int64_t begin(bt_store **store, fixture *f, const char *kind, size_t n_cells)
{
  const bt_run_info info = {.kind = kind, .seed = 7, .jobs = 2, .n_combos = n_cells};
  int64_t run_id = 0;
  if (!*store) assert_int_equal(bt_store_open(store, f->path, &f->err), BT_OK);
  assert_int_equal(bt_store_begin_run(*store, &run_id, &info, NULL, NULL, &f->err), BT_OK);
  return run_id;
}

static void end(bt_store *store, fixture *f, int64_t run_id)
{
  const bt_run_end how = {.status = BT_RUN_COMPLETE, .elapsed_s = 1};
  assert_int_equal(bt_store_end_run(store, run_id, &how, &f->err), BT_OK);
}

static const bt_option_row option = {.cell_id = 1,
                                     .style = "barrier",
                                     .type = "put",
                                     .variant = "down-out",
                                     .spot = 100,
                                     .strike = 101,
                                     .rate = 0.5,
                                     .dividend = 0.25,
                                     .vol = 0.125,
                                     .expiry = 2,
                                     .barrier = 90,
                                     .rebate = 3,
                                     .n_steps = 12,
                                     .n_paths = 1000,
                                     .method = "method",
                                     .price = {10, 0.5},
                                     .closed_form = 11,
                                     .lattice = 12,
                                     .lattice_american = 14,
                                     .upper_bound = {15, 0.25},
                                     .in_sample = {16, 0.125},
                                     .low = 9,
                                     .high = 13,
                                     .delta = {21, 31},
                                     .gamma = {22, 32},
                                     .vega = {23, 33},
                                     .theta = {24, 34},
                                     .rho = {25, 35},
                                     .implied_vol = 0.75,
                                     .reason = "why"};

static void an_option_is_stored_column_by_column(void **state)
{
  fixture *f = *state;
  bt_store *store = NULL;
  int64_t run_id = begin(&store, f, "option", 1);
  assert_int_equal(bt_store_put_option(store, run_id, &option, &f->err), BT_OK);
  end(store, f, run_id);
  assert_int_equal(bt_store_close(store, &f->err), BT_OK);
  assert_string_equal(fixture_query(f, "SELECT run_id, cell_id, style, type, variant, spot, strike,"
                                       " rate, dividend, vol, expiry, barrier, rebate, n_steps,"
                                       " n_paths, method FROM option_prices"),
                      "1|1|barrier|put|down-out|100.0|101.0|0.5|0.25|0.125|2.0|90.0|3.0|12|1000|"
                      "method");
  assert_string_equal(fixture_query(f, "SELECT price, std_error, closed_form, lattice, low, high,"
                                       " implied_vol, reason FROM prices"),
                      "10.0|0.5|11.0|12.0|9.0|13.0|0.75|why");
  assert_string_equal(fixture_query(f, "SELECT lattice_american, upper_bound,"
                                       " upper_bound_std_error, in_sample, in_sample_std_error"
                                       " FROM prices"),
                      "14.0|15.0|0.25|16.0|0.125");
  assert_string_equal(fixture_query(f,
                                    "SELECT delta, delta_std_error, gamma, gamma_std_error, vega,"
                                    " vega_std_error, theta, theta_std_error, rho, rho_std_error"
                                    " FROM prices"),
                      "21.0|31.0|22.0|32.0|23.0|33.0|24.0|34.0|25.0|35.0");
  assert_string_equal(fixture_query(f, "SELECT kind, status, seed, n_combos, n_windows FROM runs"),
                      "option|complete|7|1|0");
  assert_string_equal(fixture_query(f, "SELECT count(*) FROM windows"), "0");
}

static void what_there_is_not_is_null(void **state)
{
  fixture *f = *state;
  bt_store *store = NULL;
  int64_t run_id = begin(&store, f, "option", 1);
  bt_option_row row = {.cell_id = 2, .style = "european", .type = "call", .strike = NONE};
  row.price = (bt_estimate){NONE, NONE};
  assert_int_equal(bt_store_put_option(store, run_id, &row, &f->err), BT_OK);
  end(store, f, run_id);
  assert_int_equal(bt_store_close(store, &f->err), BT_OK);
  assert_string_equal(fixture_query(f, "SELECT variant, strike, n_steps, n_paths, method, price,"
                                       " std_error, reason FROM prices"),
                      "-|-|-|-|-|-|-|-");
}

static void put_simulation(bt_store *store, fixture *f, int64_t run_id)
{
  const bt_simulation_row row = {.model = "gbm",
                                 .params = "{}",
                                 .spot = 100,
                                 .expiry = 1,
                                 .n_steps = 252,
                                 .n_paths = 10,
                                 .fitted = "SPY",
                                 .file = "p.npy",
                                 .mean = {105, 0.5},
                                 .exact_mean = 106,
                                 .seconds = 2,
                                 .baseline_seconds = 4};
  const bt_moment_row moment = {"skew", {1, 2}, 3};
  assert_int_equal(bt_store_put_simulation(store, run_id, &row, &f->err), BT_OK);
  assert_int_equal(bt_store_put_moment(store, run_id, &moment, &f->err), BT_OK);
}

static void a_simulation_and_its_moments_are_stored(void **state)
{
  fixture *f = *state;
  bt_store *store = NULL;
  int64_t run_id = begin(&store, f, "simulate", 1);
  put_simulation(store, f, run_id);
  end(store, f, run_id);
  assert_int_equal(bt_store_close(store, &f->err), BT_OK);
  assert_string_equal(fixture_query(f, "SELECT * FROM simulations"),
                      "1|gbm|{}|100.0|1.0|252|10|SPY|p.npy|105.0|0.5|106.0|2.0|4.0");
  assert_string_equal(fixture_query(f, "SELECT * FROM simulation_moments"), "1|skew|1.0|2.0|3.0");
}

static void prices_are_those_that_were_priced_last(void **state)
{
  fixture *f = *state;
  bt_store *store = NULL;
  bt_option_row row = option;
  for (int i = 0; i < 2; i++) {
    int64_t run_id = begin(&store, f, "option", 2);
    for (row.cell_id = 2; row.cell_id > 0; row.cell_id--)
      assert_int_equal(bt_store_put_option(store, run_id, &row, &f->err), BT_OK);
    end(store, f, run_id);
  }
  end(store, f, begin(&store, f, "option", 1)); /* interrupted before it had one */
  end(store, f, begin(&store, f, "simulate", 1));
  assert_int_equal(bt_store_close(store, &f->err), BT_OK);
  assert_string_equal(fixture_query(f, "SELECT run_id, cell_id FROM prices"), "2|1 2|2");
}

static void a_cell_twice_is_an_error(void **state)
{
  fixture *f = *state;
  bt_store *store = NULL;
  int64_t run_id = begin(&store, f, "option", 1);
  assert_int_equal(bt_store_put_option(store, run_id, &option, &f->err), BT_OK);
  assert_int_equal(bt_store_put_option(store, run_id, &option, &f->err), BT_ERR_DATABASE);
  assert_non_null(strstr(f->err.message, "option_prices"));
  const bt_run_end how = {.status = BT_RUN_COMPLETE};
  assert_int_equal(bt_store_end_run(store, run_id, &how, &f->err), BT_ERR_DATABASE);
  assert_int_equal(bt_store_close(store, &f->err), BT_OK);
  assert_string_equal(fixture_query(f, "SELECT status FROM runs"), "failed");
  assert_string_equal(fixture_query(f, "SELECT count(*) FROM option_prices"), "0");
}

static void a_run_is_deleted_with_its_rows(void **state)
{
  fixture *f = *state;
  bt_store *store = NULL;
  int64_t first = begin(&store, f, "simulate", 1);
  put_simulation(store, f, first);
  end(store, f, first);
  int64_t second = begin(&store, f, "option", 1);
  assert_int_equal(bt_store_put_option(store, second, &option, &f->err), BT_OK);
  end(store, f, second);
  assert_int_equal(bt_store_delete_run(store, first, &f->err), BT_OK);
  assert_int_equal(bt_store_delete_run(store, second, &f->err), BT_OK);
  assert_int_equal(bt_store_close(store, &f->err), BT_OK);
  assert_string_equal(fixture_query(f, "SELECT (SELECT count(*) FROM runs),"
                                       " (SELECT count(*) FROM simulations),"
                                       " (SELECT count(*) FROM simulation_moments),"
                                       " (SELECT count(*) FROM option_prices)"),
                      "0|0|0|0");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_new, fixture_free)

/* Those that hold no terms. Moments have theirs in test_cli_simulate. */
static void every_number_of_an_option_is_defined(void **state)
{
  fixture *f = *state;
  bt_store *store = NULL;
  end(store, f, begin(&store, f, "option", 1));
  assert_string_equal(
      fixture_query(f, "SELECT name FROM pragma_table_info('option_prices') WHERE cid >= 16"
                       " AND name NOT IN ('method', 'reason') AND 'option_prices.' || name NOT IN"
                       " (SELECT name FROM metric_defs)"),
      "");
  assert_string_equal(fixture_query(f, "SELECT unit FROM metric_defs"
                                       " WHERE name = 'option_prices.vega'"),
                      "per 1.00 of vol");
  assert_int_equal(bt_store_close(store, &f->err), BT_OK);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(an_option_is_stored_column_by_column),
      TEST(what_there_is_not_is_null),
      TEST(a_simulation_and_its_moments_are_stored),
      TEST(prices_are_those_that_were_priced_last),
      TEST(a_cell_twice_is_an_error),
      TEST(a_run_is_deleted_with_its_rows),
      TEST(every_number_of_an_option_is_defined),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
