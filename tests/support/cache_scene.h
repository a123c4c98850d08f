/* cache_scene.h - source files that are old enough to be kept, bar caches, and whether what comes
 * out of one is what loading gives without. Behind cmocka.h; all is static. */
#ifndef BT_TESTS_CACHE_SCENE_H
#define BT_TESTS_CACHE_SCENE_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "core/time.h"
#include "loaders/bar_cache.h"
#include "loaders/load.h"
#include "loaders/loader.h"
#include "tests/support/paths.h"

/* What a load gave. */
typedef struct loaded {
  bt_load_report report;
  bt_bars *bars;
} loaded;

typedef struct cache_scene {
  char sources[TEST_PATH_SIZE];    /* the folder of the files, for all tests */
  char dir[TEST_PATH_SIZE];        /* of one test */
  char folder[2 * TEST_PATH_SIZE]; /* of its cache, below dir */
  bt_bar_cache *cache;
  bt_cache_visit visit;
  bt_loader *loader;
  bt_load_options options; /* without the cache */
  loaded plain, cached;
} cache_scene;

/* Waits until files that are there are no longer just written. */
static inline void wait_until_settled(void)
{
  const struct timespec a_while = {3, 100000000};
  (void)nanosleep(&a_while, NULL);
}

static inline const char *source_path(char out[2 * TEST_PATH_SIZE], const cache_scene *s,
                                      const char *name)
{
  (void)snprintf(out, (size_t)2 * TEST_PATH_SIZE, "%s/%s", s->sources, name);
  return out;
}

static inline int make_cache(void **state)
{
  cache_scene *s = *state;
  bt_load_options options = BT_LOAD_OPTIONS_DEFAULT;
  bt_error err;
  s->options = options;
  test_dir_make(s->dir);
  (void)snprintf(s->folder, sizeof s->folder, "%s/cache", s->dir);
  return bt_bar_cache_open(&s->cache, s->folder, &err) || bt_loader_new(&s->loader, &err);
}

static inline int drop_cache(void **state)
{
  cache_scene *s = *state;
  bt_bars_free(s->plain.bars);
  bt_bars_free(s->cached.bars);
  s->plain.bars = s->cached.bars = NULL;
  bt_cache_visit__clear(&s->visit);
  bt_bar_cache_close(s->cache);
  bt_loader_free(s->loader);
  test_dir_remove(s->dir);
  return 0;
}

/* Loads into *out, whose bars before are freed; fails the test where that is an error. */
static inline void load_into(loaded *out, cache_scene *s, const char *path, bt_bar_cache *cache)
{
  bt_load_options options = s->options;
  bt_error err;
  options.cache = cache;
  bt_bars_free(out->bars);
  out->bars = NULL;
  if (bt_load(&out->bars, &out->report, s->loader, path, &options, &err))
    fail_msg("%s", err.message);
}

static inline void expect_same_report(const bt_load_report *a, const bt_load_report *b)
{
  assert_int_equal(a->rejected, b->rejected);
  assert_string_equal(a->reason, b->reason);
  assert_ptr_equal(a->layout, b->layout);
  assert_int_equal(a->n_rows, b->n_rows);
  assert_int_equal(a->rows_skipped, b->rows_skipped);
  assert_memory_equal(a->counts, b->counts, sizeof a->counts);
  assert_int_equal(a->adjusted, b->adjusted);
  assert_int_equal(a->n_bars, b->n_bars);
  assert_true(a->first_ns == b->first_ns && a->last_ns == b->last_ns);
  assert_true(a->first_local_ns == b->first_local_ns && a->last_local_ns == b->last_local_ns);
  assert_true(a->content_hash == b->content_hash);
  assert_int_equal(a->n_issues, b->n_issues);
  for (size_t i = 0; i < a->n_issues; i++) {
    assert_int_equal(a->issues[i].kind, b->issues[i].kind);
    assert_int_equal(a->issues[i].line, b->issues[i].line);
    assert_string_equal(a->issues[i].time_text, b->issues[i].time_text);
    assert_string_equal(a->issues[i].detail, b->issues[i].detail);
  }
}

static inline void expect_same_bars(const bt_bars *a, const bt_bars *b)
{
  size_t size = a->n_bars * sizeof(double);
  assert_int_equal(a->n_bars, b->n_bars);
  assert_int_equal(a->daily, b->daily);
  assert_memory_equal(a->time_ns, b->time_ns, size);
  assert_memory_equal(a->open, b->open, size);
  assert_memory_equal(a->high, b->high, size);
  assert_memory_equal(a->low, b->low, size);
  assert_memory_equal(a->close, b->close, size);
  assert_memory_equal(a->volume, b->volume, size);
  assert_memory_equal(a->adjust_factor, b->adjust_factor, size);
}

/* Whether there is an entry for `path`. */
static inline bool has_entry(cache_scene *s, const char *path)
{
  bt_load_options options = s->options;
  bt_bars *bars = NULL;
  bt_error err;
  options.cache = s->cache;
  if (bt_bar_cache__find(&bars, &s->cached.report, &s->visit, path, &options, &err))
    fail_msg("%s", err.message);
  bool found = bars != NULL;
  bt_bars_free(bars);
  return found;
}

/* Loads `path` with the cache and without: the same. Whether it came out of the cache. */
static inline bool is_found(cache_scene *s, const char *path)
{
  bool found = has_entry(s, path);
  load_into(&s->plain, s, path, NULL);
  assert_false(bt_loader_used_cache(s->loader));
  load_into(&s->cached, s, path, s->cache);
  assert_int_equal(bt_loader_used_cache(s->loader), found);
  if (found) assert_false(bt_loader__took_short_way(s->loader));
  expect_same_report(&s->cached.report, &s->plain.report);
  assert_true((s->plain.bars == NULL) == (s->cached.bars == NULL));
  if (s->plain.bars) expect_same_bars(s->cached.bars, s->plain.bars);
  return found;
}

/* Files of a folder whose names end so; the path of one of them goes to `found`, if any. */
static inline size_t count_files(char found[2 * TEST_PATH_SIZE], const char *folder,
                                 const char *ending)
{
  size_t n = 0;
  DIR *entries = opendir(folder);
  if (!entries) return 0;
  for (struct dirent *entry; (entry = readdir(entries));) {
    size_t length = strlen(entry->d_name);
    if (length < strlen(ending) || strcmp(entry->d_name + length - strlen(ending), ending) != 0)
      continue;
    n++;
    if (found)
      (void)snprintf(found, (size_t)2 * TEST_PATH_SIZE, "%.1500s/%.255s", folder, entry->d_name);
  }
  (void)closedir(entries);
  return n;
}

enum { SMALL_BARS = 40, LARGE_BARS = 3000 };

/* ---- sources, made once and left until they are old enough ---------------------------------- */

static inline void put_bars(FILE *file, int n_bars, double price)
{
  (void)fputs("Date,Open,High,Low,Close,Volume\n", file);
  for (int i = 0; i < n_bars; i++) {
    char date[BT_TIME_TEXT_SIZE];
    double p = price + i % 17 * 0.25;
    bt_time_format(date, (10957 + (int64_t)i) * BT_NS_PER_DAY, true);
    (void)fprintf(file, "%s,%.2f,%.2f,%.2f,%.2f,%d\n", date, p, p + 1, p - 1, p, i);
  }
}

static inline void make_bars_file(const cache_scene *s, const char *name, int n_bars, double price)
{
  char path[2 * TEST_PATH_SIZE];
  FILE *file = fopen(source_path(path, s, name), "w");
  if (!file) abort();
  put_bars(file, n_bars, price);
  if (fclose(file) != 0) abort();
}

static inline void make_packed_file(const cache_scene *s, const char *name, const char *text)
{
  char path[2 * TEST_PATH_SIZE];
  gzFile file = gzopen(source_path(path, s, name), "wb");
  if (!file || gzputs(file, text) < 0 || gzclose(file) != Z_OK) abort();
}

static inline void make_link(const cache_scene *s, const char *to, const char *name)
{
  char path[2 * TEST_PATH_SIZE];
  if (symlink(to, source_path(path, s, name)) != 0) abort();
}

/* All load, with max_bad 1. */
static const char *const names[] = {"small.csv", "large.csv",      "issues.csv",
                                    "zoned.csv", "dated.csv",      "packed.csv.gz",
                                    "link.csv",  "unadjusted.csv", "comma.csv"};
enum { N_NAMES = sizeof names / sizeof names[0] };

static inline int make_sources(void **state)
{
  static const char issues[] = "Date,Open,High,Low,Close,Adj Close,Volume\n"
                               "2020-01-02,10,12,9,11,5.5,100\n2020-01-03,11,13,10,12,6,200\n"
                               "2020-01-06,11,x,10,12,6,200\n2020-01-03,11,13,10,12,6,200\n"
                               "2020-01-08,11,13.5,10.25,12,6,\n";
  static const char unadjusted[] = "Date,Open,High,Low,Close,Adj Close\n"
                                   "2020-01-02,10,12,9,11,5.5\n2020-01-03,11,13,10,12,0\n";
  static const char zoned[] = "time,open,high,low,close\n2020-01-02T09:30:00+05:30,1,2,1,2\n"
                              "2020-01-02T09:31:00+05:30,1,2,1,2\n";
  char path[TEST_PATH_SIZE], private[2 * TEST_PATH_SIZE];
  cache_scene *s = calloc(1, sizeof *s);
  if (!s) return -1;
  test_dir_make(s->sources);
  if (chmod(s->sources, 0755) != 0) return -1;
  make_bars_file(s, "small.csv", SMALL_BARS, 10);
  make_bars_file(s, "large.csv", LARGE_BARS, 20);
  make_bars_file(s, "private.csv", SMALL_BARS, 10);
  if (chmod(source_path(private, s, "small.csv"), 0644) != 0) return -1;
  if (chmod(source_path(private, s, "private.csv"), 0640) != 0) return -1;
  make_bars_file(s, "changed.csv", SMALL_BARS, 10);
  make_bars_file(s, "swapped.csv", SMALL_BARS, 10);
  test_file_write(path, s->sources, "issues.csv", issues);
  test_file_write(path, s->sources, "unadjusted.csv", unadjusted);
  test_file_write(path, s->sources, "zoned.csv", zoned);
  test_file_write(path, s->sources, "dated.csv", "Date;Open;High;Low;Close\n31.12.2019;1;2;1;2\n");
  test_file_write(path, s->sources, "comma.csv",
                  "Datum;Open;High;Low;Close\n"
                  "31.12.2019;1,5;2,5;1,5;2\n");
  test_file_write(path, s->sources, "rejected.csv", "Date,Open,High,Low,Close\n");
  make_packed_file(s, "packed.csv.gz", issues);
  make_link(s, "large.csv", "link.csv");
  wait_until_settled();
  *state = s;
  return 0;
}

static inline int drop_sources(void **state)
{
  cache_scene *s = *state;
  test_dir_remove(s->sources);
  free(s);
  return 0;
}

/* The load of a source: as without a cache, and out of it or not. */
static inline void expect_found(cache_scene *s, const char *name, bool found)
{
  char path[2 * TEST_PATH_SIZE];
  if (is_found(s, source_path(path, s, name)) != found)
    fail_msg("%s is %sin the cache", name, found ? "not " : "");
}

static inline void expect_kept(const cache_scene *s)
{
  bt_error err;
  if (bt_bar_cache_check(s->cache, &err)) fail_msg("%s", err.message);
  assert_int_equal(count_files(NULL, s->folder, ".tmp"), 0);
}

#endif
