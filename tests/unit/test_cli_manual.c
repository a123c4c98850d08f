/* The manual page beside the table of options. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

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

static void every_option_of_a_job_is_in_the_manual(void **state)
{
  (void)state;
  static char text[1 << 16];
  char path[TEST_PATH_SIZE], name[64];
  FILE *file = fopen(test_root_path(path, "docs/backtest.1"), "r");
  assert_non_null(file);
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  (void)fclose(file);
  const char *options = strstr(text, ".SH OPTIONS");
  assert_non_null(options);
  for (size_t i = 0; i < BT_SWEEP_OPTION_COUNT + BT_WALK_OPTION_COUNT; i++) {
    const bt_option *option = i < BT_SWEEP_OPTION_COUNT
                                  ? &bt_sweep_option_table[i]
                                  : &bt_walk_option_table[i - BT_SWEEP_OPTION_COUNT];
    escape(name, sizeof name, option->name);
    if (!strstr(options, name)) fail_msg("--%s is not there", option->name);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_option_of_a_job_is_in_the_manual)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
