#include "core/indicators/window_sums.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/indicators/undefined.h"

/* ---- plain sums ------------------------------------------------------------------------------ */

/* At every step sum[i] is the sum of `width` values from x[i] on, and out[i] that of the first
 * `taken` of window i. */
static void double_width(double *restrict twice, const double *restrict sum, size_t n, size_t width)
{
  for (size_t i = 0; i + 2 * width <= n; i++) twice[i] = sum[i] + sum[i + width];
}

static void take(double *restrict out, const double *restrict sum, size_t n_windows, size_t taken)
{
  if (taken == 0) {
    memcpy(out, sum, n_windows * sizeof *out);
    return;
  }
  for (size_t i = 0; i < n_windows; i++) out[i] += sum[i + taken];
}

/* What is left of a long period, once sums are ROW wide, is taken in rows: the sums that lie ROW
 * apart, of which n_rows are wanted, are in the block of n_rows rows in which the first of them
 * lies, or in the next one. So a window is the end of a block and the beginning of another,
 * whatever its length. */
enum { ROW = 32, LEAST_ROWS = 8 };

static size_t row_end(size_t first, size_t n)
{
  return n - first < ROW ? n : first + ROW;
}

/* head[i]: sum[i] and those before it in its block. */
static void fill_heads(double *restrict head, const double *restrict sum, size_t n, size_t n_rows)
{
  for (size_t first = 0, row = 0; first < n; first += ROW, row = (row + 1) % n_rows)
    for (size_t i = first; i < row_end(first, n); i++)
      head[i] = row > 0 ? head[i - ROW] + sum[i] : sum[i];
}

/* sum[i] becomes itself and those behind it in its block. */
static void make_tails(double *sum, size_t n, size_t n_rows)
{
  for (size_t row = (n - 1) / ROW; row-- > 0;) {
    if (row % n_rows == n_rows - 1) continue;
    double *restrict here = sum + row * ROW;
    for (size_t i = 0, end = row_end(0, n - (row + 1) * ROW); i < end; i++)
      here[i] += here[i + ROW];
  }
}

/* out[i] += sum[i] + sum[i + ROW] + ... of n_rows. sum is lost. */
static void take_rows(double *restrict out, double *restrict sum, double *restrict head,
                      size_t n_windows, size_t n_rows)
{
  size_t across = (n_rows - 1) * ROW, n = n_windows + across;
  fill_heads(head, sum, n, n_rows);
  make_tails(sum, n, n_rows);
  for (size_t first = 0, row = 0; first < n_windows; first += ROW, row = (row + 1) % n_rows)
    for (size_t i = first; i < row_end(first, n_windows); i++)
      out[i] += row > 0 ? sum[i] + head[i + across] : sum[i];
}

/* out[i] = x[i] + ... + x[i + period - 1] for the n - period + 1 windows in n >= period values;
 * scratch holds 2 n values. */
static void sum_windows(double *restrict out, const double *restrict x, double *restrict scratch,
                        size_t n, size_t period)
{
  const double *sum = x;
  double *next = scratch, *after = scratch + n;
  size_t n_windows = n - period + 1;
  for (size_t width = 1, taken = 0;; width *= 2) {
    if (width == ROW && period - taken >= LEAST_ROWS * ROW) {
      if (taken == 0) memset(out, 0, n_windows * sizeof *out);
      take_rows(out, after + taken, next, n_windows, (period - taken) / ROW);
      return;
    }
    if (period & width) {
      take(out, sum, n_windows, taken);
      taken += width;
    }
    if (taken == period) return;
    double_width(next, sum, n, width);
    double *used = next;
    sum = next;
    next = after;
    after = used; /* holds sum */
  }
}

/* ---- weighted sums ----------------------------------------------------------------------------
 */

/* The sums of values, and those with weights 1, 2, ... */
typedef struct sums {
  const double *plain, *weighted;
} sums;

/* Of rows: the same from the beginning of a block, and to its end. */
typedef struct row_sums {
  double *plain, *weighted;
} row_sums;

/* Behind k values, the weights of a sum are k more. out holds n values of either kind. */
static sums double_weighted(double *restrict out, const sums *in, size_t n, size_t width)
{
  const double behind = (double)width;
  const double *plain = in->plain, *weighted = in->weighted;
  double *restrict twice = out, *restrict twice_weighted = out + n;
  for (size_t i = 0; i + 2 * width <= n; i++) {
    twice[i] = plain[i] + plain[i + width];
    twice_weighted[i] = weighted[i] + (weighted[i + width] + behind * plain[i + width]);
  }
  return (sums){twice, twice_weighted};
}

static void take_weighted(double *restrict out, const sums *in, size_t n_windows, size_t taken)
{
  const double behind = (double)taken;
  const double *plain = in->plain, *weighted = in->weighted;
  if (taken == 0) {
    memcpy(out, weighted, n_windows * sizeof *out);
    return;
  }
  for (size_t i = 0; i < n_windows; i++) out[i] += weighted[i + taken] + behind * plain[i + taken];
}

static void fill_weighted_heads(const row_sums *out, const sums *in, size_t n, size_t n_rows)
{
  double *restrict head = out->plain, *restrict weighted = out->weighted;
  for (size_t first = 0, row = 0; first < n; first += ROW, row = (row + 1) % n_rows) {
    const double behind = (double)(row * ROW);
    for (size_t i = first; i < row_end(first, n); i++) {
      double sum = in->plain[i], more = in->weighted[i] + behind * in->plain[i];
      head[i] = row > 0 ? head[i - ROW] + sum : sum;
      weighted[i] = row > 0 ? weighted[i - ROW] + more : more;
    }
  }
}

static void make_weighted_tails(const row_sums *tail, size_t n, size_t n_rows)
{
  for (size_t row = (n - 1) / ROW; row-- > 0;) {
    if (row % n_rows == n_rows - 1) continue;
    double *restrict plain = tail->plain + row * ROW, *restrict weighted =
                                                          tail->weighted + row * ROW;
    for (size_t i = 0, end = row_end(0, n - (row + 1) * ROW); i < end; i++) {
      weighted[i] += weighted[i + ROW] + ROW * plain[i + ROW];
      plain[i] += plain[i + ROW];
    }
  }
}

/* As take_rows; the weights are `taken` more. */
static void take_weighted_rows(double *restrict out, const row_sums *tail, const row_sums *head,
                               size_t n_windows, size_t n_rows, size_t taken)
{
  size_t across = (n_rows - 1) * ROW, n = n_windows + across;
  fill_weighted_heads(head, &(sums){tail->plain, tail->weighted}, n, n_rows);
  make_weighted_tails(tail, n, n_rows);
  const double more = (double)taken;
  for (size_t first = 0, row = 0; first < n_windows; first += ROW, row = (row + 1) % n_rows) {
    const double behind = (double)((n_rows - row) * ROW + taken);
    for (size_t i = first; i < row_end(first, n_windows); i++) {
      double near = tail->weighted[i] + more * tail->plain[i];
      double far = row > 0 ? head->weighted[i + across] + behind * head->plain[i + across] : 0;
      out[i] += near + far;
    }
  }
}

/* out[i] = 1 x[i] + 2 x[i + 1] + ... + period x[i + period - 1]; scratch holds 4 n values. */
static void sum_weighted_windows(double *restrict out, const double *restrict x,
                                 double *restrict scratch, size_t n, size_t period)
{
  sums now = {x, x};
  double *next = scratch, *after = scratch + 2 * n;
  size_t n_windows = n - period + 1;
  for (size_t width = 1, taken = 0;; width *= 2) {
    if (width == ROW && period - taken >= LEAST_ROWS * ROW) {
      const row_sums tail = {after + taken, after + n + taken}, head = {next, next + n};
      if (taken == 0) memset(out, 0, n_windows * sizeof *out);
      take_weighted_rows(out, &tail, &head, n_windows, (period - taken) / ROW, taken);
      return;
    }
    if (period & width) {
      take_weighted(out, &now, n_windows, taken);
      taken += width;
    }
    if (taken == period) return;
    now = double_weighted(next, &now, n, width);
    double *used = next;
    next = after;
    after = used;
  }
}

/* ---- a series, part by part --------------------------------------------------------------------
 */

/* Values of which the windows are summed at once: few enough for the fastest cache, or several
 * periods. */
enum { PART_LENGTH = 512, PART_PERIODS = 4 };

static size_t part_length(size_t n, size_t period)
{
  size_t length = PART_PERIODS * period;
  if (length < PART_LENGTH) length = PART_LENGTH;
  return length < n ? length : n;
}

static bt_status sum_up(double *restrict out, const double *restrict x, size_t n, size_t period,
                        bool weighted, bt_error *err)
{
  bt_indicator__fill_nan(out, period - 1 < n ? period - 1 : n);
  if (period > n) return BT_OK;
  size_t length = part_length(n, period);
  double *scratch = malloc(4 * length * sizeof *scratch);
  if (!scratch) return bt_fail_nomem(err, "sums over windows");
  for (size_t first = 0; first + period <= n; first += length - period + 1) {
    size_t taken = length < n - first ? length : n - first;
    double *restrict ends = out + first + period - 1; /* where the first window does */
    if (weighted)
      sum_weighted_windows(ends, x + first, scratch, taken, period);
    else
      sum_windows(ends, x + first, scratch, taken, period);
  }
  free(scratch);
  return BT_OK;
}

bt_status bt_indicator__window_sums(double *restrict out, const double *restrict x, size_t n,
                                    size_t period, bt_error *err)
{
  return sum_up(out, x, n, period, false, err);
}

bt_status bt_indicator__weighted_window_sums(double *restrict out, const double *restrict x,
                                             size_t n, size_t period, bt_error *err)
{
  return sum_up(out, x, n, period, true, err);
}
