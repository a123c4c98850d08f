#include "runners/plan.h"

#include <string.h>
#include <sys/stat.h>

#include "core/bars.h"
#include "core/metrics.h"

/* Rates of one core of an ordinary machine, on the safe side; see bench/. */
static const double csv_bytes_per_s = 150e6, bar_combos_per_s = 150e6, rows_per_s = 300e3;

enum { BYTES_PER_ROW = 50, BYTES_PER_STORED_ROW = 240, GZIP_RATIO = 3, BASE_BYTES = 16 << 20 };

static uint64_t count_rows(const bt_job *job, size_t n_tickers, size_t n_combos)
{
  uint64_t per_ticker = n_combos;
  if (job->keep.kind == BT_KEEP_SELECTED) per_ticker = 1;
  if (job->keep.kind == BT_KEEP_TOP && job->keep.top < n_combos) per_ticker = job->keep.top;
  return per_ticker * n_tickers;
}

/* Estimated bars of one file; 0 when it is not there. */
static uint64_t look_at(bt_plan *plan, const char *path)
{
  struct stat info;
  if (!path || stat(path, &info) != 0 || !S_ISREG(info.st_mode)) return 0;
  size_t length = strlen(path);
  bool zipped = length > 3 && strcmp(path + length - 3, ".gz") == 0;
  uint64_t size = (uint64_t)info.st_size * (zipped ? GZIP_RATIO : 1);
  plan->n_found++;
  plan->file_bytes += (uint64_t)info.st_size;
  plan->n_bars += size / BYTES_PER_ROW;
  return size / BYTES_PER_ROW;
}

void bt_plan_make(bt_plan *out, const bt_job *job, size_t n_workers)
{
  uint64_t longest = 0;
  *out = (bt_plan){.n_tickers = job->universe->n_entries,
                   .n_combos = bt_grid_count(job->grid),
                   .n_excluded = bt_grid_excluded(job->grid)};
  for (size_t i = 0; i < out->n_tickers; i++) {
    uint64_t n_bars = look_at(out, job->universe->entries[i].path);
    if (n_bars > longest) longest = n_bars;
  }
  out->n_rows = count_rows(job, out->n_tickers, out->n_combos);
  out->database_bytes =
      out->n_rows * BYTES_PER_STORED_ROW + 8 * (uint64_t)out->n_tickers * out->n_combos;
  /* a ticker in work: the file's text, the bars, and about one indicator a parameter value */
  uint64_t axis_values = 40;
  uint64_t a_ticker = longest * (BYTES_PER_ROW + 8 * axis_values) + bt_bars_size_bytes(longest) +
                      out->n_rows / (out->n_tickers + 1) * sizeof(bt_metrics);
  out->memory_bytes =
      BASE_BYTES + 2 * a_ticker * n_workers + 8 * (uint64_t)out->n_tickers * out->n_combos;
  double workers = (double)n_workers;
  double computing_s = (double)out->file_bytes / csv_bytes_per_s / workers +
                       (double)out->n_bars * (double)out->n_combos / bar_combos_per_s / workers;
  double writing_s = (double)out->n_rows / rows_per_s;
  out->elapsed_s = computing_s > writing_s ? computing_s : writing_s;
}
