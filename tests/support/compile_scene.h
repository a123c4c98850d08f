/* compile_scene.h - sources that are compiled, and compilers that are scripts. Behind cmocka.h; all
 * is static. */
#ifndef BT_TESTS_COMPILE_SCENE_H
#define BT_TESTS_COMPILE_SCENE_H

#include <stdlib.h>
#include <sys/stat.h>

#include "strategies/compile.h"
#include "tests/support/plugin_scene.h"

static inline void note_slow(const char *source, void *context)
{
  note_words("slow: ", context);
  note_words(source, context);
}

/* Compiles, and lets what is not kept be removed. */
static inline bt_status compile(plugin_scene *s, bt_compiled *out, const char *source)
{
  const bt_plugin_watch watch = {.on_words = note_words, .on_slow = note_slow, .context = s};
  s->said[0] = '\0';
  bt_status status = bt_compiled_make(
      out, source, &(bt_plugin_options){.cache = s->cache, .watch = &watch}, false, &s->err);
  if (!status) bt_compiled_clear(out);
  return status;
}

static inline void assert_compiles(plugin_scene *s, bt_compiled *out, const char *source)
{
  if (compile(s, out, source)) fail_msg("%s: %s\n%s", source, s->err.message, s->said);
}

static inline int compile_scene_setup(void **state)
{
  (void)unsetenv("CC");
  return plugin_scene_setup(state);
}

/* A script that stands for a compiler, and CC that names it. */
static inline void set_compiler(const plugin_scene *s, const char *script, const char *words)
{
  char path[TEST_PATH_SIZE], value[2 * TEST_PATH_SIZE];
  test_file_write(path, s->dir, "compiler", script);
  assert_int_equal(chmod(path, 0700), 0);
  (void)snprintf(value, sizeof value, "%s%s", path, words);
  assert_int_equal(setenv("CC", value, 1), 0);
}

#define COMPILE_CASE(name)                                                                         \
  cmocka_unit_test_setup_teardown(name, compile_scene_setup, plugin_scene_teardown)

#endif
