/* --cache-dir and --no-cache: where parsed bars and compiled strategies are kept. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/option_parts.h"
#include "cli/text.h"

/* The value of a variable that names a folder from the root on; else NULL. */
static const char *folder_of(const char *variable)
{
  const char *value = getenv(variable); /* NOLINT(concurrency-mt-unsafe): nobody sets any */
  return value && value[0] == '/' ? value : NULL;
}

/* Sets *out to the user's own cache, a new string; NULL where no variable tells. Errors: NOMEM. */
static bt_status find_default(char **out, bt_error *err)
{
  const char *base = folder_of("XDG_CACHE_HOME");
  const char *ending = base ? "/backtest" : "/.cache/backtest";
  *out = NULL;
  if (!base) base = folder_of("HOME");
  if (!base) return BT_OK;
  size_t size = strlen(base) + strlen(ending) + 1;
  *out = malloc(size);
  if (!*out) return bt_fail_nomem(err, "bar cache");
  (void)snprintf(*out, size, "%s%s", base, ending);
  return BT_OK;
}

bt_status bt_options_cache_folder(char **out, const bt_arguments *arguments, bt_error *err)
{
  const char *folder = bt_arguments_find(arguments, "cache-dir");
  *out = NULL;
  if (bt_arguments_has(arguments, "no-cache") || bt_arguments_has(arguments, "dry-run"))
    return BT_OK;
  if (!folder) return find_default(out, err);
  *out = strdup(folder);
  return *out ? BT_OK : bt_fail_nomem(err, "cache");
}

/* One that nobody has asked for need not be possible: options->cache_trouble says so. */
static bt_status open_default(bt_job_options *options, bt_error *err)
{
  char *folder = NULL;
  bt_status status = find_default(&folder, err);
  if (status || !folder) return status;
  status = bt_bar_cache_open(&options->cache, folder, &options->cache_trouble);
  free(folder);
  if (status == BT_ERR_IO) return BT_OK;
  if (status) *err = options->cache_trouble;
  return status;
}

bt_status bt_options__cache(bt_job_options *options, const bt_arguments *arguments, bt_error *err)
{
  const char *folder = bt_arguments_find(arguments, "cache-dir");
  bool none = bt_arguments_has(arguments, "no-cache");
  bt_error cause;
  bt_status status = BT_OK;
  if (folder && none)
    return bt_fail(err, BT_ERR_USAGE, "--no-cache: --cache-dir %s is given, too", folder);
  if (options->dry_run) return BT_OK;
  if (folder) {
    status = bt_bar_cache_open(&options->cache, folder, &cause);
    if (status) return bt_fail(err, status, "--cache-dir %s", cause.message);
  } else if (!none) {
    status = open_default(options, err);
  }
  options->job.load.cache = options->cache;
  return status;
}

void bt_options_warn_cache(const bt_job_options *options)
{
  bt_error err = options->cache_trouble;
  char line[BT_ERROR_MESSAGE_SIZE];
  if (options->cache) (void)bt_bar_cache_check(options->cache, &err);
  if (err.status)
    (void)fprintf(stderr, "backtest: warning: %s; see --no-cache\n",
                  bt_text_line(line, sizeof line, err.message));
}
