/* progress_line.h - the text of a progress bar. */
#ifndef BT_CLI_PROGRESS_LINE_H
#define BT_CLI_PROGRESS_LINE_H

#include <stddef.h>

enum { BT_PROGRESS_LINE_SIZE = 192 };

/* What a job has done at one moment. */
typedef struct bt_progress_state {
  size_t n_done, n_tickers, n_workers;
  const char *noun;  /* what tickers are called; NULL: ticker */
  const char *unit;  /* what is counted; NULL: bar-combinations */
  double bar_combos; /* done, those of tickers in work among them where they are counted */
  double planned;    /* of all tickers; 0: unknown */
  double elapsed_s;
} bt_progress_state;

/* The share that is done, 0 to 1. Where tickers are finished it is known; those in work add what
 * the bar-combinations say, as far as these are counted. */
double bt_progress_share(const bt_progress_state *state);

/* The bar-combinations of all tickers, from those of a few whose files have bytes_known of all
 * bytes; 0 where none is known. The longest files come first: a byte of the others has as many. */
double bt_progress_extrapolate(double bar_combos_known, double bytes_known, double bytes);

/* Writes the line for a terminal of so many columns, at most columns - 1 characters, so that it
 * never wraps: without room the bar gets shorter, then parts are left out. Returns buffer. */
char *bt_progress_line(char buffer[BT_PROGRESS_LINE_SIZE], const bt_progress_state *state,
                       size_t columns);

#endif
