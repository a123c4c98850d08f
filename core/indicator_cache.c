#include "core/indicator_cache.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/indicator.h"
#include "core/indicator_recipe.h"
#include "core/marks.h"
#include "core/mean.h"
#include "core/signal_host.h"

enum { N_BUCKETS = 1024 };

typedef struct bt_indicator_entry entry;
struct bt_indicator_entry {
  entry *next;          /* in its bucket; or in a list of take_excess */
  entry *newer, *older; /* among those that nobody holds, by when that began */
  bt_recipe recipe;
  double params[BT_INDICATOR_PARAMS_MOST];
  double *outputs[BT_INDICATOR_OUTPUTS_MOST]; /* in block */
  double *block;
  uint64_t hash;    /* of the outputs, with BT_GUARD_HASH */
  float *rounded;   /* the same as floats, output by output; NULL where nobody needed them */
  bool ready;       /* else some thread is computing it */
  entry *waits_for; /* while it is computed: the one that it has asked for */
  size_t n_holds;
};

/* Everything but series, n_room, close_sums, nan, guard and hashes is under the lock. */
struct bt_indicator_cache {
  bt_spare *spare;
  bt_guard guard;
  uint64_t series_hash, nan_hash; /* with BT_GUARD_HASH */
  const char *damaged;            /* an indicator that is not as it was; NULL: none is known */
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

/* Memory of what strategies are given. */
static double *take_values(const bt_indicator_cache *cache, size_t n)
{
  return cache->guard == BT_GUARD_SEAL ? bt_block_take_pages(n * sizeof(double))
                                       : bt_block_take(cache->spare, n * sizeof(double));
}

bt_status bt_indicator_cache_pad(bt_indicator_cache *cache, size_t n_room, bt_error *err)
{
  assert(n_room >= cache->series.n_bars);
  double *nan = take_values(cache, n_room);
  if (!nan) return bt_fail_nomem(err, "indicators");
  bt_block_give(cache->spare, cache->nan);
  fill_nan(nan, 0, n_room);
  cache->nan = nan;
  cache->n_room = n_room;
  if (cache->guard == BT_GUARD_HASH) cache->nan_hash = bt_guard_hash(nan, n_room);
  if (cache->guard != BT_GUARD_SEAL || bt_block_seal(nan)) return BT_OK;
  return bt_fail_nomem(err, "indicators");
}

bt_status bt_indicator_cache_guard(bt_indicator_cache *cache, bt_guard guard, bt_error *err)
{
  assert(guard != BT_GUARD_SEAL || !cache->spare);
  cache->guard = guard;
  if (guard == BT_GUARD_HASH) cache->series_hash = bt_guard_hash_series(&cache->series);
  return guard == BT_GUARD_NONE ? BT_OK : bt_indicator_cache_pad(cache, cache->n_room, err);
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
 * the sake of vectors; in what is room behind the bars they are NaN, and beside one of a strategy's
 * own is room for marks. NULL without memory. */
static entry *begin_entry(const bt_indicator_cache *cache, entry **bucket, const bt_recipe *recipe,
                          const double *params, bool rounds)
{
  enum { LINE = BT_BLOCK_ALIGNMENT / sizeof(double), BESIDE = BT_MARK_BYTES / sizeof(double) };
  size_t n_bars = cache->series.n_bars, stride = (cache->n_room + LINE - 1) / LINE * LINE;
  entry *e = calloc(1, sizeof *e);
  if (!e) return NULL;
  size_t beside = recipe->own ? BESIDE : 0;
  e->block = take_values(cache, recipe->n_outputs * stride + 2 * beside);
  if (!e->block) {
    free(e);
    return NULL;
  }
  for (size_t i = 0; i < recipe->n_outputs; i++) {
    e->outputs[i] = e->block + beside + i * stride;
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

static uint64_t hash_outputs(const bt_indicator_cache *cache, const entry *e)
{
  uint64_t hash = 0;
  for (size_t i = 0; i < e->recipe.n_outputs; i++)
    hash = hash * 31 + bt_guard_hash(e->outputs[i], cache->n_room);
  return hash;
}

/* Remembers one that is not as it was: of several the first by name, so that none depends on who
 * was faster. Without the lock, as a hash takes its time; nobody else writes or frees the entry. */
static void check_outputs(bt_indicator_cache *cache, const entry *e)
{
  const char *name = e->recipe.indicator ? e->recipe.indicator->name : "of its own";
  if (cache->guard != BT_GUARD_HASH || !e->ready || hash_outputs(cache, e) == e->hash) return;
  lock(cache);
  if (!cache->damaged || strcmp(name, cache->damaged) < 0) cache->damaged = name;
  unlock(cache);
}

static void unlink_entry(bt_indicator_cache *cache, entry *e)
{
  entry **place = find_bucket(cache, &e->recipe, e->params);
  while (*place != e) place = &(*place)->next;
  *place = e->next;
  if (e->ready) cache->size_bytes -= entry_size_bytes(cache, e);
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

/* Takes out what is beyond the budget: a list, by `next`. */
static entry *take_excess(bt_indicator_cache *cache)
{
  entry *taken = NULL;
  while (cache->oldest && cache->size_bytes > cache->budget_bytes) {
    entry *e = cache->oldest;
    unlink_idle(cache, e);
    unlink_entry(cache, e);
    e->next = taken;
    taken = e;
  }
  return taken;
}

/* Frees such a list, without the lock. The memory goes back to the system: the budget is about all
 * that is there. */
static void drop(bt_indicator_cache *cache, entry *taken)
{
  for (entry *e = taken, *next; e; e = next) {
    next = e->next;
    check_outputs(cache, e);
    free_entry(NULL, e);
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
  entry *excess = take_excess(hold->cache);
  unlock(hold->cache);
  drop(hold->cache, excess);
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

static void round_outputs(entry *e, size_t n_bars)
{
  for (size_t i = 0; i < e->recipe.n_outputs; i++) {
    const double *values = e->outputs[i];
    float *restrict rounded = e->rounded + i * n_bars;
    for (size_t t = 0; t < n_bars; t++) rounded[t] = (float)values[t];
  }
}

/* Whether a function of a strategy's own has kept to its bars. */
static bt_status check_beside(const double *out, const bt_indicator_cache *cache, bt_error *err)
{
  size_t n_bars = cache->series.n_bars, t = n_bars + BT_MARK_BYTES / sizeof *out;
  while (t < cache->n_room && isnan(out[t])) t++;
  if (t >= cache->n_room && bt_marks_hold(out, n_bars * sizeof *out) &&
      bt_marks_hold(out, cache->n_room * sizeof *out))
    return BT_OK;
  return bt_fail(err, BT_ERR_DATA,
                 "an indicator of its own has written before or behind its array");
}

/* A function of a strategy's own sees a host of its own, whose failures are those of the entry.
 * Marks stand behind the room, and where they would without it, so that the same is noticed. */
static bt_status compute_own(entry *e, bt_indicator_cache *cache, bt_error *err)
{
  bt_signal_host host;
  double *out = e->outputs[0];
  bt_signal_host_init(&host, cache);
  host.hold.of = e;
  bt_marks_set(out, cache->n_room * sizeof *out);
  bt_marks_set(out, cache->series.n_bars * sizeof *out);
  e->recipe.own(&host.host, e->params, out);
  bt_indicator_hold_release(&host.hold);
  if (host.status && err) *err = host.error;
  bt_status status = host.status ? host.status : check_beside(out, cache, err);
  fill_nan(out, cache->series.n_bars, cache->n_room);
  return status;
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
  if (status) return status;
  if (e->rounded) round_outputs(e, cache->series.n_bars);
  if (cache->guard == BT_GUARD_HASH) e->hash = hash_outputs(cache, e);
  if (cache->guard != BT_GUARD_SEAL || bt_block_seal(e->block)) return BT_OK;
  return bt_fail_nomem(err, "indicators");
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
    unlink_entry(cache, e);
    free_entry(NULL, e);
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

bt_status bt_indicator__get(const double **out, bt_indicator_hold *hold, const bt_recipe *recipe,
                            const double *params, size_t output, bt_error *err)
{
  entry *e = NULL, *excess = NULL;
  lock(hold->cache);
  bt_status status = make_ready(&e, hold, recipe, params, err);
  if (!status) status = hold_entry(hold, e, err);
  if (!status) {
    *out = e->outputs[output];
    excess = take_excess(hold->cache);
  }
  unlock(hold->cache);
  drop(hold->cache, excess);
  return status;
}

bt_status bt_indicator_cache_check(bt_indicator_cache *cache, bt_error *err)
{
  if (cache->guard != BT_GUARD_HASH) return BT_OK;
  if (bt_guard_hash_series(&cache->series) != cache->series_hash)
    return bt_fail(err, BT_ERR_DATA, "it has written into the bars, which it may only read");
  if (bt_guard_hash(cache->nan, cache->n_room) != cache->nan_hash)
    return bt_fail(err, BT_ERR_DATA, "it has written into an indicator that it could not have");
  for (size_t i = 0; i < N_BUCKETS; i++)
    for (const entry *e = cache->buckets[i]; e; e = e->next) check_outputs(cache, e);
  if (!cache->damaged) return BT_OK;
  return bt_fail(err, BT_ERR_DATA, "it has written into an indicator (%s), which it may only read",
                 cache->damaged);
}
