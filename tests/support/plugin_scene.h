/* plugin_scene.h - a folder with sources of plugins, and a cache for what is compiled of them.
 * Behind cmocka.h; all is static. */
#ifndef BT_TESTS_PLUGIN_SCENE_H
#define BT_TESTS_PLUGIN_SCENE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "strategies/plugin.h"
#include "tests/support/paths.h"

typedef struct plugin_scene {
  char dir[TEST_PATH_SIZE], cache[TEST_PATH_SIZE], path[TEST_PATH_SIZE];
  char said[1 << 14]; /* what a compiler has said */
  bt_plugin plugin;
  bt_error err;
} plugin_scene;

static inline int plugin_scene_setup(void **state)
{
  plugin_scene *s = calloc(1, sizeof *s);
  if (!s) return 1;
  test_dir_make(s->dir);
  (void)snprintf(s->cache, sizeof s->cache, "%.900s/cache", s->dir);
  *state = s;
  return 0;
}

static inline int plugin_scene_teardown(void **state)
{
  plugin_scene *s = *state;
  test_dir_remove(s->dir);
  free(s);
  return 0;
}

/* What a descriptor has that is sound. */
#define PLUGIN_PARAM "{\"period\", 14, 5, 30, 5, 1, 1e6, 1, \"bars\"}"
#define PLUGIN_ABI ".abi_version = BT_STRATEGY_ABI, "
#define PLUGIN_NAME ".name = \"mine\", "
#define PLUGIN_SUMMARY ".summary = \"a test\", "
#define PLUGIN_PARAMS ".params = params, .n_params = sizeof params / sizeof params[0], "
#define PLUGIN_SIDES ".sides = sides, "
#define PLUGIN_MEMBERS PLUGIN_ABI PLUGIN_NAME PLUGIN_SUMMARY PLUGIN_PARAMS PLUGIN_SIDES

/* Writes DIR/NAME: a plugin with these parameters and members of its descriptor, which may also
 * name signals, cross, prepare. */
static inline const char *write_plugin(plugin_scene *s, const char *name, const char *params,
                                       const char *members)
{
  static const char form[] =
      "#include <backtest/strategy.h>\n"
      "static void sides(const bt_host *host, const double *p, signed char *restrict side)\n"
      "{ for (size_t t = 0; t < host->series->n_bars; t++) side[t] = p[0] > 1; }\n"
      "static void signals(const bt_host *host, const double *p, double *target)\n"
      "{ for (size_t t = 0; t < host->series->n_bars; t++) target[t] = p[0] > 1; }\n"
      "static void cross(const bt_host *host, const double *p, const double *pair[2])\n"
      "{ pair[0] = host->series->close; pair[1] = bt_sma(host, p[0]); }\n"
      "static void prepare(const bt_host *host, const double *p, const double **lines)\n"
      "{ lines[0] = bt_sma(host, p[0]); }\n"
      "void *used[] = {(void *)sides, (void *)signals, (void *)cross, (void *)prepare};\n"
      "static const bt_param params[] = {%s};\n"
      "const void *used_too = params;\n"
      "const bt_strategy backtest_strategy = {%s};\n";
  char text[4096];
  (void)snprintf(text, sizeof text, form, params, members);
  return test_file_write(s->path, s->dir, name, text);
}

static inline void note_words(const char *words, void *context)
{
  plugin_scene *s = context;
  size_t n = strlen(s->said);
  (void)snprintf(s->said + n, sizeof s->said - n, "%s", words);
}

/* Loads it with what a compiler says in s->said, with a cache or (cache NULL) without. */
static inline bt_status load_plugin(plugin_scene *s, const char *path, const char *cache,
                                    bool quiet)
{
  const bt_plugin_watch watch = {.on_words = quiet ? NULL : note_words, .context = s};
  s->said[0] = '\0';
  return bt_plugin_load(&s->plugin, path, &(bt_plugin_options){.cache = cache, .watch = &watch},
                        &s->err);
}

/* It is refused, and one line says why. */
static inline void assert_refused(plugin_scene *s, const char *path, const char *words)
{
  assert_int_equal(load_plugin(s, path, s->cache, true), BT_ERR_PLUGIN);
  if (!strstr(s->err.message, words)) fail_msg("'%s' does not say '%s'", s->err.message, words);
  assert_null(strchr(s->err.message, '\n'));
}

static inline void assert_loads(plugin_scene *s, const char *path)
{
  if (load_plugin(s, path, s->cache, false)) fail_msg("%s: %s\n%s", path, s->err.message, s->said);
  assert_int_equal(s->plugin.trouble.status, BT_OK);
}

/* How many files and folders a folder has whose names contain `part`; 0 where it is not there. */
static inline size_t count_entries(const char *folder, const char *part)
{
  char command[2 * TEST_PATH_SIZE], answer[32] = "";
  (void)snprintf(command, sizeof command, "ls -a '%.900s' 2>/dev/null | grep -c -e '%s'", folder,
                 part);
  FILE *pipe = popen(command, "r");
  assert_non_null(pipe);
  assert_non_null(fgets(answer, sizeof answer, pipe));
  (void)pclose(pipe);
  return strtoul(answer, NULL, 10);
}

/* How many compiled plugins are kept. */
static inline size_t count_kept(const plugin_scene *s)
{
  char folder[TEST_PATH_SIZE];
  (void)snprintf(folder, sizeof folder, "%.900s/plugins", s->cache);
  return count_entries(folder, "\\.so$");
}

#endif
