/* bench_load - loading CSV files against libcsv with strtod.
 *
 *     bench_load UNIVERSE [ROUNDS [FOLDER]]
 *
 * In turn, on one thread, files in the page cache: bt_load (any layout, checks, bars); libcsv with
 * strtod on the price fields and nothing else; bt_load of bars that were kept in FOLDER. Rounds are
 * interleaved; medians in MB/s of the files and their ratio.
 */
#include <csv.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "bench/bench.h"
#include "loaders/load.h"
#include "loaders/universe.h"
#ifdef BENCH_BAR_CACHE
#include "loaders/bar_cache.h"
#endif

enum { ROUNDS_MOST = 51, PRICE_FIELDS = 5 };

static double load_all(const bt_universe *universe, bt_loader *loader, bt_load_report *report,
                       const bt_load_options *options)
{
  double start = now_s();
  for (size_t i = 0; i < universe->n_entries; i++) {
    bt_bars *bars = NULL;
    bt_error err;
    stop_on(bt_load(&bars, report, loader, universe->entries[i].path, options, &err), &err);
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

/* ---- bars that were kept ----------------------------------------------------------------------
 */

/* Opens the folder's cache and keeps all bars there; false where the program keeps none. */
static bool open_kept(bt_load_options *options, const char *folder, const bt_universe *universe,
                      bt_loader *loader, bt_load_report *report)
{
#ifdef BENCH_BAR_CACHE
  bt_error err;
  stop_on(bt_bar_cache_open(&options->cache, folder, &err), &err);
  (void)load_all(universe, loader, report, options);
  stop_on(bt_bar_cache_check(options->cache, &err), &err);
  return true;
#else
  (void)options, (void)folder, (void)universe, (void)loader, (void)report;
  return false;
#endif
}

static void close_kept(const bt_load_options *options)
{
#ifdef BENCH_BAR_CACHE
  bt_bar_cache_close(options->cache);
#else
  (void)options;
#endif
}

/* ---- rounds -----------------------------------------------------------------------------------
 */

enum { BUFFER_SIZE = 1 << 16, LOAD = 0, PLAIN, KEPT, N_WAYS };

typedef struct bench {
  bt_universe universe;
  bt_loader *loader;
  bt_load_report *report;
  char *buffer;
  plain *parsed;
  double megabytes; /* of all files */
} bench;

static void open_bench(bench *b, const char *universe_path)
{
  bt_error err;
  stop_on(bt_universe_read(&b->universe, universe_path, NULL, &err), &err);
  stop_on(bt_loader_new(&b->loader, &err), &err);
  b->report = malloc(sizeof *b->report);
  b->buffer = malloc(BUFFER_SIZE);
  b->parsed = malloc(sizeof *b->parsed);
  if (!b->report || !b->buffer || !b->parsed) exit(1);
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

static void print_rates(double times_s[N_WAYS][ROUNDS_MOST], size_t n_rounds, bool has_kept,
                        double megabytes)
{
  double load_s = sort_to_median(times_s[LOAD], n_rounds);
  double plain_s = sort_to_median(times_s[PLAIN], n_rounds);
  (void)printf("%-32s %7.0f MB/s\n", "libcsv + strtod", megabytes / plain_s);
  (void)printf("%-32s %7.0f MB/s, %.2f x libcsv + strtod\n", "bt_load", megabytes / load_s,
               plain_s / load_s);
  if (!has_kept) return;
  double kept_s = sort_to_median(times_s[KEPT], n_rounds);
  (void)printf("%-32s %7.0f MB/s, %.2f x bt_load\n", "bt_load, mapped bars", megabytes / kept_s,
               load_s / kept_s);
}

int main(int argc, char **argv)
{
  static double times_s[N_WAYS][ROUNDS_MOST];
  static bench b;
  const bt_load_options options = BT_LOAD_OPTIONS_DEFAULT;
  bt_load_options keeping = BT_LOAD_OPTIONS_DEFAULT;
  size_t n_rounds = read_rounds(argc, argv, 2, 7, ROUNDS_MOST);
  if (argc < 2) {
    (void)fprintf(stderr, "usage: bench_load UNIVERSE [ROUNDS [FOLDER]]\n");
    return 2;
  }
  open_bench(&b, argv[1]);
  bool has_kept = argc > 3 && open_kept(&keeping, argv[3], &b.universe, b.loader, b.report);
  for (size_t i = 0; i < n_rounds; i++) {
    times_s[LOAD][i] = load_all(&b.universe, b.loader, b.report, &options);
    times_s[PLAIN][i] = parse_all(&b.universe, b.buffer, BUFFER_SIZE, b.parsed);
    if (has_kept) times_s[KEPT][i] = load_all(&b.universe, b.loader, b.report, &keeping);
  }
  print_rates(times_s, n_rounds, has_kept, b.megabytes);
  if (has_kept) close_kept(&keeping);
  close_bench(&b);
  return 0;
}
