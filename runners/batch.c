#include <stdlib.h>

#include "core/grow.h"
#include "runners/writer.h"

bt_status bt_batch_new(bt_batch **out, size_t sequence, bt_error *err)
{
  bt_batch *batch = calloc(1, sizeof *batch);
  if (!batch) return bt_fail_nomem(err, "results of a ticker");
  batch->sequence = sequence;
  *out = batch;
  return BT_OK;
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

void bt_batch_drop_results(bt_batch *batch)
{
  while (batch->sections) {
    bt_section *next = batch->sections->next;
    free_section(batch->sections);
    batch->sections = next;
  }
  free(batch->selections);
  batch->last_section = NULL;
  batch->selections = NULL;
  batch->n_selections = 0;
  batch->walkforward = (bt_walkforward_row){0};
}

void bt_batch_free(bt_batch *batch)
{
  if (!batch) return;
  bt_batch_drop_results(batch);
  free(batch);
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

size_t bt_batch_size_bytes(const bt_batch *batch)
{
  size_t size = sizeof *batch + batch->n_selections * sizeof *batch->selections;
  for (const bt_section *s = batch->sections; s; s = s->next) size += section_size(s);
  return size;
}
