#include "cli/results_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { NONE = -1 };

/* What a fork handler is to close can be reached as a global alone. */
static int kept = NONE; /* the real stdout */
static bool had_failed; /* what was printed before has not arrived */
static bool was_withheld;

/* Whoever waits for the end of our output is not to wait for a process that a plugin leaves behind.
 */
static void close_in_copy(void)
{
  if (kept != NONE) (void)close(kept);
  kept = NONE;
}

static bt_status fail(bt_error *err)
{
  return bt_fail(err, BT_ERR_IO, "standard output cannot be kept from the strategy: %s",
                 strerror(errno)); /* NOLINT(concurrency-mt-unsafe): one thread */
}

bt_status bt_results_withhold(bt_error *err)
{
  if (kept != NONE) return BT_OK;
  had_failed = fflush(stdout) != 0 || ferror(stdout);
  if (!was_withheld && pthread_atfork(NULL, NULL, close_in_copy) != 0)
    return bt_fail_nomem(err, "standard output");
  was_withheld = true;
  kept = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (kept == NONE) return fail(err);
  return dup2(STDERR_FILENO, STDOUT_FILENO) == STDOUT_FILENO ? BT_OK : fail(err);
}

void bt_results_release(void)
{
  if (kept == NONE) return;
  (void)fflush(stdout); /* what a plugin has left there, to stderr */
  if (!had_failed) clearerr(stdout);
  (void)dup2(kept, STDOUT_FILENO);
  (void)close(kept);
  kept = NONE;
}

void bt_results_end(void)
{
  if (was_withheld) (void)dup2(STDERR_FILENO, STDOUT_FILENO);
}
