#include "runners/feature_job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loaders/buffer.h"
#include "runners/draft.h"
#include "runners/feature_listing.h"

static const char begin[] = "{\n  \"schema\": ", columns_begin[] = "  \"columns\": [";

/* ---- writing ----------------------------------------------------------------------------------
 */

static bool append(bt_buffer *out, const char *text)
{
  return bt_buffer__append(out, text, strlen(text));
}

/* Names of columns have nothing that JSON would escape. */
static bool append_columns(bt_buffer *out, const bt_feature_plan *plan)
{
  const char *between = plan->panel ? ", " : "";
  bool ok = append(out, columns_begin) && append(out, plan->panel ? "\"ticker\"" : "");
  for (size_t i = 0; i < plan->columns->n && ok; i++) {
    ok = append(out, between) && append(out, "\"") && append(out, plan->columns->columns[i].name) &&
         append(out, "\"");
    between = ", ";
  }
  return ok && append(out, "],\n");
}

static bool append_all(bt_buffer *out, const bt_feature_plan *plan, bool complete)
{
  char head[160];
  (void)snprintf(head, sizeof head, "%s%d,\n  \"status\": \"%s\",\n  \"version\": \"%.40s\",\n",
                 begin, BT_FEATURE_SCHEMA, complete ? "complete" : "incomplete", BT_VERSION);
  return append(out, head) &&
         append(out, plan->csv ? "  \"format\": \"csv\",\n" : "  \"format\": \"npy\",\n") &&
         append(out, plan->panel ? "  \"panel\": true,\n" : "  \"panel\": false,\n") &&
         append_columns(out, plan) && append(out, plan->job + strlen("{\n")) && append(out, "\n");
}

bt_status bt_feature_job__put(const bt_feature_plan *plan, bool complete, bt_error *err)
{
  bt_buffer text = {0};
  bt_status status =
      append_all(&text, plan, complete)
          ? bt_draft_put(plan->path, BT_FEATURE_JOB_FILE, text.bytes, text.length, err)
          : bt_fail_nomem(err, BT_FEATURE_JOB_FILE);
  bt_buffer__clear(&text);
  return status;
}

/* ---- comparing --------------------------------------------------------------------------------
 */

/* A member of one of the texts, in place. */
typedef struct line {
  const char *key, *value;
  size_t key_length, value_length;
} line;

/* Reads `  "key": value,` and sets *at behind it; false at the end, and where that does not stand
 * there. */
static bool read_line(line *out, const char **at)
{
  const char *key = *at + strlen("  \""), *end = strchr(*at, '\n');
  if (!end || strncmp(*at, "  \"", strlen("  \"")) != 0) return false;
  const char *value = strstr(key, "\": ");
  if (!value || value > end) return false;
  out->key = key;
  out->key_length = (size_t)(value - key);
  out->value = value + strlen("\": ");
  out->value_length = (size_t)(end - out->value);
  if (out->value_length > 0 && end[-1] == ',') out->value_length--;
  *at = end + 1;
  return true;
}

static bool are_equal(const char *a, size_t a_length, const char *b, size_t b_length)
{
  return a_length == b_length && memcmp(a, b, a_length) == 0;
}

static bool has_key(const line *of, const char *key)
{
  return are_equal(of->key, of->key_length, key, strlen(key));
}

/* What of a text is shown. */
static int shown(size_t length, int most)
{
  return length < (size_t)most ? (int)length : most;
}

enum { KEY_MOST = 60, VALUE_MOST = 100, FOLDER_MOST = 40 };

/* Of two lists `["a", "b"]`: the first name that is not the same in both. */
static void name_column(char why[BT_FEATURE_DIFFERENCE_SIZE], const line *was, const line *is)
{
  const char *a = was->value + 1, *b = is->value + 1;
  for (;;) {
    size_t n_a = strcspn(a, ",]\n"), n_b = strcspn(b, ",]\n");
    bool same = are_equal(a, n_a, b, n_b);
    if (same && a[n_a] == ',' && b[n_b] == ',') {
      a += n_a + strlen(", ");
      b += n_b + strlen(", ");
      continue;
    }
    if (same)
      (void)snprintf(why, BT_FEATURE_DIFFERENCE_SIZE, "has matrices with %s columns",
                     b[n_b] == ',' ? "fewer" : "more");
    else
      (void)snprintf(why, BT_FEATURE_DIFFERENCE_SIZE,
                     "has matrices of other columns (%.*s instead of %.*s)", shown(n_a, VALUE_MOST),
                     a, shown(n_b, VALUE_MOST), b);
    return;
  }
}

/* How much of both values is left out at their begin, so that their difference is shown: of long
 * paths the folders that they share. */
static size_t find_shared(const line *was, const line *is)
{
  size_t length = was->value_length < is->value_length ? was->value_length : is->value_length;
  size_t same = 0, slash = 0;
  while (same < length && was->value[same] == is->value[same]) {
    if (was->value[same] == '/') slash = same;
    same++;
  }
  bool fits = was->value_length <= VALUE_MOST && is->value_length <= VALUE_MOST;
  if (fits || same <= FOLDER_MOST) return 0;
  return slash + FOLDER_MOST >= same ? slash : same - FOLDER_MOST;
}

static void name_values(char why[BT_FEATURE_DIFFERENCE_SIZE], const line *was, const line *is)
{
  size_t first = find_shared(was, is);
  const char *gap = first > 0 ? "\"..." : "";
  (void)snprintf(why, BT_FEATURE_DIFFERENCE_SIZE,
                 "has matrices of another job: its %.*s was %s%.*s and is %s%.*s",
                 shown(is->key_length, KEY_MOST), is->key, gap,
                 shown(was->value_length - first, VALUE_MOST), was->value + first, gap,
                 shown(is->value_length - first, VALUE_MOST), is->value + first);
}

static void name_member(char why[BT_FEATURE_DIFFERENCE_SIZE], const line *was, const line *is)
{
  line missing = {is->key, "not given", is->key_length, strlen("not given")};
  if (!are_equal(was->key, was->key_length, is->key, is->key_length))
    name_values(why, &missing, is);
  else if (has_key(is, "columns") && was->value[0] == '[')
    name_column(why, was, is);
  else
    name_values(why, was, is);
}

/* Both texts begin as the program writes them. What passes is no part of the job. */
static bt_feature_claim compare(char why[BT_FEATURE_DIFFERENCE_SIZE], const char *was_text,
                                const char *is_text)
{
  line was, is;
  was_text += strlen("{\n");
  is_text += strlen("{\n");
  while (read_line(&is, &is_text)) {
    bool passes = has_key(&is, "status") || has_key(&is, "version");
    if (!read_line(&was, &was_text)) return BT_FEATURE_CLAIM_UNKNOWN;
    if (are_equal(was.key, was.key_length, is.key, is.key_length) &&
        (passes || are_equal(was.value, was.value_length, is.value, is.value_length)))
      continue;
    name_member(why, &was, &is);
    return BT_FEATURE_CLAIM_OTHER;
  }
  return strcmp(was_text, is_text) == 0 ? BT_FEATURE_CLAIM_SAME : BT_FEATURE_CLAIM_UNKNOWN;
}

static bt_status look_at(bt_feature_claim *out, char why[BT_FEATURE_DIFFERENCE_SIZE],
                         const char *was, const bt_feature_plan *plan, bt_error *err)
{
  bt_buffer is = {0};
  bool ok = append_all(&is, plan, true);
  *out = BT_FEATURE_CLAIM_UNKNOWN;
  (void)snprintf(why, BT_FEATURE_DIFFERENCE_SIZE, "its " BT_FEATURE_JOB_FILE " cannot be read");
  if (ok && strncmp(was, begin, strlen(begin)) == 0) *out = compare(why, was, is.bytes);
  bt_buffer__clear(&is);
  return ok ? BT_OK : bt_fail_nomem(err, BT_FEATURE_JOB_FILE);
}

bt_status bt_feature_job__look(bt_feature_claim *out, char why[BT_FEATURE_DIFFERENCE_SIZE],
                               const bt_feature_plan *plan, bt_error *err)
{
  char *was = NULL;
  *out = BT_FEATURE_CLAIM_NONE;
  (void)snprintf(why, BT_FEATURE_DIFFERENCE_SIZE,
                 "has " BT_FEATURE_COLUMNS_FILE " and no " BT_FEATURE_JOB_FILE
                 ", so nothing says of what job its matrices are");
  bt_status status = bt_feature_listing__read(&was, plan->path, BT_FEATURE_JOB_FILE, err);
  if (!status && was) status = look_at(out, why, was, plan, err);
  free(was);
  return status;
}
