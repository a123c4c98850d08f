#include "cli/simulate_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/job_options.h"
#include "loaders/load.h"
#include "loaders/universe.h"

/* A path, and no symbol that is looked for. */
static bool is_path(const char *text)
{
  size_t length = strlen(text);
  return strchr(text, '/') || (length > 4 && strcmp(text + length - 4, ".csv") == 0) ||
         (length > 7 && strcmp(text + length - 7, ".csv.gz") == 0);
}

static bt_status find_file(char **path, const char *symbol, const char *data_dir, bt_error *err)
{
  const bt_universe nothing = {0};
  bt_error cause;
  if (is_path(symbol)) {
    *path = strdup(symbol);
    return *path ? BT_OK : bt_fail_nomem(err, "history");
  }
  const char *folder = data_dir ? data_dir : ".";
  bt_status status = bt_universe_locate(path, &nothing, symbol, folder, folder, &cause);
  return status ? bt_fail(err, status, "--fit %s", cause.message) : BT_OK;
}

/* The bars of the file, or why it is none. */
static bt_status load_bars(bt_bars **out, const char *symbol, const char *path,
                           const bt_load_options *load, bt_error *err)
{
  bt_loader *loader = NULL;
  bt_load_report *report = malloc(sizeof *report);
  bt_status status = report ? BT_OK : bt_fail_nomem(err, "history");
  if (!status) status = bt_loader_new(&loader, err);
  if (!status) status = bt_load(out, report, loader, path, load, err);
  if (!status && !*out) /* the reason begins with the path */
    status = bt_fail(err, BT_ERR_DATA, "--fit %s%s%s", is_path(symbol) ? "" : symbol,
                     is_path(symbol) ? "" : ": ", report->reason);
  bt_loader_free(loader);
  free(report);
  return status;
}

static bt_status fit_bars(bt_history *out, bt_model_kind kind, const bt_bars *bars, bt_error *err)
{
  const size_t n = bars->n_bars - 1;
  bt_error cause;
  out->last_close = bars->close[n];
  (void)bt_time_format(out->first, bars->time_ns[0], bars->daily);
  (void)bt_time_format(out->last, bars->time_ns[n], bars->daily);
  bt_status status = bt_bars_periods_per_year(&out->periods_per_year, bars, err);
  double *returns = malloc((n + 1) * sizeof *returns);
  if (!status && !returns) status = bt_fail_nomem(err, "returns");
  for (size_t i = 0; i < n && !status; i++) returns[i] = log(bars->close[i + 1] / bars->close[i]);
  if (!status) {
    status = bt_fit_returns(&out->fit, kind, returns, n, out->periods_per_year, &cause);
    if (status) (void)bt_fail(err, status, "--fit %s: %s", out->symbol, cause.message);
  }
  free(returns);
  return status;
}

bt_status bt_history_fit(bt_history *out, bt_model_kind kind, const bt_arguments *arguments,
                         bt_error *err)
{
  char *path = NULL;
  bt_bars *bars = NULL;
  bt_load_options load;
  *out = (bt_history){.symbol = bt_arguments_find(arguments, "fit")};
  if (!out->symbol) return BT_OK;
  bt_status status = bt_load_options_read(&load, arguments, err);
  if (!status) status = find_file(&path, out->symbol, bt_arguments_find(arguments, "data"), err);
  if (!status) status = load_bars(&bars, out->symbol, path, &load, err);
  if (!status) status = fit_bars(out, kind, bars, err);
  bt_bars_free(bars);
  free(path);
  return status;
}
