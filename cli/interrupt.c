#include "cli/interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

/* A terminal that is closed sends SIGHUP. */
static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
enum { N_NUMBERS = sizeof numbers / sizeof numbers[0] };

/* A signal handler can reach nothing but globals. */
static _Atomic(bt_pool *) watched;
static atomic_int received;
static atomic_bool caught[N_NUMBERS]; /* by us: what was ignored at the start stays ignored */

static void set_handler(int number, void (*handler)(int), int flags)
{
  struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
  (void)sigemptyset(&action.sa_mask);
  (void)sigaction(number, &action, NULL);
}

static void restore_defaults(void)
{
  for (size_t i = 0; i < N_NUMBERS; i++)
    if (atomic_exchange(&caught[i], false)) set_handler(numbers[i], SIG_DFL, 0);
}

/* All signals go back to their default, so that a second one, whichever, kills at once. */
static void on_signal(int number)
{
  bt_pool *pool = atomic_load(&watched);
  restore_defaults();
  atomic_store(&received, number);
  if (pool) bt_pool_cancel(pool);
}

void bt_interrupt_watch(bt_pool *pool)
{
  atomic_store(&watched, pool);
  atomic_store(&received, 0);
  for (size_t i = 0; i < N_NUMBERS; i++) {
    struct sigaction old;
    /* nohup, or a shell that starts a job in the background: the job is not to hear of it */
    if (sigaction(numbers[i], NULL, &old) != 0 || old.sa_handler == SIG_IGN) continue;
    atomic_store(&caught[i], true);
    set_handler(numbers[i], on_signal, SA_RESTART);
  }
}

void bt_interrupt_unwatch(void)
{
  restore_defaults();
  atomic_store(&watched, NULL);
}

int bt_interrupt_signal(void)
{
  return atomic_load(&received);
}

void bt_interrupt_die(void)
{
  (void)fflush(stdout);
  set_handler(atomic_load(&received), SIG_DFL, 0);
  (void)raise(atomic_load(&received));
  abort(); /* not reached: all these signals kill */
}
