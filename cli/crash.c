#if !defined(_DEFAULT_SOURCE)
/* For SA_ONSTACK. NOLINTNEXTLINE(bugprone-reserved-identifier) */
#define _DEFAULT_SOURCE
#endif
#include "cli/crash.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/text.h"
#include "runners/fault_stack.h"

static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

/* A line that is there before it is wanted: a signal handler can reach nothing but globals, and may
 * call little. */
typedef struct last_words {
  char text[512];
  size_t length;
} last_words;

static last_words of_crash, of_exit;
static pid_t watched; /* the process; a copy of it may end as it likes. 0: none is */

static void set_words(last_words *out, const char *strategy_name, const char *what,
                      const char *help)
{
  char name[256];
  int length =
      snprintf(out->text, sizeof out->text, "backtest: strategy %s has %s%s%s\n",
               bt_text_line(name, sizeof name, strategy_name), what, *help ? ". " : "", help);
  out->length = length < (int)sizeof out->text ? (size_t)length : sizeof out->text - 1;
}

static void say(const last_words *words)
{
  ssize_t written = write(STDERR_FILENO, words->text, words->length);
  (void)written; /* there is nobody to tell */
}

static void on_crash(int number)
{
  say(&of_crash);
  (void)raise(number); /* the default is back (SA_RESETHAND), and kills when this returns */
}

/* In the thread that has called exit(), while all others go on. */
static void on_exit_of_process(void)
{
  if (watched != getpid()) return;
  say(&of_exit);
  _exit(BT_EXIT_FAILED);
}

void bt_crash_watch(const char *strategy_name, const char *help)
{
  static bool registered;
  static void *stack;
  if (!stack) stack = bt_fault_stack_begin(); /* until the process ends */
  set_words(&of_crash, strategy_name, "crashed, and the process with it", help);
  set_words(&of_exit, strategy_name, "called exit(), and the process ends with it", help);
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    struct sigaction action = {.sa_handler = on_crash, .sa_flags = (int)SA_RESETHAND | SA_ONSTACK},
                     old;
    (void)sigemptyset(&action.sa_mask);
    if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
      (void)sigaction(numbers[i], &action, NULL); /* a sanitizer's own stays */
  }
  registered = registered || atexit(on_exit_of_process) == 0; /* without memory it ends unsaid */
  watched = getpid();
}

void bt_crash_unwatch(void)
{
  watched = 0;
}
