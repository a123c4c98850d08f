#include "runners/resume.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
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

static const char *text_of(json_object *value)
{
  return value ? json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN) : "not given";
}

/* The first member of `of` that `other` has not, or has otherwise. */
static bool name_member(char out[DIFFERENCE_SIZE], json_object *was, json_object *is, bool swap)
{
  json_object *of = swap ? is : was, *other = swap ? was : is;
  json_object_object_foreach(of, key, value)
  {
    json_object *there = NULL;
    bool found = json_object_object_get_ex(other, key, &there);
    if (found && json_object_equal(value, there)) continue;
    char before[DIFFERENCE_SIZE / 3];
    (void)snprintf(before, sizeof before, "%s", text_of(swap ? there : value));
    (void)snprintf(out, DIFFERENCE_SIZE, "its %s was %s and is %.100s", key, before,
                   text_of(swap ? value : there));
    return true;
  }
  return false;
}

/* Names the first difference of two JSON objects; false where they are equal. */
static bool options_differ(char out[DIFFERENCE_SIZE], const char *was_text, const char *is_text)
{
  json_object *was = json_tokener_parse(was_text ? was_text : "{}");
  json_object *is = json_tokener_parse(is_text);
  bool differ = true;
  if (json_object_is_type(was, json_type_object) && json_object_is_type(is, json_type_object))
    differ = name_member(out, was, is, false) || name_member(out, was, is, true);
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
  char hash[17] = "";
  if (report->content_hash)
    (void)snprintf(hash, sizeof hash, "%016llx", (unsigned long long)report->content_hash);
  if (texts_differ(was->symbol, ticker->symbol))
    (void)snprintf(out, DIFFERENCE_SIZE, "its ticker %lld was %.60s and is %.60s",
                   (long long)was->ticker_id, was->symbol, ticker->symbol);
  else if (texts_differ(was->path, ticker->path))
    (void)snprintf(out, DIFFERENCE_SIZE, "the file of %.60s was %.100s and is %.100s", was->symbol,
                   was->path ? was->path : "none", ticker->path ? ticker->path : "none");
  else if (texts_differ(was->content_hash, hash) || was->n_bars != report->n_bars)
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
  size_t n_stored; /* tickers that the run knows; it may have been killed before it knew any */
} comparison;

static void compare_tickers(comparison *out, const bt_ticker_record *records, size_t n,
                            const question *q)
{
  for (size_t i = 0; i < n && !out->differ; i++) {
    size_t index = (size_t)records[i].ticker_id - 1;
    if (records[i].ticker_id > 0)
      out->differ = ticker_differs(out->difference, &records[i], &q->job->universe->entries[index],
                                   q->scan->entries[index].report);
  }
}

static bt_status compare_data(comparison *out, const question *q, const bt_run_record *run,
                              bt_error *err)
{
  bt_ticker_record *records = NULL;
  size_t n = 0, n_now = q->scan->n_entries;
  *out = (comparison){0};
  bt_status status = bt_store_read_tickers(&records, &n, q->store, run->run_id, err);
  if (status) return status;
  for (size_t i = 0; i < n; i++) out->n_stored += records[i].ticker_id > 0 ? 1 : 0;
  out->differ = run->n_tickers != n_now || (out->n_stored > 0 && out->n_stored != n_now);
  if (out->differ)
    (void)snprintf(out->difference, DIFFERENCE_SIZE, "its universe had %llu tickers and has %zu",
                   (unsigned long long)run->n_tickers, n_now);
  compare_tickers(out, records, n, q);
  bt_ticker_records_free(records, n);
  return BT_OK;
}

/* ---- the verdict ------------------------------------------------------------------------------
 */

static bool is_complete(const bt_run_record *run)
{
  return strcmp(run->status, "complete") == 0;
}

static bt_status fail_other(const bt_run_record *run, const char *difference, bt_error *err)
{
  return bt_fail(err, BT_ERR_DATA, "--resume: run %lld is %s, but it is another job: %s",
                 (long long)run->run_id, run->status, difference);
}

/* Judges a run with the same options. */
static bt_status judge(bt_resume *out, const question *q, const bt_run_record *run, bt_error *err)
{
  comparison data;
  bt_status status = compare_data(&data, q, run, err);
  if (status) return status;
  if (data.differ) return fail_other(run, data.difference, err);
  *out = (bt_resume){.verdict = is_complete(run) ? BT_RESUME_COMPLETE : BT_RESUME_RUN,
                     .run_id = run->run_id,
                     .has_tickers = data.n_stored > 0};
  return BT_OK;
}

/* The newest run that is this job. Where there is none but an unfinished one of another job, that
 * is an error: it would be left behind. */
static bt_status find_among(bt_resume *out, const question *q, const bt_run_record *runs, size_t n,
                            bt_error *err)
{
  char difference[DIFFERENCE_SIZE] = "", newest[DIFFERENCE_SIZE] = "";
  const bt_run_record *unfinished = NULL;
  for (size_t i = 0; i < n; i++) {
    if (!is_other_job(difference, &runs[i], q->info)) return judge(out, q, &runs[i], err);
    if (unfinished || is_complete(&runs[i])) continue;
    unfinished = &runs[i];
    memcpy(newest, difference, sizeof newest);
  }
  if (unfinished) return fail_other(unfinished, newest, err);
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
