/* indicator_call.h - how a strategy in C asks for an indicator. */
#ifndef BT_CLI_INDICATOR_CALL_H
#define BT_CLI_INDICATOR_CALL_H

#include <stddef.h>

#include "core/indicator.h"

enum { BT_INDICATOR_CALL_SIZE = 256 };

/* "bt_macd(host, fast, slow, signal, BT_MACD|BT_SIGNAL|BT_HISTOGRAM)": the function that the header
 * of strategies has for it, or the general one. Of several outputs each can be asked for. */
char *bt_indicator_call(char out[BT_INDICATOR_CALL_SIZE], const bt_indicator *indicator);

#endif
