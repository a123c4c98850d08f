#include "cli/crash.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

/* A signal handler can reach nothing but globals, and may call little: the line is there before. */
static char line[512];
static size_t line_length;

static void on_crash(int number)
{
  ssize_t written = write(STDERR_FILENO, line, line_length);
  (void)written;       /* there is nobody to tell */
  (void)raise(number); /* the default is back (SA_RESETHAND), and kills when this returns */
}

void bt_crash_watch(const char *strategy_name)
{
  int length = snprintf(line, sizeof line,
                        "backtest: strategy %s has crashed, and the process with it. Tickers that "
                        "are stored stay: --resume goes on; with --isolate a crash costs its "
                        "ticker alone, and is named\n",
                        strategy_name);
  line_length = length < (int)sizeof line ? (size_t)length : sizeof line - 1;
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    struct sigaction action = {.sa_handler = on_crash, .sa_flags = (int)SA_RESETHAND}, old;
    (void)sigemptyset(&action.sa_mask);
    if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
      (void)sigaction(numbers[i], &action, NULL); /* a sanitizer's own stays */
  }
}
