/* bench_load - loading CSV files against libcsv with strtod, and bars out of the bar cache.
 *
 *     bench_load UNIVERSE [ROUNDS [FOLDER]]
 *
 * In turn, on one thread, files in the page cache: bt_load (any layout, checks, bars), also with
 * plain files read in the long way of all others; libcsv with strtod on the price fields and
 * nothing else; and where a folder is given, bt_load with an empty cache below it, which keeps the
 * bars, and again out of it. Sources that were written just now are
 * not kept: that is an error here. Rounds are interleaved; medians in MB/s of the files and their
 * ratio.
 */
#include <csv.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/bench.h"
#include "loaders/bar_cache.h"
#include "loaders/load.h"
#include "loaders/loader.h"
#include "loaders/universe.h"

enum { ROUNDS_MOST = 51, PRICE_FIELDS = 5, PATH_SIZE = 4096 };

static void stop(const char *why)
{
  (void)fprintf(stderr, "bench_load: %s\n", why);
  exit(1);
}

/* Loads all files, with a cache or without; *sum gets what their last closes come to. */
static double load_all(double *sum, const bt_universe *universe, bt_loader *loader,
                       bt_load_report *report, bt_bar_cache *cache)
{
  bt_load_options options = BT_LOAD_OPTIONS_DEFAULT;
  options.cache = cache;
  double start = now_s();
  *sum = 0;
  for (size_t i = 0; i < universe->n_entries; i++) {
    bt_bars *bars = NULL;
    bt_error err;
    stop_on(bt_load(&bars, report, loader, universe->entries[i].path, &options, &err), &err);
    if (bars) *sum += bars->close[bars->n_bars - 1];
    bt_bars_free(bars);
  }
  return now_s() - start;
}

/* The plain way: numbers of fields 1 to 5 go into columns, the date stays text. */
typedef struct plain {
  size_t field, n;
  double columns[PRICE_FIELDS][1 << 17];
} plain;

static void on_field(void *text, size_t length, void *context)
{
  plain *p = context;
  (void)length;
  if (p->field >= 1 && p->field <= PRICE_FIELDS && p->n < 1 << 17)
    p->columns[p->field - 1][p->n] = strtod(text, NULL);
  p->field++;
}

static void on_row(int end, void *context)
{
  plain *p = context;
  (void)end;
  p->n++;
  p->field = 0;
}

static void parse_file(const char *path, char *buffer, size_t size, plain *p)
{
  struct csv_parser parser;
  FILE *file = fopen(path, "rb");
  if (!file || csv_init(&parser, CSV_APPEND_NULL) != 0) exit(1);
  p->n = p->field = 0;
  for (size_t n; (n = fread(buffer, 1, size, file)) > 0;)
    (void)csv_parse(&parser, buffer, n, on_field, on_row, p);
  (void)csv_fini(&parser, on_field, on_row, p);
  csv_free(&parser);
  (void)fclose(file);
}

static double parse_all(const bt_universe *universe, char *buffer, size_t size, plain *p)
{
  double start = now_s();
  for (size_t i = 0; i < universe->n_entries; i++)
    parse_file(universe->entries[i].path, buffer, size, p);
  return now_s() - start;
}

/* ---- the bar cache ----------------------------------------------------------------------------
 */

/* A new one below dir; its folder's name goes to `folder`. */
static bt_bar_cache *make_cache(char folder[PATH_SIZE], const char *dir, size_t round)
{
  bt_bar_cache *cache = NULL;
  bt_error err;
  (void)snprintf(folder, PATH_SIZE, "%.3000s/bars-%ld-%zu", dir, (long)getpid(), round);
  stop_on(bt_bar_cache_open(&cache, folder, &err), &err);
  return cache;
}

/* Deletes it; returns how many entries it had. */
static size_t drop_folder(const char *folder)
{
  size_t n = 0;
  DIR *entries = opendir(folder);
  if (!entries) stop("the cache is gone");
  for (struct dirent *entry; (entry = readdir(entries));) {
    char path[PATH_SIZE];
    if (!strstr(entry->d_name, ".bars")) continue;
    (void)snprintf(path, sizeof path, "%.3000s/%s", folder, entry->d_name);
    n += unlink(path) == 0;
  }
  (void)closedir(entries);
  (void)rmdir(folder);
  return n;
}

/* ---- rounds -----------------------------------------------------------------------------------
 */

enum { BUFFER_SIZE = 1 << 16, LOAD = 0, LONG_WAY, PLAIN, KEEP, KEPT, N_WAYS };

typedef struct bench {
  bt_universe universe;
  bt_loader *loader;
  bt_load_report *report;
  char *buffer;
  plain *parsed;
  double megabytes; /* of all files */
  double times_s[N_WAYS][ROUNDS_MOST];
  char folders[ROUNDS_MOST][PATH_SIZE]; /* of the caches */
} bench;

static void open_bench(bench *b, const char *universe_path)
{
  bt_error err;
  stop_on(bt_universe_read(&b->universe, universe_path, NULL, &err), &err);
  stop_on(bt_loader_new(&b->loader, &err), &err);
  b->report = malloc(sizeof *b->report);
  b->buffer = malloc(BUFFER_SIZE);
  b->parsed = malloc(sizeof *b->parsed);
  if (!b->report || !b->buffer || !b->parsed) stop("out of memory");
  for (size_t i = 0; i < b->universe.n_entries; i++) {
    struct stat info;
    if (stat(b->universe.entries[i].path, &info) == 0) b->megabytes += (double)info.st_size * 1e-6;
  }
}

static void close_bench(bench *b)
{
  free(b->parsed);
  free(b->buffer);
  free(b->report);
  bt_loader_free(b->loader);
  bt_universe_clear(&b->universe);
}

/* All ways of bt_load must give the same bars. dir NULL: without the cached ones. */
static void run_round(bench *b, size_t round, const char *dir)
{
  bt_error err;
  double sum, kept, long_sum;
  b->times_s[LOAD][round] = load_all(&sum, &b->universe, b->loader, b->report, NULL);
  bt_loader__take_long_way(b->loader, true);
  b->times_s[LONG_WAY][round] = load_all(&long_sum, &b->universe, b->loader, b->report, NULL);
  bt_loader__take_long_way(b->loader, false);
  if (long_sum != sum) stop("the long way has other bars");
  b->times_s[PLAIN][round] = parse_all(&b->universe, b->buffer, BUFFER_SIZE, b->parsed);
  if (!dir) return;
  bt_bar_cache *cache = make_cache(b->folders[round], dir, round);
  for (int way = KEEP; way <= KEPT; way++) {
    b->times_s[way][round] = load_all(&kept, &b->universe, b->loader, b->report, cache);
    if (kept != sum) stop("the cache has other bars");
  }
  stop_on(bt_bar_cache_check(cache, &err), &err);
  bt_bar_cache_close(cache);
}

/* Not before the end: some file systems look for a while at what was deleted. */
static void drop_caches(const bench *b, size_t n_rounds)
{
  for (size_t i = 0; i < n_rounds; i++)
    if (drop_folder(b->folders[i]) != b->universe.n_entries) stop("not every file was kept");
}

/* A line; what it is compared with is the median of another way. Sorts the times. */
static double print_rate(const char *name, bench *b, int way, size_t n_rounds, double other_s,
                         const char *other)
{
  double median_s = sort_to_median(b->times_s[way], n_rounds);
  (void)printf("%-32s %7.0f MB/s", name, b->megabytes / median_s);
  if (other) (void)printf(", %.2f x %s", other_s / median_s, other);
  (void)printf("\n");
  return median_s;
}

int main(int argc, char **argv)
{
  static bench b;
  size_t n_rounds = read_rounds(argc, argv, 2, 7, ROUNDS_MOST);
  const char *dir = argc > 3 ? argv[3] : NULL;
  if (argc < 2) {
    (void)fprintf(stderr, "usage: bench_load UNIVERSE [ROUNDS [FOLDER]]\n");
    return 2;
  }
  keep_freed_memory();
  open_bench(&b, argv[1]);
  for (size_t i = 0; i < n_rounds; i++) run_round(&b, i, dir);
  double plain_s = print_rate("libcsv + strtod", &b, PLAIN, n_rounds, 0, NULL);
  double load_s = print_rate("bt_load", &b, LOAD, n_rounds, plain_s, "libcsv + strtod");
  (void)print_rate("bt_load, the long way", &b, LONG_WAY, n_rounds, plain_s, "libcsv + strtod");
  if (dir) {
    drop_caches(&b, n_rounds);
    (void)print_rate("bt_load, bars written", &b, KEEP, n_rounds, load_s, "bt_load");
    (void)print_rate("bt_load, bars kept", &b, KEPT, n_rounds, load_s, "bt_load");
  }
  close_bench(&b);
  return 0;
}
