/* explain.h - a skipped row in words, from its text in the file. */
#ifndef BT_LOADERS_EXPLAIN_H
#define BT_LOADERS_EXPLAIN_H

#include "core/status.h"
#include "loaders/account.h"
#include "loaders/format.h"
#include "loaders/load.h"

/* Fills report->issues from the account, kind by kind and in file order within a kind.
 * Errors: NOMEM. */
bt_status bt_explain__issues(bt_load_report *report, const bt_account *account,
                             const bt_format *format, const bt_format_input *input, bt_error *err);

#endif
