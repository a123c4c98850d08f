#include "cli/progress_bar.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cli/text.h"

enum { WIDTH = 30, PERIOD_MS = 100 };

struct bt_progress_bar {
  bt_progress *progress;
  size_t n_tickers;
  struct timespec start;
  pthread_t thread;
  pthread_mutex_t mutex;
  pthread_cond_t stopped;
  bool stop;
};

static void draw(const bt_progress_bar *bar)
{
  char rate[BT_TEXT_SIZE], left[BT_TEXT_SIZE], cells[WIDTH + 1];
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  double elapsed_s =
      (double)(now.tv_sec - bar->start.tv_sec) + (double)(now.tv_nsec - bar->start.tv_nsec) * 1e-9;
  size_t done = atomic_load_explicit(&bar->progress->tickers_done, memory_order_relaxed);
  double bar_combos =
      (double)atomic_load_explicit(&bar->progress->bar_combos_done, memory_order_relaxed);
  double share = (double)done / (double)bar->n_tickers;
  for (int i = 0; i < WIDTH; i++) cells[i] = i < (int)(share * WIDTH) ? '#' : '.';
  cells[WIDTH] = '\0';
  double left_s = done ? elapsed_s * (1 - share) / share : 0;
  (void)fprintf(stderr, "\r[%s] %zu/%zu tickers  %s bar-combinations/s  %s left\033[K", cells, done,
                bar->n_tickers, bt_text_rate(rate, bar_combos / (elapsed_s + 1e-9)),
                done ? bt_text_duration(left, left_s) : "?");
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

bt_progress_bar *bt_progress_bar_start(bt_progress *progress, size_t n_tickers, int mode)
{
  if (mode == 2 || (mode == 0 && !isatty(STDERR_FILENO))) return NULL;
  bt_progress_bar *bar = calloc(1, sizeof *bar);
  if (!bar) return NULL;
  bar->progress = progress;
  bar->n_tickers = n_tickers;
  (void)clock_gettime(CLOCK_MONOTONIC, &bar->start);
  if (start_thread(bar)) return bar;
  free(bar);
  return NULL;
}

void bt_progress_bar_stop(bt_progress_bar *bar)
{
  if (!bar) return;
  (void)pthread_mutex_lock(&bar->mutex);
  bar->stop = true;
  (void)pthread_cond_signal(&bar->stopped);
  (void)pthread_mutex_unlock(&bar->mutex);
  (void)pthread_join(bar->thread, NULL);
  destroy_locks(bar);
  free(bar);
}
