/* bar_cache_entry.h - what stands in a file of the bar cache, as a block of memory.
 *
 * Head, key and issues come first, padded to whole lines of BT_ENTRY_LINE bytes; then the columns
 * time_ns, open, high, low, close, volume and adjust_factor, each packed as bar_cache_column.h says
 * and padded in the same way. Numbers are the machine's own; a machine of another byte order
 * refuses them. A checksum (XXH3, 64 bits) covers everything but itself and the magic before it.
 */
#ifndef BT_LOADERS_BAR_CACHE_ENTRY_H
#define BT_LOADERS_BAR_CACHE_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/bars.h"
#include "core/status.h"
#include "loaders/buffer.h"
#include "loaders/load.h"

enum { BT_ENTRY_LINE = 64, BT_ENTRY_COLUMNS = 7 };

/* What shows that a file was written to. No padding: compared as bytes. */
typedef struct bt_source_facts {
  uint64_t device, inode, size;
  int64_t written_s, written_ns; /* st_mtim */
  int64_t changed_s, changed_ns; /* st_ctim, which no program can set back */
} bt_source_facts;

/* What an entry is of: the state of its source, and the text that says which it is. */
typedef struct bt_entry_tag {
  bt_source_facts facts;
  const char *key;
  size_t key_length;
} bt_entry_tag;

/* Makes *out an entry of bars with the report of loading them, which is not one of a rejection.
 * Errors: NOMEM. */
bt_status bt_entry__make(bt_buffer *out, const bt_entry_tag *tag, const bt_bars *bars,
                         const bt_load_report *report, bt_error *err);

/* How many bars a block holds that is a whole entry of this tag, written by a program whose loaders
 * are the same; 0 where it is none. The block is aligned for 64-bit numbers. */
size_t bt_entry__count_bars(const void *block, size_t n_bytes, const bt_entry_tag *tag);

/* Of such a block: fills bars of that length, and what *report was. False where they are no bars as
 * core/bars.h says, but another program's mistake: times must rise, prices and factors be finite
 * and > 0. *report is then unchanged. */
bool bt_entry__unpack(bt_bars *out, bt_load_report *report, const void *block);

#endif
