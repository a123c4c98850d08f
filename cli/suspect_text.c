#include "cli/suspect_text.h"

#include <stdio.h>

#include "cli/text.h"

static const char *const advice[BT_SUSPECT_COUNT] = {
    [BT_SUSPECT_SPLIT] = "prices not adjusted for splits? see --adjust",
    [BT_SUSPECT_STALE] = "no trading, or a source that repeats its last price",
    [BT_SUSPECT_GAP] = "days on which the universe trades; indicators run across",
    [BT_SUSPECT_VOLUME] = "orders would fill where perhaps nobody traded",
};

size_t bt_suspect_text_count(size_t *n_tickers, const bt_scan *scan, bt_suspect_kind kind)
{
  size_t n = 0, n_with = 0;
  for (size_t i = 0; i < scan->n_entries; i++) {
    const bt_suspects *suspects = scan->entries[i].suspects;
    size_t count = suspects ? suspects->counts[kind] : 0;
    n += count;
    n_with += count > 0 ? 1 : 0;
  }
  if (n_tickers) *n_tickers = n_with;
  return n;
}

void bt_suspect_text_print(const bt_scan *scan)
{
  const char *head = "suspect  ";
  for (int kind = 0; kind < BT_SUSPECT_COUNT; kind++) {
    char cases[BT_TEXT_SIZE], tickers[BT_TEXT_SIZE];
    size_t n_tickers = 0, n = bt_suspect_text_count(&n_tickers, scan, (bt_suspect_kind)kind);
    if (n == 0) continue;
    (void)printf("%s %s %s on %s: %s\n", head, bt_text_count(cases, n),
                 bt_suspect_name((bt_suspect_kind)kind),
                 bt_text_counted(tickers, n_tickers, "ticker"), advice[kind]);
    head = "         ";
  }
}
