#include "loaders/synth.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/time.h"
#include "loaders/synth_leftovers.h"
#include "loaders/synth_prices.h"

enum {
  TICKERS_MOST = 99999,
  BARS_MOST = 90000, /* these reach back to 1680; times in ns begin in 1677 */
  DIR_SIZE = 3968,
  NAME_SIZE = 32
};

/* A file that has its final name only once it is complete. */
typedef struct draft {
  FILE *file;
  char path[DIR_SIZE + NAME_SIZE], temporary[DIR_SIZE + 2 * NAME_SIZE];
} draft;

static bt_status draft_open(draft *d, const char *dir, const char *rest, bt_error *err)
{
  (void)snprintf(d->path, sizeof d->path, "%s%s", dir, rest);
  (void)snprintf(d->temporary, sizeof d->temporary, "%s%s.part%ld", dir, rest, (long)getpid());
  d->file = fopen(d->temporary, "w");
  if (d->file) return BT_OK;
  return bt_fail(err, BT_ERR_IO, "%s: %s", d->temporary, strerror(errno));
}

static bt_status draft_finish(draft *d, bt_error *err)
{
  errno = 0; /* a write that failed long ago may have left none */
  bool failed = fflush(d->file) != 0 || ferror(d->file);
  int reason = errno;
  if (fclose(d->file) != 0 && !failed) {
    failed = true;
    reason = errno;
  }
  if (!failed && rename(d->temporary, d->path) == 0) return BT_OK;
  if (!failed) reason = errno;
  (void)unlink(d->temporary);
  return bt_fail(err, BT_ERR_IO, "%s: %s", d->path, reason ? strerror(reason) : "write failed");
}

/* A price as units of 1/10000, written with two decimals or four. In whole numbers, so that neither
 * the locale nor printf has a say. */
static void write_price(FILE *file, int64_t units, bool fine)
{
  int64_t whole = units / 10000, rest = units % 10000;
  if (fine)
    (void)fprintf(file, ",%" PRId64 ".%04" PRId64, whole, rest);
  else
    (void)fprintf(file, ",%" PRId64 ".%02" PRId64, whole, rest / 100);
}

static void write_bar(void *context, const bt_synth_bar *bar)
{
  FILE *file = context;
  char date[BT_TIME_TEXT_SIZE];
  bool fine = bar->low < 5 * 10000;
  (void)fputs(bt_time_format(date, bar->day * BT_NS_PER_DAY, true), file);
  write_price(file, bar->open, fine);
  write_price(file, bar->high, fine);
  write_price(file, bar->low, fine);
  write_price(file, bar->close, fine);
  (void)fprintf(file, ",%" PRId64 "\n", bar->volume);
}

static bt_status write_ticker(const char *dir, const bt_synth_market *market, size_t index,
                              bt_error *err)
{
  char rest[NAME_SIZE];
  draft d;
  (void)snprintf(rest, sizeof rest, "/S%05zu.csv", index + 1);
  bt_status status = draft_open(&d, dir, rest, err);
  if (status) return status;
  (void)fprintf(d.file, "Date,Open,High,Low,Close,Volume\n");
  bt_synth__draw_ticker(market, index, write_bar, d.file);
  return draft_finish(&d, err);
}

static bt_status write_list(const char *dir, const bt_synth_options *options, bt_error *err)
{
  draft d;
  bt_status status = draft_open(&d, dir, ".txt", err);
  if (status) return status;
  (void)fprintf(d.file, "# %zu synthetic tickers, %zu bars, seed %" PRIu64 "\n", options->n_tickers,
                options->n_bars, options->seed);
  for (size_t i = 0; i < options->n_tickers; i++) (void)fprintf(d.file, "S%05zu\n", i + 1);
  return draft_finish(&d, err);
}

size_t bt_synth_dir_length(const char *dir)
{
  size_t n = strlen(dir);
  while (n > 1 && dir[n - 1] == '/') n--;
  return n;
}

/* Copies dir without slashes at its end: the list is named after it. */
static bt_status copy_dir(char dir[DIR_SIZE], const char *given, bt_error *err)
{
  size_t n = bt_synth_dir_length(given);
  if (n >= DIR_SIZE)
    return bt_fail(err, BT_ERR_USAGE, "--dir: the path is longer than %d bytes", DIR_SIZE - 1);
  memcpy(dir, given, n);
  dir[n] = '\0';
  const char *slash = strrchr(dir, '/'), *name = slash ? slash + 1 : dir;
  if (*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
    return bt_fail(err, BT_ERR_USAGE,
                   "--dir %s: give a name, such as demo: the list goes to demo.txt beside it", dir);
  return BT_OK;
}

static bt_status make_dir(const char *dir, bt_error *err)
{
  struct stat info;
  if (mkdir(dir, 0777) == 0) return BT_OK;
  int reason = errno;
  if (reason == EEXIST && stat(dir, &info) == 0 && S_ISDIR(info.st_mode)) return BT_OK;
  return bt_fail(err, BT_ERR_IO, "%s: %s", dir, strerror(reason));
}

bt_status bt_synth_write(const char *dir_given, const bt_synth_options *options, bt_error *err)
{
  char dir[DIR_SIZE];
  bt_synth_market market = {0};
  size_t n_listed = 0;
  if (options->n_tickers < 1 || options->n_tickers > TICKERS_MOST)
    return bt_fail(err, BT_ERR_USAGE, "--tickers must be from 1 to %d", TICKERS_MOST);
  if (options->n_bars < 1 || options->n_bars > BARS_MOST)
    return bt_fail(err, BT_ERR_USAGE, "--bars must be from 1 to %d", BARS_MOST);
  bt_status status = copy_dir(dir, dir_given, err);
  if (!status) status = bt_synth__market_init(&market, options->n_bars, options->seed, err);
  if (!status) status = make_dir(dir, err);
  if (!status) status = bt_synth__find_leftovers(&n_listed, dir, options->n_tickers, err);
  for (size_t i = 0; i < options->n_tickers && !status; i++)
    status = write_ticker(dir, &market, i, err);
  /* the list goes last: until then the old one accounts for what is left */
  if (!status) status = bt_synth__remove_leftovers(dir, options->n_tickers, n_listed, err);
  if (!status) status = write_list(dir, options, err);
  bt_synth__market_clear(&market);
  return status;
}
