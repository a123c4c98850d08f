/* schedule.h - in which order the tickers of a run are begun, and how many at a time.
 *
 * The longest come first, as nobody can help to load a file: the last ones then are short. Files
 * of one size, to the next power of two, stay in the universe's order, so that rows are written
 * nearly in the order of their key. Which is begun when depends on the files alone; no result
 * depends on it.
 */
#ifndef BT_RUNNERS_SCHEDULE_H
#define BT_RUNNERS_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"
#include "loaders/universe.h"

/* Memory that tickers in work may take together; a single one may take more. */
#define BT_SCHEDULE_MEMORY_BYTES ((uint64_t)1 << 30)

/* n tickers at places 0 .. n - 1. Immutable once made. */
typedef struct bt_schedule {
  size_t n;
  size_t *order;    /* the ticker at a place */
  size_t *place;    /* of a ticker */
  uint64_t *before; /* n + 1: bytes that the tickers at all places before take in work */
} bt_schedule;

/* By the sizes of the universe's files, which are not read. The caller clears *out with
 * bt_schedule_clear, after success alone. Errors: NOMEM. */
bt_status bt_schedule_new(bt_schedule *out, const bt_universe *universe, bt_error *err);
void bt_schedule_clear(bt_schedule *schedule);

/* Bytes that the ticker at a place takes in work, roughly. */
uint64_t bt_schedule_bytes(const bt_schedule *schedule, size_t place);

/* So many tickers may be in work at a time whichever they are; >= 1. */
size_t bt_schedule_most(const bt_schedule *schedule);

/* Whether the ticker at a place fits beside those that were begun before it, all at the places
 * before, of which some with done_bytes together are done. */
bool bt_schedule_fits(const bt_schedule *schedule, size_t place, uint64_t done_bytes);

#endif
