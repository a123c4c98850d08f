#include "core/indicator_cache.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/indicator.h"
#include "core/mean.h"
#include "core/signal_host.h"

enum { N_BUCKETS = 1024 };

/* What an entry holds the values of: an indicator, or a function of a strategy's own. */
typedef struct bt_recipe {
  const bt_indicator *indicator; /* NULL: an own one */
  bt_own_indicator *own;
  size_t n_params, n_outputs;
} bt_recipe;

typedef struct bt_indicator_entry entry;
struct bt_indicator_entry {
  entry *next;          /* in its bucket */
  entry *newer, *older; /* among those that nobody holds, by when that began */
  bt_recipe recipe;
  double params[BT_INDICATOR_PARAMS_MOST];
  double *outputs[BT_INDICATOR_OUTPUTS_MOST]; /* in block */
  double *block;
  float *rounded;   /* the same as floats, output by output; NULL where nobody needed them */
  bool ready;       /* else some thread is computing it */
  entry *waits_for; /* while it is computed: the one that it has asked for */
  size_t n_holds;
};

/* Everything but series, n_room, close_sums and nan is under the lock. */
struct bt_indicator_cache {
  bt_spare *spare;
  bt_series series;
  size_t n_room; /* values in a series: the bars, and NaN behind them */
  bt_exact_sums *close_sums;
  double *nan;
  bt_cache_lock lock;
  size_t size_bytes, budget_bytes; /* of the results that are ready */
  entry *oldest, *newest;          /* of those that nobody holds */
  entry *buckets[N_BUCKETS];
};

static void lock(const bt_indicator_cache *cache)
{
  if (cache->lock.lock) cache->lock.lock(cache->lock.context);
}

static void unlock(const bt_indicator_cache *cache)
{
  if (cache->lock.unlock) cache->lock.unlock(cache->lock.context);
}

static void fill_nan(double *values, size_t first, size_t end)
{
  for (size_t t = first; t < end; t++) values[t] = (double)NAN;
}

bt_status bt_indicator_cache_new(bt_indicator_cache **out, const bt_series *series,
                                 const bt_cache_lock *guard, bt_spare *spare, bt_error *err)
{
  bt_indicator_cache *cache = calloc(1, sizeof *cache);
  if (!cache) return bt_fail_nomem(err, "indicators");
  cache->spare = spare;
  size_t n_bars = series->n_bars, series_bytes = n_bars * sizeof(double);
  cache->series = *series;
  cache->n_room = n_bars;
  cache->budget_bytes = BT_CACHE_BUDGET_BYTES;
  size_t least_bytes = n_bars * (sizeof(double) + sizeof(float));
  if (cache->budget_bytes / BT_CACHE_SERIES_LEAST < least_bytes)
    cache->budget_bytes = BT_CACHE_SERIES_LEAST * least_bytes;
  if (guard) cache->lock = *guard;
  bt_status status = bt_exact_sums_new(&cache->close_sums, series->close, n_bars, err);
  cache->nan = bt_block_take(spare, series_bytes);
  if (!status && !cache->nan) status = bt_fail_nomem(err, "indicators");
  if (status) {
    bt_indicator_cache_free(cache);
    return status;
  }
  fill_nan(cache->nan, 0, n_bars);
  *out = cache;
  return BT_OK;
}

bt_status bt_indicator_cache_pad(bt_indicator_cache *cache, size_t n_room, bt_error *err)
{
  assert(n_room >= cache->series.n_bars);
  double *nan = bt_block_take(cache->spare, n_room * sizeof *nan);
  if (!nan) return bt_fail_nomem(err, "indicators");
  bt_block_give(cache->spare, cache->nan);
  fill_nan(nan, 0, n_room);
  cache->nan = nan;
  cache->n_room = n_room;
  return BT_OK;
}

static void free_entry(bt_spare *spare, entry *e)
{
  bt_block_give(spare, e->rounded);
  bt_block_give(spare, e->block);
  free(e);
}

void bt_indicator_cache_free(bt_indicator_cache *cache)
{
  if (!cache) return;
  for (size_t i = 0; i < N_BUCKETS; i++) {
    for (entry *e = cache->buckets[i], *next; e; e = next) {
      next = e->next;
      free_entry(cache->spare, e);
    }
  }
  bt_exact_sums_free(cache->close_sums);
  bt_block_give(cache->spare, cache->nan);
  free(cache);
}

size_t bt_indicator_cache_size_bytes(bt_indicator_cache *cache)
{
  lock(cache);
  size_t size_bytes = cache->size_bytes;
  unlock(cache);
  return size_bytes;
}

const bt_series *bt_indicator_cache_series(const bt_indicator_cache *cache)
{
  return &cache->series;
}

const double *bt_indicator_cache_nan(const bt_indicator_cache *cache)
{
  return cache->nan;
}

/* ---- entries, under the lock ------------------------------------------------------------------
 */

static uint64_t bits_of(double x)
{
  uint64_t bits = 0;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static uintptr_t address_of(const bt_recipe *recipe)
{
  return recipe->indicator ? (uintptr_t)recipe->indicator : (uintptr_t)recipe->own;
}

/* FNV-1a over the address of the indicator and the bits of its parameters. */
static entry **find_bucket(bt_indicator_cache *cache, const bt_recipe *recipe, const double *params)
{
  uint64_t hash = UINT64_C(14695981039346656037) ^ (uint64_t)address_of(recipe);
  for (size_t i = 0; i < recipe->n_params; i++) {
    uint64_t bits = bits_of(params[i]);
    hash = (hash ^ bits >> 32 ^ bits) * UINT64_C(1099511628211); /* few doubles use low bits */
    hash ^= hash >> 32;
  }
  return &cache->buckets[hash % N_BUCKETS];
}

/* To the last bit. */
static bool has_params(const entry *e, const double *params)
{
  size_t i = 0, n = e->recipe.n_params;
  while (i < n && bits_of(e->params[i]) == bits_of(params[i])) i++;
  return i == n;
}

static bool is_of(const entry *e, const bt_recipe *recipe)
{
  return e->recipe.indicator == recipe->indicator && e->recipe.own == recipe->own &&
         e->recipe.n_params == recipe->n_params;
}

static entry *find_entry(entry *bucket, const bt_recipe *recipe, const double *params)
{
  entry *e = bucket;
  while (e && (!is_of(e, recipe) || !has_params(e, params))) e = e->next;
  return e;
}

/* An entry that is not ready yet, in its bucket, with its memory: outputs begin on cache lines, for
 * the sake of vectors; in what is room behind the bars they are NaN. NULL without memory. */
static entry *begin_entry(const bt_indicator_cache *cache, entry **bucket, const bt_recipe *recipe,
                          const double *params, bool rounds)
{
  enum { LINE = BT_BLOCK_ALIGNMENT / sizeof(double) };
  size_t n_bars = cache->series.n_bars, stride = (cache->n_room + LINE - 1) / LINE * LINE;
  entry *e = calloc(1, sizeof *e);
  if (!e) return NULL;
  e->block = bt_block_take(cache->spare, recipe->n_outputs * stride * sizeof *e->block);
  if (!e->block) {
    free(e);
    return NULL;
  }
  for (size_t i = 0; i < recipe->n_outputs; i++) {
    e->outputs[i] = e->block + i * stride;
    fill_nan(e->outputs[i], n_bars, cache->n_room);
  }
  if (rounds) /* without memory it goes without */
    e->rounded =
        bt_block_take(cache->spare, recipe->n_outputs * cache->n_room * sizeof *e->rounded);
  e->recipe = *recipe;
  for (size_t i = 0; i < recipe->n_params; i++) e->params[i] = params[i];
  e->next = *bucket;
  *bucket = e;
  return e;
}

static size_t entry_size_bytes(const bt_indicator_cache *cache, const entry *e)
{
  size_t value_bytes = sizeof *e->block + (e->rounded ? sizeof *e->rounded : 0);
  return e->recipe.n_outputs * cache->n_room * value_bytes;
}

/* Its memory goes back to the system: the budget is about all that is there. */
static void remove_entry(bt_indicator_cache *cache, entry *e)
{
  entry **place = find_bucket(cache, &e->recipe, e->params);
  while (*place != e) place = &(*place)->next;
  *place = e->next;
  if (e->ready) cache->size_bytes -= entry_size_bytes(cache, e);
  free_entry(NULL, e);
}

/* The list of entries that nobody holds. */
static void append_idle(bt_indicator_cache *cache, entry *e)
{
  e->older = cache->newest;
  e->newer = NULL;
  *(cache->newest ? &cache->newest->newer : &cache->oldest) = e;
  cache->newest = e;
}

static void unlink_idle(bt_indicator_cache *cache, entry *e)
{
  *(e->older ? &e->older->newer : &cache->oldest) = e->newer;
  *(e->newer ? &e->newer->older : &cache->newest) = e->older;
}

static void keep_within_budget(bt_indicator_cache *cache)
{
  for (entry *e = cache->oldest, *newer; e && cache->size_bytes > cache->budget_bytes; e = newer) {
    newer = e->newer;
    unlink_idle(cache, e);
    remove_entry(cache, e);
  }
}

/* ---- holding and computing --------------------------------------------------------------------
 */

void bt_indicator_hold_init(bt_indicator_hold *hold, bt_indicator_cache *cache)
{
  hold->cache = cache;
  hold->rounds = false;
  hold->of = NULL;
  hold->n_entries = 0;
}

void bt_indicator_hold_release(bt_indicator_hold *hold)
{
  if (hold->n_entries == 0) return;
  lock(hold->cache);
  for (size_t i = 0; i < hold->n_entries; i++)
    if (--hold->entries[i]->n_holds == 0) append_idle(hold->cache, hold->entries[i]);
  hold->n_entries = 0;
  keep_within_budget(hold->cache);
  unlock(hold->cache);
}

/* Under the lock. */
static bt_status hold_entry(bt_indicator_hold *hold, entry *e, bt_error *err)
{
  for (size_t i = 0; i < hold->n_entries; i++)
    if (hold->entries[i] == e) return BT_OK;
  if (hold->n_entries == BT_INDICATORS_HELD_MOST)
    return bt_fail(err, BT_ERR_USAGE, "more than %d indicators at once", BT_INDICATORS_HELD_MOST);
  if (e->n_holds++ == 0) unlink_idle(hold->cache, e);
  hold->entries[hold->n_entries++] = e;
  return BT_OK;
}

static bt_status check_params(const bt_indicator *indicator, const bt_indicator_request *wanted,
                              bt_error *err)
{
  if (wanted->output >= indicator->n_outputs)
    return bt_fail(err, BT_ERR_NOT_FOUND, "indicator %s has no output %zu", wanted->name,
                   wanted->output);
  if (wanted->n_params != indicator->n_params)
    return bt_fail(err, BT_ERR_USAGE, "indicator %s takes %zu parameters, not %zu", indicator->name,
                   indicator->n_params, wanted->n_params);
  for (size_t i = 0; i < wanted->n_params; i++) {
    const bt_param *p = &indicator->params[i];
    double value = wanted->params[i];
    if (value >= p->least && value <= p->most && (!p->whole || value == floor(value))) continue;
    return bt_fail(err, BT_ERR_USAGE, "indicator %s: %s = %g is not %s from %g to %g",
                   indicator->name, p->name, value, p->whole ? "a whole number" : "a number",
                   p->least, p->most);
  }
  return BT_OK;
}

static void round_outputs(entry *e, size_t n_bars)
{
  for (size_t i = 0; i < e->recipe.n_outputs; i++) {
    const double *values = e->outputs[i];
    float *restrict rounded = e->rounded + i * n_bars;
    for (size_t t = 0; t < n_bars; t++) rounded[t] = (float)values[t];
  }
}

/* A function of a strategy's own sees a host of its own, whose failures are those of the entry. */
static bt_status compute_own(entry *e, bt_indicator_cache *cache, bt_error *err)
{
  bt_signal_host host;
  bt_signal_host_init(&host, cache);
  host.hold.of = e;
  e->recipe.own(&host.host, e->params, e->outputs[0]);
  bt_indicator_hold_release(&host.hold);
  if (host.status && err) *err = host.error;
  return host.status;
}

static bt_status compute_known(entry *e, bt_indicator_cache *cache, bt_error *err)
{
  bt_indicator_hold parts;
  bt_indicator_hold_init(&parts, cache);
  parts.of = e;
  bt_indicator_input input = {&cache->series, cache->close_sums, &parts};
  bt_status status = e->recipe.indicator->compute(e->outputs, &input, e->params, err);
  bt_indicator_hold_release(&parts);
  return status;
}

/* Without the lock: others see the entry, but wait until it is ready. It may ask for others, which
 * it holds as long as it computes. */
static bt_status compute_entry(entry *e, bt_indicator_cache *cache, bt_error *err)
{
  bt_status status =
      e->recipe.indicator ? compute_known(e, cache, err) : compute_own(e, cache, err);
  if (e->rounded && !status) round_outputs(e, cache->series.n_bars);
  return status;
}

/* Whether one that is being computed waits for another, which may be itself, in so many steps. */
static bool waits_for(const entry *e, const entry *other)
{
  while (e && e != other) e = e->waits_for;
  return other && e == other;
}

static void note_wait(entry *e, entry *other)
{
  if (e) e->waits_for = other;
}

/* The entry, ready, computed here if need be. Called and left with the lock; gives it up between.
 */
static bt_status make_ready(entry **out, const bt_indicator_hold *hold, const bt_recipe *recipe,
                            const double *params, bt_error *err)
{
  bt_indicator_cache *cache = hold->cache;
  entry **bucket = find_bucket(cache, recipe, params), *e = NULL;
  while ((e = find_entry(*bucket, recipe, params)) && !e->ready) {
    if (waits_for(e, hold->of)) return bt_fail(err, BT_ERR_USAGE, "an indicator asks for itself");
    assert(cache->lock.wait); /* one thread has nobody to wait for */
    note_wait(hold->of, e);
    cache->lock.wait(cache->lock.context);
  }
  note_wait(hold->of, NULL);
  if (e) {
    *out = e;
    return BT_OK;
  }
  e = begin_entry(cache, bucket, recipe, params, hold->rounds);
  if (!e) return bt_fail_nomem(err, "indicators");
  note_wait(hold->of, e);
  unlock(cache);
  bt_status status = compute_entry(e, cache, err);
  lock(cache);
  note_wait(hold->of, NULL);
  if (status) {
    remove_entry(cache, e);
  } else {
    e->ready = true;
    append_idle(cache, e);
    cache->size_bytes += entry_size_bytes(cache, e);
    *out = e;
  }
  if (cache->lock.wake_all) cache->lock.wake_all(cache->lock.context);
  return status;
}

const float *bt_indicator_rounded(const bt_indicator_hold *hold, const double *values)
{
  size_t n_bars = hold->cache->series.n_bars;
  for (size_t i = 0; i < hold->n_entries; i++) {
    const entry *e = hold->entries[i];
    for (size_t k = 0; k < e->recipe.n_outputs && e->rounded; k++)
      if (e->outputs[k] == values) return e->rounded + k * n_bars;
  }
  return NULL;
}

static bt_status get(const double **out, bt_indicator_hold *hold, const bt_recipe *recipe,
                     const double *params, size_t output, bt_error *err)
{
  entry *e = NULL;
  lock(hold->cache);
  bt_status status = make_ready(&e, hold, recipe, params, err);
  if (!status) status = hold_entry(hold, e, err);
  if (!status) {
    *out = e->outputs[output];
    keep_within_budget(hold->cache);
  }
  unlock(hold->cache);
  return status;
}

bt_status bt_indicator_get(const double **out, bt_indicator_hold *hold,
                           const bt_indicator_request *wanted, bt_error *err)
{
  const bt_indicator *indicator = bt_indicator_find(wanted->name);
  if (!indicator)
    return bt_fail(err, BT_ERR_NOT_FOUND, "no indicator is called '%s'", wanted->name);
  bt_status status = check_params(indicator, wanted, err);
  if (status) return status;
  if (indicator->needs_benchmark && !hold->cache->series.benchmark)
    return bt_fail(err, BT_ERR_USAGE, "indicator %s needs a --benchmark", indicator->name);
  const bt_recipe recipe = {indicator, NULL, indicator->n_params, indicator->n_outputs};
  return get(out, hold, &recipe, wanted->params, wanted->output, err);
}

bt_status bt_indicator_get_own(const double **out, bt_indicator_hold *hold,
                               bt_own_indicator *compute, const double *params, size_t n_params,
                               bt_error *err)
{
  const bt_recipe recipe = {NULL, compute, n_params, 1};
  if (!compute) return bt_fail(err, BT_ERR_USAGE, "an indicator of its own has no function");
  if (n_params > BT_INDICATOR_PARAMS_MOST)
    return bt_fail(err, BT_ERR_USAGE,
                   "an indicator of its own takes %d parameters at most, not %zu",
                   BT_INDICATOR_PARAMS_MOST, n_params);
  return get(out, hold, &recipe, params, 0, err);
}
