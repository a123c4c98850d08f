/* A recurrence waits for its own last value on every bar, and the processor with it. But an average
 * forgets: two that begin with different values soon have the same bits. So the series is cut into
 * stretches that go side by side, each but the first begun early with a guess. Where a stretch
 * ends, its last value is the true one before the next; from there on true steps are taken until
 * they meet what the guess has led to, which is then true, too. Mostly that is the first one. */
#include "core/indicators/recurrence.h"

#include "core/indicators/undefined.h"
#include "core/mean.h"

enum { STRETCHES = 8, PAIRS = STRETCHES / 2 };

/* Two neighbours take a step together: a vector that every x86-64 and arm64 has. */
typedef double pair __attribute__((vector_size(2 * sizeof(double))));

/* The distance from the truth shrinks by 1 - rate a bar, and so many times 1 / rate make e^-40 of
 * it: below the last bit, with some to spare. */
static const double FORGOTTEN = 40;

/* A constant where it is used, so that loops have no branch. */
typedef enum kind { EMA, WILDER, WILDER_SUM } kind;

typedef struct recurrence {
  kind kind;
  double period;
} recurrence;

static inline double step(recurrence r, double last, double x)
{
  if (r.kind == EMA) return last + 2 / (r.period + 1) * (x - last);
  if (r.kind == WILDER) return (last * (r.period - 1) + x) / r.period;
  return last * ((r.period - 1) / r.period) + x;
}

static inline double go(double *out, const double *x, size_t n, double last, recurrence r)
{
  for (size_t t = 0; t < n; t++) out[t] = last = step(r, last, x[t]);
  return last;
}

/* From value `first` to before `end` takes true steps, out[first - 1] being true, until one has the
 * bits that are there. */
static inline void correct(double *out, const double *x, size_t first, size_t end, recurrence r)
{
  double last = out[first - 1];
  for (size_t t = first; t < end; t++) {
    last = step(r, last, x[t]);
    if (last == out[t]) return;
    out[t] = last;
  }
}

static inline pair step_pair(recurrence r, pair last, pair x)
{
  if (r.kind == EMA) return last + 2 / (r.period + 1) * (x - last);
  if (r.kind == WILDER) return (last * (r.period - 1) + x) / r.period;
  return last * ((r.period - 1) / r.period) + x;
}

static inline pair read_pair(const double *const *from, size_t i)
{
  return (pair){from[0][i], from[1][i]};
}

static inline void write_pair(double *const *to, size_t i, pair x)
{
  to[0][i] = x[0];
  to[1][i] = x[1];
}

/* All stretches of `length` values, behind `early` values of which only the first stretch's count;
 * they begin at from[] and to[], with the values before in last[]. */
static inline void go_side_by_side(double *const *to, const double *const *from, pair *last,
                                   size_t early, size_t length, recurrence r)
{
  for (size_t i = 0; i < early; i++) {
    for (size_t k = 0; k < PAIRS; k++) last[k] = step_pair(r, last[k], read_pair(from + 2 * k, i));
    to[0][i] = last[0][0];
  }
  for (size_t i = early; i < early + length; i++) {
    for (size_t k = 0; k < PAIRS; k++) {
      last[k] = step_pair(r, last[k], read_pair(from + 2 * k, i));
      write_pair(to + 2 * k, i, last[k]);
    }
  }
}

/* Values behind the one that is `seed`. */
static inline void go_in_stretches(double *restrict out, const double *restrict x, size_t n,
                                   size_t early, double seed, recurrence r)
{
  size_t length = (n - early) / STRETCHES, rest = n - early - STRETCHES * length;
  const double *from[STRETCHES];
  double *to[STRETCHES];
  pair last[PAIRS];
  for (size_t k = 0; k < STRETCHES; k++) { /* the first one has the rest, and so a true start */
    from[k] = x + rest + k * length;
    to[k] = out + rest + k * length;
    last[k / 2][k % 2] = from[k][0];
  }
  last[0][0] = go(out, x, rest, seed, r);
  go_side_by_side(to, from, last, early, length, r);
  for (size_t k = 1, first = rest + early + length; k < STRETCHES; k++, first += length)
    correct(out, x, first, first + length, r);
}

static inline void fill(double *restrict out, const double *restrict x, size_t n, size_t start,
                        double seed, recurrence r)
{
  const double rate = r.kind == EMA ? 2 / (r.period + 1) : 1 / r.period; /* 1: all is forgotten */
  const double early = FORGOTTEN / rate;
  size_t first = start + 1, n_left = n - first;
  bt_indicator__fill_nan(out, start);
  out[start] = seed;
  if (3 * early > (double)n_left)
    (void)go(out + first, x + first, n_left, seed, r);
  else
    go_in_stretches(out + first, x + first, n_left, (size_t)early, seed, r);
}

void bt_indicator__ema(double *restrict out, const double *restrict x, size_t n, size_t start,
                       double seed, double period)
{
  fill(out, x, n, start, seed, (recurrence){EMA, period});
}

void bt_indicator__wilder(double *restrict out, const double *restrict x, size_t n, size_t start,
                          double seed, double period)
{
  fill(out, x, n, start, seed, (recurrence){WILDER, period});
}

void bt_indicator__wilder_sum(double *restrict out, const double *restrict x, size_t n,
                              size_t start, double seed, double period)
{
  fill(out, x, n, start, seed, (recurrence){WILDER_SUM, period});
}

bt_status bt_indicator__ema_from(double *restrict out, const double *restrict x, size_t n,
                                 size_t first, double period, bt_error *err)
{
  size_t n_seed = (size_t)period;
  bt_exact_sums *sums = NULL;
  if (first >= n || n_seed > n - first) {
    bt_indicator__fill_nan(out, n);
    return BT_OK;
  }
  bt_status status = bt_exact_sums_new(&sums, x + first, n_seed, err);
  if (status) return status;
  double seed = bt_exact_mean(sums, 0, n_seed);
  bt_exact_sums_free(sums);
  bt_indicator__ema(out, x, n, first + n_seed - 1, seed, period);
  return BT_OK;
}
