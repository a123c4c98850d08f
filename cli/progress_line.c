#include "cli/progress_line.h"

#include <stdio.h>
#include <string.h>

#include "cli/text.h"

enum { CELLS_MOST = 30, CELLS_LEAST = 8 };

double bt_progress_share(const bt_progress_state *state)
{
  size_t n_left = state->n_tickers - state->n_done;
  size_t n_in_work = n_left < state->n_workers ? n_left : state->n_workers;
  double n_tickers = (double)state->n_tickers, done = (double)state->n_done / n_tickers;
  double most = (double)(state->n_done + n_in_work) / n_tickers;
  double share = state->planned > 0 ? state->bar_combos / state->planned : 0;
  if (n_left > 0 && most > 0.99) most = done > 0.99 ? done : 0.99; /* it is not done yet */
  if (share > most) share = most;
  return share > done ? share : done;
}

double bt_progress_extrapolate(double bar_combos_known, double bytes_known, double bytes)
{
  return bytes_known > 0 ? bar_combos_known / bytes_known * bytes : 0;
}

static void draw_cells(char cells[CELLS_MOST + 4], int n, double share)
{
  char *c = cells;
  *c++ = '[';
  for (int i = 0; i < n; i++) *c++ = i < (int)(share * n) ? '#' : '.';
  memcpy(c, "] ", 3);
}

char *bt_progress_line(char buffer[BT_PROGRESS_LINE_SIZE], const bt_progress_state *state,
                       size_t columns)
{
  char rate[BT_TEXT_SIZE], left[BT_TEXT_SIZE], done[BT_TEXT_SIZE], of[BT_TEXT_SIZE];
  char counts[2 * BT_TEXT_SIZE], speed[BT_TEXT_SIZE + 24], cells[CELLS_MOST + 4] = "";
  double share = bt_progress_share(state), elapsed_s = state->elapsed_s;
  size_t room = columns < BT_PROGRESS_LINE_SIZE ? columns : BT_PROGRESS_LINE_SIZE;
  (void)snprintf(counts, sizeof counts, "%s/%s  %s left", bt_text_count(done, state->n_done),
                 bt_text_counted(of, state->n_tickers, state->noun ? state->noun : "ticker"),
                 share > 0 ? bt_text_duration(left, elapsed_s * (1 - share) / share) : "?");
  (void)snprintf(speed, sizeof speed, "  %s %s/s",
                 bt_text_rate(rate, state->bar_combos / (elapsed_s + 1e-9)),
                 state->unit ? state->unit : "bar-combinations");
  if (strlen(counts) + strlen(speed) + CELLS_LEAST + 3 >= room) speed[0] = '\0';
  size_t used = strlen(counts) + strlen(speed) + 3;
  int n_cells = used + 1 < room ? (int)(room - used - 1) : 0;
  if (n_cells >= CELLS_LEAST) draw_cells(cells, n_cells < CELLS_MOST ? n_cells : CELLS_MOST, share);
  (void)snprintf(buffer, room, "%s%s%s", cells, counts, speed);
  if (room == 0) buffer[0] = '\0';
  return buffer;
}
