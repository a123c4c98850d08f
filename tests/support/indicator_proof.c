#include "tests/support/indicator_proof.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/compare.h"
#include "tests/support/indicator_reference.h"
#include "tests/support/make_bars.h"
#include "tests/support/slow.h"

const double proof_periods[PROOF_N_PERIODS][BT_INDICATOR_PARAMS_MOST] = {
    {1}, {2}, {3}, {7}, {14}, {20}, {31}, {32}, {61}, {64}, {252}, {1000}, {4097}};

/* ---- bars ------------------------------------------------------------------------------------ */

typedef struct walk {
  int kind;
  test_random random;
  double price, step;
  size_t still; /* bars that are left of a stretch without a move */
} walk;

static double next_price(walk *w)
{
  test_random *random = &w->random;
  if (random_below(random, 400) == 0) w->still = random_below(random, 120);
  if (random_below(random, 200) == 0) w->step = exp(random_between(random, -8, 0));
  if (w->still > 0) {
    w->still--;
    return w->price;
  }
  if (w->kind == 1) return random_between(random, 0.01, 5000);
  double step = w->kind == 0 ? 0.05 : w->step;
  double factor = exp(random_between(random, -step, step));
  if (w->kind == 0 && random_below(random, 500) == 0)
    factor = exp(random_between(random, log(0.01), log(100)));
  double least = w->kind == 0 ? 1 : 0.02; /* steps of 0.01 must not be lost in the rounding */
  double price = fmin(fmax(w->price * factor, least), 4000);
  return w->kind == 0 ? round(price * 100) / 100 : price;
}

static void fill_bar(bt_bars *bars, size_t t, walk *w)
{
  test_random *random = &w->random;
  double before = w->price, price = next_price(w);
  bool still = price == before && w->still > 0;
  double most = w->kind == 1 ? 1 : w->kind == 0 ? 0.02 : w->step / 5;
  bars->open[t] = still ? price : before;
  bars->close[t] = w->price = price;
  bars->high[t] = still ? price : fmax(before, price) * (1 + most * random_unit(random));
  bars->low[t] = still ? price : fmin(before, price) * (1 - most / 2 * random_unit(random));
  bars->volume[t] = random_below(random, 8) == 0 ? 0 : (double)random_below(random, 1u << 30);
}

void proof_scene_init(proof_scene *scene, int kind, size_t n)
{
  walk w = {kind, {51 + (uint64_t)kind}, 20, 0.01, 0};
  scene->bars = make_flat_bars(n, 1);
  scene->benchmark = malloc(n * sizeof *scene->benchmark);
  assert_non_null(scene->benchmark);
  for (size_t t = 0; t < n; t++) {
    fill_bar(scene->bars, t, &w);
    scene->benchmark[t] =
        random_below(&w.random, 500) ? random_between(&w.random, -0.02, 0.02) : (double)NAN;
  }
  scene->series = bt_bars_series(scene->bars);
  scene->series.benchmark = scene->benchmark;
}

void proof_scene_clear(proof_scene *scene)
{
  free(scene->benchmark);
  bt_bars_free(scene->bars);
}

/* ---- the definition ---------------------------------------------------------------------------
 */

double proof_highest(const double *x, size_t t, size_t period)
{
  double most = x[t];
  for (size_t i = t + 1 - period; i < t; i++) most = fmax(most, x[i]);
  return most;
}

double proof_lowest(const double *x, size_t t, size_t period)
{
  double least = x[t];
  for (size_t i = t + 1 - period; i < t; i++) least = fmin(least, x[i]);
  return least;
}

long double proof_mean(const long double *x, size_t n)
{
  long double sum = 0;
  size_t n_equal = 0;
  for (size_t i = 0; i < n; i++) {
    sum += x[i];
    if (x[i] == x[0]) n_equal++;
  }
  return n_equal == n ? x[0] : sum / (long double)n;
}

long double proof_mean_of(const double *x, size_t n)
{
  long double sum = 0;
  size_t n_equal = 0;
  for (size_t i = 0; i < n; i++) {
    sum += proof_wide(x[i]);
    if (x[i] == x[0]) n_equal++;
  }
  return n_equal == n ? proof_wide(x[0]) : sum / (long double)n;
}

proof_moments proof_sum_up(const double *x, const double *y, size_t n)
{
  const long double mean_x = proof_mean_of(x, n), mean_y = proof_mean_of(y, n);
  proof_moments sums = {0, 0, 0};
  for (size_t i = 0; i < n; i++) {
    long double dx = proof_wide(x[i]) - mean_x, dy = proof_wide(y[i]) - mean_y;
    sums.xx += dx * dx;
    sums.xy += dx * dy;
    sums.yy += dy * dy;
  }
  return sums;
}

/* Fills what comes before the seed, which is the mean of `period` values from bar `first` on. */
static size_t begin(long double *out, const long double *x, size_t n, size_t first, size_t period)
{
  size_t seed = first + period - 1;
  for (size_t t = 0; t < n && t < seed; t++) out[t] = (long double)NAN;
  if (seed < n) out[seed] = proof_mean(x + first, period);
  return seed;
}

size_t proof_ema(long double *out, const long double *x, size_t n, size_t first, size_t period)
{
  const long double gain = 2 / ((long double)period + 1);
  size_t seed = begin(out, x, n, first, period);
  for (size_t t = seed + 1; t < n; t++) out[t] = out[t - 1] + gain * (x[t] - out[t - 1]);
  return seed;
}

void proof_wilder(long double *out, const long double *x, size_t n, size_t first, size_t period)
{
  size_t seed = begin(out, x, n, first, period);
  for (size_t t = seed + 1; t < n; t++)
    out[t] = out[t - 1] + (x[t] - out[t - 1]) / (long double)period;
}

long double *proof_scratch(size_t k)
{
  static long double values[4][PROOF_N_BARS];
  return values[k];
}

long double proof_one(const proof_query *q, size_t t)
{
  (void)q, (void)t;
  return 1;
}

long double proof_hundred(const proof_query *q, size_t t)
{
  (void)q, (void)t;
  return 100;
}

long double proof_price(const proof_query *q, size_t t)
{
  double most = 1;
  for (size_t k = 0; k < BT_INDICATOR_PARAMS_MOST; k++) most = fmax(most, q->params[k]);
  size_t n_bars = 4 * (size_t)fmin(most, 50);
  return proof_wide(proof_highest(q->s->high, t, n_bars <= t ? n_bars : t + 1));
}

/* ---- checks ---------------------------------------------------------------------------------- */

static bool agrees_with(const indicator_proof *proof, const proof_query *q, double got, size_t t,
                        long double expected)
{
  if (isnan(expected) || isnan(got)) return isnan(expected) && isnan(got);
  if (proof->is_exact) return got == (double)expected;
  long double scale = proof->scale ? proof->scale(q, t) : 0;
  return fabsl(proof_wide(got) - expected) <= 1e-9L * fmaxl(fabsl(expected), scale);
}

/* The number of values that are defined; all bars of short periods, every n-th of long ones. */
static size_t check_output(const bt_indicator *indicator, const indicator_proof *proof,
                           const proof_query *q)
{
  static long double series[PROOF_N_BARS];
  size_t n = q->s->n_bars, first = indicator->first_bar(q->params, q->output), n_defined = 0;
  size_t stride = !proof->value ? 1 : q->period < 800 ? 1 + q->period / 8 : 101;
  double *got = indicator_values_on(indicator, q->params, q->s, q->output);
  assert_true(first < n);
  if (proof->series) proof->series(series, q);
  for (size_t t = 0; t < first; t++)
    if (!isnan(got[t])) fail_msg("%s: %.17g on bar %zu", indicator->name, got[t], t);
  for (size_t t = first; t < n; t += stride) {
    long double expected = proof->value ? proof->value(q, t) : series[t];
    if (!agrees_with(proof, q, got[t], t, expected))
      fail_msg("%s(%g) %s on bar %zu: %.17g, by definition %.17Lg", indicator->name, q->params[0],
               indicator->outputs[q->output], t, got[t], expected);
    if (!isnan(got[t])) n_defined++;
  }
  free(got);
  return n_defined;
}

size_t proof_check_definition(const bt_indicator *indicator, const indicator_proof *proof)
{
  size_t n_compared = 0;
  int n_scenes = IS_SLOW || is_below_valgrind() ? 1 : PROOF_N_SCENES;
  if (!proof->value && !proof->series) return 0;
  for (int kind = 0; kind < n_scenes; kind++) {
    proof_scene scene;
    proof_scene_init(&scene, kind, PROOF_N_BARS);
    for (size_t i = 0; i < proof->n_params; i++)
      for (size_t output = 0; output < indicator->n_outputs; output++) {
        const double *params = proof->params[i];
        const proof_query q = {&scene.series, params, (size_t)params[0], output};
        size_t n_defined = check_output(indicator, proof, &q);
        if (n_defined < 20) fail_msg("%s(%g): few values", indicator->name, params[0]);
        n_compared += n_defined;
      }
    proof_scene_clear(&scene);
  }
  return n_compared;
}

static bool is_of(const csv_table *table, size_t row, const proof_row *p)
{
  return strcmp(csv_text(table, row, "indicator"), p->indicator) == 0 &&
         strcmp(csv_text(table, row, "params"), p->their_params) == 0 &&
         strcmp(csv_text(table, row, "output"), p->their_output) == 0;
}

static bool agrees(double ours, double theirs, size_t t)
{
  bool flat = t >= 299 && t <= 326;
  if (t >= 299 && t <= 328 && isnan(ours)) return true;
  return is_close(ours, theirs, flat ? 1e-6 : 1e-9);
}

static size_t check_row(const bt_indicator *indicator, const proof_row *p, const csv_table *table,
                        const bt_bars *bars)
{
  double *values = indicator_values(indicator, p->params, bars, p->output);
  size_t n_compared = 0, first = bars->n_bars;
  for (size_t row = 0; row < table->n_rows; row++) {
    if (!is_of(table, row, p)) continue;
    size_t t = (size_t)csv_number(table, row, "index");
    double theirs = csv_number(table, row, "value");
    if (t < first) first = t;
    if (t < p->from) continue;
    n_compared++;
    if (!agrees(values[t], theirs, t))
      fail_msg("%s, %s's %s bar %zu: ours %.17g, theirs %.17g", indicator->name, p->library,
               p->their_output, t, values[t], theirs);
  }
  assert_true(n_compared > 300);
  for (size_t t = 0; t < first && p->from == 0; t++)
    if (!isnan(values[t])) fail_msg("%s is there on bar %zu, theirs is not", indicator->name, t);
  free(values);
  return n_compared;
}

size_t proof_check_rows(const bt_indicator *indicator, const indicator_proof *proof,
                        const char *library, const csv_table *table, const bt_bars *bars)
{
  size_t n_compared = 0;
  for (size_t i = 0; i < proof->n_rows; i++)
    if (strcmp(proof->rows[i].library, library) == 0)
      n_compared += check_row(indicator, &proof->rows[i], table, bars);
  return n_compared;
}
