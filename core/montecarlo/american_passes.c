#include "core/montecarlo/american_passes.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/block.h"
#include "core/pricing/put_form.h"

enum { N = BT_EXERCISE_BLOCK };

static size_t whole_groups(size_t n)
{
  return (n + BT_LANES - 1) / BT_LANES * BT_LANES;
}

static size_t lesser(size_t a, size_t b)
{
  return a < b ? a : b;
}

static bt_stream stream_of(const bt_american_model *model, bt_american_stream stream)
{
  return (bt_stream){model->seed, (uint32_t)stream};
}

/* ---- what is shared ---------------------------------------------------------------------------
 */

/* Of the European price that of the passes, so that theirs are compared with the same. */
static void look_at_today(bt_american_model *model, const bt_vanilla *put)
{
  const double today = 0, price = put->spot / put->strike;
  bt_exercise_payoffs(&model->payoff_now, &model->exercise, &today, &price, 1);
  bt_exercise_europeans(&model->european_now, &model->exercise, &today, &price, 1);
}

bt_status bt_american_model_init(bt_american_model *out, const bt_american *job, bt_error *err)
{
  const bt_vanilla put = bt_put_form(&job->option);
  bt_american_model model = {.seed = job->seed, .option = job->option, .strike = put.strike};
  bt_status status = bt_exercise_init(&model.exercise, &put, job->n_dates, err);
  if (status == BT_OK) status = bt_rule_init(&model.rule, job, &model.exercise, err);
  if (status == BT_OK && job->n_bound_paths > 0)
    status = bt_martingale_init(&model.martingale, &model.exercise, err);
  if (status != BT_OK) {
    bt_american_model_clear(&model);
    return status;
  }
  look_at_today(&model, &put);
  *out = model;
  return BT_OK;
}

bt_status bt_american_model_find_edges(bt_american_model *model, bt_error *err)
{
  return bt_edges_init(&model->edges, &model->rule, &model->exercise, err);
}

void bt_american_model_clear(bt_american_model *model)
{
  bt_edges_clear(&model->edges);
  bt_martingale_clear(&model->martingale);
  bt_rule_clear(&model->rule);
  bt_exercise_clear(&model->exercise);
}

bt_status bt_american_paths_init(bt_american_paths *out, size_t n, bt_error *err)
{
  enum { N_ARRAYS = 4 };
  bt_american_paths paths = {.n = n, .n_whole = whole_groups(n)};
  if (n <= SIZE_MAX / sizeof(double) / N_ARRAYS - BT_LANES)
    paths.memory = bt_block_take(NULL, N_ARRAYS * paths.n_whole * sizeof *paths.memory);
  if (!paths.memory) return bt_fail_nomem(err, "paths of an American option");
  paths.b = paths.memory;
  paths.premium = paths.memory + paths.n_whole;
  paths.u = paths.memory + 2 * paths.n_whole;
  paths.gain = paths.memory + 3 * paths.n_whole;
  *out = paths;
  return BT_OK;
}

void bt_american_paths_clear(bt_american_paths *paths)
{
  bt_block_give(NULL, paths->memory);
  paths->memory = NULL;
}

/* ---- the fit ----------------------------------------------------------------------------------
 */

/* Where exercise gains more than holding on is worth, it is what is gained. */
static void follow_rule(double *premium, const bt_rule *rule, size_t date, const double *u,
                        const double *gain, size_t n)
{
  double held[N];
  bt_rule_held(held, rule, date, u, n);
  for (size_t i = 0; i < n; i++) premium[i] = gain[i] > held[i] ? gain[i] : premium[i];
}

/* The last date, where the European option is exercised, too. */
static void start_block(const bt_american_paths *p, const bt_exercise *exercise,
                        const bt_stream *stream, size_t first, size_t n)
{
  bt_exercise_walk(p->b + first, exercise, exercise->n_dates, stream, first, n);
  for (size_t i = 0; i < n; i++) p->premium[first + i] = 0;
}

static void fit_block(bt_regression_lanes *lanes, const bt_american_paths *p,
                      const bt_american_model *model, size_t date, size_t first)
{
  const bt_stream stream = stream_of(model, BT_AMERICAN_FIT);
  const size_t n = lesser(N, p->n_whole - first);
  double *b = p->b + first, *u = p->u + first, *gain = p->gain + first, price[N];
  if (date + 1 == model->exercise.n_dates)
    start_block(p, &model->exercise, &stream, first, n);
  else
    follow_rule(p->premium + first, &model->rule, date + 1, u, gain, n);
  bt_exercise_walk(b, &model->exercise, date, &stream, first, n);
  bt_exercise_prices(price, &model->exercise, date, b, n);
  bt_exercise_gains(gain, &model->exercise, date, price, b, n);
  for (size_t i = p->n - lesser(p->n, first); i < n; i++) gain[i] = -(double)INFINITY; /* no path */
  bt_rule_coordinates(u, &model->rule, date, price, n);
  bt_rule_add(lanes, &model->rule, date,
              &(bt_rule_points){.u = u, .gain = gain, .value = p->premium + first, .n = n});
}

void bt_american_fit_step(bt_regression *out, const bt_american_paths *paths,
                          const bt_american_model *model, size_t date, size_t first)
{
  bt_regression_lanes lanes;
  bt_regression_lanes_init(&lanes, model->rule.degree + 1);
  const size_t end = lesser(first + BT_AMERICAN_CHUNK, paths->n_whole);
  for (size_t at = first; at < end; at += N) fit_block(&lanes, paths, model, date, at);
  bt_regression_sum(out, &lanes);
}

void bt_american_fitted(bt_sample *premium, const bt_american_paths *paths,
                        const bt_american_model *model, size_t first)
{
  const bt_american_paths *p = paths;
  const size_t end = lesser(first + BT_AMERICAN_CHUNK, p->n_whole);
  const bt_stream stream = stream_of(model, BT_AMERICAN_FIT);
  for (size_t at = first; at < end; at += N) {
    const size_t n = lesser(N, p->n_whole - at);
    if (model->exercise.n_dates == 1)
      start_block(p, &model->exercise, &stream, at, n);
    else
      follow_rule(p->premium + at, &model->rule, 1, p->u + at, p->gain + at, n);
    bt_sample_add(premium, p->premium + at, lesser(n, p->n - at));
  }
}

/* ---- the rule, followed -----------------------------------------------------------------------
 */

/* The time of exercise, or the last date; edges NULL: none are wanted. */
static void stop_block(bt_american_stops *stops, bt_edge_sums *edges,
                       const bt_american_model *model, size_t first, size_t n)
{
  const bt_exercise *exercise = &model->exercise;
  const bt_stream stream = stream_of(model, BT_AMERICAN_PRICE);
  double b[N], exercised[N];
  bt_exercise_walk(b, exercise, exercise->n_dates, &stream, first, n);
  memcpy(stops->b, b, n * sizeof *b);
  for (size_t i = 0; i < n; i++) stops->date[i] = (double)exercise->n_dates;
  if (edges) bt_edge_sums_begin(edges, b, n);
  for (size_t date = exercise->n_dates - 1; date > 0; date--) {
    bt_exercise_walk(b, exercise, date, &stream, first, n);
    bt_rule_exercised(exercised, &model->rule, exercise, date, b, n);
    for (size_t i = 0; i < n; i++) {
      const bool is_stopped = exercised[i] >= -DBL_MAX;
      stops->b[i] = is_stopped ? b[i] : stops->b[i];
      stops->date[i] = is_stopped ? (double)date : stops->date[i];
    }
    if (edges) bt_edge_sums_step(edges, &model->edges, exercise, date, b, exercised);
  }
  if (edges) bt_edge_sums_end(edges, &model->edges, exercise);
  memcpy(stops->first, b, n * sizeof *b);
  bt_exercise_prices_on(stops->price, exercise, stops->date, stops->b, n);
}

void bt_american_price_chunk(bt_american_sums *sums, bt_american_greek_sums *greeks,
                             const bt_american_model *model, size_t first, size_t n)
{
  const bt_exercise *exercise = &model->exercise;
  bt_american_stops stops;
  bt_edge_sums edges;
  double payoff[N], european[N], gain[N];
  for (size_t at = 0; at < n; at += N) {
    const size_t left = lesser(N, n - at);
    stop_block(&stops, greeks ? &edges : NULL, model, first + at, whole_groups(left));
    bt_exercise_payoffs(payoff, exercise, stops.date, stops.price, left);
    bt_exercise_europeans(european, exercise, stops.date, stops.price, left);
    for (size_t i = 0; i < left; i++) gain[i] = payoff[i] - european[i];
    bt_pair_sample_add(&sums->price, payoff, european, left);
    bt_skew_sample_add(&sums->gain, gain, left);
    if (!greeks) continue;
    const bt_american_paths_seen seen = {&stops, &edges, left};
    bt_american_greeks_add(greeks, &model->option, exercise, &seen);
  }
}

/* ---- the martingale ---------------------------------------------------------------------------
 */

/* Paths that are handled together, n <= N, and where their numbers come from. */
typedef struct block {
  bt_stream stream;
  size_t first, n;
} block;

/* Goes from date + 1 to date; growth: of the martingale on that way. */
static void walk_martingale(double *growth, double *b, const bt_american_model *model, size_t date,
                            const block *of)
{
  double after[N];
  memcpy(after, b, of->n * sizeof *after);
  if (date > 0)
    bt_exercise_walk(b, &model->exercise, date, &of->stream, of->first, of->n);
  else
    memset(b, 0, of->n * sizeof *b);
  bt_martingale_growth(growth, &model->martingale, date + 1, b, after, of->n);
}

/* Of each path the most that exercise on any date, today or known afterwards, gains over the
 * European option and the martingale. */
static void bound_block(double *most, const bt_american_model *model, size_t first, size_t n)
{
  const bt_exercise *exercise = &model->exercise;
  const block of = {stream_of(model, BT_AMERICAN_BOUND), first, n};
  double b[N], growth[N], price[N], payoff[N], european[N], dates[N];
  bt_exercise_walk(b, exercise, exercise->n_dates, &of.stream, first, n);
  for (size_t i = 0; i < n; i++) most[i] = 0;
  for (size_t date = exercise->n_dates - 1; date > 0; date--) {
    walk_martingale(growth, b, model, date, &of);
    bt_exercise_prices(price, exercise, date, b, n);
    for (size_t i = 0; i < n; i++) dates[i] = (double)date;
    bt_exercise_payoffs(payoff, exercise, dates, price, n);
    bt_exercise_europeans(european, exercise, dates, price, n);
    for (size_t i = 0; i < n; i++) {
      const double now = payoff[i] - european[i], later = most[i] - growth[i];
      most[i] = now > later ? now : later;
    }
  }
  walk_martingale(growth, b, model, 0, &of);
  const double today = model->payoff_now - model->european_now;
  for (size_t i = 0; i < n; i++) {
    const double later = most[i] - growth[i];
    most[i] = today > later ? today : later;
  }
}

void bt_american_bound_chunk(bt_sample *premium, const bt_american_model *model, size_t first,
                             size_t n)
{
  double most[N];
  for (size_t at = 0; at < n; at += N) {
    const size_t left = lesser(N, n - at);
    bound_block(most, model, first + at, whole_groups(left));
    bt_sample_add(premium, most, left);
  }
}
