#include "cli/interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

/* A signal handler can reach nothing but globals. */
static _Atomic(bt_pool *) watched;
static atomic_int received;

static void set_handler(void (*handler)(int), int flags)
{
  struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
  (void)sigemptyset(&action.sa_mask);
  (void)sigaction(SIGINT, &action, NULL);
  (void)sigaction(SIGTERM, &action, NULL);
}

/* Both signals go back to their default, so that a second one, whichever, kills at once. */
static void on_signal(int number)
{
  bt_pool *pool = atomic_load(&watched);
  set_handler(SIG_DFL, 0);
  atomic_store(&received, number);
  if (pool) bt_pool_cancel(pool);
}

void bt_interrupt_watch(bt_pool *pool)
{
  atomic_store(&watched, pool);
  atomic_store(&received, 0);
  set_handler(on_signal, SA_RESTART);
}

void bt_interrupt_unwatch(void)
{
  set_handler(SIG_DFL, 0);
  atomic_store(&watched, NULL);
}

int bt_interrupt_signal(void)
{
  return atomic_load(&received);
}

void bt_interrupt_die(void)
{
  (void)fflush(stdout);
  set_handler(SIG_DFL, 0);
  (void)raise(atomic_load(&received));
  abort(); /* not reached: both signals kill */
}
