/* feature_panel.h - one matrix of all tickers, whose parts come from many threads in any order and
 * are written in the universe's.
 */
#ifndef BT_RUNNERS_FEATURE_PANEL_H
#define BT_RUNNERS_FEATURE_PANEL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/block.h"
#include "core/status.h"
#include "loaders/buffer.h"
#include "runners/draft.h"
#include "runners/feature_folder.h"

/* A ticker's part. */
typedef struct bt_feature_part {
  double *values;   /* n_rows x columns; of a panel x (1 + columns), the first for the ticker's
                       number, which is filled in when it is written. A block (core/block.h);
                       owned; NULL where the matrix is text */
  int64_t *time_ns; /* n_rows; owned; NULL where the matrix is text */
  bt_buffer text;   /* its lines */
  size_t n_rows;
} bt_feature_part;

/* spare: where the values go back to, of the calling thread; NULL: they are freed. */
void bt_feature_part_clear(bt_feature_part *part, bt_spare *spare);

typedef struct bt_feature_panel {
  const bt_feature_plan *plan;
  bt_draft matrix, dates; /* dates not of text */
  size_t n_written;       /* tickers that have rows */
  uint64_t n_rows, n_bytes;
  pthread_mutex_t mutex; /* guards the rest */
  struct slot {
    bool is_there, is_empty;
    bt_feature_part part;
  } * slots;          /* one a ticker */
  atomic_size_t next; /* of which all before were written */
  bool is_busy;       /* somebody writes */
  bt_status status;
} bt_feature_panel;

/* Into the folder of the plan. *panel stays where it is. The caller ends it with
 * bt_feature_panel_close, after success alone. Errors: IO, NOMEM, THREAD. */
bt_status bt_feature_panel_open(bt_feature_panel *panel, const bt_feature_plan *plan,
                                bt_error *err);

/* Hands over the part of ticker `index`, NULL where it has none (it was rejected), and writes what
 * can be: all that no earlier ticker is missing before. Takes over what *part points to, whatever
 * happens. Any thread, each ticker once. Errors: IO. */
bt_status bt_feature_panel_put(bt_feature_panel *panel, size_t index, bt_feature_part *part,
                               bt_error *err);

/* How many tickers, from the first on, have been written. Any thread. */
size_t bt_feature_panel_next(const bt_feature_panel *panel);

/* When all are: gives the files their final names. Errors: IO. */
bt_status bt_feature_panel_publish(bt_feature_panel *panel, bt_error *err);

/* What was not published is dropped. */
void bt_feature_panel_close(bt_feature_panel *panel);

#endif
