/* loader.h - the two ways in which a loader reads rows, side by side: for tests and benchmarks.
 *
 * Files of the plain kind (plain.h) are read in one pass, all others in the long way. Which one it
 * is depends on the file's bytes alone, and nothing but the time tells them apart.
 */
#ifndef BT_LOADERS_LOADER_H
#define BT_LOADERS_LOADER_H

#include "loaders/load.h"

/* From now on every file is read in the long way, or (false) plain ones again in the short one. */
void bt_loader__take_long_way(bt_loader *loader, bool always);

/* Whether the last file was read, and in the short way. */
bool bt_loader__took_short_way(const bt_loader *loader);

#endif
