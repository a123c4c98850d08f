/* writer_scene.h - a store with a run, batches of made tickers and a writer, for the tests of the
 * writer. To be included after cmocka.h. */
#ifndef BT_TESTS_WRITER_SCENE_H
#define BT_TESTS_WRITER_SCENE_H

#include "runners/writer.h"
#include "tests/support/store_steps.h"

enum { PLENTY = 1 << 30, N_COMBOS = 8, N_TICKERS = 600 };

/* A store with one run begun, and its tickers. */
static inline scene set_up(void **state)
{
  scene s = {.f = *state};
  s.store = open_store(s.f);
  s.run_id = begin_run(s.f, s.store, &fixture_strategy, N_COMBOS / 2);
  for (int64_t i = 1; i <= N_TICKERS; i++)
    assert_int_equal(put_ticker(s.f, s.store, s.run_id, i, "T"), BT_OK);
  assert_int_equal(bt_store_commit(s.store, &s.f->err), BT_OK);
  return s;
}

static inline bt_writer *start(scene *s, size_t budget_bytes)
{
  bt_writer *writer = NULL;
  if (bt_writer_new(&writer, s->store, s->run_id, budget_bytes, NULL, &s->f->err))
    fail_msg("%s", s->f->err.message);
  return writer;
}

/* N_COMBOS rows and values. False when memory is out. */
static inline bool fill_section(bt_section *section, size_t sequence)
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
 * threads. */
static inline bt_batch *make_batch(size_t sequence)
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

static inline void push(scene *s, bt_writer *writer, size_t sequence)
{
  bt_batch *batch = make_batch(sequence);
  assert_non_null(batch);
  assert_int_equal(bt_writer_push(writer, batch, &s->f->err), BT_OK);
}

static inline void finish(scene *s, bt_writer *writer)
{
  if (bt_writer_finish(writer, &s->f->err)) fail_msg("%s", s->f->err.message);
}

/* Whether there is room within ten seconds. */
static inline bool room_comes(bt_writer *writer, size_t sequence)
{
  for (int i = 0; i < 1000 && !bt_writer_has_room(writer, sequence); i++) sleep_ms(10);
  return bt_writer_has_room(writer, sequence);
}

/* Tickers in the order of their metrics in the file, and whether every one is whole. */
static inline void expect_whole_in_order(fixture *f, size_t n_tickers)
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

#endif
