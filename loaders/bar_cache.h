/* bar_cache.h - parsed bars in files of their own, one a source, so that the next run need not
 * parse them again.
 *
 * A cache changes no result. An entry is used only where its source is what it was (size, device,
 * inode, times of the last write and change, in ns), asked for in the same way (path, layout,
 * adjust, max_bad), by a program whose loaders are the same, where the entry's checksum holds, and
 * where it belongs to this user or to root; else the source is parsed. A source that was written
 * within the last seconds is not kept: its next change might have the same time. Nor is a rejected
 * one. An entry may be read by all where its source may be; else by its owner alone.
 *
 * Entries may be deleted, cut short or overwritten at any time, all at once, too, and any number of
 * processes may use a folder at once: an entry is written under a name of its own and then renamed,
 * and it is read into memory before it is looked at. Bars out of it are as those out of the source.
 */
#ifndef BT_LOADERS_BAR_CACHE_H
#define BT_LOADERS_BAR_CACHE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/bars.h"
#include "core/status.h"
#include "loaders/bar_cache_entry.h"
#include "loaders/buffer.h"
#include "loaders/load.h"

/* A folder of entries; shared by all threads. */
typedef struct bt_bar_cache bt_bar_cache;

/* Opens a folder, which is made where it is missing, parents and all. What writers that were killed
 * have left there is removed when it is an hour old. The caller closes *out with
 * bt_bar_cache_close, when nobody loads any more; bars that were loaded may live on. Errors: IO
 * (names the folder: it cannot be made, read or written), NOMEM. */
bt_status bt_bar_cache_open(bt_bar_cache **out, const char *folder, bt_error *err);
void bt_bar_cache_close(bt_bar_cache *cache); /* NULL is fine */

/* Whether all could be kept that was to be. Errors: IO (why the first could not; after that nothing
 * more is written). */
bt_status bt_bar_cache_check(const bt_bar_cache *cache, bt_error *err);

enum { BT_CACHE_NAME_SIZE = 40, BT_CACHE_KEY_SIZE = 8192 };

/* One source on its way through the cache: what was looked for, to keep what is parsed instead. It
 * begins as zeros and is used for one source after the other. */
typedef struct bt_cache_visit {
  bt_bar_cache *cache; /* NULL: nothing is to be kept */
  const char *path;
  bt_source_facts facts;
  bool settled;                  /* what is written from now on shows in its times */
  char name[BT_CACHE_NAME_SIZE]; /* of the entry's file */
  char key[BT_CACHE_KEY_SIZE];   /* the path and how it is loaded */
  size_t key_length;
  bt_buffer entry; /* working memory */
} bt_cache_visit;

void bt_cache_visit__clear(bt_cache_visit *visit); /* gives back its memory */

/* Looks for the bars of `path`, loaded as *options says; *out is NULL where they are not there, and
 * *report then unchanged. *visit is for bt_bar_cache__keep; path outlives it. The caller frees
 * *out. Errors: NOMEM. */
bt_status bt_bar_cache__find(bt_bars **out, bt_load_report *report, bt_cache_visit *visit,
                             const char *path, const bt_load_options *options, bt_error *err);

/* Keeps what was parsed since then, where the source has not changed meanwhile. What a disk does
 * not take is for bt_bar_cache_check. Errors: NOMEM. */
bt_status bt_bar_cache__keep(bt_cache_visit *visit, const bt_bars *bars,
                             const bt_load_report *report, bt_error *err);

#endif
