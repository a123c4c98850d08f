#include "cli/progress_bar.h"

#include <errno.h>
#include <pthread.h>
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

static void *run(void *argument)
{
  bt_progress_bar *bar = argument;
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
  return NULL;
}

static void free_bar(bt_progress_bar *bar)
{
  (void)pthread_cond_destroy(&bar->stopped);
  (void)pthread_mutex_destroy(&bar->mutex);
  free(bar);
}

bt_status bt_progress_bar_start(bt_progress_bar **out, bt_progress *progress, size_t n_tickers,
                                int mode, bt_error *err)
{
  *out = NULL;
  if (mode == 2 || (mode == 0 && !isatty(STDERR_FILENO))) return BT_OK;
  bt_progress_bar *bar = calloc(1, sizeof *bar);
  if (!bar) return bt_fail_nomem(err, "progress bar");
  bar->progress = progress;
  bar->n_tickers = n_tickers;
  (void)clock_gettime(CLOCK_MONOTONIC, &bar->start);
  (void)pthread_mutex_init(&bar->mutex, NULL);
  (void)pthread_cond_init(&bar->stopped, NULL);
  if (pthread_create(&bar->thread, NULL, run, bar) != 0) {
    free_bar(bar);
    return bt_fail(err, BT_ERR_THREAD, "the progress bar's thread cannot be started");
  }
  *out = bar;
  return BT_OK;
}

void bt_progress_bar_stop(bt_progress_bar *bar)
{
  if (!bar) return;
  (void)pthread_mutex_lock(&bar->mutex);
  bar->stop = true;
  (void)pthread_cond_signal(&bar->stopped);
  (void)pthread_mutex_unlock(&bar->mutex);
  (void)pthread_join(bar->thread, NULL);
  draw(bar);
  (void)fprintf(stderr, "\r\033[K");
  (void)fflush(stderr);
  free_bar(bar);
}
