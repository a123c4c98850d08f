/* Strategies from outside the program, as their authors meet it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "tests/support/mine_scene.h"

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

#define CASE(name) cmocka_unit_test_setup_teardown(name, mine_scene_setup, program_scene_teardown)

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
      CASE(the_header_is_printed),
      CASE(the_calls_of_the_list_compile),
      CASE(an_installed_header_is_what_pkg_config_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
