/* docs/strategy.md: every file in it compiles without a warning, every command works; so does the
 * strategy at the top of README.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>

#include "tests/support/program_scene.h"

enum { LINE_SIZE = 1024, FILES_MOST = 16 };

/* What stands before each command: a home of its own, and the header where make install puts it. */
#define PLACE "export HOME=$PWD PKG_CONFIG_PATH=$PWD/usr/lib/pkgconfig; unset XDG_CONFIG_HOME; "

typedef struct document {
  program_scene *scene;
  FILE *text;
  bool pkg_config;
  size_t n_files, n_commands;
} document;

static bool works(program_scene *s, const char *command)
{
  test_run_shell(&s->run, s->dir, command);
  return s->run.exit_status == 0;
}

static bool ends_block(const char *line)
{
  return strncmp(line, "```", 3) == 0;
}

/* Copies a block to a file, and compiles it with every warning. */
static void take_file(document *d, const char *name)
{
  char path[TEST_PATH_SIZE], line[LINE_SIZE], command[2 * LINE_SIZE];
  FILE *file = fopen(test_file_write(path, d->scene->dir, name, NULL), "w");
  assert_non_null(file);
  while (fgets(line, sizeof line, d->text) && !ends_block(line))
    assert_true(fputs(line, file) >= 0);
  assert_int_equal(fclose(file), 0);
  (void)snprintf(command, sizeof command,
                 "${CC:-cc} -std=c11 -Wall -Wextra -Wpedantic -Wconversion -Werror -fPIC -shared "
                 "-I \"${BACKTEST_ROOT:-.}/core/include\" -o x.so %s",
                 name);
  expect_exit(d->scene, command, 0);
  d->n_files++;
}

/* Lines that stand in the file as they stand here. */
static void compare_part(document *d, const char *name)
{
  static char text[1 << 16];
  char path[TEST_PATH_SIZE], line[LINE_SIZE];
  (void)snprintf(path, sizeof path, "%.900s/%s", d->scene->dir, name);
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  (void)fclose(file);
  while (fgets(line, sizeof line, d->text) && !ends_block(line)) expect_part(text, line);
}

static bool is_left_out(const document *d, const char *command)
{
  return !d->pkg_config && (strstr(command, "pkg-config") || strstr(command, ".so"));
}

static void run_commands(document *d)
{
  char line[LINE_SIZE], command[2 * LINE_SIZE];
  bool skips = false; /* with a run that was left out its query is */
  while (fgets(line, sizeof line, d->text) && !ends_block(line)) {
    skips = skips || is_left_out(d, line);
    if (skips) continue;
    (void)snprintf(command, sizeof command, PLACE "%s", line);
    expect_exit(d->scene, command, 0);
    assert_string_equal(d->scene->run.err, "");
    if (strncmp(line, "sqlite3", 7) == 0) assert_true(strlen(d->scene->run.out) > 0);
    d->n_commands++;
  }
}

static void files_and_commands_of_the_document_work(void **state)
{
  program_scene *s = *state;
  char path[TEST_PATH_SIZE], line[LINE_SIZE], name[64];
  document d = {.scene = s};
  d.pkg_config = works(s, "pkg-config --version");
  if (!d.pkg_config) printf("skipped: there is no pkg-config\n");
  expect_exit(s,
              "here=$PWD; unset MAKEFLAGS MAKELEVEL; cd \"${BACKTEST_ROOT:-.}\" && "
              "make -s install-plugins PREFIX=\"$here/usr\"",
              0);
  d.text = fopen(test_root_path(path, "docs/strategy.md"), "r");
  assert_non_null(d.text);
  while (fgets(line, sizeof line, d.text)) {
    if (!ends_block(line)) continue;
    if (sscanf(line, "```c part of %63s", name) == 1)
      compare_part(&d, name);
    else if (sscanf(line, "```c %63s", name) == 1)
      take_file(&d, name);
    else if (strcmp(line, "```sh\n") == 0)
      run_commands(&d);
    else
      fail_msg("a block of no known kind: %s", line);
  }
  (void)fclose(d.text);
  assert_in_range(d.n_files, 4, FILES_MOST);
  assert_in_range(d.n_commands, 10, 40);
}

static void the_strategy_of_the_readme_works(void **state)
{
  program_scene *s = *state;
  char path[TEST_PATH_SIZE], line[LINE_SIZE], name[64] = "";
  document d = {.scene = s, .text = fopen(test_root_path(path, "README.md"), "r")};
  assert_non_null(d.text);
  while (d.n_files == 0 && fgets(line, sizeof line, d.text))
    if (sscanf(line, "```c %63s", name) == 1) take_file(&d, name);
  (void)fclose(d.text);
  assert_string_equal(name, "dip.c");
  expect_exit(s, "backtest synth --tickers 3 --bars 500 --dir demo", 0);
  expect_exit(s, "backtest --universe demo.txt --strategy ./dip.c --grid --commission 0.1% -o r.db",
              0);
  assert_string_equal(s->run.err, "");
  expect_output(s, "sqlite3 r.db 'select count(*), sum(n_trades) > 0 from results_dip'", "76|1\n");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(files_and_commands_of_the_document_work, program_scene_setup,
                                      program_scene_teardown),
      cmocka_unit_test_setup_teardown(the_strategy_of_the_readme_works, program_scene_setup,
                                      program_scene_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
