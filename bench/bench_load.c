/* bench_load - loading CSV files against libcsv with strtod.
 *
 *     bench_load UNIVERSE [ROUNDS]
 *
 * In turn, on one thread, files in the page cache: bt_load (any layout, checks, bars); libcsv with
 * strtod on the price fields and nothing else. Rounds are interleaved; medians in MB/s and their
 * ratio.
 */
#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "bench/bench.h"
#include "loaders/load.h"
#include "loaders/universe.h"

enum { ROUNDS_MOST = 51, PRICE_FIELDS = 5 };

static double load_all(const bt_universe *universe, bt_loader *loader, bt_load_report *report)
{
  const bt_load_options options = BT_LOAD_OPTIONS_DEFAULT;
  double start = now_s();
  for (size_t i = 0; i < universe->n_entries; i++) {
    bt_bars *bars = NULL;
    bt_error err;
    stop_on(bt_load(&bars, report, loader, universe->entries[i].path, &options, &err), &err);
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

int main(int argc, char **argv)
{
  enum { BUFFER_SIZE = 1 << 16 };
  double loads_s[ROUNDS_MOST], plains_s[ROUNDS_MOST], megabytes = 0;
  size_t n_rounds = read_rounds(argc, argv, 2, 7, ROUNDS_MOST);
  bt_universe universe;
  bt_loader *loader = NULL;
  bt_error err;
  if (argc < 2) {
    (void)fprintf(stderr, "usage: bench_load UNIVERSE [ROUNDS]\n");
    return 2;
  }
  stop_on(bt_universe_read(&universe, argv[1], NULL, &err), &err);
  stop_on(bt_loader_new(&loader, &err), &err);
  bt_load_report *report = malloc(sizeof *report);
  char *buffer = malloc(BUFFER_SIZE);
  plain *p = malloc(sizeof *p);
  if (!report || !buffer || !p) return 1;
  for (size_t i = 0; i < universe.n_entries; i++) {
    struct stat info;
    if (stat(universe.entries[i].path, &info) == 0) megabytes += (double)info.st_size * 1e-6;
  }
  for (size_t i = 0; i < n_rounds; i++) {
    loads_s[i] = load_all(&universe, loader, report);
    plains_s[i] = parse_all(&universe, buffer, BUFFER_SIZE, p);
  }
  double load_s = sort_to_median(loads_s, n_rounds), plain_s = sort_to_median(plains_s, n_rounds);
  (void)printf("%-32s %7.0f MB/s\n", "libcsv + strtod", megabytes / plain_s);
  (void)printf("%-32s %7.0f MB/s, %.2f x libcsv + strtod\n", "bt_load", megabytes / load_s,
               plain_s / load_s);
  free(p);
  free(buffer);
  free(report);
  bt_loader_free(loader);
  bt_universe_clear(&universe);
  return 0;
}
