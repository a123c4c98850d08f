#include "runners/feature_ticker.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/benchmark.h"
#include "core/feature_matrix.h"
#include "core/indicator_cache.h"
#include "core/membership.h"
#include "runners/feature_csv.h"
#include "runners/feature_listing.h"
#include "runners/npy.h"

/* ---- rows -------------------------------------------------------------------------------------
 */

/* The bars of the job's span inside of each stretch of membership; *out is owned by the caller. */
static bt_status find_spans(bt_span **out, size_t *n, const bt_feature_ticker *ticker,
                            bt_span whole, bt_error *err)
{
  const bt_universe_entry *entry = &ticker->job->universe->entries[ticker->index];
  bt_span *spans = malloc((entry->n_stretches + 1) * sizeof *spans);
  if (!spans) return bt_fail_nomem(err, "rows");
  spans[0] = whole;
  *n = entry->n_stretches > 0 ? 0 : 1;
  for (size_t k = 0; k < entry->n_stretches; k++) {
    bt_span inside = bt_membership_bars(&entry->stretches[k], ticker->bars);
    if (inside.first < whole.first) inside.first = whole.first;
    if (inside.end > whole.end) inside.end = whole.end;
    if (inside.first < inside.end) spans[(*n)++] = inside;
  }
  *out = spans;
  return BT_OK;
}

static void copy_times(int64_t *out, const bt_bars *bars, const bt_feature_source *source)
{
  for (size_t i = 0; i < source->n_spans; i++) {
    bt_span span = source->spans[i];
    memcpy(out, bars->time_ns + span.first, (span.end - span.first) * sizeof *out);
    out += span.end - span.first;
  }
}

/* Looks from the end, where most columns have values, at those that had none on any ticker yet. */
static void note_defined(const bt_feature_ticker *ticker, const double *values, size_t stride,
                         size_t n_rows)
{
  for (size_t k = 0; ticker->defined && k < ticker->plan->columns->n; k++) {
    size_t row = atomic_load(&ticker->defined[k]) ? 0 : n_rows;
    while (row > 0 && isnan(values[(row - 1) * stride + k])) row--;
    if (row > 0) atomic_store(&ticker->defined[k], true);
  }
}

/* Values and times of the rows. */
static bt_status fill(bt_feature_part *out, const bt_feature_ticker *ticker,
                      const bt_feature_source *source, bt_error *err)
{
  const bt_feature_plan *plan = ticker->plan;
  size_t first = plan->panel && !plan->csv ? 1 : 0, stride = plan->columns->n + first;
  size_t n_rows = bt_feature_source_rows(source);
  bt_feature_part part = {.n_rows = n_rows};
  if (n_rows < SIZE_MAX / sizeof(double) / stride)
    part.values = bt_block_take(ticker->spare, n_rows * stride * sizeof *part.values);
  part.time_ns = malloc(n_rows * sizeof *part.time_ns + 1);
  bt_status status = BT_OK;
  if (part.values && part.time_ns) {
    copy_times(part.time_ns, ticker->bars, source);
    status = bt_feature_matrix_fill(part.values + first, stride, plan->columns, source, err);
    if (!status) note_defined(ticker, part.values + first, stride, n_rows);
  } else {
    status = bt_fail_nomem(err, "feature matrix");
  }
  if (status)
    bt_feature_part_clear(&part, ticker->spare);
  else
    *out = part;
  return status;
}

/* The lines of values and times, which are then done with. */
static bt_status make_text(bt_feature_part *part, const bt_feature_ticker *ticker, bt_error *err)
{
  const bt_feature_plan *plan = ticker->plan;
  const bt_feature_table table = {
      .values = part->values,
      .time_ns = part->time_ns,
      .n_rows = part->n_rows,
      .n_columns = plan->columns->n,
      .daily = ticker->bars->daily,
      .symbol = plan->panel ? plan->universe->entries[ticker->index].symbol : NULL};
  bt_status status =
      plan->panel ? BT_OK : bt_feature_csv_head(&part->text, plan->columns, false, err);
  if (!status) status = bt_feature_csv_rows(&part->text, &table, err);
  bt_block_give(ticker->spare, part->values);
  free(part->time_ns);
  part->values = NULL;
  part->time_ns = NULL;
  if (status) bt_feature_part_clear(part, ticker->spare);
  return status;
}

/* ---- the series beside the bars ---------------------------------------------------------------
 */

/* What indicators see of the benchmark; NULL where no column needs one. */
static bt_status make_benchmark(double **out, const bt_feature_ticker *ticker, bt_error *err)
{
  *out = NULL;
  if (!bt_feature_list_needs_benchmark(ticker->plan->columns)) return BT_OK;
  *out = malloc((ticker->bars->n_bars + 1) * sizeof **out);
  if (!*out) return bt_fail_nomem(err, "benchmark");
  return bt_benchmark_follow(*out, ticker->bars, ticker->job->benchmark, err);
}

static bt_status compute(bt_feature_part *out, const bt_feature_ticker *ticker,
                         const bt_series *series, bt_error *err)
{
  const bt_job *job = ticker->job;
  bt_span whole = bt_bars_find_span(ticker->bars, job->from_ns, job->to_ns), *spans = NULL;
  bt_feature_source source = {.series = series, .end = whole.end};
  bt_status status = bt_indicator_cache_new(&source.cache, series, NULL, ticker->spare, err);
  if (status) return status;
  status = find_spans(&spans, &source.n_spans, ticker, whole, err);
  source.spans = spans;
  if (!status) status = fill(out, ticker, &source, err);
  free(spans);
  bt_indicator_cache_free(source.cache);
  return status;
}

bt_status bt_feature_ticker_compute(bt_feature_part *out, const bt_feature_ticker *ticker,
                                    bt_error *err)
{
  double *benchmark = NULL;
  bt_series series = bt_bars_series(ticker->bars);
  if (ticker->spare) bt_spare_age(ticker->spare);
  bt_status status = make_benchmark(&benchmark, ticker, err);
  series.benchmark = benchmark;
  if (!status) status = compute(out, ticker, &series, err);
  free(benchmark);
  return status || !ticker->plan->csv ? status : make_text(out, ticker, err);
}

/* ---- files ------------------------------------------------------------------------------------
 */

/* A header and what it describes. */
static bt_status write_npy(bt_draft *draft, const char *header, const void *bytes, size_t n_bytes,
                           bt_error *err)
{
  bt_status status = bt_draft_write(draft, header, BT_NPY_HEADER_SIZE, err);
  return status ? status : bt_draft_write(draft, bytes, n_bytes, err);
}

static bt_status write_dates(bt_draft *draft, const bt_feature_part *part, bt_error *err)
{
  char header[BT_NPY_HEADER_SIZE];
  bt_npy_header(header, BT_NPY_DATETIME_NS, part->n_rows, 0);
  return write_npy(draft, header, part->time_ns, part->n_rows * sizeof *part->time_ns, err);
}

static bt_status write_matrix(bt_draft *draft, const bt_feature_part *part, size_t n_columns,
                              bt_error *err)
{
  char header[BT_NPY_HEADER_SIZE];
  bt_npy_header(header, BT_NPY_FLOAT64, part->n_rows, n_columns);
  size_t n_bytes = part->n_rows * n_columns * sizeof *part->values;
  return write_npy(draft, header, part->values, n_bytes, err);
}

/* folder/STEM with an ending. */
static bt_status open_draft(bt_draft *out, const bt_feature_folder *folder, size_t index,
                            const char *ending, bt_error *err)
{
  size_t size = strlen(folder->stems[index]) + strlen(ending) + 1;
  char *name = malloc(size);
  if (!name) return bt_fail_nomem(err, "files");
  (void)strcat(strcpy(name, folder->stems[index]), ending);
  bt_status status = bt_draft_open(out, folder->plan->path, name, err);
  free(name);
  return status;
}

/* The matrix goes away first and comes last: where there is one, the dates are its own. */
static bt_status publish(bt_draft *matrix, bt_draft *dates, bt_error *err)
{
  bt_status status = bt_draft_remove_old(matrix, err);
  if (!status) status = bt_draft_publish(dates, err);
  if (!status) return bt_draft_publish(matrix, err);
  bt_draft_drop(matrix);
  return status;
}

static bt_status write_both(uint64_t *n_bytes, const bt_feature_part *part,
                            const bt_feature_folder *folder, size_t index, bt_error *err)
{
  bt_draft matrix, dates = {.n_bytes = 0};
  bt_status status = open_draft(&matrix, folder, index, ".npy", err);
  if (status) return status;
  status = open_draft(&dates, folder, index, BT_FEATURE_DATES, err);
  if (!status) {
    status = write_matrix(&matrix, part, folder->plan->columns->n, err);
    if (!status) status = write_dates(&dates, part, err);
    *n_bytes = matrix.n_bytes + dates.n_bytes;
    if (!status) return publish(&matrix, &dates, err);
    bt_draft_drop(&dates);
  }
  bt_draft_drop(&matrix);
  return status;
}

static bt_status write_text(uint64_t *n_bytes, const bt_feature_part *part,
                            const bt_feature_folder *folder, size_t index, bt_error *err)
{
  bt_draft draft;
  bt_status status = open_draft(&draft, folder, index, ".csv", err);
  if (status) return status;
  status = bt_draft_write(&draft, part->text.bytes, part->text.length, err);
  *n_bytes = draft.n_bytes;
  if (!status) return bt_draft_publish(&draft, err);
  bt_draft_drop(&draft);
  return status;
}

bt_status bt_feature_ticker_write(uint64_t *n_bytes, const bt_feature_part *part,
                                  const bt_feature_folder *folder, size_t index, bt_error *err)
{
  return folder->plan->csv ? write_text(n_bytes, part, folder, index, err)
                           : write_both(n_bytes, part, folder, index, err);
}
