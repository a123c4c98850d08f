#include "runners/schedule.h"

#include <stdlib.h>

#include "runners/file_size.h"

/* A byte of a file in work: its text, rows and bars, and indicators, targets and returns. */
enum { MEMORY_PER_BYTE = 6 };

enum { CLASS_COUNT = 65 };

/* Bits of the size: files of one class differ by less than a factor of two. */
static size_t class_of(uint64_t bytes)
{
  size_t class = 0;
  for (; bytes > 0; bytes /= 2) class ++;
  return class;
}

/* Greater classes first, those of a class in the universe's order. */
static void sort(bt_schedule *schedule, const uint64_t *bytes)
{
  size_t next[CLASS_COUNT] = {0}, at = 0;
  for (size_t i = 0; i < schedule->n; i++) next[class_of(bytes[i])]++;
  for (size_t class = CLASS_COUNT; class -- > 0;) {
    size_t count = next[class];
    next[class] = at;
    at += count;
  }
  for (size_t i = 0; i < schedule->n; i++) {
    size_t place = next[class_of(bytes[i])]++;
    schedule->order[place] = i;
    schedule->place[i] = place;
  }
  schedule->before[0] = 0;
  for (size_t k = 0; k < schedule->n; k++)
    schedule->before[k + 1] = schedule->before[k] + MEMORY_PER_BYTE * bytes[schedule->order[k]];
}

bt_status bt_schedule_new(bt_schedule *out, const bt_universe *universe, bt_error *err)
{
  size_t n = universe->n_entries;
  uint64_t *bytes = malloc((n + 1) * sizeof *bytes);
  bt_schedule schedule = {.n = n,
                          .order = malloc((n + 1) * sizeof *schedule.order),
                          .place = malloc((n + 1) * sizeof *schedule.place),
                          .before = malloc((n + 1) * sizeof *schedule.before)};
  bool ok = bytes && schedule.order && schedule.place && schedule.before;
  for (size_t i = 0; i < n && ok; i++) bytes[i] = bt_file_size_of(universe->entries[i].path).text;
  if (ok) sort(&schedule, bytes);
  free(bytes);
  if (ok) {
    *out = schedule;
    return BT_OK;
  }
  bt_schedule_clear(&schedule);
  return bt_fail_nomem(err, "schedule");
}

void bt_schedule_clear(bt_schedule *schedule)
{
  free(schedule->order);
  free(schedule->place);
  free(schedule->before);
  *schedule = (bt_schedule){0};
}

uint64_t bt_schedule_bytes(const bt_schedule *schedule, size_t place)
{
  return schedule->before[place + 1] - schedule->before[place];
}

size_t bt_schedule_most(const bt_schedule *schedule)
{
  uint64_t greatest = 1;
  for (size_t k = 0; k < schedule->n; k++)
    if (bt_schedule_bytes(schedule, k) > greatest) greatest = bt_schedule_bytes(schedule, k);
  return greatest < BT_SCHEDULE_MEMORY_BYTES ? (size_t)(BT_SCHEDULE_MEMORY_BYTES / greatest) : 1;
}

bool bt_schedule_fits(const bt_schedule *schedule, size_t place, uint64_t done_bytes)
{
  uint64_t in_work = schedule->before[place] - done_bytes;
  return in_work == 0 || in_work + bt_schedule_bytes(schedule, place) <= BT_SCHEDULE_MEMORY_BYTES;
}
