#include "cli/interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cli/progress_bar.h"

enum { PATIENCE_S = 1 }; /* from a signal to the line that says what is waited for */

/* Some send a signal twice at once, to the process and to its group (timeout, job schedulers). */
enum { SAME_SIGNAL_MS = 500 };

/* A terminal that is closed sends SIGHUP. */
static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
enum { N_NUMBERS = sizeof numbers / sizeof numbers[0] };

_Static_assert(ATOMIC_INT_LOCK_FREE == 2 && ATOMIC_LLONG_LOCK_FREE == 2 &&
                   ATOMIC_POINTER_LOCK_FREE == 2 && ATOMIC_BOOL_LOCK_FREE == 2,
               "a signal handler may use atomics without a lock alone");

/* A signal handler can reach nothing but globals. */
static _Atomic(bt_pool *) watched;
static atomic_int received;
static _Atomic int64_t received_ms;   /* when the first signal came; 0: none has */
static atomic_bool caught[N_NUMBERS]; /* by us: what was ignored at the start stays ignored */
static atomic_bool has_alarm;         /* the alarm is ours */
static struct sigaction alarm_before; /* while it is: what SIGALRM did */

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

static int64_t now_ms(void)
{
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void on_alarm(int number)
{
  enum { ERASE_BYTES = 4 }; /* a bar, which is drawn anew on the next line */
  static const char words[] =
      "\r\033[K"
      "backtest: stopping when what is being computed is done; another signal stops at once\n";
  size_t first = bt_progress_bar_is_shown() ? 0 : ERASE_BYTES;
  (void)number;
  ssize_t written = write(STDERR_FILENO, words + first, sizeof words - 1 - first);
  (void)written; /* there is nobody to tell */
}

/* An alarm that others have set is theirs, and ends the program: then nothing is said. */
static void set_alarm(void)
{
  unsigned left_s = alarm(0);
  if (left_s == 0) {
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGALRM, &action, &alarm_before);
    atomic_store(&has_alarm, true);
  }
  (void)alarm(left_s ? left_s : PATIENCE_S);
}

static void unset_alarm(void)
{
  if (!atomic_exchange(&has_alarm, false)) return;
  (void)alarm(0);
  (void)sigaction(SIGALRM, &alarm_before, NULL);
}

/* The first one cancels; another one a while later, whichever, kills at once. */
static void on_signal(int number)
{
  bt_pool *pool = atomic_load(&watched);
  int64_t never = 0;
  if (atomic_compare_exchange_strong(&received_ms, &never, now_ms())) {
    atomic_store(&received, number);
    if (pool) bt_pool_cancel(pool);
    set_alarm();
  } else if (now_ms() - atomic_load(&received_ms) >= SAME_SIGNAL_MS) {
    restore_defaults();
    (void)raise(number); /* delivered when this handler returns */
  }
}

void bt_interrupt_watch(bt_pool *pool)
{
  atomic_store(&watched, pool);
  atomic_store(&received, 0);
  atomic_store(&received_ms, 0);
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
  unset_alarm();
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
