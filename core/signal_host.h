/* signal_host.h - the side of the program that a strategy sees (bt_host): it asks for indicators by
 * name or of its own, and gets series whatever happens; what went wrong is told behind it.
 */
#ifndef BT_CORE_SIGNAL_HOST_H
#define BT_CORE_SIGNAL_HOST_H

#include "core/indicator_cache.h"

/* What a strategy gets while it computes: one for each thread. Remembers the first failure. */
typedef struct bt_signal_host {
  bt_host host; /* first: the strategy gets a pointer to it */
  bt_series series;
  bt_indicator_hold hold;
  bt_status status;
  bt_error error;
} bt_signal_host;

/* Sets up a host in place; it must not be moved afterwards. */
void bt_signal_host_init(bt_signal_host *host, bt_indicator_cache *cache);

#endif
