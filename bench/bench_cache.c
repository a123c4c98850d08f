/* bench_cache - bars from the bar cache against loading their CSV files.
 *
 *     bench_cache UNIVERSE DIR [ROUNDS]
 *
 * In turn, on one thread, files in the page cache: bt_load without a cache; with an empty one,
 * which is written; and with a full one. The cache is DIR/bars, made anew. Rounds are interleaved;
 * medians of the time a file takes and their ratios, and the same of the fastest rounds. Sources
 * that were written just now are not kept: then it waits.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/bench.h"
#include "loaders/bar_cache.h"
#include "loaders/load.h"
#include "loaders/universe.h"

enum { ROUNDS_MOST = 51, SETTLE_S = 4 };

/* Loads all files; *sum gets what their last closes come to, so that every column's end is there.
 */
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

/* A new cache below dir; the folder's name goes to `folder`. */
static bt_bar_cache *make_cache(char folder[4096], const char *dir, size_t round)
{
  bt_bar_cache *cache = NULL;
  bt_error err;
  (void)snprintf(folder, 4096, "%.3000s/bars-%ld-%zu", dir, (long)getpid(), round);
  stop_on(bt_bar_cache_open(&cache, folder, &err), &err);
  return cache;
}

/* Deletes the folder; returns how many entries it had. */
static size_t drop_folder(const char *folder)
{
  size_t n = 0;
  DIR *entries = opendir(folder);
  if (!entries) exit(1);
  for (struct dirent *entry; (entry = readdir(entries));) {
    char path[4096];
    if (!strstr(entry->d_name, ".bars")) continue;
    (void)snprintf(path, sizeof path, "%.3000s/%s", folder, entry->d_name);
    n += unlink(path) == 0;
  }
  (void)closedir(entries);
  (void)rmdir(folder);
  return n;
}

static void print(const char *name, double *times_s, double csv_s, double csv_least_s, size_t n,
                  const bt_universe *universe)
{
  double median_s = sort_to_median(times_s, n);
  (void)printf("%-24s %8.1f us a file, CSV takes %5.2f x as long; of the fastest rounds %5.2f x\n",
               name, 1e6 * median_s / (double)universe->n_entries, csv_s / median_s,
               csv_least_s / times_s[0]);
}

/* One round; the bars of all three ways must be the same. */
static void measure(double *csv_s, double *cold_s, double *warm_s, const bt_universe *universe,
                    bt_loader *loader, bt_bar_cache *cache)
{
  double sums[3];
  bt_error err;
  bt_load_report *report = malloc(sizeof *report);
  if (!report) exit(1);
  *csv_s = load_all(&sums[0], universe, loader, report, NULL);
  *cold_s = load_all(&sums[1], universe, loader, report, cache);
  *warm_s = load_all(&sums[2], universe, loader, report, cache);
  if (sums[0] != sums[1] || sums[0] != sums[2]) exit(1);
  stop_on(bt_bar_cache_check(cache, &err), &err);
  free(report);
}

int main(int argc, char **argv)
{
  static char folders[ROUNDS_MOST][4096];
  double csv_s[ROUNDS_MOST], cold_s[ROUNDS_MOST], warm_s[ROUNDS_MOST];
  size_t n_rounds = read_rounds(argc, argv, 3, 7, ROUNDS_MOST), n_kept = 0;
  bt_universe universe;
  bt_loader *loader = NULL;
  bt_error err;
  if (argc < 3) {
    (void)fprintf(stderr, "usage: bench_cache UNIVERSE DIR [ROUNDS]\n");
    return 2;
  }
  stop_on(bt_universe_read(&universe, argv[1], NULL, &err), &err);
  stop_on(bt_loader_new(&loader, &err), &err);
  (void)nanosleep(&(struct timespec){SETTLE_S, 0}, NULL);
  for (size_t i = 0; i < n_rounds; i++) {
    bt_bar_cache *cache = make_cache(folders[i], argv[2], i);
    measure(&csv_s[i], &cold_s[i], &warm_s[i], &universe, loader, cache);
    bt_bar_cache_close(cache);
  }
  /* not before the end: some file systems look for a while at what was deleted */
  for (size_t i = 0; i < n_rounds; i++) n_kept = drop_folder(folders[i]);
  (void)printf("%zu of %zu files are kept\n", n_kept, universe.n_entries);
  double median_s = sort_to_median(csv_s, n_rounds);
  print("CSV, no cache", csv_s, median_s, csv_s[0], n_rounds, &universe);
  print("CSV, an entry written", cold_s, median_s, csv_s[0], n_rounds, &universe);
  print("an entry read", warm_s, median_s, csv_s[0], n_rounds, &universe);
  bt_loader_free(loader);
  bt_universe_clear(&universe);
  return 0;
}
