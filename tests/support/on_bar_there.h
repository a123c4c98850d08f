/* on_bar_there.h - whether the program computes strategies of the kind on_bar. Behind cmocka.h. */
#ifndef BT_TESTS_ON_BAR_THERE_H
#define BT_TESTS_ON_BAR_THERE_H

#include <stdbool.h>
#include <stdio.h>

#include "tests/support/program_scene.h"

/* False, with a line on stdout, where the program refuses a strategy that has on_bar alone. */
static inline bool on_bar_is_there(program_scene *s)
{
  char command[2 * TEST_PATH_SIZE], path[TEST_PATH_SIZE];
  (void)snprintf(command, sizeof command,
                 "backtest --universe /nowhere.txt --no-cache --strategy '%s'",
                 test_root_path(path, "strategies/examples/on_bar_sma.c"));
  test_run_shell(&s->run, s->dir, command);
  if (!strstr(s->run.err, "it needs one of cross, sides and signals")) return true;
  printf("skipped: strategies of the kind on_bar: this program does not have them yet\n");
  return false;
}

#endif
