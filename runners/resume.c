#include "runners/resume.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "runners/store_resume.h"
#include "runners/store_runs.h"

enum { DIFFERENCE_SIZE = 320 };

/* The job that is to go on. */
typedef struct question {
  bt_store *store;
  const bt_run_info *info;
  const bt_job *job;
  const bt_scan *scan;
} question;

/* ---- options ----------------------------------------------------------------------------------
 */

enum { TEXT_MOST = 100, NAME_MOST = 60 };

static const char *text_of(json_object *value)
{
  int how = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;
  return value ? json_object_to_json_string_ext(value, how) : "not given";
}

/* The first member that the two objects do not have alike; either value is NULL where one of them
 * has no such member. False where there is none. */
static bool find_member(const char **key, json_object **was, json_object **is)
{
  json_object *all[2] = {*was, *is};
  for (int i = 0; i < 2; i++) {
    json_object_object_foreach(all[i], name, value)
    {
      json_object *there = NULL;
      if (json_object_object_get_ex(all[1 - i], name, &there) && json_object_equal(value, there))
        continue;
      *key = name;
      *was = i == 0 ? value : there;
      *is = i == 0 ? there : value;
      return true;
    }
  }
  return false;
}

/* Names that member; of two objects, such as params, theirs: params.fast. */
static bool name_member(char out[DIFFERENCE_SIZE], json_object *was, json_object *is)
{
  const char *key = NULL;
  char name[NAME_MOST + 1] = "";
  size_t length = 0;
  json_object *strategy_name = NULL;
  (void)json_object_object_get_ex(is, "strategy", &strategy_name);
  const char *strategy = text_of(strategy_name);
  while (json_object_is_type(was, json_type_object) && json_object_is_type(is, json_type_object) &&
         find_member(&key, &was, &is)) {
    (void)snprintf(name + length, sizeof name - length, "%s%s", length > 0 ? "." : "", key);
    length = strlen(name);
  }
  if (!key) return false;
  if (strcmp(name, "plugin_hash") == 0) /* its digits tell nobody anything */
    (void)snprintf(out, DIFFERENCE_SIZE, "its strategy %.*s has changed", TEXT_MOST, strategy);
  else
    (void)snprintf(out, DIFFERENCE_SIZE, "its %s was %.*s and is %.*s", name, TEXT_MOST,
                   text_of(was), TEXT_MOST, text_of(is));
  return true;
}

/* Names the first difference of two JSON objects; false where they are equal. */
static bool options_differ(char out[DIFFERENCE_SIZE], const char *was_text, const char *is_text)
{
  json_object *was = json_tokener_parse(was_text ? was_text : "{}");
  json_object *is = json_tokener_parse(is_text);
  bool differ = true;
  if (json_object_is_type(was, json_type_object) && json_object_is_type(is, json_type_object))
    differ = name_member(out, was, is);
  else
    (void)snprintf(out, DIFFERENCE_SIZE, "its options cannot be read");
  json_object_put(was);
  json_object_put(is);
  return differ;
}

static bool texts_differ(const char *a, const char *b)
{
  return strcmp(a ? a : "", b ? b : "") != 0;
}

/* Names why a run is another job as far as its row in `runs` tells. */
static bool is_other_job(char out[DIFFERENCE_SIZE], const bt_run_record *run,
                         const bt_run_info *info)
{
  if (texts_differ(run->kind, info->kind))
    (void)snprintf(out, DIFFERENCE_SIZE, "it is a %.60s", run->kind);
  else if (texts_differ(run->version, info->version))
    (void)snprintf(out, DIFFERENCE_SIZE, "it was begun by version %.60s, this is %.60s",
                   run->version ? run->version : "?", info->version);
  else
    return options_differ(out, run->options, info->options_json);
  return true;
}

/* ---- data -------------------------------------------------------------------------------------
 */

/* Names the first ticker that is not what it was. */
static bool ticker_differs(char out[DIFFERENCE_SIZE], const bt_ticker_record *was,
                           const bt_universe_entry *ticker, const bt_load_report *report)
{
  char hash[BT_STORE_HASH_SIZE];
  if (texts_differ(was->symbol, ticker->symbol))
    (void)snprintf(out, DIFFERENCE_SIZE, "its ticker %lld was %.60s and is %.60s",
                   (long long)was->ticker_id, was->symbol, ticker->symbol);
  else if (texts_differ(was->path, ticker->path))
    (void)snprintf(out, DIFFERENCE_SIZE, "the file of %.60s was %.100s and is %.100s", was->symbol,
                   was->path ? was->path : "none", ticker->path ? ticker->path : "none");
  else if (texts_differ(was->content_hash, bt_store_hash_text(hash, report->content_hash)) ||
           was->n_bars != report->n_bars)
    (void)snprintf(out, DIFFERENCE_SIZE, "%.200s has changed",
                   ticker->path ? ticker->path : ticker->symbol);
  else
    return false;
  return true;
}

/* How the data of a run compare with those of the job. */
typedef struct comparison {
  bool differ;
  char difference[DIFFERENCE_SIZE]; /* the first */
} comparison;

/* The tickers that the run knows, n of them: it may have been killed before it knew all. */
static void compare_tickers(comparison *out, const bt_ticker_record *records, size_t n,
                            const question *q)
{
  for (size_t i = 0; i < n && !out->differ; i++) {
    size_t index = (size_t)records[i].ticker_id - 1;
    out->differ = index >= q->scan->n_entries ||
                  ticker_differs(out->difference, &records[i], &q->job->universe->entries[index],
                                 q->scan->entries[index].report);
  }
}

static bt_status compare_data(comparison *out, const question *q, const bt_run_record *run,
                              bt_error *err)
{
  bt_ticker_record *records = NULL;
  size_t n_now = q->scan->n_entries, n = 0;
  *out = (comparison){.differ = run->n_tickers != n_now};
  (void)snprintf(out->difference, DIFFERENCE_SIZE, "its universe had %llu tickers and has %zu",
                 (unsigned long long)run->n_tickers, n_now);
  bt_status status = bt_store_read_tickers(&records, &n, q->store, run->run_id, err);
  if (status) return status;
  compare_tickers(out, records, n, q);
  bt_ticker_records_free(records, n);
  return BT_OK;
}

/* ---- the verdict ------------------------------------------------------------------------------
 */

static bool has_status(const bt_run_record *run, const char *status)
{
  return strcmp(run->status, status) == 0;
}

static bt_status fail_other(const bt_run_record *run, const char *difference, bt_error *err)
{
  return bt_fail(err, BT_ERR_DATA,
                 "--resume: run %lld is %s, but it is another job: %s; leave --resume out to begin "
                 "anew",
                 (long long)run->run_id, run->status, difference);
}

/* A run that is this job. One that is still 'running' when the store is open is alive. */
static bt_status take(bt_resume *out, const bt_run_record *run, bt_error *err)
{
  if (has_status(run, "running"))
    return bt_fail(err, BT_ERR_DATABASE,
                   "--resume: run %lld is this job and is being written, or another process has "
                   "the file open",
                   (long long)run->run_id);
  bool complete = has_status(run, "complete");
  *out =
      (bt_resume){.verdict = complete ? BT_RESUME_COMPLETE : BT_RESUME_RUN, .run_id = run->run_id};
  return BT_OK;
}

/* The newest run that is not this job and would be left behind: why it is none. */
typedef struct left_behind {
  const bt_run_record *run; /* NULL: none */
  char difference[DIFFERENCE_SIZE];
} left_behind;

static void note_left(left_behind *left, const bt_run_record *run, const char *difference)
{
  if (left->run || has_status(run, "running")) return;
  left->run = run;
  (void)snprintf(left->difference, sizeof left->difference, "%s", difference);
}

/* The newest run that is this job. Where there is none, but one with the same options and other
 * data, or an unfinished one with other options, that is an error: of these the newest is named,
 * those with the same options first. */
static bt_status find_among(bt_resume *out, const question *q, const bt_run_record *runs, size_t n,
                            bt_error *err)
{
  char difference[DIFFERENCE_SIZE] = "";
  left_behind other_data = {0}, other_options = {0};
  for (size_t i = 0; i < n; i++) {
    if (is_other_job(difference, &runs[i], q->info)) {
      if (!has_status(&runs[i], "complete")) note_left(&other_options, &runs[i], difference);
      continue;
    }
    comparison data;
    bt_status status = compare_data(&data, q, &runs[i], err);
    if (status) return status;
    if (!data.differ) return take(out, &runs[i], err);
    note_left(&other_data, &runs[i], data.difference);
  }
  const left_behind *left = other_data.run ? &other_data : &other_options;
  if (left->run) return fail_other(left->run, left->difference, err);
  *out = (bt_resume){.verdict = BT_RESUME_NONE};
  return BT_OK;
}

bt_status bt_resume_find(bt_resume *out, bt_store *store, const bt_run_info *info,
                         const bt_job *job, const bt_scan *scan, bt_error *err)
{
  const question q = {store, info, job, scan};
  bt_run_record *runs = NULL;
  size_t n = 0;
  bt_status status = bt_store_list_runs(&runs, &n, store, err);
  if (status) return status;
  status = find_among(out, &q, runs, n, err);
  bt_run_records_free(runs, n);
  return status;
}
