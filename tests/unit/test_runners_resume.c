/* Whether a job goes on with a run: by its row, its tickers and the bytes of their files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runners/resume.h"
#include "runners/ticker_rows.h"
#include "tests/support/scan_scene.h"
#include "tests/support/store_fixture.h"

typedef struct resume_scene {
  scan_scene *data; /* three tickers */
  fixture *results;
  bt_store *store;
  bt_run_info info;
  bt_resume found;
} resume_scene;

/* Writes a file of n bars and reads the universe again. */
static void change(resume_scene *r, const char *symbol, int n, int price)
{
  write_bars(r->data, symbol, 6, n, 1, price);
  scan_folder(r->data, 1 << 20);
}

static int resume_setup(void **state)
{
  resume_scene *r = calloc(1, sizeof *r);
  *state = r;
  if (!r || scan_scene_setup((void **)&r->data) || fixture_new((void **)&r->results)) return -1;
  write_bars(r->data, "A", 6, 5, 1, 10);
  write_bars(r->data, "B", 6, 6, 1, 20);
  change(r, "C", 0, 30); /* rejected */
  r->info = (bt_run_info){.kind = "sweep",
                          .version = "1.2.3",
                          .strategy = "buyhold",
                          .options_json = "{\"cash\":100,\"fill\":\"open\",\"require\":[]}",
                          .n_tickers = 3};
  return bt_store_open(&r->store, r->results->path, NULL) ? -1 : 0;
}

static int resume_teardown(void **state)
{
  resume_scene *r = *state;
  bt_status status = bt_store_close(r->store, NULL);
  (void)scan_scene_teardown((void **)&r->data);
  (void)fixture_free((void **)&r->results);
  free(r);
  return status ? -1 : 0;
}

/* Begins a run, with the rows of its tickers where they are wanted, as another process that has not
 * ended it would leave it. */
static int64_t put_running(resume_scene *r, const bt_run_info *info, bool tickers)
{
  bt_error err;
  int64_t run_id = 0;
  if (bt_store_begin_run(r->store, &run_id, info, NULL, NULL, &err) ||
      (tickers && bt_ticker_rows_put(r->store, run_id, &r->data->job, &r->data->scan, &err)))
    fail_msg("%s", err.message);
  return run_id;
}

/* Begins a run in the same way, and ends it. */
static int64_t put_run(resume_scene *r, const bt_run_info *info, bt_run_status status, bool tickers)
{
  bt_error err;
  const bt_run_end end = {status, 1, 1, "2020-01-06", "2020-01-11"};
  int64_t run_id = put_running(r, info, tickers);
  if (bt_store_end_run(r->store, run_id, &end, &err)) fail_msg("%s", err.message);
  return run_id;
}

static bt_status find(resume_scene *r, bt_error *err)
{
  return bt_resume_find(&r->found, r->store, &r->info, &r->data->job, &r->data->scan, err);
}

static void expect_found(resume_scene *r, bt_resume_verdict verdict, int64_t run_id)
{
  bt_error err;
  if (find(r, &err)) fail_msg("%s", err.message);
  assert_int_equal(r->found.verdict, verdict);
  if (verdict != BT_RESUME_NONE) assert_int_equal(r->found.run_id, run_id);
}

/* It is another job, because of this. */
static void expect_other(resume_scene *r, const char *difference)
{
  bt_error err;
  assert_int_equal(find(r, &err), BT_ERR_DATA);
  if (!strstr(err.message, difference)) fail_msg("'%s' is not in: %s", difference, err.message);
}

static void where_there_is_nothing_a_run_is_begun(void **state)
{
  resume_scene *r = *state;
  expect_found(r, BT_RESUME_NONE, 0);
  bt_run_info other = r->info;
  other.options_json = "{\"cash\":5}";
  (void)put_run(r, &other, BT_RUN_COMPLETE, true);
  expect_found(r, BT_RESUME_NONE, 0);
}

static void an_unfinished_run_goes_on(void **state)
{
  resume_scene *r = *state;
  (void)put_run(r, &r->info, BT_RUN_INTERRUPTED, true);
  expect_found(r, BT_RESUME_RUN, 1);
  (void)put_run(r, &r->info, BT_RUN_FAILED, false); /* killed before it had tickers */
  expect_found(r, BT_RESUME_RUN, 2);
  (void)put_run(r, &r->info, BT_RUN_COMPLETE, true);
  expect_found(r, BT_RESUME_COMPLETE, 3);
}

/* Its tickers were looked at in passing: B was, A and C were not. */
static void a_run_that_knows_some_tickers_goes_on_and_knows_all(void **state)
{
  resume_scene *r = *state;
  bt_error err;
  scan_scene *data = r->data;
  int64_t run_id = put_running(r, &r->info, false);
  const bt_found_ticker b = {&data->universe.entries[1], &data->scan.entries[1], 2};
  assert_int_equal(bt_ticker_rows_put_one(r->store, run_id, &b, &err), BT_OK);
  const bt_run_end end = {BT_RUN_INTERRUPTED, 1, 1, "", ""};
  assert_int_equal(bt_store_end_run(r->store, run_id, &end, &err), BT_OK);
  expect_found(r, BT_RESUME_RUN, run_id);
  change(r, "C", 6, 31); /* of which nothing is computed yet */
  expect_found(r, BT_RESUME_RUN, run_id);
  change(r, "B", 6, 21);
  expect_other(r, "B.csv has changed");
  change(r, "B", 6, 20);
  change(r, "C", 6, 30);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(bt_ticker_rows_complete(r->store, run_id, &data->scan, &err), BT_OK);
    assert_string_equal(fixture_query(r->results, "SELECT group_concat(symbol) FROM tickers"),
                        "A,B,C");
    assert_string_equal(fixture_query(r->results, "SELECT count(*) FROM data_issues"), "0");
  }
  (void)bt_store_put_issue(r->store, run_id, 2, &(bt_issue_row){0, "", "date_gap", "suspect", ""},
                           &err);
  (void)bt_store_put_issue(r->store, run_id, 2, &(bt_issue_row){0, "", "stale", "suspect", ""},
                           &err);
  assert_int_equal(bt_ticker_rows_complete(r->store, run_id, &data->scan, &err), BT_OK);
  assert_string_equal(fixture_query(r->results, "SELECT kind FROM data_issues"), "stale");
}

static void the_newest_run_of_this_job_counts(void **state)
{
  resume_scene *r = *state;
  bt_run_info other = r->info;
  other.options_json = "{\"cash\":5}";
  (void)put_run(r, &r->info, BT_RUN_INTERRUPTED, true);
  (void)put_run(r, &other, BT_RUN_INTERRUPTED, true);
  (void)put_run(r, &other, BT_RUN_COMPLETE, true);
  expect_found(r, BT_RESUME_RUN, 1);
}

static void the_difference_of_the_newest_unfinished_run_is_named(void **state)
{
  resume_scene *r = *state;
  bt_run_info other = r->info;
  other.options_json = "{\"cash\":5,\"fill\":\"open\",\"require\":[]}";
  (void)put_run(r, &other, BT_RUN_INTERRUPTED, true);
  other.options_json = "{\"cash\":7,\"fill\":\"open\",\"require\":[]}";
  (void)put_run(r, &other, BT_RUN_FAILED, true);
  other.options_json = "{\"cash\":9,\"fill\":\"open\",\"require\":[]}";
  (void)put_run(r, &other, BT_RUN_COMPLETE, true);
  expect_other(r, "--resume: run 2 is failed, but it is another job: its cash was 7 and is 100");
}

static void every_kind_of_difference_is_named(void **state)
{
  static const struct {
    const char *options, *difference;
  } cases[] = {
      {"{\"cash\":100,\"fill\":\"close\",\"require\":[]}",
       "its fill was \"open\" and is \"close\""},
      {"{\"cash\":100,\"fill\":\"open\",\"require\":[\"x>1\"]}",
       "its require was [] and is [\"x>1\"]"},
      {"{\"cash\":100,\"fill\":\"open\"}", "its require was [] and is not given"},
      {"{\"cash\":100,\"fill\":\"open\",\"require\":[],\"gap\":5}",
       "its gap was not given and is 5"},
      {"{\"cash\":100,\"fill\":\"a/b\",\"require\":[]}",
       "its fill was \"open\" and is \"a/b\"; leave"},
      {"{\"cash\":100.5,\"fill\":\"open\",\"require\":[]}", "its cash was 100 and is 100.5"},
  };
  resume_scene *r = *state;
  (void)put_run(r, &r->info, BT_RUN_INTERRUPTED, true);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    r->info.options_json = cases[i].options;
    expect_other(r, cases[i].difference);
  }
  r->info.options_json = "{\"require\":[],\"fill\":\"open\",\"cash\":100}"; /* in any order */
  expect_found(r, BT_RESUME_RUN, 1);
  r->info.version = "1.2.4";
  expect_other(r, "it was begun by version 1.2.3, this is 1.2.4");
  r->info.version = "1.2.3";
  r->info.kind = "walkforward";
  expect_other(r, "it is a sweep");
}

static void of_objects_the_member_is_named(void **state)
{
  static const struct {
    const char *options, *difference;
  } cases[] = {
      {"{\"params\":{\"fast\":\"5,20\",\"slow\":\"60\"}}",
       "its params.fast was \"5,10\" and is \"5,20\""},
      {"{\"params\":{\"fast\":\"5,10\",\"slow\":\"70\"}}",
       "its params.slow was \"60\" and is \"70\""},
      {"{\"params\":{\"fast\":\"5,10\"}}", "its params.slow was \"60\" and is not given"},
      {"{\"params\":{\"fast\":\"5,10\",\"slow\":\"60\",\"new\":1}}",
       "its params.new was not given and is 1"},
      {"{\"params\":{\"fast\":{\"a\":1},\"slow\":\"60\"}}",
       "its params.fast was \"5,10\" and is {\"a\":1}"},
      {"{}", "its params was {\"fast\":\"5,10\",\"slow\":\"60\"} and is not given"},
  };
  resume_scene *r = *state;
  r->info.options_json = "{\"params\":{\"fast\":\"5,10\",\"slow\":\"60\"}}";
  (void)put_run(r, &r->info, BT_RUN_INTERRUPTED, true);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    r->info.options_json = cases[i].options;
    expect_other(r, cases[i].difference);
  }
}

static void a_run_of_another_process_counts_where_it_is_this_job_alone(void **state)
{
  resume_scene *r = *state;
  bt_error err;
  bt_run_info other = r->info;
  other.options_json = "{\"cash\":5}";
  (void)put_running(r, &other, true);
  expect_found(r, BT_RESUME_NONE, 0);
  (void)put_run(r, &r->info, BT_RUN_INTERRUPTED, true);
  (void)put_running(r, &other, true);
  expect_found(r, BT_RESUME_RUN, 2);
  assert_int_equal(put_running(r, &r->info, true), 4);
  assert_int_equal(find(r, &err), BT_ERR_DATABASE);
  assert_non_null(strstr(err.message, "--resume: run 4 is this job and is being written"));
  change(r, "B", 6, 21); /* neither 2 nor 4; 2 would be left behind */
  expect_other(r, "run 2 is interrupted, but it is another job: ");
}

static void an_older_run_with_the_same_data_goes_on(void **state)
{
  resume_scene *r = *state;
  (void)put_run(r, &r->info, BT_RUN_INTERRUPTED, true);
  change(r, "B", 6, 21);
  (void)put_run(r, &r->info, BT_RUN_FAILED, true);
  change(r, "A", 5, 11);
  (void)put_run(r, &r->info, BT_RUN_COMPLETE, true);
  change(r, "A", 5, 10);
  expect_found(r, BT_RESUME_RUN, 2);
  change(r, "B", 6, 20);
  expect_found(r, BT_RESUME_RUN, 1);
  change(r, "C", 4, 30);
  expect_other(r, "run 3 is complete, but it is another job: ");
  expect_other(r, "A.csv has changed; leave --resume out to begin anew");
}

static void other_bytes_or_tickers_are_another_job(void **state)
{
  resume_scene *r = *state;
  (void)put_run(r, &r->info, BT_RUN_INTERRUPTED, true);
  change(r, "B", 6, 21);
  expect_other(r, "B.csv has changed");
  write_bars(r->data, "B", 6, 6, 1, 20);
  change(r, "C", 4, 30); /* was rejected */
  expect_other(r, "C.csv has changed");
  write_bars(r->data, "C", 6, 0, 1, 30);
  change(r, "D", 4, 30);
  expect_other(r, "its universe had 3 tickers and has 4");
  char path[2 * TEST_PATH_SIZE];
  (void)snprintf(path, sizeof path, "%s/B.csv", r->data->dir);
  assert_int_equal(remove(path), 0);
  scan_folder(r->data, 1 << 20);
  expect_other(r, "its ticker 2 was B and is C");
}

static void a_complete_run_whose_data_have_changed_is_not_taken_for_this_job(void **state)
{
  resume_scene *r = *state;
  (void)put_run(r, &r->info, BT_RUN_COMPLETE, true);
  change(r, "A", 5, 11);
  expect_other(r, "run 1 is complete, but it is another job: ");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, resume_setup, resume_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(where_there_is_nothing_a_run_is_begun),
      CASE(an_unfinished_run_goes_on),
      CASE(a_run_that_knows_some_tickers_goes_on_and_knows_all),
      CASE(the_newest_run_of_this_job_counts),
      CASE(the_difference_of_the_newest_unfinished_run_is_named),
      CASE(every_kind_of_difference_is_named),
      CASE(of_objects_the_member_is_named),
      CASE(a_run_of_another_process_counts_where_it_is_this_job_alone),
      CASE(an_older_run_with_the_same_data_goes_on),
      CASE(other_bytes_or_tickers_are_another_job),
      CASE(a_complete_run_whose_data_have_changed_is_not_taken_for_this_job),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
