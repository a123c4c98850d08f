#include "strategies/plugin.h"

#include <dlfcn.h>
#include <fenv.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "strategies/child.h"
#include "strategies/compile.h"
#include "strategies/plugin_probe.h"
#include "strategies/registry.h"

/* So long may a plugin take to be loaded where nothing is said. */
static const double usual_limit_s = 10;

static bool ends_in(const char *text, const char *ending)
{
  size_t length = strlen(text), wanted = strlen(ending);
  return length > wanted && strcmp(text + length - wanted, ending) == 0;
}

bool bt_plugin_is_path(const char *text)
{
  return strchr(text, '/') || ends_in(text, ".so") || ends_in(text, ".c");
}

/* ---- the descriptor ---------------------------------------------------------------------------
 */

/* The reason that dlopen gives, without the path before it. */
static const char *reason_without(const char *path)
{
  const char *reason = dlerror(); /* NOLINT(concurrency-mt-unsafe): its text is of this thread */
  size_t length = strlen(path);
  if (!reason) return "no reason is given";
  if (strncmp(reason, path, length) != 0) return reason;
  reason += length;
  return reason + strspn(reason, ": ");
}

static bt_status check_name(const char *name, bt_error *err)
{
  for (size_t i = 0; i < bt_strategy_count(); i++)
    if (strcmp(bt_strategy_at(i)->name, name) == 0)
      return bt_fail(err, BT_ERR_PLUGIN,
                     "its strategy is called '%s', as a built-in one is; give it another name",
                     name);
  return BT_OK;
}

/* Of what the symbol points to, the version alone is looked at until it is known to be right. */
static bt_status check_symbol(const void *symbol, bt_error *err)
{
  unsigned version = 0;
  bt_error cause;
  memcpy(&version, symbol, sizeof version);
  bt_status status = bt_strategy_check_version(version, &cause);
  if (!status) status = bt_strategy_check(symbol, &cause);
  if (status == BT_ERR_NOMEM) return bt_fail(err, status, "%s", cause.message);
  if (status) return bt_fail(err, BT_ERR_PLUGIN, "%s", cause.message);
  return check_name(((const bt_strategy *)symbol)->name, err);
}

/* Loads an object. What it sets of the floating-point unit, as one does that was linked with
 * -ffast-math, would change the results of all strategies: it is taken back. */
static void *load(const char *path)
{
  fenv_t before;
  bool known = fegetenv(&before) == 0;
  void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (known) (void)fesetenv(&before);
  return object;
}

/* The path has a slash. Errors: DATA (it cannot be loaded), PLUGIN (it is not as it must be). */
static bt_status open_here(const bt_strategy **out, const char *path, bt_error *err)
{
  void *object = load(path);
  if (!object)
    return bt_fail(err, BT_ERR_DATA, "it is no shared object that can be loaded: %s%s",
                   reason_without(path),
                   ends_in(path, ".so") ? "" : "; files of strategies end in .c or .so");
  const void *symbol = dlsym(object, "backtest_strategy");
  bt_status status = symbol ? check_symbol(symbol, err)
                            : bt_fail(err, BT_ERR_PLUGIN,
                                      "it does not define backtest_strategy, the descriptor of a "
                                      "strategy");
  if (status)
    (void)dlclose(object);
  else
    *out = symbol;
  return status;
}

static void try_to_open(const char *path)
{
  const bt_strategy *strategy = NULL;
  (void)open_here(&strategy, path, NULL); /* why it is refused is found again here */
}

/* Where nothing happens to a copy of this process, this one opens it. A name without a slash would
 * be looked for among the system's libraries. Errors: those of both. */
static bt_status open_object(const bt_strategy **out, const char *path,
                             const bt_plugin_options *options, bt_error *err)
{
  char here[BT_PLUGIN_PATH_SIZE];
  bt_status status = BT_OK;
  double limit_s = options->load_limit_s > 0 ? options->load_limit_s : usual_limit_s;
  if (!strchr(path, '/')) {
    status = bt_plugin_path__join(here, ".", path, err);
    path = here;
  }
  if (!status) status = bt_probe_run(&(bt_probe){try_to_open, path, limit_s}, err);
  return status ? status : open_here(out, path, err);
}

/* ---- files ------------------------------------------------------------------------------------
 */

static bt_status load_object(bt_plugin *out, const char *path, const bt_plugin_options *options,
                             bt_error *err)
{
  bt_plugin plugin = {0};
  bt_plugin_text text = {NULL, 0};
  char *bytes = NULL;
  bt_status status = bt_plugin_file__read(&bytes, &text.n_bytes, path, err);
  text.bytes = bytes;
  if (!status) status = bt_plugin_hash(plugin.hash, &text, 1, err);
  free(bytes);
  if (!status) status = open_object(&plugin.strategy, path, options, err);
  if (!status) *out = plugin;
  return status;
}

/* What a refusal is due to where the source includes the header of another version. */
static void name_header(const char *header, bt_error *err)
{
  bt_error cause = *err;
  (void)bt_fail(err, cause.status,
                "%s; it includes %s, and not <backtest/strategy.h> as this "
                "program brings it",
                cause.message, header);
}

/* *again: what was to be opened is gone, or is of another machine, and may be made anew. */
static bt_status compile_and_open(bt_plugin *plugin, bool *again, const char *path,
                                  const bt_plugin_options *options, bt_error *err)
{
  bt_compiled compiled;
  bt_status status = bt_compiled_make(&compiled, path, options, *again, err);
  if (status) return status;
  plugin->trouble = compiled.trouble;
  memcpy(plugin->hash, compiled.hash, sizeof plugin->hash);
  status = open_object(&plugin->strategy, compiled.path, options, err);
  *again = status == BT_ERR_DATA && (compiled.kept || access(compiled.path, F_OK) != 0);
  if (status == BT_ERR_PLUGIN && compiled.header[0]) name_header(compiled.header, err);
  bt_compiled_clear(&compiled);
  return status;
}

static bt_status load_source(bt_plugin *out, const char *path, const bt_plugin_options *options,
                             bt_error *err)
{
  bt_plugin plugin = {0};
  bool again = false;
  bt_status status = compile_and_open(&plugin, &again, path, options, err);
  if (again) status = compile_and_open(&plugin, &again, path, options, err);
  if (!status) *out = plugin;
  return status;
}

bt_status bt_plugin_load(bt_plugin *out, const char *path, const bt_plugin_options *options,
                         bt_error *err)
{
  bt_child_hold hold; /* a signal that comes has its effect when all that was made is removed */
  bt_error cause;
  bt_child__hold(&hold);
  bt_status status = ends_in(path, ".c") ? load_source(out, path, options, &cause)
                                         : load_object(out, path, options, &cause);
  bt_child__release(&hold);
  if (!status) return BT_OK;
  bool refused = status == BT_ERR_NOT_FOUND || status == BT_ERR_USAGE || status == BT_ERR_DATA;
  return bt_fail(err, refused ? BT_ERR_PLUGIN : status, "%s", cause.message);
}
