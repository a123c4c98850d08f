/* Remembers something from bar to bar: how many closes in a row have risen or fallen. Long after
 * `rising` of them, out after `falling`. */
#include <backtest/strategy.h>

enum { RISING, FALLING };

/* All 0 on the first bar of each ticker and combination. It counts bars, not positions: what is
 * held is told by bt_now. */
typedef struct memory {
  int streak; /* closes in a row that have risen; < 0: fallen */
} memory;

static double on_bar(const bt_now *now, const double *params)
{
  memory *m = now->state;
  double change = bt_close(now, 0) - bt_close(now, 1); /* NaN on the first bar */
  if (change > 0)
    m->streak = m->streak > 0 ? m->streak + 1 : 1;
  else if (change < 0)
    m->streak = m->streak < 0 ? m->streak - 1 : -1;
  if (m->streak >= params[RISING]) return 1;
  if (-m->streak >= params[FALLING]) return 0;
  return (double)NAN;
}

static const bt_param params[] = {
    {"rising", 3, 2, 5, 1, 1, 1e6, 1, "rising closes in a row to buy"},
    {"falling", 2, 1, 4, 1, 1, 1e6, 1, "falling closes in a row to sell"},
};

const bt_strategy backtest_strategy = {
    .abi_version = BT_STRATEGY_ABI,
    .name = "on_bar_streak",
    .summary = "long after rising closes in a row",
    .params = params,
    .n_params = sizeof params / sizeof params[0],
    .on_bar = on_bar,
    .state_bytes = sizeof(memory),
};
