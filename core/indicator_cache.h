/* indicator_cache.h - one ticker's indicators, each computed once however many combinations ask.
 *
 * Results stay where they are until the cache is freed. The cache itself is not synchronised: who
 * shares one between threads passes a lock to bt_signal_host_init.
 */
#ifndef BT_CORE_INDICATOR_CACHE_H
#define BT_CORE_INDICATOR_CACHE_H

#include <stddef.h>

#include "backtest/strategy.h"
#include "core/bars.h"
#include "core/status.h"

typedef struct bt_indicator_cache bt_indicator_cache;

/* A cache over bars, which must outlive it. The caller frees *out with bt_indicator_cache_free.
 * Errors: NOMEM. */
bt_status bt_indicator_cache_new(bt_indicator_cache **out, const bt_bars *bars, bt_error *err);
void bt_indicator_cache_free(bt_indicator_cache *cache);

/* One output of an indicator, as bt_host.indicator names it. */
typedef struct bt_indicator_request {
  const char *name;
  const double *params; /* n_params, in the order declared */
  size_t n_params, output;
} bt_indicator_request;

/* Sets *out to n_bars values owned by the cache. Errors: NOT_FOUND (no such indicator or output),
 * USAGE (wrong number of parameters, one outside its range), NOMEM. */
bt_status bt_indicator_cache_get(const double **out, bt_indicator_cache *cache,
                                 const bt_indicator_request *wanted, bt_error *err);

/* n_bars values of NaN. */
const double *bt_indicator_cache_nan(const bt_indicator_cache *cache);

/* Guards a cache that threads share; both NULL for one thread. */
typedef struct bt_cache_lock {
  void (*lock)(void *context);
  void (*unlock)(void *context);
  void *context;
} bt_cache_lock;

/* What a strategy gets while it computes: one for each thread. Remembers the first failure. */
typedef struct bt_signal_host {
  bt_host host; /* first: signals() gets a pointer to it */
  bt_series series;
  bt_indicator_cache *cache;
  bt_cache_lock lock;
  bt_status status;
  bt_error error;
} bt_signal_host;

/* Sets up a host in place; it must not be moved afterwards. */
void bt_signal_host_init(bt_signal_host *host, const bt_bars *bars, bt_indicator_cache *cache,
                         bt_cache_lock lock);

/* Fills target[0 .. n_bars-1] as the strategy wants it, not yet settled. Errors: those of
 * bt_indicator_cache_get, with the strategy's name. */
bt_status bt_strategy_signals(double *target, const bt_strategy *strategy, const double *params,
                              bt_signal_host *host, bt_error *err);

#endif
