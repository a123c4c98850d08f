/* --benchmark and --regimes: what the market did. */
#include <stdlib.h>
#include <string.h>

#include "cli/option_parts.h"
#include "loaders/regime_file.h"

bool bt_options__is_path(const char *text)
{
  size_t length = strlen(text);
  return strchr(text, '/') || (length > 4 && strcmp(text + length - 4, ".csv") == 0) ||
         (length > 7 && strcmp(text + length - 7, ".csv.gz") == 0);
}

static bt_status find_benchmark(char **path, const bt_job_options *options, const char *text,
                                const char *data_dir, bt_error *err)
{
  if (!bt_options__is_path(text))
    return bt_universe_locate(path, &options->universe, text, options->universe_path, data_dir,
                              err);
  *path = strdup(text);
  return *path ? BT_OK : bt_fail_nomem(err, "benchmark");
}

/* The bars of the file, or why it is none. */
static bt_status load_bars(bt_job_options *options, const char *symbol, const char *path,
                           bt_error *err)
{
  bt_loader *loader = NULL;
  bt_load_report *report = malloc(sizeof *report);
  bt_status status = report ? BT_OK : bt_fail_nomem(err, "benchmark");
  if (!status) status = bt_loader_new(&loader, err);
  if (!status) status = bt_load(&options->benchmark, report, loader, path, &options->job.load, err);
  if (!status && !options->benchmark) /* which begins with the path */
    status =
        bt_fail(err, BT_ERR_DATA, "--benchmark %s%s%s", bt_options__is_path(symbol) ? "" : symbol,
                bt_options__is_path(symbol) ? "" : ": ", report->reason);
  if (!status) options->job.benchmark_hash = report->content_hash;
  bt_loader_free(loader);
  free(report);
  return status;
}

static bt_status read_benchmark(bt_job_options *options, const bt_arguments *arguments,
                                bt_error *err)
{
  const char *symbol = bt_arguments_find(arguments, "benchmark");
  char *path = NULL;
  options->benchmark_symbol = symbol;
  if (!symbol) return BT_OK;
  bt_error cause;
  bt_status status =
      find_benchmark(&path, options, symbol, bt_arguments_find(arguments, "data"), &cause);
  if (status) return bt_fail(err, status, "--benchmark %s", cause.message);
  status = load_bars(options, symbol, path, err);
  options->job.benchmark = options->benchmark;
  free(path);
  return status;
}

/* With a benchmark its regimes are those of all. A file's are dates, the same for all anyway. */
static bt_status label_benchmark(bt_job_options *options, bt_error *err)
{
  bt_regime_view *regimes = &options->job.regimes;
  if (!options->benchmark || regimes->spec.kind == BT_REGIME_FILE) return BT_OK;
  options->labels = malloc(options->benchmark->n_bars + 1);
  if (!options->labels) return bt_fail_nomem(err, "regimes");
  regimes->labels = options->labels;
  return bt_regime_label(options->labels, &regimes->spec, regimes->book, options->benchmark, err);
}

static bt_status read_regimes(bt_job_options *options, const bt_arguments *arguments, bt_error *err)
{
  bt_regime_view *regimes = &options->job.regimes;
  const char *spec = bt_arguments_find(arguments, "regimes");
  options->regimes_spec = spec;
  if (!spec) return BT_OK;
  bt_status status = bt_regime_parse(&regimes->spec, spec, err);
  if (!status && regimes->spec.kind == BT_REGIME_FILE) {
    bt_error cause;
    status = bt_regime_file_read(&options->book, regimes->spec.path, &cause);
    if (status) return bt_fail(err, status, "--regimes %s: %s", spec, cause.message);
    regimes->book = &options->book;
  }
  return status ? status : label_benchmark(options, err);
}

bt_status bt_options__market(bt_job_options *options, const bt_arguments *arguments, bt_error *err)
{
  bt_status status = read_benchmark(options, arguments, err);
  return status ? status : read_regimes(options, arguments, err);
}
