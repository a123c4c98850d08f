#include "core/day_set.h"

#include <stdlib.h>

#include "core/time.h"

enum { WORD_BITS = 64 };

bt_status bt_day_set_new(bt_day_set *out, const bt_bars *bars, bt_error *err)
{
  bt_day_set set = {0};
  if (bars->n_bars > 0) {
    set.first_day = bt_time_days(bars->time_ns[0]);
    set.last_day = bt_time_days(bars->time_ns[bars->n_bars - 1]);
    size_t n_words = (size_t)(set.last_day - set.first_day) / WORD_BITS + 1;
    set.bits = calloc(n_words, sizeof *set.bits);
    if (!set.bits) return bt_fail_nomem(err, "days");
  }
  for (size_t t = 0; t < bars->n_bars; t++) {
    size_t d = (size_t)(bt_time_days(bars->time_ns[t]) - set.first_day);
    uint64_t bit = UINT64_C(1) << d % WORD_BITS, *word = &set.bits[d / WORD_BITS];
    set.n_days += !(*word & bit);
    *word |= bit;
  }
  *out = set;
  return BT_OK;
}

void bt_day_set_clear(bt_day_set *set)
{
  free(set->bits);
  *set = (bt_day_set){0};
}

bool bt_day_set_has(const bt_day_set *set, int64_t day)
{
  if (set->n_days == 0 || day < set->first_day || day > set->last_day) return false;
  size_t d = (size_t)(day - set->first_day);
  return set->bits[d / WORD_BITS] >> d % WORD_BITS & 1;
}
