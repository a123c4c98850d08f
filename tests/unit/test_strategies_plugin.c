/* Strategies out of files: what is loaded, and what is refused with which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "strategies/plugin_probe.h"
#include "strategies/registry.h"
#include "tests/support/plugin_scene.h"

/* Makes a shared object of a source with the header of the repository, as an author would. */
static const char *build_object(plugin_scene *s, const char *source, const char *name)
{
  char command[4 * TEST_PATH_SIZE], include[TEST_PATH_SIZE];
  const char *compiler = getenv("CC");
  (void)snprintf(s->path, sizeof s->path, "%.900s/%s", s->dir, name);
  (void)snprintf(command, sizeof command, "%s -std=c11 -fPIC -shared -I '%s' -o '%s' '%s'",
                 compiler && *compiler ? compiler : "cc", test_root_path(include, "core/include"),
                 s->path, source);
  assert_int_equal(system(command), 0);
  return s->path;
}

static const char *build_plugin(plugin_scene *s, const char *name, const char *members)
{
  char source[TEST_PATH_SIZE];
  (void)snprintf(source, sizeof source, "%s", write_plugin(s, "source.c", PLUGIN_PARAM, members));
  return build_object(s, source, name);
}

static void paths_are_told_from_names(void **state)
{
  (void)state;
  assert_true(bt_plugin_is_path("./mine"));
  assert_true(bt_plugin_is_path("mine.so"));
  assert_true(bt_plugin_is_path("mine.c"));
  assert_true(bt_plugin_is_path("a/b"));
  assert_false(bt_plugin_is_path("mine"));
  assert_false(bt_plugin_is_path("mine.cc"));
  assert_false(bt_plugin_is_path(".c"));
  assert_false(bt_plugin_is_path(""));
}

static void a_shared_object_is_loaded(void **state)
{
  plugin_scene *s = *state;
  assert_loads(s, build_plugin(s, "mine.so", PLUGIN_MEMBERS));
  assert_string_equal(s->plugin.strategy->name, "mine");
  assert_int_equal(s->plugin.strategy->n_params, 1);
  assert_non_null(s->plugin.strategy->sides);
  assert_int_equal(strspn(s->plugin.hash, "0123456789abcdef"), 32);
  assert_int_equal(count_kept(s), 0);
}

static void a_shared_object_in_the_working_folder_needs_no_slash(void **state)
{
  plugin_scene *s = *state;
  char before[TEST_PATH_SIZE];
  build_plugin(s, "here.so", PLUGIN_MEMBERS);
  assert_non_null(getcwd(before, sizeof before));
  assert_int_equal(chdir(s->dir), 0);
  bt_status status = load_plugin(s, "here.so", NULL, false);
  assert_int_equal(chdir(before), 0);
  assert_int_equal(status, BT_OK);
}

static void objects_of_other_bytes_have_other_hashes(void **state)
{
  plugin_scene *s = *state;
  char first[BT_PLUGIN_HASH_SIZE];
  assert_loads(s, build_plugin(s, "a.so", PLUGIN_MEMBERS));
  (void)snprintf(first, sizeof first, "%s", s->plugin.hash);
  assert_loads(s, build_plugin(s, "b.so", PLUGIN_MEMBERS));
  assert_string_equal(s->plugin.hash, first);
  assert_loads(s, build_plugin(s, "c.so", PLUGIN_MEMBERS ".rule = \"period>2\""));
  assert_string_not_equal(s->plugin.hash, first);
}

static void what_is_no_plugin_is_refused(void **state)
{
  plugin_scene *s = *state;
  char path[TEST_PATH_SIZE];
  assert_refused(s, "/nowhere/mine.so", "it cannot be opened: No such file");
  assert_refused(s, "/nowhere/mine.c", "it cannot be opened: No such file");
  assert_refused(s, s->dir, "it is a folder");
  assert_refused(s, "/dev/null", "no regular file");
  assert_refused(s, test_file_write(path, s->dir, "text.so", "hello, this is a text"),
                 "no shared object that can be loaded: ");
  assert_null(strstr(s->err.message, s->dir)); /* whoever knows the path says it */
  assert_refused(s, test_file_write(path, s->dir, "empty.so", NULL), "no shared object");
  test_file_write(path, s->dir, "other.c", "int answer(void);\nint answer(void) { return 42; }\n");
  assert_refused(s, build_object(s, path, "other.so"), "it does not define backtest_strategy");
  assert_refused(s, path, "it does not define backtest_strategy");
  test_file_write(path, s->dir, "lacks.c",
                  "int missing(void);\nint f(void);\nint f(void) { return missing(); }\n");
  assert_refused(s, build_object(s, path, "lacks.so"), "undefined symbol: missing");
}

/* ---- what happens while it is loaded ----------------------------------------------------------
 */

/* A plugin that is sound, and does this while it is loaded. */
static const char *write_loader(plugin_scene *s, const char *name, const char *statement)
{
  char text[2048];
  (void)snprintf(text, sizeof text,
                 "#include <stdlib.h>\n#include <stdio.h>\n#include <backtest/strategy.h>\n"
                 "static void cross(const bt_host *host, const double *p, const double *pair[2])\n"
                 "{ (void)p; pair[0] = pair[1] = host->series->close; }\n"
                 "const bt_strategy backtest_strategy = {" PLUGIN_ABI PLUGIN_NAME PLUGIN_SUMMARY
                 ".cross = cross};\nint *nowhere = (int *)0;\n"
                 "__attribute__((constructor)) static void load(void) { %s }\n",
                 statement);
  return test_file_write(s->path, s->dir, name, text);
}

static void one_that_crashes_or_ends_the_process_is_refused(void **state)
{
  plugin_scene *s = *state;
  assert_refused(s, write_loader(s, "boom.c", "*nowhere = 1;"), "it crashed while it was loaded (");
  assert_refused(s, write_loader(s, "aborts.c", "abort();"), "(Aborted)");
  assert_refused(s, write_loader(s, "exits.c", "exit(0);"),
                 "it ended the process while it was loaded");
  assert_refused(s, write_loader(s, "exits_so.c", "_Exit(3);"), "it ended the process");
  assert_refused(s,
                 write_plugin(s, "wild.c", PLUGIN_PARAM,
                              PLUGIN_ABI ".name = (const char *)1, " PLUGIN_SUMMARY PLUGIN_SIDES),
                 "it crashed while it was loaded (");
  assert_loads(s, write_loader(s, "prints.c", "printf(\"%s\", \"\");"));
}

static void run_for_ever(const char *path)
{
  (void)path;
  for (;;) (void)sleep(60);
}

static void one_that_does_not_return_is_refused(void **state)
{
  plugin_scene *s = *state;
  time_t begun = time(NULL);
  assert_int_equal(bt_probe_run(&(bt_probe){run_for_ever, "x", 0.1}, &s->err), BT_ERR_PLUGIN);
  assert_string_equal(s->err.message, "it took longer than 0.1 s to be loaded");
  assert_true(time(NULL) - begun < 30);
}

/* What is waited for does not outlive it, and what was compiled in a private folder is removed. */
static void a_signal_ends_the_loading(void **state)
{
  plugin_scene *s = *state;
  const struct timespec moment = {0, 300000000};
  const char *source = write_loader(
      s, "waits.c", "fclose(fopen(__FILE__ \".started\", \"w\")); for (;;) getchar();");
  int ended = 0;
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    (void)setenv("TMPDIR", s->dir, 1);
    (void)load_plugin(s, source, NULL, true);
    _exit(1);
  }
  for (int i = 0; i < 100 && count_entries(s->dir, "started") == 0; i++)
    (void)nanosleep(&moment, NULL);
  assert_int_equal(kill(child, SIGTERM), 0);
  assert_int_equal(waitpid(child, &ended, 0), child);
  assert_true(WIFSIGNALED(ended));
  assert_int_equal(WTERMSIG(ended), SIGTERM);
  assert_int_equal(count_entries(s->dir, "work"), 0);
}

/* As -ffast-math does it at the start of what is linked with it: the numbers of all others would
 * change. */
static void the_floating_point_unit_stays_as_it_is(void **state)
{
  plugin_scene *s = *state;
  char text[1024];
  volatile double least = 2.2250738585072014e-308;
#if !defined(__x86_64__)
  printf("skipped: no x86-64\n");
  skip();
#endif
  (void)snprintf(text, sizeof text,
                 "unsigned csr; __asm__ volatile(\"stmxcsr %%0\" : \"=m\"(csr)); "
                 "csr |= 0x8040u; __asm__ volatile(\"ldmxcsr %%0\" : : \"m\"(csr));");
  assert_true(least / 4 > 0);
  assert_loads(s, write_loader(s, "flushes.c", text));
  assert_true(least / 4 > 0);
}

/* The version comes first: nothing else of a foreign descriptor is looked at, least of all its
 * pointers, which lie elsewhere. */
static void another_version_is_refused_before_anything_else(void **state)
{
  plugin_scene *s = *state;
  char path[TEST_PATH_SIZE];
  test_file_write(path, s->dir, "old.c", "const unsigned backtest_strategy[1] = {3};\n");
  assert_refused(s, build_object(s, path, "old.so"), "for ABI version 3 of backtest/strategy.h");
  char words[64];
  (void)snprintf(words, sizeof words, "has version %u: compile it anew", BT_STRATEGY_ABI);
  assert_non_null(strstr(s->err.message, words));
}

static void the_name_of_a_built_in_strategy_is_refused(void **state)
{
  plugin_scene *s = *state;
  assert_refused(s,
                 write_plugin(s, "own.c", PLUGIN_PARAM,
                              PLUGIN_ABI
                              ".name = \"sma\", " PLUGIN_SUMMARY PLUGIN_PARAMS PLUGIN_SIDES),
                 "called 'sma', as a built-in one is");
}

/* A descriptor that is broken in one place, and what is said of it. */
/* Members that something is wrong with, and the words of the refusal. */
static const struct {
  const char *params, *members, *words;
} broken_cases[] = {
    {PLUGIN_PARAM, PLUGIN_ABI PLUGIN_SUMMARY PLUGIN_PARAMS PLUGIN_SIDES, "without a proper name"},
    {PLUGIN_PARAM, PLUGIN_ABI ".name = \"Two words\"," PLUGIN_SUMMARY PLUGIN_PARAMS PLUGIN_SIDES,
     "without a proper name"},
    {PLUGIN_PARAM, PLUGIN_ABI PLUGIN_NAME PLUGIN_PARAMS PLUGIN_SIDES, "summary"},
    {PLUGIN_PARAM, PLUGIN_ABI PLUGIN_NAME ".summary = \"a\\nb\", " PLUGIN_PARAMS PLUGIN_SIDES,
     "the summary has a control character"},
    {PLUGIN_PARAM, PLUGIN_ABI PLUGIN_NAME PLUGIN_SUMMARY ".n_params = 1, " PLUGIN_SIDES,
     "params missing"},
    {PLUGIN_PARAM,
     PLUGIN_ABI PLUGIN_NAME PLUGIN_SUMMARY ".params = params, .n_params = 65, " PLUGIN_SIDES,
     "n_params is 65; at most 64"},
    {PLUGIN_PARAM ", " PLUGIN_PARAM, PLUGIN_MEMBERS, "two parameters are called 'period'"},
    {PLUGIN_PARAM ", {\"Period\", 14, 5, 30, 5, 1, 1e6, 1, \"bars\"}", PLUGIN_MEMBERS,
     "two parameters are called 'Period', as far as SQL can tell"},
    {"{\"MAX_drawdown\", 14, 5, 30, 5, 1, 1e6, 1, \"bars\"}", PLUGIN_MEMBERS,
     "parameter 'MAX_drawdown' has the name of another column of the results"},
    {"{\"ticker_id\", 14, 5, 30, 5, 1, 1e6, 1, \"bars\"}", PLUGIN_MEMBERS,
     "parameter 'ticker_id' has the name of another column"},
    {"{\"Stop_Loss\", 14, 5, 30, 5, 1, 1e6, 1, \"bars\"}", PLUGIN_MEMBERS, "an exit level"},
    {PLUGIN_PARAM, PLUGIN_ABI ".name = \"all\", " PLUGIN_SUMMARY PLUGIN_PARAMS PLUGIN_SIDES,
     "a strategy cannot be called 'all': the view results_all"},
    {"{\"period\", 14, 5, 30, 2.5, 1, 1e6, 1, \"bars\"}", PLUGIN_MEMBERS,
     "the step of its sweep range 2.5 is not whole"},
    {PLUGIN_PARAM, PLUGIN_MEMBERS ".rule = \"period>14\"",
     "rule 'period>14': its own defaults break it"},
    {"{\"period\", NAN, 5, 30, 5, 1, 1e6, 1, \"bars\"}", PLUGIN_MEMBERS,
     "period: its default is not a finite number: nan"},
    {"{\"period\", INFINITY, 5, 30, 5, 1, INFINITY, 1, \"bars\"}", PLUGIN_MEMBERS,
     "period: its default is not a finite number: inf"},
    {"{\"period\", 0, 5, 30, 5, 1, 1e6, 1, \"bars\"}", PLUGIN_MEMBERS,
     "its default 0 is outside its own bounds 1 to 1e+06"},
    {"{\"period\", 1.5, 5, 30, 5, 1, 1e6, 1, \"bars\"}", PLUGIN_MEMBERS,
     "its default 1.5 is not whole"},
    {"{\"period\", 14, 5, 30, 5, 9, 1, 1, \"bars\"}", PLUGIN_MEMBERS,
     "bounds 9 to 1 leave nothing"},
    {"{\"period\", 14, NAN, 30, 5, 1, 1e6, 1, \"bars\"}", PLUGIN_MEMBERS,
     "the first value of its sweep range is not a finite number"},
    {"{\"period\", 14, 5, INFINITY, 5, 1, INFINITY, 1, \"bars\"}", PLUGIN_MEMBERS,
     "the last value of its sweep range is not a finite number"},
    {"{\"period\", 14, 5, 30, 0, 1, 1e6, 1, \"bars\"}", PLUGIN_MEMBERS, "must be above 0"},
    {"{\"period\", 14, 5, 30, NAN, 1, 1e6, 1, \"bars\"}", PLUGIN_MEMBERS, "must be above 0"},
    {"{\"period\", 14, 5, 30, INFINITY, 1, 1e6, 1, \"bars\"}", PLUGIN_MEMBERS,
     "must be above 0, and is inf"},
    {"{\"period\", 14, 30, 5, 5, 1, 1e6, 1, \"bars\"}", PLUGIN_MEMBERS, "ends before it begins"},
    {"{\"period\", 14, 5, 30, 1e-9, 1, 1e6, 1, \"bars\"}", PLUGIN_MEMBERS,
     "more than 1000000 values"},
    {"{\"period\", 14, 5, 30, 5, 1, 1e6, 1, NULL}", PLUGIN_MEMBERS,
     "the meaning of period is missing"},
    {"{\"period\", 14, 5, 30, 5, 1, 1e6, 1, \"\\033[31mred\"}", PLUGIN_MEMBERS,
     "the meaning of period has a control character"},
    {"{\"1st\", 14, 5, 30, 5, 1, 1e6, 1, \"bars\"}", PLUGIN_MEMBERS,
     "parameter 1 has no proper name"},
    {"{\"trailing\", 14, 5, 30, 5, 1, 1e6, 1, \"bars\"}", PLUGIN_MEMBERS, "an exit level"},
    {PLUGIN_PARAM, PLUGIN_MEMBERS ".rule = \"perod<3\"",
     "rule 'perod<3': column 1: unknown name 'perod'; did you mean 'period'?"},
    {PLUGIN_PARAM, PLUGIN_MEMBERS ".rule = \"a\\tb\"", "the rule has a control character"},
    {PLUGIN_PARAM, PLUGIN_MEMBERS ".prepare = prepare", "prepare is for on_bar alone"},
    {PLUGIN_PARAM, PLUGIN_MEMBERS ".state_bytes = 8", "state_bytes is for on_bar alone"},
    {PLUGIN_PARAM, PLUGIN_ABI PLUGIN_NAME PLUGIN_SUMMARY PLUGIN_PARAMS, "it needs one of cross"},
    {PLUGIN_PARAM, PLUGIN_MEMBERS ".signals = signals", "it needs one of cross"},
    {PLUGIN_PARAM, PLUGIN_MEMBERS ".cross = cross", "it needs one of cross"},
};

static void broken_descriptors_are_refused(void **state)
{
  plugin_scene *s = *state;
  for (size_t i = 0; i < sizeof broken_cases / sizeof broken_cases[0]; i++) {
    char name[32];
    (void)snprintf(name, sizeof name, "broken%zu.c", i);
    assert_refused(s, write_plugin(s, name, broken_cases[i].params, broken_cases[i].members),
                   broken_cases[i].words);
    assert_null(s->plugin.strategy);
  }
}

static void sound_descriptors_of_each_kind_are_taken(void **state)
{
  plugin_scene *s = *state;
  assert_loads(s, write_plugin(s, "a.c", PLUGIN_PARAM,
                               PLUGIN_ABI PLUGIN_NAME PLUGIN_SUMMARY PLUGIN_PARAMS
                               ".signals = signals, .rule = \"period>=5\""));
  assert_non_null(s->plugin.strategy->signals);
  assert_loads(s,
               write_plugin(s, "b.c", PLUGIN_PARAM,
                            PLUGIN_ABI PLUGIN_NAME PLUGIN_SUMMARY PLUGIN_PARAMS ".cross = cross"));
  assert_non_null(s->plugin.strategy->cross);
  assert_loads(s,
               write_plugin(s, "c.c", PLUGIN_PARAM,
                            PLUGIN_ABI PLUGIN_NAME ".summary = \"\\xc3\\xbc and \\xe2\\x82\\xac\","
                                                   ".sides = sides"));
  assert_int_equal(s->plugin.strategy->n_params, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(paths_are_told_from_names),
      cmocka_unit_test_setup_teardown(a_shared_object_is_loaded, plugin_scene_setup,
                                      plugin_scene_teardown),
      cmocka_unit_test_setup_teardown(a_shared_object_in_the_working_folder_needs_no_slash,
                                      plugin_scene_setup, plugin_scene_teardown),
      cmocka_unit_test_setup_teardown(objects_of_other_bytes_have_other_hashes, plugin_scene_setup,
                                      plugin_scene_teardown),
      cmocka_unit_test_setup_teardown(what_is_no_plugin_is_refused, plugin_scene_setup,
                                      plugin_scene_teardown),
      cmocka_unit_test_setup_teardown(one_that_crashes_or_ends_the_process_is_refused,
                                      plugin_scene_setup, plugin_scene_teardown),
      cmocka_unit_test_setup_teardown(one_that_does_not_return_is_refused, plugin_scene_setup,
                                      plugin_scene_teardown),
      cmocka_unit_test_setup_teardown(a_signal_ends_the_loading, plugin_scene_setup,
                                      plugin_scene_teardown),
      cmocka_unit_test_setup_teardown(the_floating_point_unit_stays_as_it_is, plugin_scene_setup,
                                      plugin_scene_teardown),
      cmocka_unit_test_setup_teardown(another_version_is_refused_before_anything_else,
                                      plugin_scene_setup, plugin_scene_teardown),
      cmocka_unit_test_setup_teardown(the_name_of_a_built_in_strategy_is_refused,
                                      plugin_scene_setup, plugin_scene_teardown),
      cmocka_unit_test_setup_teardown(broken_descriptors_are_refused, plugin_scene_setup,
                                      plugin_scene_teardown),
      cmocka_unit_test_setup_teardown(sound_descriptors_of_each_kind_are_taken, plugin_scene_setup,
                                      plugin_scene_teardown),
  };
  return cmocka_run_group_tests_name("strategies/plugin", tests, NULL, NULL);
}
