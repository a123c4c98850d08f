#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "runners/store_internal.h"
#include "runners/writer.h"
#include "tests/support/store_fixture.h"

enum { PLENTY = 1 << 30, N_COMBOS = 8, N_PRODUCERS = 8, N_TICKERS = 600 };

/* A store with one run begun, and its tickers. */
typedef struct scene {
  fixture *f;
  bt_store *store;
  int64_t run_id;
} scene;

static scene set_up(void **state)
{
  scene s = {.f = *state};
  bt_grid *grid = fixture_grid(&fixture_strategy, N_COMBOS / 2);
  bt_run_info info = {.kind = "sweep", .strategy = "sma"};
  assert_non_null(grid);
  if (bt_store_open(&s.store, s.f->path, &s.f->err)) fail_msg("%s", s.f->err.message);
  assert_int_equal(
      bt_store_begin_run(s.store, &s.run_id, &info, &fixture_strategy, grid, &s.f->err), BT_OK);
  bt_grid_free(grid);
  for (int64_t i = 1; i <= N_TICKERS; i++) {
    const bt_ticker_row ticker = {.ticker_id = i, .symbol = "T", .n_bars = 10};
    assert_int_equal(bt_store_put_ticker(s.store, s.run_id, &ticker, &s.f->err), BT_OK);
  }
  assert_int_equal(bt_store_commit(s.store, &s.f->err), BT_OK);
  return s;
}

static void tear_down(scene *s)
{
  bt_run_end end = {BT_RUN_COMPLETE, 1, 1, "", ""};
  assert_int_equal(bt_store_end_run(s->store, s->run_id, &end, &s->f->err), BT_OK);
  assert_int_equal(bt_store_close(s->store, &s->f->err), BT_OK);
  assert_string_equal(fixture_query(s->f, "PRAGMA integrity_check"), "ok");
  assert_string_equal(fixture_query(s->f, "PRAGMA foreign_key_check"), "");
}

static bt_writer *start(scene *s, size_t budget_bytes)
{
  bt_writer *writer = NULL;
  if (bt_writer_new(&writer, s->store, s->run_id, budget_bytes, NULL, &s->f->err))
    fail_msg("%s", s->f->err.message);
  return writer;
}

/* N_COMBOS rows and values. False when memory is out. */
static bool fill_section(bt_section *section, size_t sequence)
{
  section->values = calloc(N_COMBOS, sizeof *section->values);
  section->metrics = calloc(N_COMBOS, sizeof *section->metrics);
  section->combo_ids = calloc(N_COMBOS, sizeof *section->combo_ids);
  if (!section->values || !section->metrics || !section->combo_ids) return false;
  section->n_values = section->n_metrics = N_COMBOS;
  for (size_t i = 0; i < N_COMBOS; i++) {
    section->combo_ids[i] = (int64_t)i + 1;
    section->metrics[i] = fixture_metrics((double)(sequence * 100 + i));
    section->values[i] = (double)i;
  }
  return true;
}

/* N_COMBOS rows, a selection, a task. NULL when memory is out; no assertion, for other
 * threads.
 */
static bt_batch *make_batch(size_t sequence)
{
  bt_batch *batch = NULL;
  bt_result_key key = {.ticker_id = (int64_t)sequence + 1, .phase = "full"};
  bt_selection_row selection = {
      .ticker_id = key.ticker_id, .combo_id = 2, .objective = "sharpe", .train_value = 1};
  bt_section *section = NULL;
  if (bt_batch_new(&batch, sequence, NULL)) return NULL;
  if (bt_batch_add_selection(batch, &selection, NULL) ||
      bt_batch_add_section(&section, batch, &key, NULL) || !fill_section(section, sequence)) {
    bt_batch_free(batch);
    return NULL;
  }
  batch->task = sequence + 1;
  return batch;
}

static void push(scene *s, bt_writer *writer, size_t sequence)
{
  bt_batch *batch = make_batch(sequence);
  assert_non_null(batch);
  assert_int_equal(bt_writer_push(writer, batch, &s->f->err), BT_OK);
}

static void finish(scene *s, bt_writer *writer)
{
  if (bt_writer_finish(writer, &s->f->err)) fail_msg("%s", s->f->err.message);
}

static void sleep_ms(int ms)
{
  struct timespec wait = {ms / 1000, (ms % 1000) * 1000000L};
  (void)nanosleep(&wait, NULL);
}

/* Tickers in the order of their metrics in the file, and whether every one is whole. */
static void expect_whole_in_order(fixture *f, size_t n_tickers)
{
  char expected[64];
  (void)snprintf(expected, sizeof expected, "%zu|%zu", n_tickers, n_tickers * N_COMBOS);
  assert_string_equal(fixture_query(f, "SELECT count(DISTINCT ticker_id), count(*) FROM metrics"),
                      expected);
  assert_string_equal(
      fixture_query(f, "SELECT count(*) FROM (SELECT ticker_id * 1000 + combo_id AS k,"
                       " lag(ticker_id * 1000 + combo_id) OVER (ORDER BY rowid) AS before"
                       " FROM metrics) WHERE k <= before"),
      "0");
  (void)snprintf(expected, sizeof expected, "%zu|%zu|%zu", n_tickers, n_tickers, n_tickers);
  assert_string_equal(fixture_query(f, "SELECT (SELECT count(*) FROM objective_values),"
                                       " (SELECT count(*) FROM selections),"
                                       " (SELECT count(*) FROM tasks)"),
                      expected);
}

/* ---- order ---------------------------------------------------------------------------------- */

static void rows_do_not_depend_on_the_order_of_arrival(void **state)
{
  static const size_t order[] = {3, 0, 5, 4, 1, 9, 8, 7, 2, 6};
  scene s = set_up(state);
  bt_writer *writer = start(&s, PLENTY);
  for (size_t i = 0; i < 10; i++) push(&s, writer, order[i]);
  finish(&s, writer);
  tear_down(&s);
  expect_whole_in_order(s.f, 10);
  assert_string_equal(fixture_query(s.f, "SELECT n_bars FROM metrics WHERE ticker_id = 4"
                                         " AND combo_id = 3"),
                      "302");
}

static void finish_writes_what_lies_behind_gaps(void **state)
{
  scene s = set_up(state);
  bt_writer *writer = start(&s, PLENTY);
  push(&s, writer, 7);
  push(&s, writer, 0);
  push(&s, writer, 3);
  finish(&s, writer);
  tear_down(&s);
  expect_whole_in_order(s.f, 3);
  assert_string_equal(fixture_query(s.f, "SELECT DISTINCT ticker_id FROM metrics"), "1 4 8");
}

static void nothing_pushed_is_nothing_written(void **state)
{
  scene s = set_up(state);
  finish(&s, start(&s, PLENTY));
  assert_int_equal(bt_writer_finish(NULL, &s.f->err), BT_OK);
  tear_down(&s);
  expect_whole_in_order(s.f, 0);
}

/* Two windows and phases of one ticker, as walk-forward has them. */
static void sections_keep_their_window_and_phase(void **state)
{
  scene s = set_up(state);
  bt_writer *writer = start(&s, PLENTY);
  bt_batch *batch = make_batch(0);
  bt_section *section = NULL;
  const bt_result_key keys[] = {{1, 1, "test", 3}, {1, 0, "oos", 0}};
  const bt_selection_row selection = {1, 1, 3, "sharpe", 1.5, 0.5};
  const bt_window_row window = {.window_id = 1};
  assert_non_null(batch);
  assert_int_equal(bt_store_put_window(s.store, s.run_id, &window, &s.f->err), BT_OK);
  for (size_t i = 0; i < 2; i++) {
    assert_int_equal(bt_batch_add_section(&section, batch, &keys[i], &s.f->err), BT_OK);
    section->daily = true;
    section->trades = calloc(1, sizeof *section->trades);
    section->points = calloc(1, sizeof *section->points);
    section->regimes = calloc(1, sizeof *section->regimes);
    assert_true(section->trades && section->points && section->regimes);
    section->trades[0].reason = "signal";
    section->regimes[0].regime = "up";
    section->n_trades = section->n_points = section->n_regimes = 1;
  }
  section->combo_ids = calloc(1, sizeof *section->combo_ids);
  section->metrics = calloc(1, sizeof *section->metrics);
  assert_true(section->combo_ids && section->metrics);
  section->n_metrics = 1;
  assert_int_equal(bt_batch_add_selection(batch, &selection, &s.f->err), BT_OK);
  batch->has_walkforward = true;
  batch->walkforward = (bt_walkforward_row){1, 1, 0.5, 1, 1};
  assert_int_equal(bt_writer_push(writer, batch, &s.f->err), BT_OK);
  finish(&s, writer);
  tear_down(&s);
  static const char rows[] = "1|test|3|1970-01-01 0|oos|-|1970-01-01";
  assert_string_equal(
      fixture_query(s.f, "SELECT window_id, phase, combo_id, entry_time FROM trades"), rows);
  assert_string_equal(fixture_query(s.f, "SELECT window_id, phase, combo_id, time FROM equity"),
                      rows);
  assert_string_equal(
      fixture_query(s.f, "SELECT window_id, phase, combo_id, regime FROM regime_metrics"),
      "1|test|3|up 0|oos|-|up");
  assert_string_equal(
      fixture_query(s.f, "SELECT phase, combo_id, count(*) FROM metrics WHERE phase = 'oos'"),
      "oos|-|1");
  assert_string_equal(fixture_query(s.f, "SELECT window_id, combo_id, train_value FROM selections"),
                      "0|2|1.0 1|3|1.5");
  assert_string_equal(fixture_query(s.f, "SELECT ticker_id, efficiency FROM walkforward"), "1|0.5");
  assert_string_equal(fixture_query(s.f, "SELECT task FROM tasks"), "1");
}

static void batch_without_a_task_has_no_row_of_it(void **state)
{
  scene s = set_up(state);
  bt_writer *writer = start(&s, PLENTY);
  bt_batch *batch = NULL;
  bt_section *section = NULL;
  const bt_result_key key = {.ticker_id = 1, .phase = "full"};
  push(&s, writer, 0);
  assert_int_equal(bt_batch_new(&batch, 1, &s.f->err), BT_OK);
  assert_int_equal(bt_batch_add_section(&section, batch, &key, &s.f->err), BT_OK);
  section->points = calloc(2, sizeof *section->points);
  assert_non_null(section->points);
  section->n_points = 2;
  assert_int_equal(bt_writer_push(writer, batch, &s.f->err), BT_OK);
  finish(&s, writer);
  tear_down(&s);
  expect_whole_in_order(s.f, 1);
  assert_string_equal(fixture_query(s.f, "SELECT count(*) FROM equity"), "2");
}

static void size_of_a_batch_covers_its_arrays(void **state)
{
  bt_batch *batch = make_batch(0);
  (void)state;
  assert_non_null(batch);
  size_t arrays = N_COMBOS * (sizeof(double) + sizeof(bt_metrics) + sizeof(int64_t));
  assert_true(bt_batch_size_bytes(batch) > arrays + sizeof *batch + sizeof(bt_selection_row));
  bt_batch_free(batch);
  bt_batch_free(NULL);
}

/* ---- many producers ------------------------------------------------------------------------- */

typedef struct crowd {
  bt_writer *writer;
  atomic_size_t n_begun, n_failed;
} crowd;

/* Begins tickers in rising order, as the pool does; some take longer than others. */
static void *produce(void *context)
{
  crowd *c = context;
  for (size_t i = atomic_fetch_add(&c->n_begun, 1); i < N_TICKERS;
       i = atomic_fetch_add(&c->n_begun, 1)) {
    while (!bt_writer_has_room(c->writer, i)) sleep_ms(1);
    bool ok = bt_writer_check(c->writer, NULL) == BT_OK;
    if (i % 50 == 0) sleep_ms(3);
    bt_batch *batch = ok ? make_batch(i) : NULL;
    ok = batch && bt_writer_push(c->writer, batch, NULL) == BT_OK;
    if (!ok) atomic_fetch_add(&c->n_failed, 1);
  }
  return NULL;
}

/* Returns the number of tickers that were not taken. */
static size_t run_crowd(bt_writer *writer)
{
  crowd c = {.writer = writer};
  pthread_t threads[N_PRODUCERS];
  for (size_t i = 0; i < N_PRODUCERS; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, produce, &c), 0);
  for (size_t i = 0; i < N_PRODUCERS; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
  return atomic_load(&c.n_failed);
}

static void many_producers_give_one_order(void **state)
{
  static const size_t budgets[] = {0, 1, 10000, 200000, PLENTY};
  for (size_t i = 0; i < sizeof budgets / sizeof *budgets; i++) {
    if (i > 0) assert_int_equal(fixture_new(state), 0);
    scene s = set_up(state);
    bt_writer *writer = start(&s, budgets[i]);
    assert_int_equal(run_crowd(writer), 0);
    finish(&s, writer);
    tear_down(&s);
    expect_whole_in_order(s.f, N_TICKERS);
    if (i + 1 < sizeof budgets / sizeof *budgets) assert_int_equal(fixture_free(state), 0);
  }
}

/* ---- back-pressure -------------------------------------------------------------------------- */

/* Whether there is room within ten seconds. */
static bool room_comes(bt_writer *writer, size_t sequence)
{
  for (int i = 0; i < 1000 && !bt_writer_has_room(writer, sequence); i++) sleep_ms(10);
  return bt_writer_has_room(writer, sequence);
}

static void full_budget_holds_back_all_but_the_next(void **state)
{
  scene s = set_up(state);
  bt_writer *writer = start(&s, 1);
  assert_true(bt_writer_has_room(writer, 1));
  push(&s, writer, 1); /* waits for 0, and fills the budget */
  assert_false(bt_writer_has_room(writer, 2));
  assert_true(bt_writer_has_room(writer, 0));
  push(&s, writer, 0);
  assert_true(room_comes(writer, 2));
  push(&s, writer, 2);
  finish(&s, writer);
  tear_down(&s);
  expect_whole_in_order(s.f, 3);
}

static void room_that_is_left_behind_a_gap_is_given_away(void **state)
{
  scene s = set_up(state);
  bt_batch *first = make_batch(0);
  assert_non_null(first);
  bt_writer *writer = start(&s, 3 * bt_batch_size_bytes(first));
  push(&s, writer, 1);
  push(&s, writer, 3);
  push(&s, writer, 4);
  assert_false(bt_writer_has_room(writer, 5));
  /* 0 and 1 are written, 3 and 4 stay: more than half of the budget, but less than all. */
  assert_int_equal(bt_writer_push(writer, first, &s.f->err), BT_OK);
  assert_true(room_comes(writer, 5));
  push(&s, writer, 2);
  finish(&s, writer);
  tear_down(&s);
  expect_whole_in_order(s.f, 5);
}

static void push_never_waits(void **state)
{
  scene s = set_up(state);
  bt_writer *writer = start(&s, 0);
  for (size_t i = 200; i >= 1; i--) push(&s, writer, i);
  finish(&s, writer);
  tear_down(&s);
  expect_whole_in_order(s.f, 200);
}

static void what_is_written_is_soon_committed(void **state)
{
  scene s = set_up(state);
  bt_writer *writer = start(&s, PLENTY);
  push(&s, writer, 0);
  int n_waits = 0;
  while (n_waits < 100 && strcmp(fixture_query(s.f, "SELECT count(*) FROM metrics"), "8") != 0) {
    sleep_ms(100);
    n_waits++;
  }
  assert_true(n_waits < 100);
  push(&s, writer, 1); /* wakes it again */
  finish(&s, writer);
  tear_down(&s);
  expect_whole_in_order(s.f, 2);
}

/* ---- failure -------------------------------------------------------------------------------- */

static void limit_pages(scene *s, int n_pages)
{
  char sql[64];
  (void)snprintf(sql, sizeof sql, "PRAGMA max_page_count = %d", n_pages);
  assert_int_equal(sqlite3_exec(s->store->db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static void failure_reaches_every_caller(void **state)
{
  scene s = set_up(state);
  limit_pages(&s, 40);
  bt_writer *writer = start(&s, 10000);
  assert_true(run_crowd(writer) > 0);
  bt_error err;
  assert_int_equal(bt_writer_check(writer, &err), BT_ERR_DATABASE);
  assert_non_null(strstr(err.message, "full"));
  assert_int_equal(bt_writer_push(writer, make_batch(N_TICKERS), &err), BT_ERR_DATABASE);
  assert_int_equal(bt_writer_finish(writer, &s.f->err), BT_ERR_DATABASE);
  assert_string_equal(s.f->err.message, err.message);
  bt_run_end end = {BT_RUN_FAILED, 1, 1, "", ""};
  (void)bt_store_end_run(s.store, s.run_id, &end, &s.f->err);
  assert_int_equal(bt_store_close(s.store, &s.f->err), BT_OK);
  assert_string_equal(fixture_query(s.f, "PRAGMA integrity_check"), "ok");
  int n_tickers = atoi(fixture_query(s.f, "SELECT count(DISTINCT ticker_id) FROM metrics"));
  assert_true(n_tickers < N_TICKERS);
  expect_whole_in_order(s.f, (size_t)n_tickers);
}

static void after_a_failure_there_is_room_for_all(void **state)
{
  scene s = set_up(state);
  bt_writer *writer = start(&s, 1);
  bt_batch *broken = make_batch(0);
  assert_non_null(broken);
  broken->sections->key.ticker_id = 2; /* as that of the batch 1: the key is taken */
  push(&s, writer, 1);
  assert_false(bt_writer_has_room(writer, 3));
  assert_int_equal(bt_writer_push(writer, broken, &s.f->err), BT_OK);
  assert_true(room_comes(writer, 3));
  assert_int_equal(bt_writer_check(writer, &s.f->err), BT_ERR_DATABASE);
  assert_int_equal(bt_writer_finish(writer, &s.f->err), BT_ERR_DATABASE);
  assert_non_null(strstr(s.f->err.message, "UNIQUE"));
  assert_int_equal(bt_store_close(s.store, &s.f->err), BT_OK);
  assert_string_equal(fixture_query(s.f, "SELECT count(*) FROM metrics"), "0");
}

/* ---- with a pool ----------------------------------------------------------------------------- */

enum { N_POOLED = 400, TIME_LIMIT_S = 120 };

/* Tickers of a run, as the sweep has them. */
typedef struct pooled {
  bt_writer *writer;
  bt_pool *pool;
  bt_status first_status; /* of ticker 0, which ends last */
  bool cancels;
  atomic_size_t n_pushed;
} pooled;

static bool pooled_has_room(void *context, size_t index)
{
  const pooled *p = context;
  return bt_writer_has_room(p->writer, index);
}

/* Ticker 0 waits until the others have used up the budget. */
static bt_status pooled_task(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  pooled *p = context;
  (void)worker;
  if (index == 0) {
    while (bt_writer_has_room(p->writer, N_POOLED)) sleep_ms(1);
    sleep_ms(20);
    if (p->cancels) bt_pool_cancel(p->pool);
    if (p->first_status) return bt_fail(err, p->first_status, "as told");
  }
  bt_batch *batch = make_batch(index);
  if (!batch) return bt_fail_nomem(err, "batch");
  atomic_fetch_add(&p->n_pushed, 1);
  return bt_writer_push(p->writer, batch, err);
}

/* Runs all with a budget of 20 batches; a lost wake-up or a deadlock never ends. */
static bt_status run_pooled(scene *s, size_t n_workers, bt_status first_status, bool cancels)
{
  bt_batch *batch = make_batch(0);
  pooled p = {.first_status = first_status, .cancels = cancels};
  assert_non_null(batch);
  size_t budget = 20 * bt_batch_size_bytes(batch);
  bt_batch_free(batch);
  assert_int_equal(bt_pool_new(&p.pool, n_workers, &s->f->err), BT_OK);
  assert_int_equal(bt_writer_new(&p.writer, s->store, s->run_id, budget, p.pool, &s->f->err),
                   BT_OK);
  const bt_pool_gate gate = {pooled_has_room, &p};
  bt_status status = bt_pool_run_ordered(p.pool, N_POOLED, &gate, pooled_task, &p, &s->f->err);
  finish(s, p.writer);
  bt_pool_free(p.pool);
  if (status) assert_true(atomic_load(&p.n_pushed) < 40);
  return status;
}

static void a_late_first_ticker_holds_back_the_others_and_they_go_on(void **state)
{
  for (size_t n_workers = 2; n_workers <= 8; n_workers *= 2) {
    if (n_workers > 2) assert_int_equal(fixture_new(state), 0);
    scene s = set_up(state);
    assert_int_equal(run_pooled(&s, n_workers, BT_OK, false), BT_OK);
    tear_down(&s);
    expect_whole_in_order(s.f, N_POOLED);
    if (n_workers < 8) assert_int_equal(fixture_free(state), 0);
  }
}

static void a_first_ticker_that_fails_with_the_budget_used_up_ends_the_run(void **state)
{
  scene s = set_up(state);
  assert_int_equal(run_pooled(&s, 4, BT_ERR_DATA, false), BT_ERR_DATA);
  assert_string_equal(s.f->err.message, "as told");
  tear_down(&s);
}

static void a_cancel_with_the_budget_used_up_ends_the_run(void **state)
{
  scene s = set_up(state);
  assert_int_equal(run_pooled(&s, 4, BT_ERR_CANCELLED, true), BT_ERR_CANCELLED);
  tear_down(&s);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_new, fixture_free)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(rows_do_not_depend_on_the_order_of_arrival),
      CASE(finish_writes_what_lies_behind_gaps),
      CASE(nothing_pushed_is_nothing_written),
      CASE(sections_keep_their_window_and_phase),
      CASE(batch_without_a_task_has_no_row_of_it),
      CASE(size_of_a_batch_covers_its_arrays),
      CASE(many_producers_give_one_order),
      CASE(full_budget_holds_back_all_but_the_next),
      CASE(room_that_is_left_behind_a_gap_is_given_away),
      CASE(push_never_waits),
      CASE(what_is_written_is_soon_committed),
      CASE(failure_reaches_every_caller),
      CASE(after_a_failure_there_is_room_for_all),
      CASE(a_late_first_ticker_holds_back_the_others_and_they_go_on),
      CASE(a_first_ticker_that_fails_with_the_budget_used_up_ends_the_run),
      CASE(a_cancel_with_the_budget_used_up_ends_the_run),
  };
  (void)alarm(TIME_LIMIT_S);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
