/* The strategy sma once more, as somebody else compiles it: the same lines, the public header, a
 * descriptor that the library does not know. */
#define bt_strategy_sma outside_sma
#include "strategies/sma.c"
