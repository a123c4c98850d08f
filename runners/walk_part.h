/* walk_part.h - one ticker and its windows, shared by walk_part.c, walk_train.c, walk_test.c and
 * walk_task.c. */
#ifndef BT_RUNNERS_WALK_PART_H
#define BT_RUNNERS_WALK_PART_H

#include "runners/first_failure.h"
#include "runners/walk.h"

/* A ticker and the windows that it takes part in. */
typedef struct bt_walk_part {
  const bt_walk *walk;
  size_t index; /* of the ticker */
  bt_ticker *ticker;
  bt_walk_slot *slots;
  size_t n_windows, n_combos;
  size_t *windows;       /* indices, rising */
  bt_span *train, *test; /* of these windows; neither end of a train part falls */
  bool has_failure;      /* the next was made */
  bt_first_failure failure;
  double *values, *scores; /* [window][combination], on the train part */
} bt_walk_part;

/* The ticker must stay where it is; *part is all zeros before. The caller clears it in every case.
 * Errors: NOMEM. */
bt_status bt_walk__part_init(bt_walk_part *part, const bt_walk *walk, size_t index,
                             bt_ticker *ticker, bt_error *err);
void bt_walk__part_clear(bt_walk_part *part);

/* Fills values and scores: every combination on every train part. Errors: NOMEM, those of the
 * strategy. */
bt_status bt_walk__train(bt_walk_part *part, bt_worker *worker, bt_error *err);

/* Adds a section for each train part, with the objective of every combination. Errors: NOMEM. */
bt_status bt_walk__add_values(bt_batch *batch, const bt_walk_part *part, bt_error *err);

/* Sets the slots: the best combination by score in each window. */
void bt_walk__select_for_itself(const bt_walk_part *part);

/* Everything that follows from the slots: rows of what is kept, the test parts, the out-of-sample
 * run, selections, the row of walkforward. scores are looked at with --keep top alone. Errors:
 * those of the strategy, NOMEM. */
bt_status bt_walk__finish(bt_batch *batch, bt_walk_part *part, bt_worker *worker, bt_error *err);

#endif
