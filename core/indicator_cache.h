/* indicator_cache.h - one ticker's indicators, each computed once however many combinations ask, as
 * far as memory goes.
 *
 * Results stay within a budget: beyond it those that nobody holds give way, the longest unused
 * first, and are computed again when somebody asks. Threads that share a cache pass it a lock; they
 * compute different indicators at the same time.
 */
#ifndef BT_CORE_INDICATOR_CACHE_H
#define BT_CORE_INDICATOR_CACHE_H

#include <stdbool.h>
#include <stddef.h>

#include "backtest/strategy.h"
#include "core/bars.h"
#include "core/block.h"
#include "core/guard.h"
#include "core/status.h"

typedef struct bt_indicator_cache bt_indicator_cache;

/* Guards a cache that threads share; all NULL for one thread. wait gives the lock up until wake_all
 * is called, as a condition variable does. */
typedef struct bt_cache_lock {
  void (*lock)(void *context);
  void (*unlock)(void *context);
  void (*wait)(void *context);
  void (*wake_all)(void *context);
  void *context;
} bt_cache_lock;

/* What a cache keeps of its results although nobody holds them: so many bytes, but room for
 * BT_CACHE_SERIES_LEAST series in any case, with their floats. */
#define BT_CACHE_BUDGET_BYTES ((size_t)128 << 20)
enum { BT_CACHE_SERIES_LEAST = 28 }; /* sma and ema ask for 25 in their own grids */

/* A cache over a series, whose arrays must outlive it; memory of results is taken from spare, under
 * the lock, and given back to it (NULL: it is new). The caller frees *out with
 * bt_indicator_cache_free. Errors: NOMEM. */
bt_status bt_indicator_cache_new(bt_indicator_cache **out, const bt_series *series,
                                 const bt_cache_lock *lock, bt_spare *spare, bt_error *err);
void bt_indicator_cache_free(bt_indicator_cache *cache); /* nobody holds anything of it */

/* From now on, with nothing computed yet, each series has room for n_room >= n_bars values, NaN
 * behind the bars: so who reads beyond the last bar finds the same in every run. Errors: NOMEM. */
bt_status bt_indicator_cache_pad(bt_indicator_cache *cache, size_t n_room, bt_error *err);

/* From now on, with nothing computed yet and ahead of bt_indicator_cache_pad, what strategies are
 * given is guarded; the series itself is hashed or, with BT_GUARD_SEAL, the caller's to seal (spare
 * is NULL then). Errors: NOMEM. */
bt_status bt_indicator_cache_guard(bt_indicator_cache *cache, bt_guard guard, bt_error *err);

/* Whether a strategy has written into what it was given, as far as BT_GUARD_HASH tells; nobody asks
 * for anything meanwhile. Errors: DATA, naming what is not as it was. */
bt_status bt_indicator_cache_check(bt_indicator_cache *cache, bt_error *err);

/* Bytes of results in memory now. */
size_t bt_indicator_cache_size_bytes(bt_indicator_cache *cache);

/* What it is over. */
const bt_series *bt_indicator_cache_series(const bt_indicator_cache *cache);

/* n_bars values of NaN, or as many as there is room for. */
const double *bt_indicator_cache_nan(const bt_indicator_cache *cache);

enum { BT_INDICATORS_HELD_MOST = 256 };

/* The results that one user has asked for: they stay where they are until it lets go of them. */
typedef struct bt_indicator_hold {
  bt_indicator_cache *cache;
  bool rounds;                   /* what is computed for it is there as floats, too */
  struct bt_indicator_entry *of; /* that is computed out of what is asked for; NULL: none */
  size_t n_entries;
  struct bt_indicator_entry *entries[BT_INDICATORS_HELD_MOST];
} bt_indicator_hold;

void bt_indicator_hold_init(bt_indicator_hold *hold, bt_indicator_cache *cache);
void bt_indicator_hold_release(bt_indicator_hold *hold); /* empty again */

/* One output of an indicator, as bt_host.indicator names it. */
typedef struct bt_indicator_request {
  const char *name;
  const double *params; /* n_params, in the order declared */
  size_t n_params, output;
} bt_indicator_request;

/* Sets *out to n_bars values owned by the cache, valid until `hold` is released. Waits where
 * another thread is computing them. Errors: NOT_FOUND (no such indicator or output), USAGE (wrong
 * number of parameters, one outside its range, more than BT_INDICATORS_HELD_MOST at once, a
 * benchmark that the series does not have, one that asks for itself), NOMEM. */
bt_status bt_indicator_get(const double **out, bt_indicator_hold *hold,
                           const bt_indicator_request *wanted, bt_error *err);

/* The same for an indicator of a strategy's own: those of one function are told apart by their
 * params. Errors: USAGE (too many parameters or held at once), DATA (it has written beside `out`),
 * NOMEM, those of what it asks for. */
bt_status bt_indicator_get_own(const double **out, bt_indicator_hold *hold,
                               bt_own_indicator *compute, const double *params, size_t n_params,
                               bt_error *err);

/* The floats nearest to the values of one output that is held; NULL where there are none. */
const float *bt_indicator_rounded(const bt_indicator_hold *hold, const double *values);

#endif
