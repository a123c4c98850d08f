#include "core/changes.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backtest/strategy.h"
#include "core/lanes.h"

enum { WORD = BT_CROSS_BARS }; /* bars that are looked at together */

void bt_changes_init(bt_changes *changes)
{
  *changes = (bt_changes){0};
}

void bt_changes_clear(bt_changes *changes)
{
  free(changes->at);
  bt_changes_init(changes);
}

bt_status bt_changes_reserve(bt_changes *changes, size_t n, bt_error *err)
{
  if (n++ < changes->capacity) return BT_OK; /* one behind the last may be read */
  size_t capacity = n < 2 * changes->capacity ? 2 * changes->capacity : n;
  bt_change *at = realloc(changes->at, capacity * sizeof *at);
  if (!at) return bt_fail_nomem(err, "changes of a target");
  changes->at = at;
  changes->capacity = capacity;
  return BT_OK;
}

void bt_changes_set(bt_changes *out, size_t n, size_t n_bars)
{
  out->n = n;
  out->n_bars = n_bars;
  out->version++;
}

size_t bt_changes_find(const bt_changes *changes, size_t bar)
{
  const bt_change *first = changes->at;
  size_t n = changes->n;
  while (n > 1) { /* without branches, which nothing could predict */
    size_t half = n / 2;
    first += half * (size_t)(first[half - 1].bar < bar);
    n -= half;
  }
  return n == 0 ? 0 : (size_t)(first - changes->at) + (size_t)(first->bar < bar);
}

void bt_changes_fill(double *target, const bt_changes *changes)
{
  size_t t = 0;
  for (size_t k = 0; k <= changes->n; k++) {
    size_t until = k < changes->n ? changes->at[k].bar : changes->n_bars;
    double value = bt_changes_target(changes, k);
    for (; t < until; t++) target[t] = value;
  }
}

bt_status bt_changes_set_flat(bt_changes *changes, size_t first, size_t end, bt_error *err)
{
  if (first >= end) return BT_OK;
  bt_status status = bt_changes_reserve(changes, changes->n + 2, err);
  if (status) return status;
  size_t from = bt_changes_find(changes, first), to = bt_changes_find(changes, end + 1);
  double before = bt_changes_target(changes, from), after = bt_changes_target(changes, to);
  bt_change edges[2];
  size_t n_edges = 0;
  if (before != 0) edges[n_edges++] = (bt_change){first, 0};
  if (after != 0 && end < changes->n_bars) edges[n_edges++] = (bt_change){end, after};
  memmove(changes->at + from + n_edges, changes->at + to, (changes->n - to) * sizeof *changes->at);
  memcpy(changes->at + from, edges, n_edges * sizeof *edges);
  changes->n += n_edges - (to - from);
  changes->version++;
  return BT_OK;
}

bt_status bt_changes_copy(bt_changes *out, const bt_changes *changes, bt_error *err)
{
  if (changes->n > out->capacity) {
    bt_change *at = realloc(out->at, changes->n * sizeof *at);
    if (!at) return bt_fail_nomem(err, "changes of a target");
    out->at = at;
    out->capacity = changes->n;
  }
  if (changes->n > 0) memcpy(out->at, changes->at, changes->n * sizeof *out->at);
  out->n = changes->n;
  out->n_bars = changes->n_bars;
  out->version++;
  return BT_OK;
}

/* The bar of change k; SIZE_MAX behind the last. */
static size_t bar_of(const bt_changes *changes, size_t k)
{
  return k < changes->n ? changes->at[k].bar : SIZE_MAX;
}

size_t bt_changes_difference(const bt_changes *a, const bt_changes *b, size_t first, size_t end)
{
  size_t i = bt_changes_find(a, first + 1), k = bt_changes_find(b, first + 1);
  for (size_t t = first; t < end; t = bar_of(a, i) < bar_of(b, k) ? bar_of(a, i) : bar_of(b, k)) {
    i += bar_of(a, i) == t;
    k += bar_of(b, k) == t;
    if (bt_changes_target(a, i) != bt_changes_target(b, k)) return t;
  }
  return end;
}

bt_status bt_changes_of_constant(bt_changes *out, double target, size_t n_bars, bt_error *err)
{
  bt_status status = bt_changes_reserve(out, 1, err);
  if (status) return status;
  out->n = n_bars > 0 && target != 0;
  out->at[0] = (bt_change){0, target};
  out->n_bars = n_bars;
  out->version++;
  return BT_OK;
}

/* ---- from a target ----------------------------------------------------------------------------
 */

/* Whether all of BT_LANES targets are those of the bars before them. */
static int are_as_before(const double *target)
{
  int all = 1;
  for (size_t k = 0; k < BT_LANES; k += BT_WIDTH)
    all &= bt_vector_all_equal(bt_vector_load(target + k), bt_vector_load(target + k - 1));
  return all;
}

bt_status bt_changes_of_target(bt_changes *out, const double *target, size_t n_bars, bt_error *err)
{
  size_t n = 0, t = 0;
  double before = 0;
  bt_status status = bt_changes_reserve(out, n_bars + 1, err);
  if (status) return status;
  while (t < n_bars) {
    if (t > 0 && t + BT_LANES <= n_bars && are_as_before(target + t)) {
      t += BT_LANES;
      continue;
    }
    size_t end = n_bars - t < BT_LANES ? n_bars : t + BT_LANES;
    for (; t < end; t++) {
      if (target[t] == before) continue;
      before = target[t];
      out->at[n++] = (bt_change){t, before};
    }
  }
  out->n = n;
  out->n_bars = n_bars;
  out->version++;
  return BT_OK;
}

/* ---- from sides -------------------------------------------------------------------------------
 */

/* A bit a bar, the lowest first. */
typedef struct sides {
  uint64_t up, down, before; /* +1, -1, "as before" */
  uint64_t known;            /* one of the four values */
} sides;

#if defined(__AVX512BW__)

static inline uint64_t find_bytes(const signed char *side, signed char value)
{
  return _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(side), _mm512_set1_epi8(value));
}

#elif defined(__AVX2__)

static inline uint64_t find_half(const signed char *side, signed char value)
{
  __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)side);
  return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(value)));
}

static inline uint64_t find_bytes(const signed char *side, signed char value)
{
  return find_half(side, value) | find_half(side + 32, value) << 32;
}

#elif defined(__SSE2__)

static inline uint64_t find_quarter(const signed char *side, signed char value)
{
  __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)side);
  return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(value)));
}

static inline uint64_t find_bytes(const signed char *side, signed char value)
{
  return find_quarter(side, value) | find_quarter(side + 16, value) << 16 |
         find_quarter(side + 32, value) << 32 | find_quarter(side + 48, value) << 48;
}

#else

static inline uint64_t find_bytes(const signed char *side, signed char value)
{
  uint64_t bits = 0;
  for (size_t i = 0; i < WORD; i++) bits |= (uint64_t)(side[i] == value) << i;
  return bits;
}

#endif

static inline sides read_sides(const signed char *side)
{
  sides s = {.up = find_bytes(side, 1),
             .down = find_bytes(side, -1),
             .before = find_bytes(side, BT_AS_BEFORE)};
  s.known = s.up | s.down | s.before | find_bytes(side, 0);
  return s;
}

/* The bits of `before` in runs that begin behind a bit of `set`, or in the lowest place with `in`:
 * adding a bit to the lowest place of a run carries through it. */
static inline uint64_t flood(uint64_t set, uint64_t before, uint64_t in)
{
  uint64_t starts = (set << 1 | in) & before;
  return before & ~(before + starts);
}

/* Nothing but +1, -1 and 0 is left: "as before" is filled in from the last sides of the word ahead.
 */
static inline void fill_in(sides *s, uint64_t was_up, uint64_t was_down)
{
  uint64_t up = flood(s->up, s->before, was_up), down = flood(s->down, s->before, was_down);
  s->up |= up;
  s->down |= down;
}

static bt_status refuse_side(const signed char *side, size_t first, bt_error *err)
{
  size_t t = first;
  while (side[t] >= -1 && side[t] <= BT_AS_BEFORE) t++;
  return bt_fail(err, BT_ERR_DATA, "the side of bar %zu is %d: not -1, 0, +1 or BT_AS_BEFORE (2)",
                 t, side[t]);
}

static inline bt_change change_at(uint64_t changed, uint64_t up, uint64_t down, size_t t)
{
  int place = __builtin_ctzll(changed | UINT64_C(1) << (WORD - 1));
  return (bt_change){t + (size_t)place, (int)(up >> place & 1) - (int)(down >> place & 1)};
}

/* Few words have more than two changes. Two are written in any case, and counted if they are there:
 * how many there are in a word is nothing that a processor could foresee. */
static inline bt_change *add_changes(bt_change *at, uint64_t changed, uint64_t up, uint64_t down,
                                     size_t t)
{
  uint64_t rest = changed & (changed - 1);
  at[0] = change_at(changed, up, down, t);
  at[1] = change_at(rest, up, down, t);
  at += (changed != 0) + (rest != 0);
  for (rest &= rest - 1; rest; rest &= rest - 1) *at++ = change_at(rest, up, down, t);
  return at;
}

/* A target on its way, word by word. */
typedef struct words {
  bt_change *at;             /* where the next change goes */
  uint64_t ups, downs;       /* all bits where the direction lets through what is up, or down */
  uint64_t was_up, was_down; /* of the last bar of the word ahead, in the lowest place */
} words;

static bt_status begin_words(words *w, bt_changes *out, size_t n_bars, bt_direction direction,
                             bt_error *err)
{
  bt_status status = bt_changes_reserve(out, n_bars + 2, err);
  if (status) return status;
  out->n = 0;
  out->n_bars = n_bars;
  out->version++;
  *w = (words){.at = out->at,
               .ups = direction == BT_DIRECTION_SHORT ? 0 : UINT64_MAX,
               .downs = direction == BT_DIRECTION_LONG ? 0 : UINT64_MAX};
  return BT_OK;
}

/* The next word, of bars from t on. */
static inline void add_word(words *w, uint64_t up, uint64_t down, size_t t)
{
  uint64_t changed =
      ((up ^ (up << 1 | w->was_up)) & w->ups) | ((down ^ (down << 1 | w->was_down)) & w->downs);
  w->was_up = up >> (WORD - 1);
  w->was_down = down >> (WORD - 1);
  w->at = add_changes(w->at, changed, up & w->ups, down & w->downs, t);
}

bt_status bt_changes_of_sides(bt_changes *out, signed char *side, size_t n_bars,
                              bt_direction direction, bt_error *err)
{
  words w;
  bt_status status = begin_words(&w, out, n_bars, direction, err);
  if (status) return status;
  memset(side + n_bars, BT_AS_BEFORE, BT_SIDES_PADDING);
  for (size_t t = 0; t < n_bars; t += WORD) {
    sides s = read_sides(side + t);
    if (s.known != UINT64_MAX) return refuse_side(side, t, err);
    if (s.before) fill_in(&s, w.was_up, w.was_down);
    add_word(&w, s.up, s.down, t);
  }
  out->n = (size_t)(w.at - out->at);
  return BT_OK;
}

bt_status bt_changes_of_cross(bt_changes *out, bt_compared a, bt_compared b, size_t n_bars,
                              bt_direction direction, bt_error *err)
{
  enum { AT_ONCE = 16 };
  uint64_t above[AT_ONCE], below[AT_ONCE];
  words w;
  bt_status status = begin_words(&w, out, n_bars, direction, err);
  if (status) return status;
  for (size_t first = 0, n; first < n_bars; first += n) {
    n = n_bars - first < AT_ONCE * WORD ? n_bars - first : AT_ONCE * WORD;
    bt_cross_compare(above, below, a, b, first, n);
    for (size_t i = 0; i * WORD < n; i++) add_word(&w, above[i], below[i], first + i * WORD);
  }
  out->n = (size_t)(w.at - out->at);
  return BT_OK;
}
