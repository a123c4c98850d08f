#include "cli/simulate_fit.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
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
static bt_status load_bars(bt_bars **out, bt_history *history, const char *path,
                           const bt_load_options *load, bt_error *err)
{
  const char *symbol = history->symbol;
  bt_loader *loader = NULL;
  bt_load_report *report = malloc(sizeof *report);
  bt_status status = report ? BT_OK : bt_fail_nomem(err, "history");
  if (!status) status = bt_loader_new(&loader, err);
  if (!status) status = bt_load(out, report, loader, path, load, err);
  if (!status && !*out) /* the reason begins with the path */
    status = bt_fail(err, BT_ERR_DATA, "--fit %s%s%s", is_path(symbol) ? "" : symbol,
                     is_path(symbol) ? "" : ": ", report->reason);
  if (!status) history->content_hash = report->content_hash;
  bt_loader_free(loader);
  free(report);
  return status;
}

/* What was fitted must be a model that can be simulated; the line names what is not. */
static bt_status fit_returns(bt_history *out, bt_model_kind kind, const double *returns, size_t n,
                             bt_error *err)
{
  bt_error cause;
  bt_status status = bt_fit_returns(&out->fit, kind, returns, n, out->periods_per_year, &cause);
  if (status) return bt_fail(err, status, "--fit %s: %s", out->symbol, cause.message);
  bt_model fitted = out->fit.model;
  if (!bt_model_settle(&fitted, &cause)) return BT_OK;
  return bt_fail(err, BT_ERR_DATA, "--fit %s: the fit has %s", out->symbol,
                 cause.message + strspn(cause.message, "-"));
}

static bt_status fit_bars(bt_history *out, bt_model_kind kind, const bt_bars *bars, bt_error *err)
{
  const size_t n = bars->n_bars - 1;
  out->last_close = bars->close[n];
  (void)bt_time_format(out->first, bars->time_ns[0], bars->daily);
  (void)bt_time_format(out->last, bars->time_ns[n], bars->daily);
  bt_status status = bt_bars_periods_per_year(&out->periods_per_year, bars, err);
  double *returns = malloc((n + 1) * sizeof *returns);
  if (!status && !returns) status = bt_fail_nomem(err, "returns");
  for (size_t i = 0; i < n && !status; i++) returns[i] = log(bars->close[i + 1] / bars->close[i]);
  if (!status) status = fit_returns(out, kind, returns, n, err);
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
  if (!status) status = load_bars(&bars, out, path, &load, err);
  if (!status) status = fit_bars(out, kind, bars, err);
  bt_bars_free(bars);
  free(path);
  return status;
}

/* ---- JSON -------------------------------------------------------------------------------------
 */

json_object *bt_params_tree(const double values[BT_PARAM_COUNT], bt_model_kind kind, bool *ok)
{
  json_object *o = bt_json_object(ok);
  for (size_t i = 0; i < BT_PARAM_COUNT; i++)
    if (bt_model_has(kind, (bt_model_param)i))
      bt_json_add_number(o, bt_model_param_describe((bt_model_param)i).option, values[i], ok);
  return o;
}

json_object *bt_history_tree(const bt_history *h, bool *ok)
{
  char hash[17];
  json_object *o = bt_json_object(ok);
  const bt_model *model = &h->fit.model;
  (void)snprintf(hash, sizeof hash, "%016" PRIx64, h->content_hash);
  bt_json_add_text(o, "symbol", h->symbol, ok);
  bt_json_add_text(o, "from", h->first, ok);
  bt_json_add_text(o, "to", h->last, ok);
  bt_json_add_text(o, "content_hash", hash, ok);
  bt_json_add_count(o, "n_returns", h->fit.n_returns, ok);
  bt_json_add_number(o, "periods_per_year", h->periods_per_year, ok);
  bt_json_add_number(o, "sample_vol", h->fit.sample_vol, ok);
  bt_json_add_text(o, "method", bt_fit_method(model->kind), ok);
  bt_json_add_number(o, "log_likelihood", h->fit.log_likelihood, ok);
  bt_json_add_tree(o, "params", bt_params_tree(model->param, model->kind, ok), ok);
  bt_json_add_tree(o, "std_errors", bt_params_tree(h->fit.std_error, model->kind, ok), ok);
  return o;
}
