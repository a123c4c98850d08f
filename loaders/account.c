#include "loaders/account.h"

static const char *const issue_names[BT_ROW_ISSUE_COUNT] = {
#define X(name, text) text,
    BT_ROW_ISSUE_LIST(X)
#undef X
};

const char *bt_row_issue_name(bt_row_issue issue)
{
  return issue < BT_ROW_ISSUE_COUNT ? issue_names[issue] : "unknown";
}

void bt_account__add(bt_account *account, bt_row_issue kind, bt_case found, size_t n_rows)
{
  bt_case *cases = account->cases[kind];
  size_t n = account->n_cases[kind];
  account->counts[kind] += n_rows;
  if (n == BT_LOAD_ISSUES_PER_KIND) {
    if (cases[n - 1].line <= found.line) return;
    n--; /* the last one gives way */
  }
  size_t at = n;
  for (; at > 0 && cases[at - 1].line > found.line; at--) cases[at] = cases[at - 1];
  cases[at] = found;
  account->n_cases[kind] = n + 1;
}

size_t bt_account__skipped(const bt_account *account)
{
  size_t n = 0;
  for (size_t kind = 0; kind < BT_ROW_ISSUE_COUNT; kind++)
    if (kind != BT_ROW_UNADJUSTED) n += account->counts[kind];
  return n;
}

size_t bt_account__bad(const bt_account *account, size_t n_rows)
{
  size_t n = bt_account__skipped(account), n_repeated = account->counts[BT_ROW_REPEATED_TIME];
  return 2 * n_repeated > n_rows ? n : n - n_repeated;
}
