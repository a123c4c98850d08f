/* embedded.h - files of the project that the program carries with it: the header that plugins are
 * compiled against, strategy.h, and the skeletons of `backtest new`. The Makefile makes the table.
 */
#ifndef BT_STRATEGIES_EMBEDDED_H
#define BT_STRATEGIES_EMBEDDED_H

#include <stddef.h>

typedef struct bt_embedded {
  const char *name; /* of the file, without its folder */
  const char *text; /* all of it, NUL-terminated */
} bt_embedded;

extern const bt_embedded bt_embedded_files[];
extern const size_t bt_embedded_count;

/* The text of a file, or NULL where there is none of that name. */
const char *bt_embedded_find(const char *name);

#endif
