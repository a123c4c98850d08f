#include "cli/summary_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/shell_word.h"
#include "cli/suspect_text.h"
#include "core/number.h"

enum { WARNINGS_MOST = 10 };

const char *bt_summary__objective(const bt_job_options *options)
{
  return bt_metric_describe(options->job.selection.objective).name;
}

const char *bt_summary__keep(char buffer[BT_TEXT_SIZE], const bt_keep *keep)
{
  if (keep->kind == BT_KEEP_ALL) return "all";
  if (keep->kind == BT_KEEP_SELECTED) return "selected";
  (void)snprintf(buffer, BT_TEXT_SIZE, "top:%zu", keep->top);
  return buffer;
}

char *bt_summary__params(char buffer[BT_PARAMS_TEXT_SIZE], const bt_job *job, size_t combo)
{
  double values[BT_PARAMS_MOST];
  char number[BT_NUMBER_TEXT_SIZE];
  size_t used = 0;
  buffer[0] = '\0';
  bt_grid_values(job->grid, combo, values);
  for (size_t i = 0; i < job->strategy->n_params && used < BT_PARAMS_TEXT_SIZE; i++)
    used += (size_t)snprintf(buffer + used, BT_PARAMS_TEXT_SIZE - used, "%s%s=%s", i ? " " : "",
                             job->strategy->params[i].name, bt_number_format(number, values[i]));
  return buffer;
}

void bt_summary_warn_rejected(size_t *n, const char *symbol, const char *reason)
{
  char more[BT_TEXT_SIZE], symbol_line[256], reason_line[BT_LOAD_REASON_SIZE];
  if (!symbol && *n > WARNINGS_MOST)
    (void)fprintf(stderr, "backtest: warning: %s more %s rejected\n",
                  bt_text_count(more, *n - WARNINGS_MOST),
                  *n - WARNINGS_MOST == 1 ? "ticker is" : "tickers are");
  if (!symbol || (*n)++ >= WARNINGS_MOST) return;
  (void)fprintf(stderr, "backtest: warning: %s is rejected: %s\n",
                bt_text_line(symbol_line, sizeof symbol_line, symbol),
                bt_text_line(reason_line, sizeof reason_line, reason));
}

void bt_summary__print_value(double value)
{
  if (isnan(value))
    (void)printf(" %7s", "-");
  else
    (void)printf(" %7.3f", value);
}

void bt_summary__print_share(double share, size_t n_tickers)
{
  if (n_tickers > 0)
    (void)printf(" %7.0f%% %7zu\n", 100 * share, n_tickers);
  else
    (void)printf(" %8s %7d\n", "-", 0);
}

/* ---- the portfolio and regimes ----------------------------------------------------------------
 */

/* "12.3%", or a dash. */
static const char *percent_text(char buffer[BT_TEXT_SIZE], double fraction)
{
  if (isnan(fraction)) return "-";
  (void)snprintf(buffer, BT_TEXT_SIZE, "%.1f%%", 100 * fraction);
  return buffer;
}

static const char *ratio_text(char buffer[BT_TEXT_SIZE], double ratio)
{
  if (isnan(ratio)) return "-";
  (void)snprintf(buffer, BT_TEXT_SIZE, "%.2f", ratio);
  return buffer;
}

void bt_summary__print_portfolio(const bt_metrics *metrics, const char *title)
{
  const double *value = metrics->value;
  char a[BT_TEXT_SIZE], b[BT_TEXT_SIZE], c[BT_TEXT_SIZE], d[BT_TEXT_SIZE];
  if (isnan(value[BT_METRIC_N_BARS])) return;
  (void)printf("%s\n          total return %s, cagr %s, sharpe %s, max drawdown %s\n", title,
               percent_text(a, value[BT_METRIC_TOTAL_RETURN]),
               percent_text(b, value[BT_METRIC_CAGR]), ratio_text(c, value[BT_METRIC_SHARPE]),
               percent_text(d, value[BT_METRIC_MAX_DRAWDOWN]));
  if (isnan(value[BT_METRIC_BETA])) return;
  (void)printf("          against the benchmark: alpha %s a year, beta %s, information ratio %s\n",
               percent_text(a, value[BT_METRIC_ALPHA]), ratio_text(b, value[BT_METRIC_BETA]),
               ratio_text(c, value[BT_METRIC_INFORMATION_RATIO]));
}

void bt_summary__print_regimes(const bt_summary_of *of, const bt_regime_summary *regimes, size_t n,
                               const char *how)
{
  const bt_job_options *options = of->options;
  char bars[BT_TEXT_SIZE], name[64], spec[64], whose[64];
  const char *of_whom = options->benchmark_symbol;
  if (n == 0) return;
  if (options->job.regimes.spec.kind == BT_REGIME_FILE) of_whom = NULL;
  (void)printf("regimes   %s%s%s: sharpe over the tickers, %s\n",
               bt_text_line(spec, sizeof spec, options->regimes_spec), of_whom ? " of " : "",
               of_whom ? bt_text_line(whose, sizeof whose, of_whom) : "", how);
  (void)printf("          %-10s %11s %7s %7s %7s %8s %7s\n", "", "bars", "median", "p25", "p75",
               "positive", "tickers");
  for (size_t k = 0; k < n; k++) {
    const bt_regime_summary *r = &regimes[k];
    (void)printf("          %-10s %11s", bt_text_line(name, sizeof name, r->regime),
                 bt_text_count(bars, r->n_bars));
    bt_summary__print_value(r->sharpe_median);
    bt_summary__print_value(r->sharpe_p25);
    bt_summary__print_value(r->sharpe_p75);
    bt_summary__print_share(r->share_positive, r->n_tickers);
  }
}

/* ---- data and results -------------------------------------------------------------------------
 */

/* Rows skipped of one kind, and of how many tickers there are more than data_issues holds. */
static uint64_t count_kind(size_t *n_cut, const bt_scan *scan, int kind)
{
  uint64_t n = 0;
  for (size_t i = 0; i < scan->n_entries; i++) {
    const bt_load_report *report = scan->entries[i].report;
    if (report->rejected) continue;
    n += report->counts[kind];
    *n_cut += report->counts[kind] > BT_LOAD_ISSUES_PER_KIND ? 1 : 0;
  }
  return n;
}

/* Of the tickers that were evaluated. */
static void print_skipped(const bt_scan *scan)
{
  char count[BT_TEXT_SIZE];
  uint64_t n_rows = 0, counts[BT_ROW_ISSUE_COUNT] = {0};
  size_t n_cut = 0;
  const char *separator = " (";
  for (int k = 0; k < BT_ROW_ISSUE_COUNT; k++)
    if (k != BT_ROW_UNADJUSTED) n_rows += counts[k] = count_kind(&n_cut, scan, k);
  if (n_rows == 0) return;
  (void)printf("skipped   %s", bt_text_counted(count, n_rows, "row"));
  for (int k = 0; k < BT_ROW_ISSUE_COUNT; k++) {
    if (counts[k] == 0) continue;
    (void)printf("%s%s %s", separator, bt_text_count(count, counts[k]),
                 bt_row_issue_name((bt_row_issue)k));
    separator = ", ";
  }
  if (n_cut == 0)
    (void)printf("); each is in data_issues\n");
  else
    (void)printf(");\n          the first %d of each kind and ticker are in data_issues\n",
                 BT_LOAD_ISSUES_PER_KIND);
}

/* A command for the shell, on a line of its own. sql has no quotes that end it. */
static void print_query(const bt_job_options *options, const char *sql)
{
  const char *path = options->database, *safe = path[0] == '-' ? "./" : "";
  char *quoted = malloc(bt_shell_word_size(strlen(path) + 2) + strlen(path) + 3);
  char *plain = quoted ? quoted + bt_shell_word_size(strlen(path) + 2) : NULL;
  if (plain) {
    (void)sprintf(plain, "%s%s", safe, path);
    (void)bt_shell_word_write(quoted, plain);
  }
  (void)printf("          sqlite3 %s \"%s\"\n", quoted ? quoted : path, sql);
  free(quoted);
}

static void print_rejected(const bt_summary_of *of)
{
  char sql[128], n[BT_TEXT_SIZE], total[BT_TEXT_SIZE];
  size_t n_rejected = 0;
  for (size_t i = 0; i < of->scan->n_entries; i++)
    n_rejected += of->scan->entries[i].report->rejected ? 1 : 0;
  if (n_rejected == 0) return;
  (void)printf("rejected  %s of %s; try\n", bt_text_count(n, n_rejected),
               bt_text_counted(total, of->scan->n_entries, "ticker"));
  (void)snprintf(sql, sizeof sql,
                 "SELECT symbol, reason FROM tickers WHERE run_id = %" PRId64
                 " AND status = 'rejected'",
                 of->run_id);
  print_query(of->options, sql);
}

void bt_summary__print_data(const bt_summary_of *of)
{
  if (of->scan->has_different_periods)
    (void)printf(
        "note      bars of the tickers differ in length: the portfolio is annualised by %g a "
        "year\n",
        of->scan->periods_per_year);
  print_skipped(of->scan);
  bt_suspect_text_print(of->scan);
  print_rejected(of);
}

void bt_summary__print_results(const bt_summary_of *of, const char *sql)
{
  (void)printf("results   run %" PRId64 " in %s; try\n", of->run_id, of->options->database);
  print_query(of->options, sql);
}
