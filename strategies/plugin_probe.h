/* plugin_probe.h - something that may crash, tried in a process of its own. Shared inside
 * strategies/. */
#ifndef BT_STRATEGIES_PLUGIN_PROBE_H
#define BT_STRATEGIES_PLUGIN_PROBE_H

#include "core/status.h"

typedef struct bt_probe {
  void (*attempt)(const char *path); /* what is tried; what it prints is lost */
  const char *path;
  double limit_s; /* it may take so long */
} bt_probe;

/* Makes a copy of this process, which must have one thread, to call the function there. Errors:
 * PLUGIN (it crashed, it ended the process, it took longer), IO (no process can be made), CANCELLED
 * (a signal came: child.h). */
bt_status bt_probe_run(const bt_probe *probe, bt_error *err);

#endif
