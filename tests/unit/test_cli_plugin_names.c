/* Strategies from outside the program by name: where they are looked for, and what the list says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/mine_scene.h"

#define PLACES                                                                                     \
  "export BACKTEST_PLUGIN_PATH=\"$PWD/one::$PWD/none:$PWD/two\" XDG_CONFIG_HOME=$PWD/config; "

static int make_places(void **state)
{
  if (mine_scene_setup(state)) return 1;
  expect_exit(*state,
              "mkdir -p one two config/backtest/plugins && cp mine.c two && "
              "sed 's/\"mine\"/\"other\"/' mine.c >config/backtest/plugins/other.c && "
              "cp config/backtest/plugins/other.c one/misnamed.c && echo 'int a = b;' >two/wrong.c",
              0);
  return 0;
}

static void plugins_are_found_by_name(void **state)
{
  program_scene *s = *state;
  expect_output(s,
                PLACES RUN "--strategy mine && " RUN "--strategy other && "
                           "sqlite3 r.db 'select strategy from runs'",
                "mine\nother\n");
  expect_output(
      s,
      "export BACKTEST_PLUGIN_PATH=two; unset XDG_CONFIG_HOME; export HOME=$PWD; "
      "mkdir -p .config/backtest && cp -r config/backtest/plugins .config/backtest && " RUN
      "--strategy mine && " RUN "--strategy other && sqlite3 r.db 'select count(*) from "
      "runs'",
      "4\n");
}

/* mine.so is taken before mine.c, and one folder before the next. */
static void the_first_one_found_is_taken(void **state)
{
  program_scene *s = *state;
  expect_output(s,
                PLACES "sed 's/\"cross of.*\"/\"the object\"/' mine.c >o.c; " MAKE_OBJECT
                       "-o two/mine.so o.c; backtest list strategies | sed -n 's/^  mine *//p'; "
                       "sed 's/\"cross of.*\"/\"the first\"/' mine.c >one/mine.c; "
                       "backtest list strategies | sed -n 's/^  mine *//p'",
                "the object; fast<slow [plugin]\nthe first; fast<slow [plugin]\n");
}

/* What is taken although another file may have been meant. */
static void a_source_that_is_not_taken_is_told(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              PLACES MAKE_OBJECT "-o two/mine.so mine.c; touch -d '1 hour ago' two/mine.so; " RUN
                                 "--strategy mine",
              0);
  expect_part(s->run.err, "backtest: warning: ");
  expect_part(s->run.err, "two/mine.so is older than mine.c beside it, and is taken\n");
  expect_exit(s, PLACES "backtest list strategies -v", 0);
  expect_part(s->run.out, "    mine.so: mine; it is older than the source beside it\n");
  expect_exit(s, PLACES "touch two/mine.so; " RUN "--strategy mine", 0);
  assert_string_equal(s->run.err, "");
  expect_exit(s, PLACES "cp mine.c two/sma.c; " RUN "--strategy sma", 0);
  expect_part(s->run.err, "two/sma.c is not taken: a built-in strategy is called sma\n");
}

/* Else it would hide the source. */
static void a_folder_is_no_plugin(void **state)
{
  program_scene *s = *state;
  expect_exit(s, PLACES "mkdir two/mine.so; " RUN "--strategy mine", 0);
  assert_string_equal(s->run.err, "");
  expect_exit(s, PLACES "ln -s nowhere two/lost.c; backtest list strategies -v", 0);
  expect_part(s->run.out, "    lost.c: refused: it cannot be opened: No such file or directory\n");
  assert_null(strstr(s->run.out, "mine.so"));
}

static void unknown_names_suggest_what_is_found(void **state)
{
  program_scene *s = *state;
  expect_usage(s, PLACES RUN "--strategy othr",
               "no strategy is called 'othr'; did you mean 'other'?");
  expect_usage(s, PLACES RUN "--strategy bolinger", "did you mean 'bollinger'?");
  expect_usage(s, RUN "--strategy mine", "did you mean './mine.c'?");
  expect_usage(s, RUN "--strategy ./mine",
               "--strategy ./mine: it cannot be opened: No such file or directory; did you mean "
               "'./mine.c'?\n");
  expect_usage(s, "touch mine.cpp; " RUN "--strategy mine.cpp",
               "no strategy is called 'mine.cpp', and files of strategies end in .c or .so");
  expect_usage(s, "echo '# a text that is long enough' >mine.py; " RUN "--strategy ./mine.py",
               "; files of strategies end in .c or .so\n");
  expect_usage(s, RUN "--strategy ./mine.c --param stop_los=5%",
               "mine has no parameter 'stop_los'; did you mean 'stop_loss'?");
  expect_usage(s, PLACES RUN "--strategy misnamed",
               "one/misnamed.c: its strategy is called 'other'; to be found by name the file must "
               "be called so, too");
  expect_exit(s, PLACES RUN "--strategy wrong", 2);
  expect_part(s->run.err, "two/wrong.c: it does not compile (see above)\n");
}

static void the_list_shows_what_is_found_and_counts_what_is_refused(void **state)
{
  program_scene *s = *state;
  expect_exit(s, PLACES "backtest list strategies", 0);
  assert_string_equal(s->run.err, "");
  expect_part(s->run.out,
              "\n  mine       cross of two simple moving averages; fast<slow [plugin]\n    fast  ");
  expect_part(s->run.out, "\n  other      cross of");
  expect_part(s->run.out, "\n  2 plugins were refused; `backtest list strategies -v` says why\n");
  assert_null(strstr(s->run.out, "wrong.c"));
  expect_exit(s, "unset XDG_CONFIG_HOME HOME BACKTEST_PLUGIN_PATH; backtest list strategies", 0);
  assert_null(strstr(s->run.out, "plugin"));
}

static void with_v_the_list_says_where_and_why(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              PLACES "cp mine.c one/Bad-name.c; cp mine.c config/backtest/plugins; "
                     "backtest list strategies -v",
              0);
  assert_string_equal(s->run.err, "");
  expect_part(s->run.out, "/one\n    Bad-name.c: refused: its file is not named as a strategy is");
  expect_part(s->run.out, "    misnamed.c: refused: its strategy is called 'other'");
  expect_part(s->run.out, "/none: No such file or directory\n");
  expect_part(s->run.out, "/two\n    mine.c: mine\n    wrong.c: refused: it does not compile: ");
  expect_part(s->run.out, "two/wrong.c:1:");
  expect_part(s->run.out, "/config/backtest/plugins\n    mine.c: hidden by the one before it");
  expect_part(s->run.out, "\n    other.c: other\n");
  assert_null(strstr(s->run.out, "were refused"));
}

static void one_that_hangs_does_not_hold_the_list_up(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              PLACES "printf '#include <unistd.h>\n__attribute__((constructor)) static void hang("
                     "void) { for (;;) sleep(60); }\n' >one/hangs.c; cat mine.c >>one/hangs.c; "
                     "backtest list strategies -v",
              0);
  expect_part(s->run.out, "    hangs.c: refused: it took longer than 2 s to be loaded\n");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_places, program_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(plugins_are_found_by_name),
      CASE(the_first_one_found_is_taken),
      CASE(a_source_that_is_not_taken_is_told),
      CASE(a_folder_is_no_plugin),
      CASE(unknown_names_suggest_what_is_found),
      CASE(the_list_shows_what_is_found_and_counts_what_is_refused),
      CASE(with_v_the_list_says_where_and_why),
      CASE(one_that_hangs_does_not_hold_the_list_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
