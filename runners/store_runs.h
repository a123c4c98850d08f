/* store_runs.h - the runs of a database as a whole: what is there, names, removal. */
#ifndef BT_RUNNERS_STORE_RUNS_H
#define BT_RUNNERS_STORE_RUNS_H

#include "runners/store.h"

/* A row of `runs`. Strings are owned, NULL for NULL. */
typedef struct bt_run_record {
  int64_t run_id;
  char *kind, *label, *status, *created, *finished, *version, *command, *strategy, *universe;
  char *options;
  double elapsed_s;                                    /* NaN for NULL */
  uint64_t n_tickers, n_combos, n_windows, bar_combos; /* 0 for NULL */
} bt_run_record;

/* All runs, the newest first. The caller frees *out with bt_run_records_free. Errors: DATABASE,
 * NOMEM. */
bt_status bt_store_list_runs(bt_run_record **out, size_t *n, bt_store *store, bt_error *err);
void bt_run_records_free(bt_run_record *records, size_t n); /* NULL is fine */

/* Names a run; label NULL or "": takes its name away. Errors: NOT_FOUND (no such run), DATABASE. */
bt_status bt_store_label_run(bt_store *store, int64_t run_id, const char *label, bt_error *err);

/* Removes every row of a run, all or nothing. The view results_<strategy> stays, and shows the
 * newest run of that strategy that is left. The number of the newest run is given again to the next
 * one. Errors: NOT_FOUND, DATABASE (also where it is 'running': then another process writes it, or
 * has the file open so that this cannot be known), NOMEM. */
bt_status bt_store_delete_run(bt_store *store, int64_t run_id, bt_error *err);

/* Gives the room of deleted rows back to the file system, unless another process has the file open:
 * then it is kept for later runs. The last call before bt_store_close. Errors: DATABASE (such as no
 * room for the copy that this takes; nothing is lost then). */
bt_status bt_store_vacuum(bt_store *store, bt_error *err);

#endif
