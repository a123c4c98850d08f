/* The writer with many threads and little room: nobody waits for ever, and the order stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>

#include "runners/store_internal.h"
#include "tests/support/writer_scene.h"

enum { N_PRODUCERS = 8 };

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

/* ---- back-pressure -------------------------------------------------------------------------- */

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

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(many_producers_give_one_order),
      CASE(failure_reaches_every_caller),
      CASE(full_budget_holds_back_all_but_the_next),
      CASE(room_that_is_left_behind_a_gap_is_given_away),
      CASE(push_never_waits),
      CASE(a_late_first_ticker_holds_back_the_others_and_they_go_on),
      CASE(a_first_ticker_that_fails_with_the_budget_used_up_ends_the_run),
      CASE(a_cancel_with_the_budget_used_up_ends_the_run),
  };
  (void)alarm(TIME_LIMIT_S);
  return cmocka_run_group_tests_name("runners/writer, threads", tests, NULL, NULL);
}
