/* What is kept of a compiled source, where, and what of it is trusted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/compile_scene.h"

/* Without a folder to keep it in it is compiled in a private one, which does not stay. */
static void without_a_cache_nothing_stays(void **state)
{
  plugin_scene *s = *state;
  char temporary[TEST_PATH_SIZE], path[TEST_PATH_SIZE];
  const char *source = write_plugin(s, "mine.c", PLUGIN_PARAM, PLUGIN_MEMBERS);
  (void)snprintf(temporary, sizeof temporary, "%.900s/temporary", s->dir);
  assert_int_equal(mkdir(temporary, 0700), 0);
  const char *old = getenv("TMPDIR");
  char *before = old ? strdup(old) : NULL;
  assert_int_equal(setenv("TMPDIR", temporary, 1), 0);
  bt_status status = load_plugin(s, source, NULL, false);
  test_file_write(path, s->dir, "file", "no folder");
  bt_status in_a_file = load_plugin(s, source, path, false);
  assert_int_equal(setenv("TMPDIR", "/nowhere", 1), 0);
  bt_error trouble = s->plugin.trouble;
  assert_int_equal(load_plugin(s, source, NULL, false), BT_ERR_IO);
  assert_string_equal(s->err.message,
                      "/nowhere: no folder for compiling can be made in it, which TMPDIR names: No "
                      "such file or directory");
  if (before)
    (void)setenv("TMPDIR", before, 1);
  else
    (void)unsetenv("TMPDIR");
  free(before);
  assert_int_equal(status, BT_OK);
  assert_int_equal(in_a_file, BT_OK);
  assert_int_equal(trouble.status, BT_ERR_IO);
  assert_non_null(strstr(trouble.message, "file/plugins: compiled plugins cannot be kept"));
  assert_int_equal(count_entries(temporary, "work"), 0);
  assert_string_equal(s->plugin.strategy->name, "mine"); /* it is loaded all the same */
}

/* What others could have written there would run with the rights of this user. */
static void a_folder_or_file_that_others_can_write_is_not_used(void **state)
{
  plugin_scene *s = *state;
  char folder[TEST_PATH_SIZE];
  bt_compiled compiled;
  const char *source = write_plugin(s, "mine.c", PLUGIN_PARAM, PLUGIN_MEMBERS);
  assert_compiles(s, &compiled, source);
  assert_int_equal(chmod(compiled.path, 0777), 0);
  assert_compiles(s, &compiled, source);
  assert_false(compiled.kept);
  assert_compiles(s, &compiled, source);
  assert_true(compiled.kept);
  (void)snprintf(folder, sizeof folder, "%.900s/plugins", s->cache);
  assert_int_equal(chmod(folder, 0777), 0);
  assert_compiles(s, &compiled, source);
  assert_false(compiled.kept);
  assert_non_null(strstr(compiled.trouble.message, "others can write to this folder"));
}

/* What is cut off behind its first page would be a bus error when it is loaded. Another file takes
 * its place: the old one is loaded. */
static void what_is_kept_and_damaged_is_compiled_anew(void **state)
{
  static const char *const damages[] = {
      "truncate -s 100 $n", "truncate -s 5000 $n",
      "printf '\\377' | dd of=$n bs=1 seek=2000 conv=notrunc 2>/dev/null", "rm ${o%so}txt",
      "echo an error >>${o%so}txt"};
  plugin_scene *s = *state;
  bt_compiled compiled;
  const char *source = write_plugin(s, "mine.c", PLUGIN_PARAM, PLUGIN_MEMBERS);
  assert_compiles(s, &compiled, source);
  for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
    char command[4 * TEST_PATH_SIZE];
    (void)snprintf(command, sizeof command, "o='%.2000s'; n=$o.new; cp -p $o $n; %s; mv $n $o",
                   compiled.path, damages[i]);
    assert_int_equal(system(command), 0);
    assert_loads(s, source);
    assert_string_equal(s->plugin.strategy->name, "mine");
    assert_compiles(s, &compiled, source);
    assert_true(compiled.kept);
    assert_int_equal(count_kept(s), 1);
  }
}

/* Somebody clears the cache: the compiler's words would be of files that are not there. */
static void a_cache_that_is_removed_meanwhile_is_made_again(void **state)
{
  plugin_scene *s = *state;
  bt_compiled compiled;
  const char *source = write_plugin(s, "mine.c", PLUGIN_PARAM, PLUGIN_MEMBERS);
  set_compiler(s,
               "#!/bin/sh\nhere=${0%compiler}\ncase \"$*\" in *\" -o \"*)\n"
               "[ -e \"${here}once\" ] || rm -r \"${here}cache\"\n>\"${here}once\" ;;\nesac\n"
               "exec cc \"$@\"\n",
               "");
  assert_compiles(s, &compiled, source);
  assert_string_equal(s->said, "");
  assert_int_equal(compiled.trouble.status, BT_OK);
  assert_int_equal(count_kept(s), 1);
  set_compiler(s, "#!/bin/sh\nrm -r \"${0%compiler}cache\"\nexec cc \"$@\"\n", "");
  assert_int_equal(compile(s, &compiled, source), BT_ERR_IO);
  assert_non_null(strstr(s->err.message, "it was removed while a plugin was compiled in it"));
  assert_string_equal(s->said, "");
}

static void what_a_killed_compiler_has_left_is_removed_an_hour_later(void **state)
{
  plugin_scene *s = *state;
  char folder[TEST_PATH_SIZE], command[5 * TEST_PATH_SIZE];
  const char *source = write_plugin(s, "mine.c", PLUGIN_PARAM, PLUGIN_MEMBERS);
  bt_compiled compiled;
  (void)snprintf(folder, sizeof folder, "%.900s/plugins", s->cache);
  (void)snprintf(command, sizeof command,
                 "umask 077; mkdir -p '%s/work-aaaaaa/backtest' '%s/work-bbbbbb'; "
                 "touch '%s/work-aaaaaa/plugin.so'; touch -d '2 hours ago' '%s/work-aaaaaa'",
                 folder, folder, folder, folder);
  assert_int_equal(system(command), 0);
  assert_compiles(s, &compiled, source);
  assert_int_equal(count_entries(folder, "work-aaaaaa"), 0);
  assert_int_equal(count_entries(folder, "work-bbbbbb"), 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      COMPILE_CASE(without_a_cache_nothing_stays),
      COMPILE_CASE(a_folder_or_file_that_others_can_write_is_not_used),
      COMPILE_CASE(what_is_kept_and_damaged_is_compiled_anew),
      COMPILE_CASE(a_cache_that_is_removed_meanwhile_is_made_again),
      COMPILE_CASE(what_a_killed_compiler_has_left_is_removed_an_hour_later),
  };
  return cmocka_run_group_tests_name("strategies/compile, what is kept", tests, NULL, NULL);
}
