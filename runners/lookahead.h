/* lookahead.h - does a strategy see the future? Targets on the first bars of each ticker alone must
 * be, to the last bit, those of these bars when all are there.
 *
 * Every combination on every ticker is tried with 40 cuts, or more where the job is small, so a
 * strategy that looks ahead only where no cut falls can slip through, unless every cut was tried.
 * Where one is found, the first bar is sought with every cut. Compared is what a sweep would trade
 * by: NaN filled in, directions, membership, from the first decision of --from to --to. Nothing is
 * stored. A ticker on which the strategy fails, on whatever cut, is rejected, and what was found on
 * it does not count.
 */
#ifndef BT_RUNNERS_LOOKAHEAD_H
#define BT_RUNNERS_LOOKAHEAD_H

#include "runners/run.h"

/* A target that changes when later bars are removed. */
typedef struct bt_lookahead_case {
  size_t combo, ticker;    /* indices */
  size_t bar;              /* whose target it is; the ticker's first is 0 */
  size_t n_left;           /* so many bars are left when it changes; of several cuts the longest */
  double target, then;     /* with all bars, with these alone */
  int64_t bar_ns, left_ns; /* times of that bar, and of the last one that is left */
  bool daily;              /* they are dates */
  bool is_first;           /* false: there are so many bars that not every cut was tried, so an
                              earlier bar may change, too */
} bt_lookahead_case;

typedef struct bt_lookahead_result {
  size_t n_done, n_rejected; /* tickers */
  size_t n_cuts;             /* of a ticker, at most */
  bool every_cut;            /* of each ticker: what is not found is not there */
  size_t n_combos_found, n_tickers_found;
  bt_lookahead_case first; /* of the first combination, on its first ticker, in the universe's
                              order; where something was found */
  double elapsed_s;
} bt_lookahead_result;

/* Checks the job; means->store is not used. Where means->scan is not whole, each ticker is looked
 * at by its task. Results do not depend on the number of workers. *out is filled on CANCELLED, too,
 * with what was found so far: then `first` depends on what was done, and its bar is some bar.
 * Errors: CANCELLED, DATA (every ticker was rejected), NOMEM, THREAD. */
bt_status bt_lookahead_run(bt_lookahead_result *out, const bt_job *job, const bt_run_means *means,
                           bt_error *err);

/* Makes *found the first bar of its combination and ticker; inside runners/. Errors: as above. */
bt_status bt_lookahead__find_first(bt_lookahead_case *found, const bt_run *run, bt_error *err);

#endif
