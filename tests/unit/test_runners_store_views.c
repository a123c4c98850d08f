#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/result_columns.h"
#include "tests/support/store_steps.h"

/* ---- views ---------------------------------------------------------------------------------- */

static void put_stats(fixture *f, bt_store *store, int64_t run_id, int64_t combo_id, double median)
{
  bt_combo_stats stats = {2, median + 1, median, median - 1, median + 2, -9, 9, 0.5};
  bt_combo_stats_rows row = {
      .first_combo_id = combo_id, .phase = "full", .stats = &stats, .n_rows = 1};
  assert_int_equal(bt_store_put_combo_stats(store, run_id, &row, &f->err), BT_OK);
}

static void put_selection(fixture *f, bt_store *store, int64_t run_id, int64_t ticker_id,
                          int64_t combo_id, double value)
{
  bt_selection_row row = {.ticker_id = ticker_id,
                          .combo_id = combo_id,
                          .objective = "sharpe",
                          .train_value = value,
                          .test_value = (double)NAN};
  assert_int_equal(bt_store_put_selection(store, run_id, &row, &f->err), BT_OK);
}

static void leaderboard_goes_by_median_then_by_number(void **state)
{
  fixture *f = *state;
  bt_store *store = open_store(f);
  int64_t run_id = begin_run(f, store, &fixture_strategy, 2);
  put_stats(f, store, run_id, 1, (double)NAN);
  put_stats(f, store, run_id, 2, 0.25);
  put_stats(f, store, run_id, 3, 0.75);
  put_stats(f, store, run_id, 4, 0.25);
  close_store(f, store);
  assert_string_equal(fixture_query(f, "SELECT combo_id, median FROM leaderboard"),
                      "3|0.75 2|0.25 4|0.25 1|-");
  assert_string_equal(fixture_query(f, "SELECT * FROM leaderboard LIMIT 1"),
                      "3|{\"fast\":10,\"slow\":20}|2|1.75|0.75|-0.25|2.75|-9.0|9.0|0.5|sharpe");
}

/* Combination 2 is not in window 2, and undefined for some. */
#define NONE ((double)NAN)
static void leaderboard_of_a_walk_forward_is_that_of_its_train_parts(void **state)
{
  static const struct {
    int64_t window_id, combo_id;
    bt_combo_stats stats; /* n_tickers, mean, median, p25, p75, lowest, highest, share_positive */
  } rows[] = {
      {1, 1, {5, 1, 0.5, 0.25, 0.75, -1, 2, 0.5}},
      {2, 1, {7, 3, 1.5, 0.75, 2.25, -3, 4, 1}},
      {3, 1, {6, 2, 1, 0.5, 1.5, -2, 3, 0}},
      {1, 2, {1, 4, 4, 4, 4, 4, 4, 1}},
      {3, 2, {0, NONE, NONE, NONE, NONE, NONE, NONE, NONE}},
      {1, 3, {5, 9, 9, 9, 9, 9, 9, 1}},
  };
  fixture *f = *state;
  bt_store *store = open_store(f);
  int64_t run_id = begin_run(f, store, &fixture_strategy, 2);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const bt_window_row window = {.window_id = rows[i].window_id};
    const bt_combo_stats_rows row = {rows[i].window_id, rows[i].combo_id,
                                     rows[i].combo_id == 3 ? "test" : "train", &rows[i].stats, 1};
    assert_int_equal(bt_store_put_window(store, run_id, &window, &f->err), BT_OK);
    assert_int_equal(bt_store_put_combo_stats(store, run_id, &row, &f->err), BT_OK);
  }
  close_store(f, store);
  assert_string_equal(fixture_query(f, "SELECT * FROM leaderboard"),
                      "2|{\"fast\":5,\"slow\":21}|1|4.0|4.0|4.0|4.0|4.0|4.0|1.0|sharpe"
                      " 1|{\"fast\":5,\"slow\":20}|7|2.0|1.0|0.5|1.5|-3.0|4.0|0.5|sharpe");
}

/* Means over one window are that window's value, to the last bit. */
static void leaderboard_of_a_sweep_has_the_values_of_combo_stats(void **state)
{
  fixture *f = *state;
  bt_store *store = open_store(f);
  int64_t run_id = begin_run(f, store, &fixture_strategy, 2);
  put_stats(f, store, run_id, 1, 0.1 + 0.2);
  put_stats(f, store, run_id, 2, 1e-310);
  put_stats(f, store, run_id, 3, -1.0 / 3);
  put_stats(f, store, run_id, 4, 1.7e308);
  close_store(f, store);
  assert_string_equal(
      fixture_query(f,
                    "SELECT count(*) FROM combo_stats AS s JOIN leaderboard AS l USING (combo_id)"
                    " WHERE l.n_tickers = s.n_tickers AND l.mean IS s.mean AND"
                    " l.median = s.median AND l.p25 = s.p25 AND l.p75 IS s.p75 AND"
                    " l.lowest = s.lowest AND l.highest = s.highest AND"
                    " l.share_positive = s.share_positive AND typeof(l.n_tickers) = 'integer'"),
      "4");
}

static void best_has_a_row_for_every_selection(void **state)
{
  fixture *f = *state;
  bt_store *store = open_store(f);
  int64_t run_id = begin_run(f, store, &fixture_strategy, 2);
  assert_int_equal(put_ticker(f, store, run_id, 1, "AAA"), BT_OK);
  assert_int_equal(put_ticker(f, store, run_id, 2, "BBB"), BT_OK);
  assert_int_equal(put_ticker(f, store, run_id, 3, "CCC"), BT_OK);
  assert_int_equal(put_metrics(f, store, run_id, 1, 3, 100), BT_OK);
  put_selection(f, store, run_id, 1, 3, 1.5);
  put_selection(f, store, run_id, 2, 4, 0.5);         /* its metrics are not stored */
  put_selection(f, store, run_id, 3, 0, (double)NAN); /* nothing could be selected */
  close_store(f, store);
  assert_string_equal(
      fixture_query(f,
                    "SELECT symbol, combo_id, params, train_value, test_value, n_bars FROM best"),
      "AAA|3|{\"fast\":10,\"slow\":20}|1.5|-|100 BBB|4|{\"fast\":10,\"slow\":21}|0.5|-|-"
      " CCC|-|-|-|-|-");
}

static void results_views_show_the_newest_run_and_all(void **state)
{
  fixture *f = *state;
  bt_strategy other = fixture_strategy;
  other.name = "ema";
  bt_store *store = open_store(f);
  const bt_strategy *const strategies[] = {&fixture_strategy, &fixture_strategy, &other};
  for (int i = 0; i < 3; i++) {
    int64_t run_id = begin_run(f, store, strategies[i], 2);
    assert_int_equal(put_ticker(f, store, run_id, 1, "AAA"), BT_OK);
    assert_int_equal(put_metrics(f, store, run_id, 1, 1, 10 * i), BT_OK);
    assert_int_equal(put_metrics(f, store, run_id, 1, 4, 10 * i + 5), BT_OK);
    assert_int_equal(end_run(f, store, run_id, BT_RUN_COMPLETE), BT_OK);
  }
  close_store(f, store);
  assert_string_equal(fixture_query(f, "SELECT run_id, strategy, n_bars FROM results"),
                      "3|ema|20 3|ema|25");
  assert_string_equal(fixture_query(f, "SELECT count(*), min(run_id) FROM results_all"), "6|1");
  assert_string_equal(
      fixture_query(f, "SELECT symbol, fast, slow, sharpe, test_start, run_id FROM results_sma"
                       " ORDER BY sharpe DESC LIMIT 10"),
      "AAA|10|21|20.0|2020-01-02|2 AAA|5|20|15.0|2020-01-02|2");
  assert_string_equal(fixture_query(f, "SELECT typeof(fast), run_id FROM results_ema LIMIT 1"),
                      "integer|3");
  assert_string_equal(fixture_query(f, "SELECT group_concat(name) FROM (SELECT name FROM"
                                       " pragma_table_info('results') LIMIT 13)"),
                      "run_id,ticker_id,symbol,strategy,combo_id,params,window_id,phase,"
                      "train_start,train_end,test_start,test_end,n_bars");
}

/* What strategies are checked against, and what there is. */
static void result_columns_are_those_of_the_view(void **state)
{
  fixture *f = *state;
  char sql[256];
  close_store(f, open_store(f));
  for (size_t i = 0; i < bt_result_column_count(); i++) {
    (void)snprintf(sql, sizeof sql, "SELECT name FROM pragma_table_info('results') WHERE cid = %zu",
                   i);
    assert_string_equal(fixture_query(f, sql), bt_result_column_at(i));
  }
  (void)snprintf(sql, sizeof sql, "SELECT count(*) = %zu FROM pragma_table_info('results')",
                 bt_result_column_count());
  assert_string_equal(fixture_query(f, sql), "1");
  assert_string_equal(fixture_query(f, "SELECT name FROM sqlite_master WHERE name LIKE 'results!_%'"
                                       " ESCAPE '!'"),
                      "results_all");
  assert_true(bt_result_has_view("all"));
  assert_true(bt_result_has_view("ALL"));
  assert_false(bt_result_has_view("al"));
  assert_true(bt_result_has_column("Sharpe"));
  assert_false(bt_result_has_column("sharp"));
}

static void rows_without_a_combination_are_in_the_results(void **state)
{
  fixture *f = *state;
  bt_store *store = open_store(f);
  int64_t run_id = begin_run(f, store, &fixture_strategy, 2);
  assert_int_equal(put_ticker(f, store, run_id, 1, "AAA"), BT_OK);
  assert_int_equal(put_metrics(f, store, run_id, 1, 0, 7), BT_OK);
  close_store(f, store);
  assert_string_equal(fixture_query(f, "SELECT phase, combo_id, params, n_bars FROM results"),
                      "oos|-|-|7");
  assert_string_equal(fixture_query(f, "SELECT symbol, fast, n_bars FROM results_sma"), "AAA|-|7");
}

static void strategy_view_follows_changed_parameters(void **state)
{
  fixture *f = *state;
  bt_param params[] = {{.name = "order"}, {.name = "Width_2"}}; /* an SQL keyword, capitals */
  bt_strategy changed = fixture_strategy;
  changed.params = params;
  bt_store *store = open_store(f);
  (void)begin_run(f, store, &fixture_strategy, 2);
  int64_t run_id = begin_run(f, store, &changed, 2);
  assert_int_equal(put_ticker(f, store, run_id, 1, "AAA"), BT_OK);
  assert_int_equal(put_metrics(f, store, run_id, 1, 2, 7), BT_OK);
  close_store(f, store);
  assert_string_equal(fixture_query(f, "SELECT \"order\", width_2 FROM results_sma"), "5|21");
}

static void names_that_the_views_need_are_refused(void **state)
{
  static const char *const names[] = {"sharpe", "Symbol", "params", "test_end"};
  fixture *f = *state;
  bt_store *store = open_store(f);
  bt_run_info info = {.kind = "sweep", .strategy = "sma"};
  int64_t run_id = -1;
  for (size_t i = 0; i < 4; i++) {
    bt_param params[] = {{.name = "fast"}, {.name = names[i]}};
    bt_strategy strategy = fixture_strategy;
    strategy.params = params;
    assert_int_equal(bt_store_begin_run(store, &run_id, &info, &strategy, NULL, &f->err),
                     BT_ERR_USAGE);
    assert_non_null(strstr(f->err.message, names[i]));
  }
  bt_param twice[] = {{.name = "fast"}, {.name = "FAST"}};
  bt_strategy strategy = fixture_strategy;
  strategy.params = twice;
  assert_int_equal(bt_store_begin_run(store, &run_id, &info, &strategy, NULL, &f->err),
                   BT_ERR_USAGE);
  strategy = fixture_strategy;
  strategy.name = "all";
  assert_int_equal(bt_store_begin_run(store, &run_id, &info, &strategy, NULL, &f->err),
                   BT_ERR_USAGE);
  assert_int_equal(run_id, -1);
  assert_string_equal(fixture_query(f, "SELECT count(*) FROM runs"), "0");
  close_store(f, store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(leaderboard_goes_by_median_then_by_number),
      CASE(leaderboard_of_a_walk_forward_is_that_of_its_train_parts),
      CASE(leaderboard_of_a_sweep_has_the_values_of_combo_stats),
      CASE(best_has_a_row_for_every_selection),
      CASE(results_views_show_the_newest_run_and_all),
      CASE(result_columns_are_those_of_the_view),
      CASE(rows_without_a_combination_are_in_the_results),
      CASE(strategy_view_follows_changed_parameters),
      CASE(names_that_the_views_need_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
