/* Strategies from outside the program, as their authors meet it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "tests/support/program_scene.h"

#define RUN "backtest --universe u.txt --quiet -o r.db "

/* The built-in sma as an author would write it: mine.c, called mine. */
#define MAKE_MINE                                                                                  \
  "sed -e 's/bt_strategy_sma/backtest_strategy/' -e 's/\"sma\"/\"mine\"/' "                        \
  "\"${BACKTEST_ROOT:-.}/strategies/sma.c\" >mine.c"
#define MAKE_OBJECT "${CC:-cc} -std=c11 -O2 -fPIC -shared -I \"${BACKTEST_ROOT:-.}/core/include\" "

/* Rows of run 2 that run 1 does not have, but for the run's number, and how many there are. */
#define COMPARE_RUNS                                                                               \
  "sqlite3 r.db \"create table a as select * from metrics where run_id = 1; "                      \
  "create table b as select * from metrics where run_id = 2; update b set run_id = 1; "            \
  "select count(*) from (select * from b except select * from a); select count(*) > 9 from b\""

static int make_scene(void **state)
{
  return program_scene_setup_by(state,
                                "backtest synth --tickers 4 --bars 400 --dir u && " MAKE_MINE);
}

/* ---- running ----------------------------------------------------------------------------------
 */

static void source_and_object_give_the_rows_of_the_built_in(void **state)
{
  program_scene *s = *state;
  expect_exit(s, MAKE_OBJECT "-o mine.so mine.c", 0);
  expect_exit(s, RUN "--strategy sma --grid && " RUN "--strategy mine.c --grid", 0);
  assert_string_equal(s->run.err, "");
  expect_output(s, COMPARE_RUNS, "0\n1\n");
  expect_exit(s, "rm r.db; " RUN "--strategy sma --grid && " RUN "--strategy ./mine.so --grid", 0);
  expect_output(s, COMPARE_RUNS, "0\n1\n");
  expect_output(s, "sqlite3 r.db 'select fast < slow from results_mine limit 1'", "1\n");
}

static void a_walk_forward_takes_plugins_too(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              "backtest walkforward --universe u.txt --strategy ./mine.c --param fast=5,10 "
              "--train 6m --test 3m --quiet -o w.db",
              0);
  expect_output(s, "sqlite3 w.db 'select strategy, status from runs'", "mine|complete\n");
}

/* An example of each kind runs, and any number of threads gives the same rows. */
static void the_examples_run(void **state)
{
  static const char *const names[] = {"sides_rsi",      "signals_graded", "cross_close_ema",
                                      "own_efficiency", "on_bar_sma",     "on_bar_streak"};
  program_scene *s = *state;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    char command[1024];
    (void)snprintf(command, sizeof command,
                   "rm -f r.db; for j in 1 3; do " RUN "-j $j --direction both --grid --strategy "
                   "\"${BACKTEST_ROOT:-.}/strategies/examples/%s.c\" || exit 1; done; "
                   "sqlite3 r.db 'select sum(n_trades) > 0 from results'",
                   names[i]);
    expect_output(s, command, "1\n");
    assert_string_equal(s->run.err, "");
    expect_output(s, COMPARE_RUNS, "0\n1\n");
  }
}

/* The same orders; the last bits of a metric may depend on the way it is computed. */
static void written_bar_by_bar_sma_gives_the_same_results(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              "rm -f r.db; " RUN "--direction both --strategy sma --grid && " RUN
              "--direction both --grid --strategy "
              "\"${BACKTEST_ROOT:-.}/strategies/examples/on_bar_sma.c\"",
              0);
  expect_output(s,
                "sqlite3 r.db \"select count(*) > 100, sum(a.n_trades <> b.n_trades), "
                "max(abs(a.total_return - b.total_return)) < 1e-9, "
                "max(abs(a.max_drawdown - b.max_drawdown)) < 1e-9 from metrics a join metrics b "
                "using (ticker_id, window_id, phase, combo_id) where a.run_id = 1 and b.run_id = 2 "
                "and ticker_id > 0\"",
                "1|0|1|1\n");
}

/* As many as a descriptor may have, and every exit level beside them. */
static void the_most_parameters_are_printed(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              "{ echo '#include <backtest/strategy.h>'; "
              "echo 'static void cross(const bt_host *h, const double *p, const double *pair[2])'; "
              "echo '{ pair[0] = h->series->close; pair[1] = bt_sma(h, p[63]); }'; "
              "echo 'static const bt_param params[] = {'; "
              "i=0; while [ $i -lt 64 ]; do i=$((i + 1)); "
              "echo '{\"p'$i'\", 7, 7, 9, 1, 1, 99, 1, \"x\"},'; done; echo '};'; "
              "echo 'const bt_strategy backtest_strategy = {.abi_version = BT_STRATEGY_ABI,'; "
              "echo '.name = \"many\", .summary = \"many\", .params = params, .n_params = 64,'; "
              "echo '.cross = cross};'; } >many.c",
              0);
  expect_exit(s,
              "backtest --universe u.txt -o m.db --strategy many.c --param stop_loss=5% "
              "--param take_profit=9% --param trailing=8%",
              0);
  expect_part(s->run.out, "trailing");
  expect_part(s->run.out, "0.08");
  expect_exit(s, "backtest --universe u.txt --strategy many.c --param p=3", 2);
  expect_part(s->run.err, "many has no parameter 'p'; did you mean 'p1'?");
}

/* ---- refused ----------------------------------------------------------------------------------
 */

static void what_cannot_be_used_exits_2_in_one_line(void **state)
{
  program_scene *s = *state;
  expect_usage(s, RUN "--strategy ./none.c",
               "backtest: --strategy ./none.c: it cannot be opened: No such file or directory\n");
  expect_usage(s, RUN "--strategy u.txt/", "--strategy u.txt/: it cannot be opened");
  expect_usage(s, RUN "--strategy ./u.txt", "it is no shared object that can be loaded: ");
  expect_usage(s, "CC=no-such-cc " RUN "--strategy ./mine.c",
               "--strategy ./mine.c: the compiler no-such-cc cannot be run: No such file");
  expect_usage(s, "sed s/BT_STRATEGY_ABI/3/ mine.c >old.c; " RUN "--strategy old.c",
               "--strategy old.c: it was compiled for ABI version 3 of backtest/strategy.h");
}

static void what_a_compiler_says_stands_above_the_line(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "echo 'int a = b;' >wrong.c; " RUN "--strategy wrong.c", 2);
  assert_string_equal(s->run.out, "");
  expect_part(s->run.err, "wrong.c:1:");
  const char *last = strstr(s->run.err, "backtest: ");
  assert_non_null(last);
  assert_string_equal(last, "backtest: --strategy wrong.c: it does not compile (see above)\n");
  expect_exit(
      s, "sed 's/^enum/static int unused;\\nenum/' mine.c >warns.c; " RUN "--strategy warns.c", 0);
  expect_part(s->run.err, "unused");
}

/* The view results_mine would have two columns of one name, or be another view. */
static void names_of_columns_and_views_are_refused_when_it_is_loaded(void **state)
{
  program_scene *s = *state;
  expect_usage(s,
               "sed 's/\"fast\"/\"Sharpe\"/; s/fast<slow/Sharpe<slow/' mine.c >column.c; "
               "backtest --universe u.txt -o c.db --strategy column.c --dry-run",
               "--strategy column.c: strategy mine: parameter 'Sharpe' has the name of another "
               "column of the results\n");
  expect_usage(s,
               "sed 's/\"mine\"/\"all\"/' mine.c >all.c; backtest --universe u.txt -o c.db "
               "--strategy all.c",
               "--strategy all.c: a strategy cannot be called 'all': the view results_all has");
  expect_exit(s, "test ! -e c.db", 0);
}

/* What a plugin does that crashes, ends the process or waits while it is loaded is in a copy of the
 * program. */
#define MAKE_LOADER(name, statement)                                                               \
  "{ echo '#include <stdlib.h>'; sed 's/\"mine\"/\"" name "\"/' mine.c; "                          \
  "echo '__attribute__((constructor)) static void load(void) { " statement " }'; } >" name ".c; "

static void one_that_crashes_while_it_is_loaded_is_refused(void **state)
{
  program_scene *s = *state;
  expect_usage(s, MAKE_LOADER("boom", "abort();") RUN "--strategy ./boom.c",
               "backtest: --strategy ./boom.c: it crashed while it was loaded (Aborted)\n");
  expect_usage(s, MAKE_LOADER("leaves", "exit(0);") RUN "--strategy ./leaves.c",
               "--strategy ./leaves.c: it ended the process while it was loaded\n");
  expect_exit(s,
              "mkdir p && mv boom.c leaves.c p && cp mine.c p && BACKTEST_PLUGIN_PATH=p "
              "backtest list strategies -v",
              0);
  assert_string_equal(s->run.err, "");
  expect_part(s->run.out, "    boom.c: refused: it crashed while it was loaded (Aborted)\n");
  expect_part(s->run.out, "    leaves.c: refused: it ended the process while it was loaded\n");
  expect_part(s->run.out, "    mine.c: mine\n");
  expect_usage(
      s, MAKE_OBJECT "-o cut.so mine.c && truncate -s 5000 cut.so && " RUN "--strategy ./cut.so",
      "--strategy ./cut.so: it ");
}

/* Else a script would take it for a run that is done. */
static void one_that_calls_exit_fails(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              "{ echo '#include <stdlib.h>'; sed 's/= bt_sma(host, params.SLOW.)/&; exit(0)/' "
              "mine.c; } >leaves.c; " RUN "--strategy ./leaves.c",
              1);
  expect_part(s->run.err, "backtest: strategy ./leaves.c has called exit(), and the process ends");
  assert_string_equal(s->run.out, "");
  expect_exit(s, RUN "--strategy ./leaves.c --isolate", 1);
  assert_null(strstr(s->run.err, "has called exit()"));
  expect_exit(s, RUN "--strategy ./mine.c", 0);
  assert_string_equal(s->run.err, "");
}

/* Then the system does not tell how a child has ended, unless it is asked to. */
static void it_may_be_started_with_children_ignored(void **state)
{
  program_scene *s = *state;
  test_run_shell(&s->run, s->dir, "env --ignore-signal=CHLD true");
  if (s->run.exit_status != 0) {
    printf("skipped: env cannot ignore signals\n");
    skip();
  }
  expect_exit(s, "env --ignore-signal=CHLD " RUN "--strategy mine.c", 0);
  assert_string_equal(s->run.err, "");
}

/* Names of files may have what a terminal obeys. */
static void control_characters_are_not_printed(void **state)
{
  program_scene *s = *state;
  expect_usage(s, RUN "--strategy \"$(printf './\\033[31mred.c')\"", "--strategy ./?[31mred.c: ");
  assert_null(strchr(s->run.err, '\033'));
}

/* ---- what is kept -----------------------------------------------------------------------------
 */

static void where_it_is_compiled_follows_the_cache_options(void **state)
{
  program_scene *s = *state;
  expect_output(
      s,
      "mkdir tmp; export TMPDIR=$PWD/tmp; " RUN "--strategy mine.c --cache-dir k && " RUN
      "--strategy mine.c --cache-dir k && ls k/plugins | sed 's/.*[.]/./' && ls tmp | wc -l",
      ".so\n.txt\n0\n");
  expect_output(s,
                "export TMPDIR=$PWD/tmp; " RUN "--strategy mine.c --no-cache && " RUN
                "--strategy mine.c --dry-run >plan && find tmp \"$XDG_CACHE_HOME\" -name '*.so' "
                "2>/dev/null | wc -l; ls tmp | wc -l",
                "0\n0\n");
  expect_exit(s,
              "mkdir -m 777 open open/plugins; chmod 777 open/plugins; " RUN
              "--strategy mine.c --cache-dir open",
              0);
  assert_string_equal(
      s->run.err, "backtest: warning: open/plugins: compiled plugins cannot be kept: others can "
                  "write to this folder; see --no-cache\n");
}

/* Each level has flags of its own, and so a file of its own; the rows are the same. */
static void every_vector_level_compiles_for_itself(void **state)
{
  program_scene *s = *state;
  test_run_shell(&s->run, s->dir, "BACKTEST_VECTORS=avx2 backtest --version");
  if (s->run.exit_status != 0) {
    printf("skipped: one vector level is all there is\n");
    skip();
  }
  expect_output(s,
                "rm -f r.db; for v in baseline avx2; do BACKTEST_VECTORS=$v " RUN
                "--grid --strategy \"${BACKTEST_ROOT:-.}/strategies/examples/signals_graded.c\" "
                "--cache-dir l || exit 1; done; ls l/plugins/*.so | wc -l",
                "2\n");
  expect_output(s, COMPARE_RUNS, "0\n1\n");
  expect_output(s, "sqlite3 r.db 'select count(distinct options) from runs'", "1\n");
}

/* ---- the job ----------------------------------------------------------------------------------
 */

#define BREAK_OFF "sqlite3 r.db \"update runs set status = 'interrupted'\""

static void a_plugin_that_changed_is_another_job(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "rm -f r.db; " RUN "--strategy ./mine.c && " BREAK_OFF, 0);
  expect_exit(
      s,
      "sed 's/bt_sma(host, params.SLOW.)/bt_ema(host, params[SLOW])/' mine.c >changed.c; " RUN
      "--strategy ./changed.c --resume",
      1);
  expect_part(s->run.err, "it is another job: its strategy \"mine\" has changed; leave");
  expect_exit(s,
              "{ echo '/* what a remark! */'; cat mine.c; } >moved.c; " RUN
              "--strategy ./moved.c --resume",
              0);
  expect_output(s, "sqlite3 r.db 'select count(*), min(status) from runs'", "1|complete\n");
  expect_exit(s,
              "rm r.db; " MAKE_OBJECT "-o a.so mine.c && " MAKE_OBJECT "-o b.so changed.c && " RUN
              "--strategy ./a.so && " BREAK_OFF,
              0);
  expect_exit(s, RUN "--strategy ./b.so --resume", 1);
  expect_part(s->run.err, "its strategy \"mine\" has changed; leave");
  expect_exit(s, RUN "--strategy ./a.so --resume", 0);
}

/* Else runs of older programs would be other jobs. */
static void a_built_in_strategy_has_no_hash(void **state)
{
  program_scene *s = *state;
  expect_output(s,
                "rm -f r.db; " RUN "--strategy sma && " RUN "--strategy mine.c && "
                "sqlite3 r.db \"select options like '%plugin%' from runs order by run_id\"",
                "0\n1\n");
}

/* ---- by name ----------------------------------------------------------------------------------
 */

#define PLACES                                                                                     \
  "export BACKTEST_PLUGIN_PATH=\"$PWD/one::$PWD/none:$PWD/two\" XDG_CONFIG_HOME=$PWD/config; "

static int make_places(void **state)
{
  if (make_scene(state)) return 1;
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

/* ---- the header -------------------------------------------------------------------------------
 */

static void the_header_is_printed(void **state)
{
  program_scene *s = *state;
  expect_output(s,
                "backtest new --header >h && cmp h "
                "\"${BACKTEST_ROOT:-.}/core/include/backtest/strategy.h\" && echo same",
                "same\n");
  expect_usage(s, "backtest new mine --header", "mine: --header prints, and makes no strategy");
}

/* With all outputs of an indicator or-ed: `BT_UPPER|BT_MIDDLE` is an expression, too. */
static void the_calls_of_the_list_compile(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              "{ echo '#include <backtest/strategy.h>'; echo 'void f(const bt_host *host);'; "
              "echo 'void f(const bt_host *host) {'; "
              "echo 'double period = 9, fast = 3, slow = 9, signal = 9, fast_k = 9, slow_k = 9,'; "
              "echo 'slow_d = 9, step = 1, most = 1, multiplier = 2, width = 2, per_year = 252;'; "
              "backtest list indicators | sed -n 's/^ *in C: \\(.*\\)/(void)\\1;/p'; echo '}'; } "
              ">calls.c && " MAKE_OBJECT
              "-Wall -Werror -o calls.so calls.c && grep -c void calls.c "
              ">n && backtest list indicators | grep -c '^  [a-z]' >m && "
              "test $(cat n) = $(($(cat m) + 2))",
              0);
}

/* ---- installed --------------------------------------------------------------------------------
 */

/* What authors build with: header and pkg-config file, in a staged folder and in its place. */
static void an_installed_header_is_what_pkg_config_names(void **state)
{
  program_scene *s = *state;
  test_run_shell(&s->run, s->dir, "pkg-config --version");
  if (s->run.exit_status != 0) {
    printf("skipped: there is no pkg-config\n");
    skip();
  }
  expect_exit(s,
              "here=$PWD; unset MAKEFLAGS MAKELEVEL; cd \"${BACKTEST_ROOT:-.}\" && "
              "make -s install-plugins PREFIX=\"$here/usr\" && "
              "make -s install-plugins PREFIX=/opt/bt DESTDIR=\"$here/stage\"",
              0);
  expect_exit(s,
              "export PKG_CONFIG_PATH=$PWD/usr/lib/pkgconfig; "
              "${CC:-cc} -shared -fPIC $(pkg-config --cflags backtest) mine.c -o mine.so && " RUN
              "--strategy ./mine.so",
              0);
  expect_exit(s,
              "export PKG_CONFIG_PATH=$PWD/stage/opt/bt/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR="
              "$PWD/stage; ${CC:-cc} -shared -fPIC $(pkg-config --cflags backtest) mine.c -o "
              "staged.so && " RUN "--strategy ./staged.so",
              0);
  expect_exit(s, RUN "--strategy usr/share/backtest/examples/sides_rsi.c", 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_scene, program_scene_teardown)
#define CASE_IN_PLACES(name)                                                                       \
  cmocka_unit_test_setup_teardown(name, make_places, program_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(source_and_object_give_the_rows_of_the_built_in),
      CASE(a_walk_forward_takes_plugins_too),
      CASE(the_examples_run),
      CASE(written_bar_by_bar_sma_gives_the_same_results),
      CASE(the_most_parameters_are_printed),
      CASE(what_cannot_be_used_exits_2_in_one_line),
      CASE(what_a_compiler_says_stands_above_the_line),
      CASE(names_of_columns_and_views_are_refused_when_it_is_loaded),
      CASE(one_that_crashes_while_it_is_loaded_is_refused),
      CASE(one_that_calls_exit_fails),
      CASE(it_may_be_started_with_children_ignored),
      CASE(control_characters_are_not_printed),
      CASE(where_it_is_compiled_follows_the_cache_options),
      CASE(every_vector_level_compiles_for_itself),
      CASE(a_plugin_that_changed_is_another_job),
      CASE(a_built_in_strategy_has_no_hash),
      CASE_IN_PLACES(plugins_are_found_by_name),
      CASE_IN_PLACES(the_first_one_found_is_taken),
      CASE_IN_PLACES(a_source_that_is_not_taken_is_told),
      CASE_IN_PLACES(a_folder_is_no_plugin),
      CASE_IN_PLACES(unknown_names_suggest_what_is_found),
      CASE_IN_PLACES(the_list_shows_what_is_found_and_counts_what_is_refused),
      CASE_IN_PLACES(with_v_the_list_says_where_and_why),
      CASE(the_header_is_printed),
      CASE(the_calls_of_the_list_compile),
      CASE(an_installed_header_is_what_pkg_config_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
