/* The example on_bar_sma as somebody else compiles it, under a name of its own. */
#define backtest_strategy outside_on_bar
#include "strategies/examples/on_bar_sma.c"
