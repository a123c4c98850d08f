/* account.h - which rows were skipped and why: counts of all, the lines of the first ones. */
#ifndef BT_LOADERS_ACCOUNT_H
#define BT_LOADERS_ACCOUNT_H

#include <stddef.h>

#include "loaders/load.h"

/* A row with a fault: its line, and for a repeated time the line that had it first. */
typedef struct bt_case {
  size_t line, other_line;
} bt_case;

typedef struct bt_account {
  size_t counts[BT_ROW_ISSUE_COUNT];
  size_t n_cases[BT_ROW_ISSUE_COUNT];
  bt_case cases[BT_ROW_ISSUE_COUNT][BT_LOAD_ISSUES_PER_KIND]; /* the first in the file, by line */
} bt_account;

/* Counts one case (as n_rows rows, where a fault swallowed several), in whatever order. */
void bt_account__add(bt_account *account, bt_row_issue kind, bt_case found, size_t n_rows);

/* Rows skipped: all kinds but UNADJUSTED. */
size_t bt_account__skipped(const bt_account *account);

/* The same for --max-bad: repeated times count when they are more than half of n_rows. */
size_t bt_account__bad(const bt_account *account, size_t n_rows);

#endif
