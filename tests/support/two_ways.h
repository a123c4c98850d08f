/* two_ways.h - a file loaded in the short way and in the long one (loaders/loader.h), side by side.
 * Everything is static: tests of lower layers are linked without the loaders. Include cmocka.h
 * before.
 */
#ifndef BT_TESTS_TWO_WAYS_H
#define BT_TESTS_TWO_WAYS_H

#include <stdlib.h>
#include <string.h>

#include "loaders/load.h"
#include "loaders/loader.h"

typedef struct two_ways {
  bt_loader *loader;
  bt_load_options options;
  bt_load_report reports[2]; /* of the short way, where it was taken, and of the long one */
  bt_bars *bars[2];
  size_t n_files, n_short; /* loaded so far, and in the short way */
} two_ways;

static inline int two_ways_setup(void **state)
{
  two_ways *ways = calloc(1, sizeof *ways);
  bt_load_options options = BT_LOAD_OPTIONS_DEFAULT;
  bt_error err;
  if (!ways || bt_loader_new(&ways->loader, &err) != BT_OK) abort();
  ways->options = options;
  *state = ways;
  return 0;
}

static inline int two_ways_teardown(void **state)
{
  two_ways *ways = *state;
  bt_loader_free(ways->loader);
  free(ways);
  return 0;
}

static inline void compare_issues(const bt_load_report *a, const bt_load_report *b,
                                  const char *path)
{
  if (a->n_issues != b->n_issues) fail_msg("%s: %zu, %zu issues", path, a->n_issues, b->n_issues);
  for (size_t i = 0; i < a->n_issues; i++) {
    const bt_load_issue *x = &a->issues[i], *y = &b->issues[i];
    if (x->kind != y->kind || x->line != y->line || strcmp(x->time_text, y->time_text) != 0 ||
        strcmp(x->detail, y->detail) != 0)
      fail_msg("%s: issue %zu: %zu '%s', %zu '%s'", path, i, x->line, x->detail, y->line,
               y->detail);
  }
}

static inline void compare_reports(const bt_load_report *a, const bt_load_report *b,
                                   const char *path)
{
  if (a->rejected != b->rejected || strcmp(a->reason, b->reason) != 0)
    fail_msg("%s: '%s', '%s'", path, a->reason, b->reason);
  if (a->layout != b->layout || a->n_rows != b->n_rows || a->rows_skipped != b->rows_skipped ||
      memcmp(a->counts, b->counts, sizeof a->counts) != 0 || a->adjusted != b->adjusted ||
      a->n_bars != b->n_bars || a->content_hash != b->content_hash)
    fail_msg("%s: %zu rows, %zu bars; %zu rows, %zu bars", path, a->n_rows, a->n_bars, b->n_rows,
             b->n_bars);
  if (a->first_ns != b->first_ns || a->last_ns != b->last_ns ||
      a->first_local_ns != b->first_local_ns || a->last_local_ns != b->last_local_ns)
    fail_msg("%s: other times", path);
  compare_issues(a, b, path);
}

/* Every bit of them. */
static inline void compare_bars(const bt_bars *a, const bt_bars *b, const char *path)
{
  if (!a || !b) {
    if (a != b) fail_msg("%s: bars in one way alone", path);
    return;
  }
  size_t size = a->n_bars * sizeof(double);
  if (a->n_bars != b->n_bars || a->daily != b->daily ||
      memcmp(a->time_ns, b->time_ns, a->n_bars * sizeof(int64_t)) != 0)
    fail_msg("%s: other times of the bars", path);
  if (memcmp(a->open, b->open, size) != 0 || memcmp(a->high, b->high, size) != 0 ||
      memcmp(a->low, b->low, size) != 0 || memcmp(a->close, b->close, size) != 0 ||
      memcmp(a->volume, b->volume, size) != 0 ||
      memcmp(a->adjust_factor, b->adjust_factor, size) != 0)
    fail_msg("%s: other numbers in the bars", path);
}

/* Loads a path in both ways; fails where anything differs. Returns whether the short one was taken.
 */
static inline bool load_both_ways(two_ways *ways, const char *path)
{
  bool was_short = false;
  for (int i = 0; i < 2; i++) {
    bt_error err;
    bt_loader__take_long_way(ways->loader, i == 1);
    ways->bars[i] = NULL;
    if (bt_load(&ways->bars[i], &ways->reports[i], ways->loader, path, &ways->options, &err))
      fail_msg("%s: %s", path, err.message);
    if (i == 0) was_short = bt_loader__took_short_way(ways->loader);
    if (i == 1 && bt_loader__took_short_way(ways->loader)) fail_msg("%s: not the long way", path);
  }
  compare_reports(&ways->reports[0], &ways->reports[1], path);
  compare_bars(ways->bars[0], ways->bars[1], path);
  bt_bars_free(ways->bars[0]);
  bt_bars_free(ways->bars[1]);
  ways->n_files++;
  ways->n_short += was_short;
  return was_short;
}

#endif
