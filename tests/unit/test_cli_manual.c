/* The manual page beside the table of options. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/job_options.h"
#include "tests/support/paths.h"

/* A dash is written \- there. */
static void escape(char *out, size_t size, const char *name)
{
  size_t used = (size_t)snprintf(out, size, "\\-\\-");
  for (const char *c = name; *c && used + 3 < size; c++) {
    if (*c == '-') out[used++] = '\\';
    out[used++] = *c;
  }
  out[used] = '\0';
}

/* The manual from a heading on. */
static const char *read_manual(const char *heading)
{
  static char text[1 << 17];
  char path[TEST_PATH_SIZE];
  FILE *file = fopen(test_root_path(path, "docs/backtest.1"), "r");
  assert_non_null(file);
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  (void)fclose(file);
  const char *section = strstr(text, heading);
  assert_non_null(section);
  return section;
}

static void expect_options(const char *text, const bt_option *options, size_t n_options)
{
  char name[64];
  for (size_t i = 0; i < n_options; i++) {
    escape(name, sizeof name, options[i].name);
    if (!strstr(text, name)) fail_msg("--%s is not there", options[i].name);
  }
}

static void every_option_of_a_job_is_in_the_manual(void **state)
{
  (void)state;
  const char *options = read_manual(".SH OPTIONS");
  expect_options(options, bt_sweep_option_table, BT_SWEEP_OPTION_COUNT);
  expect_options(options, bt_walk_option_table, BT_WALK_OPTION_COUNT);
}

extern const bt_command bt_command_features, bt_command_list, bt_command_new, bt_command_runs;
extern const bt_command bt_command_option, bt_command_simulate;

static void options_of_other_commands_are_in_the_manual(void **state)
{
  (void)state;
  const char *strategies = read_manual(".SH STRATEGIES");
  expect_options(strategies, bt_command_list.options, bt_command_list.n_options);
  expect_options(strategies, bt_command_new.options, bt_command_new.n_options);
  expect_options(read_manual(".SH FEATURES"), bt_command_features.options,
                 bt_command_features.n_options);
  expect_options(read_manual(".SH SIMULATE"), bt_command_simulate.options,
                 bt_command_simulate.n_options);
  expect_options(read_manual(".SH OPTION PRICES"), bt_command_option.options,
                 bt_command_option.n_options);
  expect_options(read_manual(".SH RUNS"), bt_command_runs.options, bt_command_runs.n_options);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_option_of_a_job_is_in_the_manual),
      cmocka_unit_test(options_of_other_commands_are_in_the_manual),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
