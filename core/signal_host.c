#include "core/signal_host.h"

#include <stdint.h>

static bt_signal_host *self_of(const bt_host *host)
{
  return (bt_signal_host *)(uintptr_t)(const void *)host;
}

/* What a strategy gets: the values, or NaN, and the first failure is remembered. */
static const double *give(bt_signal_host *self, const double *values, bt_status status,
                          const bt_error *error)
{
  if (!status) return values;
  if (!self->status) {
    self->status = status;
    self->error = *error;
  }
  return bt_indicator_cache_nan(self->hold.cache);
}

/* The callback behind bt_host.indicator. */
static const double *host_indicator(const bt_host *host, const char *name, const double *params,
                                    size_t n_params, size_t output)
{
  bt_signal_host *self = self_of(host);
  const bt_indicator_request wanted = {name, params, n_params, output};
  const double *values = NULL;
  bt_error error;
  bt_status status = bt_indicator_get(&values, &self->hold, &wanted, &error);
  return give(self, values, status, &error);
}

/* The callback behind bt_host.own. */
static const double *host_own(const bt_host *host, bt_own_indicator *compute, const double *params,
                              size_t n_params)
{
  bt_signal_host *self = self_of(host);
  const double *values = NULL;
  bt_error error;
  bt_status status = bt_indicator_get_own(&values, &self->hold, compute, params, n_params, &error);
  return give(self, values, status, &error);
}

void bt_signal_host_init(bt_signal_host *host, bt_indicator_cache *cache)
{
  host->series = *bt_indicator_cache_series(cache);
  host->host.series = &host->series;
  host->host.indicator = host_indicator;
  host->host.own = host_own;
  host->status = BT_OK;
  bt_indicator_hold_init(&host->hold, cache);
}
