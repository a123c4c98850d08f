/* plugin_watch.h - what is seen on stderr of a strategy that is compiled. */
#ifndef BT_CLI_PLUGIN_WATCH_H
#define BT_CLI_PLUGIN_WATCH_H

#include "strategies/plugin.h"

/* The compiler's words as they are, in colours on a terminal that has them; there also that it
 * takes long. */
bt_plugin_watch bt_plugin_watch_words(void);

/* That it takes long alone: of what fails the message tells. */
bt_plugin_watch bt_plugin_watch_quietly(void);

#endif
