/* Sources of plugins: how they are compiled, what of them is kept, and what goes wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "strategies/compile.h"
#include "tests/support/plugin_scene.h"

static void note_slow(const char *source, void *context)
{
  note_words("slow: ", context);
  note_words(source, context);
}

/* Compiles, and lets what is not kept be removed. */
static bt_status compile(plugin_scene *s, bt_compiled *out, const char *source)
{
  const bt_plugin_watch watch = {.on_words = note_words, .on_slow = note_slow, .context = s};
  s->said[0] = '\0';
  bt_status status =
      bt_compiled_make(out, source, &(bt_plugin_options){s->cache, &watch}, false, &s->err);
  if (!status) bt_compiled_clear(out);
  return status;
}

static void assert_compiles(plugin_scene *s, bt_compiled *out, const char *source)
{
  if (compile(s, out, source)) fail_msg("%s: %s\n%s", source, s->err.message, s->said);
}

static int setup(void **state)
{
  (void)unsetenv("CC");
  return plugin_scene_setup(state);
}

/* A script that stands for a compiler, and CC that names it. */
static void set_compiler(const plugin_scene *s, const char *script, const char *words)
{
  char path[TEST_PATH_SIZE], value[2 * TEST_PATH_SIZE];
  test_file_write(path, s->dir, "compiler", script);
  assert_int_equal(chmod(path, 0700), 0);
  (void)snprintf(value, sizeof value, "%s%s", path, words);
  assert_int_equal(setenv("CC", value, 1), 0);
}

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
    (void)bt_compiled_make(&compiled, source, &(bt_plugin_options){s->cache, NULL}, false, &s->err);
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

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, plugin_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(a_source_is_compiled_once),
      CASE(remarks_and_names_compile_anew_and_leave_the_hash),
      CASE(warnings_are_shown_each_time),
      CASE(a_function_that_nobody_declares_is_an_error),
      CASE(the_programs_header_comes_before_others),
      CASE(the_time_of_day_does_not_count),
      CASE(when_it_takes_long_somebody_is_told_once),
      CASE(a_cache_that_is_removed_meanwhile_is_made_again),
      CASE(what_it_includes_counts),
      CASE(another_compiler_version_or_flag_compiles_anew),
      CASE(a_compiler_may_be_several_words),
      CASE(flags_and_header_are_the_programs_own),
      CASE(what_a_compiler_says_is_shown),
      CASE(when_quiet_the_first_error_is_in_the_message),
      CASE(without_a_compiler_one_line_says_so),
      CASE(without_a_cache_nothing_stays),
      CASE(a_folder_or_file_that_others_can_write_is_not_used),
      CASE(what_is_kept_and_damaged_is_compiled_anew),
      CASE(what_a_killed_compiler_has_left_is_removed_an_hour_later),
      CASE(a_source_that_changes_meanwhile_is_refused),
      CASE(a_signal_ends_compiler_and_program),
  };
  return cmocka_run_group_tests_name("strategies/compile", tests, NULL, NULL);
}
