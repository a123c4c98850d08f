#include "runners/feature_panel.h"

#include <stdlib.h>

#include "runners/feature_csv.h"
#include "runners/npy.h"

void bt_feature_part_clear(bt_feature_part *part, bt_spare *spare)
{
  bt_block_give(spare, part->values);
  free(part->time_ns);
  bt_buffer__clear(&part->text);
  *part = (bt_feature_part){0};
}

/* ---- files ------------------------------------------------------------------------------------
 */

static bt_status write_csv_head(bt_feature_panel *panel, bt_error *err)
{
  bt_buffer head = {0};
  bt_status status = bt_feature_csv_head(&head, panel->plan->columns, true, err);
  if (!status) status = bt_draft_write(&panel->matrix, head.bytes, head.length, err);
  bt_buffer__clear(&head);
  return status;
}

/* Of as many rows as were written so far. */
static bt_status write_heads(bt_feature_panel *panel, bool again, bt_error *err)
{
  char matrix[BT_NPY_HEADER_SIZE], dates[BT_NPY_HEADER_SIZE];
  if (panel->plan->csv) return again ? BT_OK : write_csv_head(panel, err);
  bt_npy_header(matrix, BT_NPY_FLOAT64, panel->n_rows, panel->plan->columns->n + 1);
  bt_npy_header(dates, BT_NPY_DATETIME_NS, panel->n_rows, 0);
  if (again) {
    bt_status status = bt_draft_rewrite(&panel->matrix, 0, matrix, sizeof matrix, err);
    return status ? status : bt_draft_rewrite(&panel->dates, 0, dates, sizeof dates, err);
  }
  bt_status status = bt_draft_write(&panel->matrix, matrix, sizeof matrix, err);
  return status ? status : bt_draft_write(&panel->dates, dates, sizeof dates, err);
}

static void drop(bt_draft *draft)
{
  if (draft->file >= 0) bt_draft_drop(draft);
}

static bt_status open_files(bt_feature_panel *panel, bt_error *err)
{
  const bt_feature_plan *plan = panel->plan;
  panel->matrix.file = panel->dates.file = -1;
  const char *name = plan->csv ? BT_FEATURE_PANEL ".csv" : BT_FEATURE_PANEL ".npy";
  bt_status status = bt_draft_open(&panel->matrix, plan->path, name, err);
  if (!status && !plan->csv)
    status = bt_draft_open(&panel->dates, plan->path, BT_FEATURE_PANEL BT_FEATURE_DATES, err);
  if (!status) status = write_heads(panel, false, err);
  if (status) {
    drop(&panel->matrix);
    drop(&panel->dates);
  }
  return status;
}

bt_status bt_feature_panel_open(bt_feature_panel *panel, const bt_feature_plan *plan, bt_error *err)
{
  *panel = (bt_feature_panel){.plan = plan};
  panel->slots = calloc(plan->universe->n_entries + 1, sizeof *panel->slots);
  if (!panel->slots) return bt_fail_nomem(err, "panel");
  bool locked = pthread_mutex_init(&panel->mutex, NULL) == 0;
  bt_status status = locked ? BT_OK : bt_fail(err, BT_ERR_THREAD, "a mutex cannot be made");
  if (!status) status = open_files(panel, err);
  if (!status) return BT_OK;
  if (locked) (void)pthread_mutex_destroy(&panel->mutex);
  free(panel->slots);
  return status;
}

bt_status bt_feature_panel_publish(bt_feature_panel *panel, bt_error *err)
{
  bt_status status = write_heads(panel, true, err);
  panel->n_bytes = panel->matrix.n_bytes + panel->dates.n_bytes;
  if (!status && !panel->plan->csv) status = bt_draft_publish(&panel->dates, err);
  return status ? status : bt_draft_publish(&panel->matrix, err);
}

void bt_feature_panel_close(bt_feature_panel *panel)
{
  drop(&panel->matrix);
  drop(&panel->dates);
  for (size_t i = 0; i < panel->plan->universe->n_entries; i++)
    bt_feature_part_clear(&panel->slots[i].part, NULL);
  free(panel->slots);
  (void)pthread_mutex_destroy(&panel->mutex);
}

/* ---- parts ------------------------------------------------------------------------------------
 */

static bt_status write_part(bt_feature_panel *panel, bt_feature_part *part, bt_error *err)
{
  size_t stride = panel->plan->columns->n + 1;
  double ticker = (double)panel->n_written++;
  panel->n_rows += part->n_rows;
  if (panel->plan->csv)
    return bt_draft_write(&panel->matrix, part->text.bytes, part->text.length, err);
  for (size_t r = 0; r < part->n_rows; r++) part->values[r * stride] = ticker;
  size_t n_bytes = part->n_rows * stride * sizeof *part->values;
  bt_status status = bt_draft_write(&panel->matrix, part->values, n_bytes, err);
  if (status) return status;
  return bt_draft_write(&panel->dates, part->time_ns, part->n_rows * sizeof *part->time_ns, err);
}

/* Called and left with the mutex; gives it up while it writes. */
static bt_status write_waiting(bt_feature_panel *panel, bt_error *err)
{
  size_t n = panel->plan->universe->n_entries;
  bt_status status = panel->status;
  panel->is_busy = true;
  for (size_t at = panel->next; !status && at < n && panel->slots[at].is_there; at++) {
    struct slot *slot = &panel->slots[at];
    (void)pthread_mutex_unlock(&panel->mutex);
    if (!slot->is_empty) status = write_part(panel, &slot->part, err);
    bt_feature_part_clear(&slot->part, NULL);
    (void)pthread_mutex_lock(&panel->mutex);
    atomic_store(&panel->next, at + 1);
  }
  panel->is_busy = false;
  panel->status = status;
  return status;
}

bt_status bt_feature_panel_put(bt_feature_panel *panel, size_t index, bt_feature_part *part,
                               bt_error *err)
{
  bt_status status = BT_OK;
  struct slot *slot = &panel->slots[index];
  (void)pthread_mutex_lock(&panel->mutex);
  if (part) slot->part = *part;
  slot->is_empty = !part;
  slot->is_there = true;
  if (!panel->is_busy && !panel->status) status = write_waiting(panel, err);
  (void)pthread_mutex_unlock(&panel->mutex);
  return status;
}

size_t bt_feature_panel_next(const bt_feature_panel *panel)
{
  return atomic_load(&panel->next);
}
