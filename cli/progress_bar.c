#include "cli/progress_bar.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "core/number.h"

enum { COLUMNS_DEFAULT = 80, PERIOD_MS = 100 };

struct bt_progress_bar {
  bt_progress *progress;
  bt_progress_state planned;
  struct timespec start;
  pthread_t thread;
  pthread_mutex_t mutex;
  pthread_cond_t stopped;
  bool stop;
};

static atomic_bool is_shown; /* a signal handler can reach nothing but globals */

/* Asked each time: windows change their size. */
static size_t count_columns(void)
{
  struct winsize size;
  double columns = 0;
  const char *text = getenv("COLUMNS");
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  if (text && bt_number_parse(&columns, text) && columns >= 1 && columns <= UINT16_MAX)
    return (size_t)columns;
  return COLUMNS_DEFAULT;
}

static double seconds_since(const struct timespec *start)
{
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) * 1e-9;
}

static double load(const atomic_ullong *counter)
{
  return (double)atomic_load_explicit(counter, memory_order_relaxed);
}

/* Of all tickers, after those that were looked at in passing so far. */
static double extrapolate(const bt_progress *progress)
{
  double known = load(&progress->bar_combos_known);
  return bt_progress_extrapolate(known, load(&progress->bytes_known), load(&progress->bytes));
}

static void draw(const bt_progress_bar *bar)
{
  char line[BT_PROGRESS_LINE_SIZE];
  bt_progress_state state = bar->planned;
  state.n_done = (size_t)load(&bar->progress->tickers_done);
  state.bar_combos = load(&bar->progress->bar_combos_done);
  if (state.planned == 0) state.planned = extrapolate(bar->progress);
  state.elapsed_s = seconds_since(&bar->start);
  (void)fprintf(stderr, "\r%s\033[K", bt_progress_line(line, &state, count_columns()));
  (void)fflush(stderr);
}

/* Where stderr is a pipe that nobody reads any more, writing must not end the job: the signal stays
 * pending in this thread and goes with it. */
static void block_pipe_signal(void)
{
  sigset_t set;
  (void)sigemptyset(&set);
  (void)sigaddset(&set, SIGPIPE);
  (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void *run(void *argument)
{
  bt_progress_bar *bar = argument;
  block_pipe_signal();
  (void)pthread_mutex_lock(&bar->mutex);
  while (!bar->stop) {
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += PERIOD_MS * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
      until.tv_nsec -= 1000000000L;
      until.tv_sec++;
    }
    if (pthread_cond_timedwait(&bar->stopped, &bar->mutex, &until) == ETIMEDOUT) draw(bar);
  }
  (void)pthread_mutex_unlock(&bar->mutex);
  draw(bar);
  (void)fprintf(stderr, "\r\033[K");
  (void)fflush(stderr);
  return NULL;
}

static void destroy_locks(bt_progress_bar *bar)
{
  (void)pthread_cond_destroy(&bar->stopped);
  (void)pthread_mutex_destroy(&bar->mutex);
}

/* All or nothing. */
static bool start_thread(bt_progress_bar *bar)
{
  if (pthread_mutex_init(&bar->mutex, NULL) != 0) return false;
  if (pthread_cond_init(&bar->stopped, NULL) != 0) {
    (void)pthread_mutex_destroy(&bar->mutex);
    return false;
  }
  if (pthread_create(&bar->thread, NULL, run, bar) == 0) return true;
  destroy_locks(bar);
  return false;
}

bool bt_progress_bar_is_wanted(bt_progress_when when)
{
  return when == BT_PROGRESS_ALWAYS || (when == BT_PROGRESS_AUTO && isatty(STDERR_FILENO));
}

bt_progress_bar *bt_progress_bar_start(bt_progress *progress, const bt_progress_state *planned)
{
  bt_progress_bar *bar = calloc(1, sizeof *bar);
  if (!bar) return NULL;
  bar->progress = progress;
  bar->planned = *planned;
  (void)clock_gettime(CLOCK_MONOTONIC, &bar->start);
  if (start_thread(bar)) {
    atomic_store(&is_shown, true);
    return bar;
  }
  free(bar);
  return NULL;
}

bool bt_progress_bar_is_shown(void)
{
  return atomic_load(&is_shown);
}

void bt_progress_bar_stop(bt_progress_bar *bar)
{
  if (!bar) return;
  (void)pthread_mutex_lock(&bar->mutex);
  bar->stop = true;
  (void)pthread_cond_signal(&bar->stopped);
  (void)pthread_mutex_unlock(&bar->mutex);
  (void)pthread_join(bar->thread, NULL);
  atomic_store(&is_shown, false);
  destroy_locks(bar);
  free(bar);
}
