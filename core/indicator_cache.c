#include "core/indicator_cache.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/indicator.h"
#include "core/mean.h"

enum { N_BUCKETS = 256 };

typedef struct entry entry;
struct entry {
  entry *next;
  const bt_indicator *indicator;
  double params[BT_INDICATOR_PARAMS_MOST];
  double *outputs[BT_INDICATOR_OUTPUTS_MOST]; /* in one block, freed through outputs[0] */
};

struct bt_indicator_cache {
  bt_series series;
  bt_exact_sums *close_sums;
  double *nan;
  entry *buckets[N_BUCKETS];
};

bt_status bt_indicator_cache_new(bt_indicator_cache **out, const bt_bars *bars, bt_error *err)
{
  bt_indicator_cache *cache = calloc(1, sizeof *cache);
  if (!cache) return bt_fail_nomem(err, "indicators");
  cache->series = bt_bars_series(bars);
  bt_status status = bt_exact_sums_new(&cache->close_sums, bars->close, bars->n_bars, err);
  cache->nan = malloc(bars->n_bars * sizeof *cache->nan);
  if (!status && !cache->nan) status = bt_fail_nomem(err, "indicators");
  if (status) {
    bt_indicator_cache_free(cache);
    return status;
  }
  for (size_t t = 0; t < bars->n_bars; t++) cache->nan[t] = (double)NAN;
  *out = cache;
  return BT_OK;
}

void bt_indicator_cache_free(bt_indicator_cache *cache)
{
  if (!cache) return;
  for (size_t i = 0; i < N_BUCKETS; i++) {
    for (entry *e = cache->buckets[i], *next; e; e = next) {
      next = e->next;
      free(e->outputs[0]);
      free(e);
    }
  }
  bt_exact_sums_free(cache->close_sums);
  free(cache->nan);
  free(cache);
}

const double *bt_indicator_cache_nan(const bt_indicator_cache *cache)
{
  return cache->nan;
}

/* FNV-1a over the indicator's address and the bits of its parameters. */
static size_t find_bucket(const bt_indicator *indicator, const double *params)
{
  uint64_t hash = UINT64_C(14695981039346656037) ^ (uint64_t)(uintptr_t)indicator;
  for (size_t i = 0; i < indicator->n_params; i++) {
    uint64_t bits = 0;
    memcpy(&bits, &params[i], sizeof bits);
    hash = (hash ^ bits) * UINT64_C(1099511628211);
    hash ^= hash >> 32;
  }
  return (size_t)(hash % N_BUCKETS);
}

static entry *find_entry(const bt_indicator_cache *cache, size_t bucket,
                         const bt_indicator *indicator, const double *params)
{
  size_t size = indicator->n_params * sizeof *params;
  for (entry *e = cache->buckets[bucket]; e; e = e->next)
    if (e->indicator == indicator && memcmp(e->params, params, size) == 0) return e;
  return NULL;
}

static bt_status check_params(const bt_indicator *indicator, const double *params, size_t n_params,
                              bt_error *err)
{
  if (n_params != indicator->n_params)
    return bt_fail(err, BT_ERR_USAGE, "indicator %s takes %zu parameters, not %zu", indicator->name,
                   indicator->n_params, n_params);
  for (size_t i = 0; i < n_params; i++) {
    const bt_param *p = &indicator->params[i];
    if (params[i] >= p->least && params[i] <= p->most &&
        (!p->whole || params[i] == floor(params[i])))
      continue;
    return bt_fail(err, BT_ERR_USAGE, "indicator %s: %s = %g is not %s from %g to %g",
                   indicator->name, p->name, params[i], p->whole ? "a whole number" : "a number",
                   p->least, p->most);
  }
  return BT_OK;
}

/* Computes an indicator and puts it into its bucket; one that asks for others adds those, too. */
static bt_status add_entry(entry **out, bt_indicator_cache *cache, size_t bucket,
                           const bt_indicator *indicator, const double *params, bt_error *err)
{
  size_t n = cache->series.n_bars;
  entry *e = calloc(1, sizeof *e);
  double *block = malloc(indicator->n_outputs * n * sizeof *block);
  bt_status status = e && block ? BT_OK : bt_fail_nomem(err, indicator->name);
  if (!status) {
    e->indicator = indicator;
    memcpy(e->params, params, indicator->n_params * sizeof *params);
    for (size_t i = 0; i < indicator->n_outputs; i++) e->outputs[i] = block + i * n;
    bt_indicator_input input = {&cache->series, cache->close_sums, cache};
    status = indicator->compute(e->outputs, &input, params, err);
  }
  if (status) {
    free(block);
    free(e);
    return status;
  }
  e->next = cache->buckets[bucket];
  cache->buckets[bucket] = e;
  *out = e;
  return BT_OK;
}

bt_status bt_indicator_cache_get(const double **out, bt_indicator_cache *cache,
                                 const bt_indicator_request *wanted, bt_error *err)
{
  const bt_indicator *indicator = bt_indicator_find(wanted->name);
  if (!indicator)
    return bt_fail(err, BT_ERR_NOT_FOUND, "no indicator is called '%s'", wanted->name);
  bt_status status = check_params(indicator, wanted->params, wanted->n_params, err);
  if (status) return status;
  if (wanted->output >= indicator->n_outputs)
    return bt_fail(err, BT_ERR_NOT_FOUND, "indicator %s has no output %zu", wanted->name,
                   wanted->output);
  size_t bucket = find_bucket(indicator, wanted->params);
  entry *e = find_entry(cache, bucket, indicator, wanted->params);
  if (!e) status = add_entry(&e, cache, bucket, indicator, wanted->params, err);
  if (!status) *out = e->outputs[wanted->output];
  return status;
}

/* The callback behind bt_host.indicator. */
static const double *host_indicator(const bt_host *host, const char *name, const double *params,
                                    size_t n_params, size_t output)
{
  bt_signal_host *self = (bt_signal_host *)(uintptr_t)(const void *)host;
  const bt_indicator_request wanted = {name, params, n_params, output};
  const double *values = NULL;
  bt_error error;
  if (self->lock.lock) self->lock.lock(self->lock.context);
  bt_status status = bt_indicator_cache_get(&values, self->cache, &wanted, &error);
  if (self->lock.unlock) self->lock.unlock(self->lock.context);
  if (!status) return values;
  if (!self->status) {
    self->status = status;
    self->error = error;
  }
  return bt_indicator_cache_nan(self->cache);
}

void bt_signal_host_init(bt_signal_host *host, const bt_bars *bars, bt_indicator_cache *cache,
                         bt_cache_lock lock)
{
  *host = (bt_signal_host){.series = bt_bars_series(bars), .cache = cache, .lock = lock};
  host->host.series = &host->series;
  host->host.indicator = host_indicator;
}

bt_status bt_strategy_signals(double *target, const bt_strategy *strategy, const double *params,
                              bt_signal_host *host, bt_error *err)
{
  host->status = BT_OK;
  strategy->signals(&host->host, params, target);
  if (host->status)
    return bt_fail(err, host->status, "strategy %s: %s", strategy->name, host->error.message);
  return BT_OK;
}
