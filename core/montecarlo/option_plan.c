#include "core/montecarlo/option_plan.h"

#include <string.h>

#include "core/random/normal.h"
#include "core/random/streams.h"

/* Which draws: those of normal numbers, of uniform ones, and of digital shifts. Replicates draw
 * dimensions that Sobol points lack from streams of their own. */
enum { STREAM_NORMALS = 0x100, STREAM_UNIFORMS, STREAM_SHIFTS, STREAM_REPLICATES };

/* Paths that are followed at once: all dates of a strip lie in the cache. */
enum { STRIP_PATHS = 128, STRIP_PATHS_ONE_STEP = 1024 };

static size_t strip_of(const bt_option_plan *plan)
{
  return plan->n_steps == 1 ? STRIP_PATHS_ONE_STEP : STRIP_PATHS;
}

static size_t replicates_of(const bt_option_plan *plan)
{
  return plan->settings.sampling == BT_SOBOL ? BT_SOBOL_REPLICATES : 1;
}

static size_t dimensions_of(const bt_option_plan *plan)
{
  return plan->n_steps * (plan->needs_uniforms ? 2 : 1);
}

static void count_draws(bt_option_plan *plan)
{
  uint64_t wanted = plan->settings.n_paths, points = BT_SOBOL_POINTS_LEAST;
  if (plan->settings.sampling == BT_SOBOL) {
    while (points < wanted / BT_SOBOL_REPLICATES + (wanted % BT_SOBOL_REPLICATES > 0)) points *= 2;
    plan->n_draws = plan->n_paths = points * BT_SOBOL_REPLICATES;
  } else if (plan->settings.sampling == BT_ANTITHETIC) {
    plan->n_draws = wanted / 2 + wanted % 2;
    plan->n_paths = 2 * plan->n_draws;
  } else {
    plan->n_draws = plan->n_paths = wanted;
  }
}

static bt_status prepare_sobol(bt_option_plan *plan, bt_error *err)
{
  size_t n = dimensions_of(plan);
  bt_status status =
      bt_sobol_init(&plan->sobol, n < BT_SOBOL_DIMENSIONS ? n : BT_SOBOL_DIMENSIONS, err);
  return status ? status : bt_bridge_init(&plan->bridge, plan->n_steps, err);
}

bt_status bt_option_plan_init(bt_option_plan *out, const bt_option_settings *settings,
                              const bt_cell *cells, size_t n_cells, bt_error *err)
{
  bt_option_plan plan = {
      .settings = *settings, .cells = cells, .n_cells = n_cells, .n_steps = cells[0].terms.n_steps};
  for (size_t i = 0; i < n_cells; i++)
    if (cells[i].terms.style == BT_LOOKBACK && !cells[i].terms.discrete) plan.needs_uniforms = true;
  count_draws(&plan);
  bt_status status = settings->sampling == BT_SOBOL ? prepare_sobol(&plan, err) : BT_OK;
  if (status)
    bt_option_plan_clear(&plan);
  else
    *out = plan;
  return status;
}

void bt_option_plan_clear(bt_option_plan *plan)
{
  bt_sobol_clear(&plan->sobol);
  bt_bridge_clear(&plan->bridge);
}

size_t bt_option_plan_sums(const bt_option_plan *plan)
{
  return plan->n_cells * replicates_of(plan);
}

/* ---- random numbers ---------------------------------------------------------------------------
 */

/* Where a strip keeps what: rows of strip_of(plan) doubles. */
typedef struct strip {
  double *normals, *uniforms, *unbridged; /* unbridged: of Sobol points alone */
  bt_path_rows rows;
} strip;

static size_t rows_of(const bt_option_plan *plan)
{
  size_t bridged = plan->settings.sampling == BT_SOBOL ? plan->n_steps : 0;
  return dimensions_of(plan) + bridged + 2 + BT_GREEK_COUNT;
}

size_t bt_option_plan_scratch(const bt_option_plan *plan)
{
  return rows_of(plan) * strip_of(plan);
}

static strip lay_out(const bt_option_plan *plan, double *scratch)
{
  size_t stride = strip_of(plan);
  strip s = {.normals = scratch};
  double *next = scratch + plan->n_steps * stride;
  s.uniforms = next;
  if (plan->needs_uniforms) next += plan->n_steps * stride;
  s.unbridged = next;
  if (plan->settings.sampling == BT_SOBOL) next += plan->n_steps * stride;
  s.rows.value = next;
  s.rows.control = next + stride;
  for (size_t g = 0; plan->settings.greeks && g < BT_GREEK_COUNT; g++)
    s.rows.greeks[g] = next + (2 + g) * stride;
  return s;
}

/* Engines take whole groups: the rest of the last one is 1/2, which is harmless in any role. */
static void fill_group(double *row, size_t n)
{
  for (; n % BT_LANES != 0; n++) row[n] = 0.5;
}

static void draw_plain(const bt_option_plan *plan, const strip *s, uint64_t first, size_t n)
{
  const bt_stream normals = {plan->settings.seed, STREAM_NORMALS};
  const bt_stream uniforms = {plan->settings.seed, STREAM_UNIFORMS};
  const size_t stride = strip_of(plan);
  for (size_t t = 0; t < plan->n_steps; t++) {
    bt_stream_normals(s->normals + t * stride, &normals, (uint32_t)t, first, n);
    fill_group(s->normals + t * stride, n);
  }
  for (size_t t = 0; plan->needs_uniforms && t < plan->n_steps; t++) {
    bt_stream_uniforms(s->uniforms + t * stride, &uniforms, (uint32_t)t, first, n);
    fill_group(s->uniforms + t * stride, n);
  }
}

/* One dimension of a replicate's points. */
static void draw_dimension(double *out, const bt_option_plan *plan, size_t dimension,
                           uint64_t first, size_t n)
{
  const uint64_t points = plan->n_draws / BT_SOBOL_REPLICATES, replicate = first / points;
  if (dimension < plan->sobol.n_dimensions) {
    const bt_stream shifts = {plan->settings.seed, STREAM_SHIFTS};
    uint64_t shift;
    bt_stream_bits(&shift, &shifts, (uint32_t)dimension, replicate, 1);
    bt_sobol_points(out, &plan->sobol, dimension, shift >> (64 - BT_SOBOL_BITS), first % points, n);
    return;
  }
  const bt_stream stream = {plan->settings.seed, STREAM_REPLICATES + (uint32_t)replicate};
  bt_stream_uniforms(out, &stream, (uint32_t)dimension, first % points, n);
}

/* The normal numbers take the first dimensions. A replicate has whole strips. */
static void draw_sobol(const bt_option_plan *plan, const strip *s, uint64_t first, size_t n)
{
  const size_t stride = strip_of(plan);
  for (size_t t = 0; t < plan->n_steps; t++) {
    double *row = s->unbridged + t * stride;
    draw_dimension(row, plan, t, first, n);
    bt_normal_quantiles(row, row, n);
  }
  bt_bridge_increments(s->normals, s->unbridged, &plan->bridge, n);
  for (size_t t = 0; plan->needs_uniforms && t < plan->n_steps; t++)
    draw_dimension(s->uniforms + t * stride, plan, plan->n_steps + t, first, n);
}

/* ---- sums -------------------------------------------------------------------------------------
 */

static void add_rows(const bt_option_plan *plan, bt_option_sums *sums, const bt_path_rows *rows,
                     size_t n)
{
  if (plan->settings.control)
    bt_pair_sample_add(&sums->price, rows->value, rows->control, n);
  else
    bt_sample_add(&sums->price.y, rows->value, n);
  for (size_t g = 0; plan->settings.greeks && g < BT_GREEK_COUNT; g++)
    bt_sample_add(&sums->greeks[g], rows->greeks[g], n);
}

static void add_strip(const bt_option_plan *plan, bt_option_sums *sums, const strip *s, size_t n)
{
  bt_path_rows rows = s->rows;
  const bt_draws draws = {.normals = s->normals,
                          .uniforms = s->uniforms,
                          .stride = strip_of(plan),
                          .n = n,
                          .antithetic = plan->settings.sampling == BT_ANTITHETIC};
  for (size_t c = 0; c < plan->n_cells; c++) {
    bt_engine_of (&plan->cells[c].terms)(&rows, &plan->cells[c], &draws);
    add_rows(plan, &sums[c * replicates_of(plan)], &rows, n);
  }
}

void bt_option_plan_add(const bt_option_plan *plan, bt_option_sums *sums, uint64_t first, size_t n,
                        double *scratch)
{
  const strip s = lay_out(plan, scratch);
  const bool sobol = plan->settings.sampling == BT_SOBOL;
  const uint64_t points = plan->n_draws / BT_SOBOL_REPLICATES;
  for (size_t done = 0; done < n; done += strip_of(plan)) {
    size_t left = n - done, now = left < strip_of(plan) ? left : strip_of(plan);
    if (sobol)
      draw_sobol(plan, &s, first + done, now);
    else
      draw_plain(plan, &s, first + done, now);
    add_strip(plan, sums + (sobol ? (first + done) / points : 0), &s, now);
  }
}

void bt_option_plan_join(const bt_option_plan *plan, bt_option_sums *sums,
                         const bt_option_sums *later)
{
  for (size_t i = 0; i < bt_option_plan_sums(plan); i++) {
    bt_pair_sample_join(&sums[i].price, &later[i].price);
    for (size_t g = 0; g < BT_GREEK_COUNT; g++)
      bt_sample_join(&sums[i].greeks[g], &later[i].greeks[g]);
  }
}

/* ---- estimates --------------------------------------------------------------------------------
 */

/* Where there is a control its slope is that of the means of the replicates: errors of Sobol points
 * are not those of single paths. */
static bt_option_estimate estimate_replicates(const bt_option_sums *sums, double expected)
{
  double means[BT_SOBOL_REPLICATES], controls[BT_SOBOL_REPLICATES];
  bt_option_estimate out;
  bt_pair_sample price = {0};
  for (size_t r = 0; r < BT_SOBOL_REPLICATES; r++) {
    means[r] = sums[r].price.y.mean;
    controls[r] = sums[r].price.x.mean;
  }
  bt_pair_sample_add(&price, means, controls, BT_SOBOL_REPLICATES);
  bt_controlled by = bt_pair_sample_control(&price, expected);
  out.price = by.mean;
  out.std_error = by.std_error;
  for (size_t g = 0; g < BT_GREEK_COUNT; g++) {
    bt_sample greek = {0};
    for (size_t r = 0; r < BT_SOBOL_REPLICATES; r++) means[r] = sums[r].greeks[g].mean;
    bt_sample_add(&greek, means, BT_SOBOL_REPLICATES);
    out.greeks[g] = greek.mean;
    out.greek_errors[g] = bt_sample_std_error(&greek);
  }
  return out;
}

bt_option_estimate bt_option_plan_estimate(const bt_option_plan *plan, const bt_option_sums *sums,
                                           size_t cell)
{
  const bt_option_sums *of = sums + cell * replicates_of(plan);
  const double expected = bt_control_expected(&plan->cells[cell].terms);
  if (plan->settings.sampling == BT_SOBOL) return estimate_replicates(of, expected);
  bt_option_estimate out = {of->price.y.mean, bt_sample_std_error(&of->price.y), {0}, {0}};
  if (plan->settings.control) {
    bt_controlled by = bt_pair_sample_control(&of->price, expected);
    out.price = by.mean;
    out.std_error = by.std_error;
  }
  for (size_t g = 0; g < BT_GREEK_COUNT; g++) {
    out.greeks[g] = of->greeks[g].mean;
    out.greek_errors[g] = bt_sample_std_error(&of->greeks[g]);
  }
  return out;
}

double bt_option_plan_reach(const bt_option_settings *settings)
{
  const double normal = 1.959963984540054;
  const double student_15 = 2.131449545559776, student_14 = 2.144786687917804;
  if (settings->sampling != BT_SOBOL) return normal;
  return settings->control ? student_14 : student_15;
}
