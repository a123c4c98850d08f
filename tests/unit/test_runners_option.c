/* Grids of options on the pool. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/pricing/lattice.h"
#include "runners/montecarlo/option.h"
#include "tests/support/csv_table.h"
#include "tests/support/option_scene.h"

enum { N_CELLS = 5 };

static void run_job(bt_option_result *results, const bt_option_job *job, size_t n_workers)
{
  bt_pool *pool;
  bt_error err;
  assert_int_equal(bt_pool_new(&pool, n_workers, &err), BT_OK);
  if (bt_option_run(results, job, pool, NULL, &err)) fail_msg("%s", err.message);
  bt_pool_free(pool);
}

/* Results are compared as memory: what lies between their members must be the same, too. */
static bt_option_result *new_results(size_t n)
{
  bt_option_result *results = calloc(n, sizeof *results);
  assert_non_null(results);
  return results;
}

static void make_cells(bt_option_terms *cells, bt_style style, size_t n_steps)
{
  for (size_t i = 0; i < N_CELLS; i++) {
    cells[i] = option_terms_usual;
    cells[i].style = style;
    cells[i].barrier = (bt_barrier){BT_DOWN_IN, 85, 2};
    cells[i].option.type = BT_PUT;
    cells[i].option.vol = 0.1 * (double)(i + 1);
    cells[i].n_steps = n_steps;
  }
}

static void expect_same(const bt_option_result *a, const bt_option_result *b)
{
  assert_memory_equal(&a->price, &b->price, sizeof a->price);
  assert_memory_equal(&a->greeks, &b->greeks, sizeof a->greeks);
  assert_true(memcmp(&a->low, &b->low, sizeof a->low) == 0 &&
              memcmp(&a->high, &b->high, sizeof a->high) == 0);
}

static void any_number_of_workers_gives_the_same_bits(void **state)
{
  (void)state;
  const bt_style styles[] = {BT_EUROPEAN, BT_ASIAN, BT_BARRIER, BT_LOOKBACK, BT_AMERICAN};
  const size_t workers[] = {2, 7};
  for (size_t k = 0; k < 5 * 3; k++) {
    bt_option_terms cells[N_CELLS];
    const bool american = styles[k % 5] == BT_AMERICAN;
    bt_option_job job = {.cells = cells,
                         .n_cells = N_CELLS,
                         .settings = {(bt_sampling)(k / 5), true, true, american ? 2000 : 30001, 3},
                         .degree = 3,
                         .n_bound_paths = 20};
    if (american && k / 5 > 0) continue; /* it has one sampling */
    make_cells(cells, styles[k % 5], styles[k % 5] == BT_EUROPEAN ? 1 : 6);
    bt_option_result *one = new_results(N_CELLS), *many = new_results(N_CELLS);
    run_job(one, &job, 1);
    for (size_t w = 0; w < 2; w++) {
      run_job(many, &job, workers[w]);
      for (size_t i = 0; i < N_CELLS; i++) expect_same(&one[i], &many[i]);
    }
    job.settings.seed = 4;
    run_job(many, &job, 2);
    assert_true(one[1].price.value != many[1].price.value);
    free(one);
    free(many);
  }
}

/* So many that they are taken in groups. */
static void groups_do_not_show(void **state)
{
  (void)state;
  enum { MANY = 700 };
  bt_option_terms *cells = malloc(MANY * sizeof *cells);
  bt_option_result *results = new_results(MANY);
  assert_non_null(cells);
  for (size_t i = 0; i < MANY; i++) {
    cells[i] = option_terms_usual;
    cells[i].option.strike = 50 + 0.1 * (double)i;
  }
  bt_option_job job = {
      .cells = cells, .n_cells = MANY, .settings = {BT_ANTITHETIC, true, false, 3000, 8}};
  run_job(results, &job, 2);
  const size_t picked[] = {0, 255, 256, 511, 512, 699};
  for (size_t k = 0; k < 6; k++) {
    bt_option_estimate alone = option_estimate(&cells[picked[k]], &job.settings);
    assert_true(alone.price == results[picked[k]].price.value);
    assert_memory_equal(&alone.std_error, &results[picked[k]].price.std_error, sizeof(double));
  }
  free(cells);
  free(results);
}

static void a_cell_without_a_price_has_a_reason(void **state)
{
  (void)state;
  bt_option_terms cells[N_CELLS];
  make_cells(cells, BT_EUROPEAN, 1);
  cells[1].option.vol = 5;
  cells[1].option.expiry = 25;
  cells[2].option.vol = 0;
  bt_option_result *results = new_results(N_CELLS);
  const bt_option_job job = {
      .cells = cells, .n_cells = N_CELLS, .settings = {BT_PLAIN, true, false, 5000, 1}};
  run_job(results, &job, 2);
  assert_true(isnan(results[1].price.value) && isnan(results[1].closed_form));
  assert_non_null(strstr(results[1].reason, "vol x sqrt(expiry) is 25"));
  assert_true(results[2].certain && results[2].price.value == results[2].closed_form);
  assert_true(results[2].price.std_error == 0 && results[2].n_paths == 0);
  assert_true(isfinite(results[0].price.value) && isfinite(results[4].price.value));
  assert_string_equal(results[4].reason, "");
  free(results);
}

/* A row of a grid is not lost for what another one lacks. */
static void what_was_asked_for_and_is_not_there_has_a_reason(void **state)
{
  (void)state;
  bt_option_terms cells[N_CELLS];
  make_cells(cells, BT_BARRIER, 1);
  for (size_t i = 0; i < N_CELLS; i++) {
    cells[i].option.vol = 0.2;
    cells[i].barrier = (bt_barrier){BT_DOWN_OUT, 85, 0};
  }
  cells[1].barrier.rebate = 5;
  cells[2].option.vol = 0;
  cells[3].option.type = BT_CALL;
  cells[3].option.strike = 300;
  cells[4].barrier.level = 110; /* beyond it: dead */
  bt_option_result *results = new_results(N_CELLS);
  const bt_option_job job = {
      .cells = cells, .n_cells = N_CELLS, .settings = {BT_PLAIN, true, true, 5000, 1}};
  run_job(results, &job, 2);
  for (size_t i = 0; i < N_CELLS; i++) assert_true(isfinite(results[i].price.value));
  assert_true(results[0].price.std_error > 0 && results[1].price.std_error > 0);
  assert_true(isfinite(results[0].greeks[BT_RHO].value) && results[0].reason[0] == 0);
  assert_true(isnan(results[1].greeks[BT_RHO].value));
  assert_string_equal(results[1].reason, "no Greeks: the rebate is paid at the touch");
  assert_string_equal(results[2].reason, "no Greeks: the price is certain");
  assert_string_equal(results[3].reason, "no standard error: no path ended in the money");
  assert_true(isnan(results[3].price.std_error) && isnan(results[3].low));
  assert_true(results[4].certain && results[4].price.value == 0 && results[4].n_paths == 0);
  free(results);
}

/* What the progress is told it will count is what it counts. */
static void the_progress_ends_where_it_was_planned(void **state)
{
  (void)state;
  bt_option_terms cells[N_CELLS];
  bt_option_result *results = new_results(N_CELLS);
  make_cells(cells, BT_EUROPEAN, 1);
  cells[0].option.vol = 0;
  cells[1].option.vol = 20;
  for (int sampling = BT_PLAIN; sampling <= BT_SOBOL; sampling++) {
    bt_pool *pool;
    bt_error err;
    bt_progress progress = {0};
    const bt_option_job job = {.cells = cells,
                               .n_cells = N_CELLS,
                               .settings = {(bt_sampling)sampling, true, false, 600001, 1}};
    assert_int_equal(bt_pool_new(&pool, 2, &err), BT_OK);
    assert_int_equal(bt_option_run(results, &job, pool, &progress, &err), BT_OK);
    bt_pool_free(pool);
    assert_int_equal(progress.tickers_done, bt_option_tasks(&job));
    assert_true((double)progress.bar_combos_done == bt_option_paths(&job));
    assert_true((double)results[4].n_paths == bt_option_paths(&job));
  }
  free(results);
}

static void american_prices_come_with_tree_and_interval(void **state)
{
  (void)state;
  bt_option_terms cells[2];
  for (size_t i = 0; i < 2; i++) {
    cells[i] = option_terms_usual;
    cells[i].style = BT_AMERICAN;
    cells[i].n_steps = 10;
    cells[i].option = (bt_vanilla){BT_PUT, 36, 40, 0.06, 0, i ? 0.4 : 0.2, 1};
  }
  bt_option_result *results = new_results(2);
  const bt_option_job job = {.cells = cells,
                             .n_cells = 2,
                             .settings = {BT_PLAIN, true, false, 20000, 1},
                             .degree = 3,
                             .n_bound_paths = 100};
  run_job(results, &job, 2);
  for (size_t i = 0; i < 2; i++) {
    const bt_option_result *r = &results[i];
    assert_true(r->low < r->lattice && r->lattice < r->high);
    assert_true(r->closed_form < r->price.value && r->lattice < r->lattice_american);
    assert_true(fabs(r->price.value - r->lattice) < 4 * r->price.std_error + 0.01);
  }
  free(results);
}

/* Of a certain price there are none, and a variance may be more than a number holds. */
static void american_greeks_that_are_not_there_have_a_reason(void **state)
{
  (void)state;
  bt_option_terms cells[3];
  const double vols[] = {0.3, 0, 1e-160};
  for (size_t i = 0; i < 3; i++) {
    cells[i] = option_terms_usual;
    cells[i].style = BT_AMERICAN;
    cells[i].n_steps = 10;
    cells[i].option = (bt_vanilla){BT_PUT, 1e-6, 40, -0.01, -0.02, vols[i], 1};
  }
  bt_option_result *results = new_results(3);
  const bt_option_job job = {
      .cells = cells, .n_cells = 3, .settings = {BT_PLAIN, true, true, 2000, 1}, .degree = 3};
  run_job(results, &job, 2);
  for (size_t i = 0; i < 3; i++) assert_true(isfinite(results[i].price.value));
  assert_string_equal(results[0].reason, "no standard error: too few paths are exercised early");
  assert_true(results[0].greeks[BT_DELTA].value < 0);
  assert_string_equal(results[1].reason, "no Greeks: the price is certain");
  assert_true(isnan(results[1].greeks[BT_DELTA].value));
  assert_string_equal(results[2].reason, "too few paths are exercised early for a standard error, "
                                         "and a Greek is no finite number");
  assert_true(isnan(results[2].greeks[BT_GAMMA].value));
  free(results);
}

static void implied_volatilities_are_those_of_the_reference(void **state)
{
  (void)state;
  csv_table table;
  if (!csv_table_read(&table, "reference/quant/bs_implied_vol.csv")) skip();
  bt_option_terms *cells = malloc(table.n_rows * sizeof *cells);
  double *prices = malloc(table.n_rows * sizeof *prices);
  bt_option_result *results = new_results(table.n_rows);
  assert_true(cells && prices);
  for (size_t i = 0; i < table.n_rows; i++) {
    cells[i] = option_terms_usual;
    cells[i].option =
        (bt_vanilla){strcmp(csv_text(&table, i, "type"), "put") == 0 ? BT_PUT : BT_CALL,
                     csv_number(&table, i, "spot"),
                     csv_number(&table, i, "strike"),
                     csv_number(&table, i, "r"),
                     csv_number(&table, i, "q"),
                     0,
                     csv_number(&table, i, "t")};
    prices[i] = csv_number(&table, i, "price");
  }
  const bt_option_job job = {.cells = cells, .n_cells = table.n_rows, .implied_from = prices};
  run_job(results, &job, 2);
  for (size_t i = 0; i < table.n_rows; i++) {
    double apart = fabs(results[i].implied_vol - csv_number(&table, i, "implied_vol"));
    if (!(apart <= csv_number(&table, i, "abs_tol_vol")))
      fail_msg("row %zu: %.3g apart %s", i, apart, results[i].reason);
  }
  free(cells);
  free(prices);
  free(results);
  csv_table_free(&table);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(any_number_of_workers_gives_the_same_bits),
      cmocka_unit_test(groups_do_not_show),
      cmocka_unit_test(a_cell_without_a_price_has_a_reason),
      cmocka_unit_test(what_was_asked_for_and_is_not_there_has_a_reason),
      cmocka_unit_test(the_progress_ends_where_it_was_planned),
      cmocka_unit_test(american_prices_come_with_tree_and_interval),
      cmocka_unit_test(american_greeks_that_are_not_there_have_a_reason),
      cmocka_unit_test(implied_volatilities_are_those_of_the_reference),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
