#include <stdlib.h>
#include <string.h>

#include "runners/grow.h"
#include "runners/writer.h"

bt_status bt_batch_new(bt_batch **out, size_t sequence, bt_error *err)
{
  bt_batch *batch = calloc(1, sizeof *batch);
  if (!batch) return bt_fail_nomem(err, "results of a ticker");
  batch->sequence = sequence;
  *out = batch;
  return BT_OK;
}

/* The rows hold their strings as pointers to const, because most rows borrow them; a batch owns
 * them. */
static void free_text(const char *text)
{
  free((void *)text);
}

static void free_ticker(bt_ticker_row *row)
{
  free_text(row->symbol);
  free_text(row->path);
  free_text(row->reason);
  free_text(row->first_bar);
  free_text(row->last_bar);
}

static void free_issue(bt_issue_row *row)
{
  free_text(row->time);
  free_text(row->kind);
  free_text(row->severity);
  free_text(row->detail);
}

static void free_section(bt_section *section)
{
  free(section->values);
  free(section->combo_ids);
  free(section->metrics);
  free(section->trades);
  free(section->points);
  free(section->regimes);
  free(section);
}

void bt_batch_free(bt_batch *batch)
{
  if (!batch) return;
  free_ticker(&batch->ticker);
  for (size_t i = 0; i < batch->n_issues; i++) free_issue(&batch->issues[i]);
  free(batch->issues);
  while (batch->sections) {
    bt_section *next = batch->sections->next;
    free_section(batch->sections);
    batch->sections = next;
  }
  free(batch->selections);
  free(batch);
}

/* Replaces *text by a copy of itself; NULL stays. False when memory is out: *text is then NULL. */
static bool own(const char **text)
{
  const char *original = *text;
  *text = original ? strdup(original) : NULL;
  return *text || !original;
}

bt_status bt_batch_set_ticker(bt_batch *batch, const bt_ticker_row *row, bt_error *err)
{
  bt_ticker_row copy = *row;
  /* All are tried, so that none is left borrowed. */
  bool ok = own(&copy.symbol);
  ok = own(&copy.path) && ok;
  ok = own(&copy.reason) && ok;
  ok = own(&copy.first_bar) && ok;
  ok = own(&copy.last_bar) && ok;
  free_ticker(&batch->ticker);
  batch->ticker = copy;
  batch->has_ticker = true;
  return ok ? BT_OK : bt_fail_nomem(err, "row of a ticker");
}

bt_status bt_batch_add_issue(bt_batch *batch, const bt_issue_row *row, bt_error *err)
{
  bt_issue_row *issues = bt_grow(batch->issues, batch->n_issues, sizeof *issues);
  if (!issues) return bt_fail_nomem(err, "issues of a ticker");
  batch->issues = issues;
  bt_issue_row copy = *row;
  bool ok = own(&copy.time);
  ok = own(&copy.kind) && ok;
  ok = own(&copy.severity) && ok;
  ok = own(&copy.detail) && ok;
  batch->issues[batch->n_issues++] = copy;
  return ok ? BT_OK : bt_fail_nomem(err, "issues of a ticker");
}

bt_status bt_batch_add_section(bt_section **out, bt_batch *batch, const bt_result_key *key,
                               bt_error *err)
{
  bt_section *section = calloc(1, sizeof *section);
  if (!section) return bt_fail_nomem(err, "results of a ticker");
  section->key = *key;
  *(batch->last_section ? &batch->last_section->next : &batch->sections) = section;
  batch->last_section = section;
  *out = section;
  return BT_OK;
}

bt_status bt_batch_add_selection(bt_batch *batch, const bt_selection_row *row, bt_error *err)
{
  bt_selection_row *selections =
      bt_grow(batch->selections, batch->n_selections, sizeof *selections);
  if (!selections) return bt_fail_nomem(err, "selections of a ticker");
  batch->selections = selections;
  batch->selections[batch->n_selections++] = *row;
  return BT_OK;
}

static size_t section_size(const bt_section *section)
{
  return sizeof *section + section->n_values * sizeof *section->values +
         section->n_metrics * (sizeof *section->metrics + sizeof *section->combo_ids) +
         section->n_trades * sizeof *section->trades + section->n_points * sizeof *section->points +
         section->n_regimes * sizeof *section->regimes;
}

static size_t text_size(const char *text)
{
  return text ? strlen(text) + 1 : 0;
}

size_t bt_batch_size_bytes(const bt_batch *batch)
{
  const bt_ticker_row *ticker = &batch->ticker;
  size_t size = sizeof *batch + text_size(ticker->symbol) + text_size(ticker->path) +
                text_size(ticker->reason) + text_size(ticker->first_bar) +
                text_size(ticker->last_bar);
  for (size_t i = 0; i < batch->n_issues; i++) {
    const bt_issue_row *issue = &batch->issues[i];
    size += sizeof *issue + text_size(issue->time) + text_size(issue->kind) +
            text_size(issue->severity) + text_size(issue->detail);
  }
  for (const bt_section *s = batch->sections; s; s = s->next) size += section_size(s);
  return size + batch->n_selections * sizeof *batch->selections;
}
