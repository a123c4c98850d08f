/* program.h - runs the program under test and keeps what it said. */
#ifndef BT_TESTS_PROGRAM_H
#define BT_TESTS_PROGRAM_H

#include <stddef.h>

enum { TEST_OUTPUT_SIZE = 1 << 18 };

/* What one run left: texts are NUL-terminated and cut at their size. */
typedef struct test_run {
  int exit_status; /* -1: it died of `signal` */
  int signal;
  char out[TEST_OUTPUT_SIZE], err[TEST_OUTPUT_SIZE];
} test_run;

/* Runs `command` by sh in the folder `dir`, with `backtest` on PATH being $BACKTEST_PROGRAM,
 * nothing on stdin, an empty bar cache of its own, and a time limit of two minutes. Aborts where it
 * cannot be started. */
void test_run_shell(test_run *out, const char *dir, const char *command);

#endif
