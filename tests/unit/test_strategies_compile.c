/* Sources of plugins: how they are compiled, what counts for it, and what goes wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/support/compile_scene.h"

/* What counts for the name of what is kept is the content. */
static void a_source_is_compiled_once(void **state)
{
  plugin_scene *s = *state;
  char path[TEST_PATH_SIZE];
  bt_compiled first, second;
  assert_compiles(s, &first, write_plugin(s, "mine.c", PLUGIN_PARAM, PLUGIN_MEMBERS));
  assert_false(first.kept);
  assert_int_equal(count_kept(s), 1);
  assert_compiles(s, &second, s->path);
  assert_true(second.kept);
  assert_string_equal(second.path, first.path);
  assert_string_equal(second.hash, first.hash);
  assert_compiles(s, &second,
                  write_plugin(s, "mine.c", PLUGIN_PARAM, PLUGIN_MEMBERS ".rule = \"period>2\""));
  assert_false(second.kept);
  assert_string_not_equal(second.hash, first.hash);
  assert_int_equal(count_kept(s), 2);
  (void)snprintf(path, sizeof path, "%.900s/plugins", s->cache);
  assert_int_equal(count_entries(path, "work"), 0);
}

/* Lines and names are part of what a compiler says; the job stays the same. */
static void remarks_and_names_compile_anew_and_leave_the_hash(void **state)
{
  plugin_scene *s = *state;
  char path[TEST_PATH_SIZE], command[2 * TEST_PATH_SIZE];
  bt_compiled first, second;
  assert_compiles(s, &first, write_plugin(s, "mine.c", PLUGIN_PARAM, PLUGIN_MEMBERS));
  assert_compiles(s, &second, write_plugin(s, "renamed.c", PLUGIN_PARAM, PLUGIN_MEMBERS));
  assert_false(second.kept);
  assert_string_equal(second.hash, first.hash);
  (void)snprintf(command, sizeof command,
                 "cd '%s' && (echo '/* a remark'; seq 20; echo '*/ /* another one */'; "
                 "sed 's|static void signals|/* in between */ &|' mine.c) >remark.c",
                 s->dir);
  assert_int_equal(system(command), 0);
  (void)snprintf(path, sizeof path, "%.900s/remark.c", s->dir);
  assert_compiles(s, &second, path);
  assert_false(second.kept);
  assert_string_equal(second.hash, first.hash);
}

static void what_it_includes_counts(void **state)
{
  plugin_scene *s = *state;
  char header[TEST_PATH_SIZE];
  bt_compiled first, second;
  test_file_write(header, s->dir, "period.h", "#define PERIOD 14\n");
  test_file_write(s->path, s->dir, "mine.c",
                  "#include <backtest/strategy.h>\n#include \"period.h\"\n"
                  "const int period = PERIOD;\n");
  assert_compiles(s, &first, s->path);
  test_file_write(header, s->dir, "period.h", "#define PERIOD 15\n");
  assert_compiles(s, &second, s->path);
  assert_false(second.kept);
  assert_string_not_equal(second.hash, first.hash);
}

static void another_compiler_version_or_flag_compiles_anew(void **state)
{
  plugin_scene *s = *state;
  bt_compiled first, second;
  const char *source = write_plugin(s, "mine.c", PLUGIN_PARAM, PLUGIN_MEMBERS);
  set_compiler(s, "#!/bin/sh\nexec cc \"$@\"\n", "");
  assert_compiles(s, &first, source);
  set_compiler(s, "#!/bin/sh\n[ \"$*\" != --version ] || exec echo newer\nexec cc \"$@\"\n", "");
  assert_compiles(s, &second, source);
  assert_false(second.kept);
  assert_string_equal(second.hash, first.hash); /* the job is the same */
  assert_string_not_equal(second.path, first.path);
  set_compiler(s, "#!/bin/sh\n[ \"$*\" != --version ] || exec echo newer\nexec cc \"$@\"\n",
               "  -DNEW=1\t-DOTHER ");
  assert_compiles(s, &second, source);
  assert_false(second.kept);
  assert_compiles(s, &second, source);
  assert_true(second.kept);
  assert_int_equal(count_kept(s), 3);
}

static void a_compiler_may_be_several_words(void **state)
{
  plugin_scene *s = *state;
  bt_compiled compiled;
  assert_int_equal(setenv("CC", "env cc", 1), 0);
  assert_compiles(s, &compiled, write_plugin(s, "mine.c", PLUGIN_PARAM, PLUGIN_MEMBERS));
  assert_int_equal(setenv("CC", " ", 1), 0); /* as if it were not there */
  assert_compiles(s, &compiled, s->path);
}

/* The flags that decide what a bit depends on, and the program's own header. */
static void flags_and_header_are_the_programs_own(void **state)
{
  static const char *const flags[] = {"-std=c11",
                                      "-O3",
                                      "-fPIC",
                                      "-shared",
                                      "-Wall",
                                      "-Wextra",
                                      "-Wfloat-conversion",
                                      "-lm",
                                      "-ffp-contract=off",
                                      "-fno-math-errno",
                                      "-fno-trapping-math",
                                      "-fno-signed-zeros"};
  plugin_scene *s = *state;
  char header[TEST_PATH_SIZE];
  bt_compiled compiled;
  const char *source = write_plugin(s, "mine.c", PLUGIN_PARAM, PLUGIN_MEMBERS);
  set_compiler(s,
               "#!/bin/sh\ncase \"$*\" in *\" -E \"*|--version) ;; *) echo \"$*\" >&2\n"
               "cat \"${0%compiler}\"cache/plugins/work-*/backtest/strategy.h >\"${0%compiler}\"saw"
               "\nesac\nexec cc \"$@\"\n",
               "");
  assert_compiles(s, &compiled, source);
  for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
    if (!strstr(s->said, flags[i])) fail_msg("%s is not among: %s", flags[i], s->said);
  char command[3 * TEST_PATH_SIZE];
  (void)snprintf(command, sizeof command, "cmp '%s' '%.900s/saw'",
                 test_root_path(header, "core/include/backtest/strategy.h"), s->dir);
  assert_int_equal(system(command), 0);
}

static void what_a_compiler_says_is_shown(void **state)
{
  plugin_scene *s = *state;
  bt_compiled compiled;
  char path[TEST_PATH_SIZE];
  assert_compiles(
      s, &compiled,
      test_file_write(path, s->dir, "warns.c", "static int unused(void) { return 1; }\n"));
  assert_non_null(strstr(s->said, "warns.c:1"));
  assert_non_null(strstr(s->said, "unused"));
  test_file_write(path, s->dir, "wrong.c", "int a;\nint b = c;\n");
  assert_int_equal(compile(s, &compiled, path), BT_ERR_PLUGIN);
  assert_non_null(strstr(s->said, "wrong.c:2"));
  assert_string_equal(s->err.message, "it does not compile (see above)");
  test_file_write(path, s->dir, "lost.c", "#include \"nowhere.h\"\n");
  assert_int_equal(compile(s, &compiled, path), BT_ERR_PLUGIN);
  assert_non_null(strstr(s->said, "nowhere.h"));
  assert_string_equal(s->err.message, "it does not compile (see above)");
  assert_int_equal(count_kept(s), 1);
}

/* Else only the first run would tell of them. */
static void warnings_are_shown_each_time(void **state)
{
  plugin_scene *s = *state;
  char path[TEST_PATH_SIZE], first[sizeof s->said];
  bt_compiled compiled;
  test_file_write(path, s->dir, "warns.c", "static int unused(void) { return 1; }\n");
  assert_compiles(s, &compiled, path);
  (void)snprintf(first, sizeof first, "%s", s->said);
  assert_non_null(strstr(first, "warns.c:1:"));
  assert_compiles(s, &compiled, path);
  assert_true(compiled.kept);
  assert_string_equal(s->said, first);
  test_file_write(path, s->dir, "warns.c", "\nstatic int unused(void) { return 1; }\n");
  assert_compiles(s, &compiled, path);
  assert_non_null(strstr(s->said, "warns.c:2:"));
}

/* What is a warning in C, and never meant. */
static void a_function_that_nobody_declares_is_an_error(void **state)
{
  plugin_scene *s = *state;
  char path[TEST_PATH_SIZE];
  bt_compiled compiled;
  test_file_write(path, s->dir, "misspelt.c",
                  "#include <backtest/strategy.h>\n"
                  "const double *f(const bt_host *host);\n"
                  "const double *f(const bt_host *host) { return bt_smaa(host, 9); }\n");
  assert_int_equal(compile(s, &compiled, path), BT_ERR_PLUGIN);
  assert_non_null(strstr(s->said, "bt_smaa"));
  test_file_write(path, s->dir, "half.c",
                  "void f(signed char *side);\nvoid f(signed char *side) { side[0] = 0.5; }\n");
  assert_compiles(s, &compiled, path);
  assert_non_null(strstr(s->said, "half.c:2:"));
}

/* $CC may name a folder that has the header of another version. */
static void the_programs_header_comes_before_others(void **state)
{
  plugin_scene *s = *state;
  char path[TEST_PATH_SIZE], value[2 * TEST_PATH_SIZE];
  bt_compiled compiled;
  (void)snprintf(path, sizeof path, "%.900s/backtest", s->dir);
  assert_int_equal(mkdir(path, 0700), 0);
  test_file_write(path, s->dir, "backtest/strategy.h", "#error the wrong one\n");
  (void)snprintf(value, sizeof value, "env A=b cc -I %s", s->dir);
  assert_int_equal(setenv("CC", value, 1), 0);
  assert_compiles(s, &compiled, write_plugin(s, "mine.c", PLUGIN_PARAM, PLUGIN_MEMBERS));
  assert_string_equal(compiled.header, "");
  assert_int_equal(setenv("CC", "cc", 1), 0);
  test_file_write(path, s->dir, "backtest/strategy.h",
                  "typedef struct bt_strategy { unsigned abi; } bt_strategy;\n");
  test_file_write(path, s->dir, "old.c",
                  "#include \"backtest/strategy.h\"\n"
                  "const bt_strategy backtest_strategy = {2};\n");
  assert_refused(s, path, "for ABI version 2");
  assert_non_null(strstr(s->err.message, "it includes "));
  assert_non_null(strstr(s->err.message, "backtest/strategy.h, and not <backtest/strategy.h>"));
}

/* Nothing that is compiled may depend on when that is. */
static void the_time_of_day_does_not_count(void **state)
{
  plugin_scene *s = *state;
  char path[TEST_PATH_SIZE];
  bt_compiled first, second;
  set_compiler(s, "#!/bin/sh\ncase \"$*\" in *\" -o \"*) sleep 1.2 ;; esac\nexec cc \"$@\"\n", "");
  test_file_write(path, s->dir, "clock.c",
                  "const char when[] = __DATE__ __TIME__ __TIMESTAMP__;\n");
  assert_compiles(s, &first, path);
  assert_compiles(s, &second, path);
  assert_true(second.kept);
  assert_string_equal(second.hash, first.hash);
}

static void when_it_takes_long_somebody_is_told_once(void **state)
{
  plugin_scene *s = *state;
  char words[TEST_PATH_SIZE + 16];
  bt_compiled compiled;
  const char *source = write_plugin(s, "mine.c", PLUGIN_PARAM, PLUGIN_MEMBERS);
  assert_compiles(s, &compiled, source);
  assert_string_equal(s->said, "");
  set_compiler(s, "#!/bin/sh\nsleep 1.1\nexec cc \"$@\"\n", "");
  assert_compiles(s, &compiled, source);
  (void)snprintf(words, sizeof words, "slow: %s", source);
  assert_string_equal(s->said, words);
}

static void when_quiet_the_first_error_is_in_the_message(void **state)
{
  plugin_scene *s = *state;
  char path[TEST_PATH_SIZE];
  test_file_write(path, s->dir, "wrong.c",
                  "static int unused(void) { return 1; }\nint b = c;\nint d = e;\n");
  assert_int_equal(load_plugin(s, path, s->cache, true), BT_ERR_PLUGIN);
  assert_string_equal(s->said, "");
  assert_non_null(strstr(s->err.message, "it does not compile: "));
  assert_non_null(strstr(s->err.message, "wrong.c:2:"));
  assert_null(strchr(s->err.message, '\n'));
}

static void without_a_compiler_one_line_says_so(void **state)
{
  plugin_scene *s = *state;
  char path[TEST_PATH_SIZE];
  bt_compiled compiled;
  const char *source = write_plugin(s, "mine.c", PLUGIN_PARAM, PLUGIN_MEMBERS);
  assert_int_equal(setenv("CC", "no-such-compiler -v", 1), 0);
  assert_int_equal(compile(s, &compiled, source), BT_ERR_PLUGIN);
  assert_string_equal(s->err.message,
                      "the compiler no-such-compiler cannot be run: No such file or directory; CC "
                      "names another one");
  assert_string_equal(s->said, "");
  set_compiler(s, "#!/bin/sh\nkill -KILL $$\n", "");
  assert_int_equal(compile(s, &compiled, source), BT_ERR_PLUGIN);
  assert_string_equal(s->err.message, "the compiler was killed");
  set_compiler(s, "#!/bin/sh\n", "");
  (void)snprintf(path, sizeof path, "%.900s/compiler", s->dir);
  assert_int_equal(chmod(path, 0600), 0);
  assert_int_equal(compile(s, &compiled, source), BT_ERR_PLUGIN);
  if (geteuid() != 0) assert_non_null(strstr(s->err.message, "cannot be run: Permission denied"));
  assert_int_equal(setenv("CC", "env no-such-compiler", 1), 0);
  assert_int_equal(compile(s, &compiled, source), BT_ERR_PLUGIN);
  assert_string_equal(s->err.message, "the compiler cannot be run (see above)");
  assert_non_null(strstr(s->said, "no-such-compiler"));
}

static void a_compiler_that_writes_nothing_is_told(void **state)
{
  plugin_scene *s = *state;
  bt_compiled compiled;
  const char *source = write_plugin(s, "mine.c", PLUGIN_PARAM, PLUGIN_MEMBERS);
  assert_int_equal(setenv("CC", "true", 1), 0);
  assert_int_equal(compile(s, &compiled, source), BT_ERR_PLUGIN);
  assert_string_equal(s->err.message, "the compiler (true) has written nothing");
  assert_int_equal(count_kept(s), 0);
}

static void a_source_that_changes_meanwhile_is_refused(void **state)
{
  plugin_scene *s = *state;
  bt_compiled compiled;
  const char *source = write_plugin(s, "mine.c", PLUGIN_PARAM, PLUGIN_MEMBERS);
  set_compiler(s,
               "#!/bin/sh\ncase \"$*\" in *\" -E \"*|--version) exec cc \"$@\" ;; esac\n"
               "cc \"$@\"; echo 'int changed;' >>\"${0%compiler}mine.c\"\n",
               "");
  assert_int_equal(compile(s, &compiled, source), BT_ERR_PLUGIN);
  assert_string_equal(s->err.message, "it has changed while it was compiled; try again");
  assert_int_equal(count_kept(s), 0);
}

/* In a process of its own: it dies of the signal, its compiler ends with all that it has started,
 * whether they want or not, and nothing is left over. */
static void a_signal_ends_compiler_and_program(void **state)
{
  plugin_scene *s = *state;
  char folder[TEST_PATH_SIZE], command[2 * TEST_PATH_SIZE];
  const struct timespec moment = {0, 20000000};
  int ended = 0;
  const char *source = write_plugin(s, "mine.c", PLUGIN_PARAM, PLUGIN_MEMBERS);
  set_compiler(s,
               "#!/bin/sh\ntrap '' TERM\nhere=${0%compiler}\nsleep 60 &\necho $! >\"${here}pid\"\n"
               ">\"${here}started\"\nwait\nsleep 60\n",
               "");
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    bt_compiled compiled;
    (void)bt_compiled_make(&compiled, source, &(bt_plugin_options){.cache = s->cache}, false,
                           &s->err);
    _exit(1);
  }
  for (int i = 0; i < 500 && count_entries(s->dir, "started") == 0; i++)
    (void)nanosleep(&moment, NULL);
  assert_int_equal(kill(child, SIGTERM), 0);
  assert_int_equal(waitpid(child, &ended, 0), child);
  assert_true(WIFSIGNALED(ended));
  assert_int_equal(WTERMSIG(ended), SIGTERM);
  (void)snprintf(folder, sizeof folder, "%.900s/plugins", s->cache);
  assert_int_equal(count_entries(folder, "work"), 0);
  (void)snprintf(command, sizeof command,
                 "for i in 1 2 3 4 5 6 7 8 9; do ps -o stat= -p $(cat '%.900s/pid') | grep -vq Z "
                 "|| exit 0; sleep 0.1; done; exit 1",
                 s->dir);
  assert_int_equal(system(command), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      COMPILE_CASE(a_source_is_compiled_once),
      COMPILE_CASE(remarks_and_names_compile_anew_and_leave_the_hash),
      COMPILE_CASE(warnings_are_shown_each_time),
      COMPILE_CASE(a_function_that_nobody_declares_is_an_error),
      COMPILE_CASE(the_programs_header_comes_before_others),
      COMPILE_CASE(the_time_of_day_does_not_count),
      COMPILE_CASE(when_it_takes_long_somebody_is_told_once),
      COMPILE_CASE(what_it_includes_counts),
      COMPILE_CASE(another_compiler_version_or_flag_compiles_anew),
      COMPILE_CASE(a_compiler_may_be_several_words),
      COMPILE_CASE(flags_and_header_are_the_programs_own),
      COMPILE_CASE(what_a_compiler_says_is_shown),
      COMPILE_CASE(when_quiet_the_first_error_is_in_the_message),
      COMPILE_CASE(without_a_compiler_one_line_says_so),
      COMPILE_CASE(a_compiler_that_writes_nothing_is_told),
      COMPILE_CASE(a_source_that_changes_meanwhile_is_refused),
      COMPILE_CASE(a_signal_ends_compiler_and_program),
  };
  return cmocka_run_group_tests_name("strategies/compile", tests, NULL, NULL);
}
