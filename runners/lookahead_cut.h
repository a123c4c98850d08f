/* lookahead_cut.h - the first bars of a ticker alone, as if the later ones had never been; inside
 * runners/.
 *
 * It has copies of the bars, and what is cut off is NaN there, and in every indicator: a strategy
 * that reads beyond the last bar does not find the future.
 */
#ifndef BT_RUNNERS_LOOKAHEAD_CUT_H
#define BT_RUNNERS_LOOKAHEAD_CUT_H

#include "runners/ticker.h"

typedef struct bt_cut {
  const bt_ticker *of;             /* all of it */
  bt_bars *bars;                   /* copies, of which the first n_bars are left */
  double *benchmark;               /* the same of the benchmark's returns; NULL: none */
  bt_changes all_members, members; /* of all bars and of those left: 1 on bars on which the ticker
                                      belongs to the universe; of dated universes alone */
  bt_spare spare;
  bt_ticker ticker; /* of the bars left, between bt_cut_open and bt_cut_close */
  bt_span compared; /* bars whose targets must be those of the whole ticker */
} bt_cut;

/* Of an open ticker, which must outlive it. The caller clears *cut with bt_cut_clear, also after
 * failure. *cut must stay where it is. Errors: NOMEM. */
bt_status bt_cut_init(bt_cut *cut, const bt_ticker *of, bt_error *err);
void bt_cut_clear(bt_cut *cut);

/* Opens what the first n_left bars alone are, bt_cut_least to all of them. The caller closes it
 * with bt_cut_close, after success alone. Errors: NOMEM, THREAD. */
bt_status bt_cut_open(bt_cut *cut, size_t n_left, bt_error *err);

/* Closes it, and returns what came of it (status), or what bt_ticker_check says. */
bt_status bt_cut_close(bt_cut *cut, bt_status status, bt_error *err);

/* What combination `index` of the job wants on these bars: in scratch->aim.changes. Errors: as
 * bt_ticker_aim, naming the cut. */
bt_status bt_cut_aim(bt_cut *cut, bt_ticker_scratch *scratch, size_t index, bt_error *err);

/* The least number of bars that can be left: the first of them decides. */
size_t bt_cut_least(const bt_ticker *ticker);

/* The bar numbers at which a ticker is cut. */
typedef struct bt_cut_list {
  size_t n, *n_left; /* how many bars are left, most first; owned */
  bool is_every;     /* no other cut is possible */
} bt_cut_list;

enum { BT_CUTS_LEAST = 40 };

/* At most n_most >= BT_CUTS_LEAST cuts of a ticker: all where they are no more; else the shortest,
 * the longest, and others by a sequence that leaves no large gaps (multiples of the golden section)
 * and goes on from ticker to ticker by their place in the universe, so that tickers of one length
 * are not all cut on the same days. The caller frees out->n_left. Errors: NOMEM. */
bt_status bt_cut_list_new(bt_cut_list *out, const bt_ticker *ticker, size_t place, size_t n_most,
                          bt_error *err);

#endif
