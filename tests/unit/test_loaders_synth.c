/* The synthetic universe: its files are sound, repeatable, and behave like prices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/time.h"
#include "loaders/load.h"
#include "loaders/synth.h"
#include "tests/support/synth_place.h"

enum { N_TICKERS = 20, N_BARS = 2520 };

static void synthesize(const char *dir, size_t n_tickers, size_t n_bars, uint64_t seed)
{
  const bt_synth_options options = {.n_tickers = n_tickers, .n_bars = n_bars, .seed = seed};
  bt_error err;
  if (bt_synth_write(dir, &options, &err)) fail_msg("%s", err.message);
}

/* The text of dir/name (rest: "/S00001.csv", ".txt"), which the caller frees. */
static char *read_text(const char *dir, const char *rest)
{
  char path[TEST_PATH_SIZE + 64];
  (void)snprintf(path, sizeof path, "%s%s", dir, rest);
  FILE *file = fopen(path, "rb");
  if (!file) fail_msg("%s is missing", path);
  assert_int_equal(fseek(file, 0, SEEK_END), 0);
  long size = ftell(file);
  rewind(file);
  char *text = calloc((size_t)size + 1, 1);
  assert_non_null(text);
  assert_int_equal(fread(text, 1, (size_t)size, file), (size_t)size);
  (void)fclose(file);
  return text;
}

static bool same_text(const char *dir, const char *rest, const char *other_dir)
{
  char *a = read_text(dir, rest), *b = read_text(other_dir, rest);
  bool same = strcmp(a, b) == 0;
  free(a);
  free(b);
  return same;
}

/* Loads ticker `number` through the real loader; every row of it must be good. */
static bt_bars *load_ticker(const char *dir, size_t number)
{
  const bt_load_options options = BT_LOAD_OPTIONS_DEFAULT;
  char path[TEST_PATH_SIZE + 64];
  bt_bars *bars = NULL;
  bt_loader *loader = NULL;
  bt_load_report *report = calloc(1, sizeof *report);
  assert_non_null(report);
  (void)snprintf(path, sizeof path, "%s/S%05zu.csv", dir, number);
  assert_int_equal(bt_loader_new(&loader, NULL), BT_OK);
  assert_int_equal(bt_load(&bars, report, loader, path, &options, NULL), BT_OK);
  if (!bars || report->rows_skipped > 0)
    fail_msg("%s: %zu rows skipped %s", path, report->rows_skipped, report->reason);
  assert_int_equal(report->n_rows, bars->n_bars);
  bt_loader_free(loader);
  free(report);
  return bars;
}

static size_t count_files(const char *dir)
{
  DIR *handle = opendir(dir);
  size_t n = 0;
  assert_non_null(handle);
  for (struct dirent *entry; (entry = readdir(handle));) n += entry->d_name[0] != '.';
  (void)closedir(handle);
  return n;
}

/* ---- files ------------------------------------------------------------------------------------
 */

static void a_universe_is_a_list_and_a_file_a_ticker(void **state)
{
  const place *p = *state;
  synthesize(p->dir, 3, 5, 1);
  char *list = read_text(p->dir, ".txt"), *file = read_text(p->dir, "/S00002.csv");
  assert_string_equal(list, "# 3 synthetic tickers, 5 bars, seed 1\nS00001\nS00002\nS00003\n");
  assert_memory_equal(file, "Date,Open,High,Low,Close,Volume\n2024-12-25,", 43);
  assert_non_null(strstr(file, "\n2024-12-31,"));
  assert_int_equal(count_files(p->dir), 3); /* and no temporary one */
  assert_int_equal(count_files(p->base), 2);
  free(list);
  free(file);
}

static void a_slash_at_the_end_of_the_folder_changes_nothing(void **state)
{
  const place *p = *state;
  char dir[sizeof p->dir + 4];
  (void)snprintf(dir, sizeof dir, "%s//", p->dir);
  synthesize(dir, 1, 1, 1);
  char *list = read_text(p->dir, ".txt");
  assert_non_null(strstr(list, "S00001"));
  free(list);
}

static void the_same_seed_gives_the_same_bytes(void **state)
{
  const place *p = *state;
  char again[sizeof p->dir + 8], other[sizeof p->dir + 8];
  (void)snprintf(again, sizeof again, "%s_again", p->dir);
  (void)snprintf(other, sizeof other, "%s_other", p->dir);
  synthesize(p->dir, 2, 300, 7);
  synthesize(again, 2, 300, 7);
  synthesize(other, 2, 300, 8);
  assert_true(same_text(p->dir, "/S00001.csv", again));
  assert_true(same_text(p->dir, "/S00002.csv", again));
  assert_false(same_text(p->dir, "/S00001.csv", other));
}

static void more_tickers_change_none_of_the_first(void **state)
{
  const place *p = *state;
  char more[sizeof p->dir + 8];
  (void)snprintf(more, sizeof more, "%s_more", p->dir);
  synthesize(p->dir, 2, 300, 7);
  synthesize(more, 9, 300, 7);
  assert_true(same_text(p->dir, "/S00001.csv", more));
  assert_true(same_text(p->dir, "/S00002.csv", more));
  assert_false(same_text(p->dir, ".txt", more));
}

static void a_second_run_replaces_the_first(void **state)
{
  const place *p = *state;
  synthesize(p->dir, 1, 300, 7);
  synthesize(p->dir, 1, 2, 7);
  bt_bars *bars = load_ticker(p->dir, 1);
  assert_int_equal(bars->n_bars, 2);
  bt_bars_free(bars);
}

/* Digits behind the point of the field that starts at text. */
static size_t count_decimals(const char *text)
{
  const char *point = text + strcspn(text, ".,\n");
  return *point == '.' ? strspn(point + 1, "0123456789") : 0;
}

static void prices_have_two_decimals_or_four(void **state)
{
  const place *p = *state;
  size_t n_with[5] = {0};
  synthesize(p->dir, 8, N_BARS, 1); /* ticker 8 is delisted at a low price */
  for (size_t number = 1; number <= 8; number += 7) {
    char rest[32];
    (void)snprintf(rest, sizeof rest, "/S%05zu.csv", number);
    char *text = read_text(p->dir, rest);
    for (char *row = strchr(text, '\n') + 1; *row; row = strchr(row, '\n') + 1) {
      size_t decimals = count_decimals(strchr(row, ',') + 1);
      assert_true(decimals == 2 || decimals == 4);
      n_with[decimals]++;
    }
    free(text);
  }
  assert_true(n_with[2] > 0 && n_with[4] > 0);
}

/* ---- failures ---------------------------------------------------------------------------------
 */

static void check_failure(const char *dir, size_t n_tickers, size_t n_bars, bt_status status,
                          const char *part_of_message)
{
  const bt_synth_options options = {.n_tickers = n_tickers, .n_bars = n_bars, .seed = 1};
  bt_error err = {0};
  assert_int_equal(bt_synth_write(dir, &options, &err), status);
  if (!strstr(err.message, part_of_message)) fail_msg("message: %s", err.message);
}

static void counts_out_of_range_are_refused(void **state)
{
  const place *p = *state;
  struct stat info;
  check_failure(p->dir, 0, 5, BT_ERR_USAGE, "--tickers must be from 1 to 99999");
  check_failure(p->dir, 100000, 5, BT_ERR_USAGE, "--tickers must be from 1 to 99999");
  check_failure(p->dir, 1, 0, BT_ERR_USAGE, "--bars must be from 1 to 90000");
  check_failure(p->dir, 1, 90001, BT_ERR_USAGE, "--bars must be from 1 to 90000");
  assert_int_not_equal(stat(p->dir, &info), 0); /* nothing was made */
}

static void a_folder_without_a_name_is_refused(void **state)
{
  (void)state;
  static const char *const dirs[] = {"", ".", "..", "/", "x/..", "./"};
  for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++)
    check_failure(dirs[i], 1, 1, BT_ERR_USAGE, "give a name");
}

static void what_cannot_be_written_is_named(void **state)
{
  const place *p = *state;
  char path[TEST_PATH_SIZE + 64];
  (void)snprintf(path, sizeof path, "%s/missing/u", p->base);
  check_failure(path, 1, 1, BT_ERR_IO, "missing/u: No such file or directory");
  (void)test_file_write(path, p->base, "file", "x");
  check_failure(path, 1, 1, BT_ERR_IO, "file: File exists");
}

/* A folder stands where the list should go: the rename fails, and its temporary file goes. */
static void a_failed_rename_leaves_no_temporary_file(void **state)
{
  const place *p = *state;
  char path[TEST_PATH_SIZE + 64];
  (void)snprintf(path, sizeof path, "%s.txt", p->dir);
  assert_int_equal(mkdir(path, 0777), 0);
  check_failure(p->dir, 1, 1, BT_ERR_IO, "u.txt: ");
  assert_int_equal(count_files(p->base), 2);
}

/* ---- prices -----------------------------------------------------------------------------------
 */

static void every_row_is_a_good_weekday(void **state)
{
  const place *p = *state;
  synthesize(p->dir, N_TICKERS, N_BARS, 3);
  for (size_t number = 1; number <= N_TICKERS; number++) {
    bt_bars *b = load_ticker(p->dir, number);
    for (size_t t = 0; t < b->n_bars; t++) {
      assert_true(bt_time_weekday(b->time_ns[t]) < 5);
      assert_true(b->low[t] > 0 && b->low[t] <= b->open[t] && b->low[t] <= b->close[t]);
      assert_true(b->high[t] >= b->open[t] && b->high[t] >= b->close[t]);
      assert_true(b->volume[t] > 0);
    }
    bt_bars_free(b);
  }
}

static void among_twenty_one_is_short_and_one_is_delisted(void **state)
{
  const place *p = *state;
  const int64_t last_day = bt_date_to_days((bt_date){2024, 12, 31}) * BT_NS_PER_DAY;
  size_t n_full = 0, n_short = 0, n_delisted = 0;
  synthesize(p->dir, N_TICKERS, N_BARS, 1);
  for (size_t number = 1; number <= N_TICKERS; number++) {
    bt_bars *b = load_ticker(p->dir, number);
    bool ends = b->time_ns[b->n_bars - 1] < last_day;
    n_delisted += ends;
    n_short += !ends && b->n_bars < N_BARS;
    n_full += b->n_bars == N_BARS;
    bt_bars_free(b);
  }
  assert_int_equal(n_full, N_TICKERS - 2);
  assert_int_equal(n_short, 1);
  assert_int_equal(n_delisted, 1);
}

/* Number 125 (124 from 0) would be both listed late and delisted: then it could have no bar. */
static void no_ticker_of_many_is_empty(void **state)
{
  const place *p = *state;
  synthesize(p->dir, 360, 4, 1);
  for (size_t number = 1; number <= 360; number++) {
    bt_bars *b = load_ticker(p->dir, number);
    assert_true(b->n_bars >= 1 && b->n_bars <= 4);
    bt_bars_free(b);
  }
}

static void one_bar_is_enough(void **state)
{
  const place *p = *state;
  synthesize(p->dir, N_TICKERS, 1, 1);
  for (size_t number = 1; number <= N_TICKERS; number++) {
    bt_bars *b = load_ticker(p->dir, number);
    assert_int_equal(b->n_bars, 1);
    bt_bars_free(b);
  }
}

static void centuries_stay_within_reason(void **state)
{
  const place *p = *state;
  synthesize(p->dir, 3, 90000, 1);
  for (size_t number = 1; number <= 3; number++) {
    bt_bars *b = load_ticker(p->dir, number);
    assert_int_equal(b->n_bars, 90000);
    assert_int_equal(bt_date_from_days(bt_time_days(b->time_ns[0])).year, 1680);
    for (size_t t = 0; t < b->n_bars; t++) assert_true(b->low[t] > 0.01 && b->high[t] < 1e5);
    bt_bars_free(b);
  }
}

/* Daily log returns of the full histories: [ticker][bar]. */
typedef struct panel {
  size_t n_series, n;
  double *returns[N_TICKERS];
  double total[N_TICKERS]; /* sum of each */
} panel;

static void panel_load(panel *out, const char *dir)
{
  *out = (panel){.n = N_BARS - 1};
  for (size_t number = 1; number <= N_TICKERS; number++) {
    bt_bars *b = load_ticker(dir, number);
    if (b->n_bars == N_BARS) {
      double *r = calloc(out->n, sizeof *r);
      assert_non_null(r);
      for (size_t t = 0; t < out->n; t++) r[t] = log(b->close[t + 1] / b->close[t]);
      out->total[out->n_series] = log(b->close[out->n] / b->close[0]);
      out->returns[out->n_series++] = r;
    }
    bt_bars_free(b);
  }
}

static void panel_clear(panel *p)
{
  for (size_t i = 0; i < p->n_series; i++) free(p->returns[i]);
}

static double correlation(const double *x, const double *y, size_t n)
{
  double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
  for (size_t i = 0; i < n; i++) {
    mx += x[i] / (double)n;
    my += y[i] / (double)n;
  }
  for (size_t i = 0; i < n; i++) {
    xx += (x[i] - mx) * (x[i] - mx);
    yy += (y[i] - my) * (y[i] - my);
    xy += (x[i] - mx) * (y[i] - my);
  }
  return xy / sqrt(xx * yy);
}

static double kurtosis(const double *x, size_t n)
{
  double mean = 0, m2 = 0, m4 = 0;
  for (size_t i = 0; i < n; i++) mean += x[i] / (double)n;
  for (size_t i = 0; i < n; i++) {
    double square = (x[i] - mean) * (x[i] - mean);
    m2 += square / (double)n;
    m4 += square * square / (double)n;
  }
  return m4 / (m2 * m2);
}

static void sizes(double *out, const double *x, size_t n)
{
  for (size_t i = 0; i < n; i++) out[i] = fabs(x[i]);
}

static void returns_have_fat_tails_and_come_in_clusters(void **state)
{
  const place *p = *state;
  panel all;
  double *size = calloc(N_BARS, sizeof *size), fat = 0, cluster = 0, memory = 0, volatility = 0;
  assert_non_null(size);
  synthesize(p->dir, N_TICKERS, N_BARS, 1);
  panel_load(&all, p->dir);
  for (size_t i = 0; i < all.n_series; i++) {
    const double *r = all.returns[i];
    double squares = 0, n_series = (double)all.n_series;
    sizes(size, r, all.n);
    for (size_t t = 0; t < all.n; t++) squares += r[t] * r[t];
    fat += kurtosis(r, all.n) / n_series;
    cluster += correlation(size, size + 1, all.n - 1) / n_series;
    memory += correlation(r, r + 1, all.n - 1) / n_series;
    volatility += sqrt(squares / (double)all.n * 252) / n_series;
  }
  assert_true(fat > 4 && fat < 20);                   /* normal: 3 */
  assert_true(cluster > 0.05);                        /* big moves follow big ones ... */
  assert_true(fabs(memory) < 0.03);                   /* ... but not their sign */
  assert_true(volatility > 0.15 && volatility < 0.6); /* a year's, as of stocks */
  panel_clear(&all);
  free(size);
}

static void tickers_share_a_market_but_not_their_fate(void **state)
{
  const place *p = *state;
  panel all;
  double mean = 0;
  size_t n_pairs = 0, n_losers = 0;
  synthesize(p->dir, N_TICKERS, N_BARS, 1);
  panel_load(&all, p->dir);
  for (size_t i = 0; i < all.n_series; i++) {
    n_losers += all.total[i] < 0;
    for (size_t j = 0; j < i; j++, n_pairs++)
      mean += correlation(all.returns[i], all.returns[j], all.n);
  }
  mean /= (double)n_pairs;
  assert_true(mean > 0.1 && mean < 0.7);
  assert_true(n_losers >= 1 && n_losers < all.n_series);
  panel_clear(&all);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(a_universe_is_a_list_and_a_file_a_ticker),
      CASE(a_slash_at_the_end_of_the_folder_changes_nothing),
      CASE(the_same_seed_gives_the_same_bytes),
      CASE(more_tickers_change_none_of_the_first),
      CASE(a_second_run_replaces_the_first),
      CASE(prices_have_two_decimals_or_four),
      CASE(counts_out_of_range_are_refused),
      CASE(a_folder_without_a_name_is_refused),
      CASE(what_cannot_be_written_is_named),
      CASE(a_failed_rename_leaves_no_temporary_file),
      CASE(every_row_is_a_good_weekday),
      CASE(among_twenty_one_is_short_and_one_is_delisted),
      CASE(no_ticker_of_many_is_empty),
      CASE(one_bar_is_enough),
      CASE(centuries_stay_within_reason),
      CASE(returns_have_fat_tails_and_come_in_clusters),
      CASE(tickers_share_a_market_but_not_their_fate),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
