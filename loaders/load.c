#include "loaders/load.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

#include "loaders/bar_cache.h"
#include "loaders/clean.h"
#include "loaders/excerpt.h"
#include "loaders/explain.h"
#include "loaders/format.h"
#include "loaders/loader.h"
#include "loaders/plain.h"
#include "loaders/rows.h"
#include "loaders/source.h"

enum {
  FIELD_STEP = 1 << 16,  /* by which libcsv grows its field; its own step is 128 bytes */
  MEMORY_KEPT = 64 << 20 /* buffers beyond this are given back after a file */
};

struct bt_loader {
  bt_source source;
  struct csv_parser parser;
  bt_cells cells;
  bt_rows rows;
  bt_cache_visit visit;        /* of the file that is being loaded */
  bool used_cache;             /* by the last file */
  bool always_long, was_short; /* loader.h */
};

bt_status bt_loader_new(bt_loader **out, bt_error *err)
{
  bt_loader *loader = calloc(1, sizeof *loader);
  if (!loader) return bt_fail_nomem(err, "loader");
  if (csv_init(&loader->parser, CSV_APPEND_NULL | CSV_REPALL_NL) != 0) {
    free(loader);
    return bt_fail_nomem(err, "CSV parser");
  }
  csv_set_blk_size(&loader->parser, FIELD_STEP);
  *out = loader;
  return BT_OK;
}

void bt_loader_free(bt_loader *loader)
{
  if (!loader) return;
  csv_free(&loader->parser);
  bt_source__clear(&loader->source);
  bt_cells__clear(&loader->cells);
  bt_rows__clear(&loader->rows);
  bt_cache_visit__clear(&loader->visit);
  free(loader);
}

void bt_loader__take_long_way(bt_loader *loader, bool always)
{
  loader->always_long = always;
}

bool bt_loader__took_short_way(const bt_loader *loader)
{
  return loader->was_short;
}

bool bt_loader_used_cache(const bt_loader *loader)
{
  return loader->used_cache;
}

/* One huge file must not keep its memory while a thousand small ones follow. */
static void give_back(bt_loader *loader)
{
  if (loader->source.text.capacity + loader->source.spare.capacity > MEMORY_KEPT)
    bt_source__clear(&loader->source);
  if (loader->rows.capacity > MEMORY_KEPT / sizeof(bt_row)) bt_rows__clear(&loader->rows);
  if (csv_get_buffer_size(&loader->parser) > MEMORY_KEPT) {
    unsigned char options = (unsigned char)csv_get_opts(&loader->parser);
    csv_free(&loader->parser);
    (void)csv_init(&loader->parser, options); /* fails on a null pointer alone */
    csv_set_blk_size(&loader->parser, FIELD_STEP);
  }
}

/* The first skipped row in the file, as the reason of a rejection shows it. */
static const bt_load_issue *first_issue(const bt_load_report *report)
{
  const bt_load_issue *first = NULL;
  for (size_t i = 0; i < report->n_issues; i++) {
    const bt_load_issue *issue = &report->issues[i];
    if (issue->kind != BT_ROW_UNADJUSTED && (!first || issue->line < first->line)) first = issue;
  }
  return first;
}

/* How the rows of a file become bars. */
typedef struct load_job {
  const bt_format *format;
  bool adjust;
  double max_bad;
} load_job;

/* Refuses a file with too many bad rows. */
static bt_status check_bad_rows(const bt_load_report *report, const bt_rows *rows, double max_bad,
                                const char *path, bt_error *err)
{
  size_t n_bad = bt_account__bad(&rows->account, rows->n_seen);
  /* the product is rounded: 7% of 100 rows must allow 7 */
  bool too_many = (double)n_bad > max_bad * (double)rows->n_seen * (1 + 1e-12);
  if (!too_many && rows->n_rows > 0) return BT_OK;
  const bt_load_issue *first = first_issue(report);
  if (!too_many)
    return bt_fail(err, BT_ERR_DATA, "%s:%zu: none of %zu rows is usable; here: %s", path,
                   first ? first->line : 1, rows->n_seen, first ? first->detail : "no rows");
  return bt_fail(err, BT_ERR_DATA, "%s:%zu: %zu of %zu rows are unusable, more than %g%%; here: %s",
                 path, first ? first->line : 1, n_bad, rows->n_seen, 100 * max_bad,
                 first ? first->detail : "no rows");
}

static void describe(bt_load_report *report, const bt_rows *rows)
{
  const bt_row *first = &rows->rows[0], *last = &rows->rows[rows->n_rows - 1];
  report->n_bars = rows->n_rows;
  report->rows_skipped = bt_account__skipped(&rows->account);
  report->first_ns = bt_clean__time_ns(first);
  report->last_ns = bt_clean__time_ns(last);
  report->first_local_ns = first->stamp.local_ns;
  report->last_local_ns = last->stamp.local_ns;
}

/* The rows of any file in a known format. */
static bt_status load_rows(bt_bars **out, bt_load_report *report, bt_rows *rows,
                           const bt_format_input *input, const load_job *job, bt_error *err)
{
  bt_bars *bars = NULL;
  bt_status status = bt_rows__read(rows, job->format, input, err);
  if (status == BT_OK) {
    report->n_rows = rows->n_seen;
    status = bt_clean__order_rows(rows, job->format, job->max_bad, input->path, err);
  }
  if (status == BT_OK && rows->n_rows > 0)
    status = bt_clean__make_bars(&bars, &report->adjusted, rows, job->adjust, err);
  if (status == BT_OK) status = bt_explain__issues(report, &rows->account, job->format, input, err);
  if (status == BT_OK) status = check_bad_rows(report, rows, job->max_bad, input->path, err);
  memcpy(report->counts, rows->account.counts, sizeof report->counts);
  if (status != BT_OK) {
    bt_bars_free(bars);
    return status;
  }
  describe(report, rows);
  *out = bars;
  return BT_OK;
}

/* A plain file: each row is a bar, and there is nothing to say about it. */
static void describe_plain(bt_load_report *report, const bt_bars *bars, bool adjusted)
{
  report->n_rows = report->n_bars = bars->n_bars;
  report->adjusted = adjusted;
  report->first_ns = report->first_local_ns = bars->time_ns[0];
  report->last_ns = report->last_local_ns = bars->time_ns[bars->n_bars - 1];
}

/* Everything after the file is in memory. */
static bt_status load_text(bt_bars **out, bt_load_report *report, bt_loader *loader,
                           const bt_load_options *options, bt_error *err)
{
  bt_format format;
  bt_format_input input = {.path = loader->source.label,
                           .layout = options->layout,
                           .text = loader->source.text.bytes,
                           .length = loader->source.text.length,
                           .parser = &loader->parser,
                           .cells = &loader->cells};
  bt_status status = bt_format__detect(&format, &input, err);
  if (status != BT_OK) return status;
  report->layout = format.layout->name;
  bool adjust = options->adjust && format.columns.at[BT_ROLE_ADJUSTED] != BT_NO_COLUMN;
  /* a share below 0 refuses even files without a bad row: left to the long way */
  if (!loader->always_long && options->max_bad >= 0)
    status = bt_plain__read(out, &format, &input, adjust, err);
  loader->was_short = *out != NULL;
  if (*out) describe_plain(report, *out, adjust);
  if (*out || status != BT_OK) return status;
  load_job job = {&format, adjust, options->max_bad};
  return load_rows(out, report, &loader->rows, &input, &job, err);
}

static void reject(bt_load_report *report, const bt_error *why)
{
  report->rejected = true;
  report->adjusted = false;
  size_t length = strlen(why->message), room = sizeof report->reason - 1;
  /* of a long message the end matters more than the start of the path */
  const char *text = length <= room ? why->message : why->message + (length - room);
  while (((unsigned char)*text & 0xc0) == 0x80) text++;
  memcpy(report->reason, text, strlen(text) + 1);
  bt_excerpt__trim(report->reason);
}

/* A file as it is, without any cache. */
static bt_status load_source(bt_bars **out, bt_load_report *report, bt_loader *loader,
                             const char *path, const bt_load_options *options, bt_error *err)
{
  bt_error why = {BT_OK, ""};
  bt_bars *bars = NULL;
  bt_status status;
  if (!path) {
    status = bt_fail(&why, BT_ERR_DATA, "the symbol is no file name");
  } else {
    status = bt_source__read(&loader->source, path, &why);
    report->content_hash = loader->source.hash;
    if (status == BT_OK) status = load_text(&bars, report, loader, options, &why);
  }
  give_back(loader);
  if (status == BT_ERR_NOMEM) {
    if (err) *err = why;
    return status;
  }
  if (status != BT_OK) reject(report, &why);
  *out = bars;
  return BT_OK;
}

bt_status bt_load(bt_bars **out, bt_load_report *report, bt_loader *loader, const char *path,
                  const bt_load_options *options, bt_error *err)
{
  bt_bars *bars = NULL;
  memset(report, 0, sizeof *report);
  loader->was_short = false;
  bt_status status = bt_bar_cache__find(&bars, report, &loader->visit, path, options, err);
  loader->used_cache = bars != NULL;
  if (!status && !bars) {
    status = load_source(&bars, report, loader, path, options, err);
    if (!status && bars) status = bt_bar_cache__keep(&loader->visit, bars, report, err);
  }
  if (status)
    bt_bars_free(bars);
  else
    *out = bars;
  return status;
}
