#include "core/montecarlo/option_plan.h"

#include <stdlib.h>

#include "core/block.h"
#include "core/random/normal.h"
#include "core/random/streams.h"

/* Which draws: those of normal numbers, of uniform ones, and of digital shifts. Replicates draw
 * dimensions that Sobol points lack from streams of their own. */
enum {
  STREAM_NORMALS = 0x100,
  STREAM_UNIFORMS,
  STREAM_SHIFTS,
  STREAM_REPLICATES,
  STREAM_SCRAMBLES = 0x140,
  STREAM_DIGITS,
  STREAM_PILOT = 0x180, /* normal numbers, and behind them uniform ones */
};

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

uint64_t bt_option_draws(const bt_option_settings *settings)
{
  const uint64_t wanted = settings->n_paths;
  uint64_t points = BT_SOBOL_POINTS_LEAST;
  if (settings->sampling == BT_ANTITHETIC) return wanted / 2 + wanted % 2;
  if (settings->sampling == BT_PLAIN) return wanted;
  while (points < wanted / BT_SOBOL_REPLICATES + (wanted % BT_SOBOL_REPLICATES > 0)) points *= 2;
  return points * BT_SOBOL_REPLICATES;
}

uint64_t bt_option_paths_of(const bt_option_settings *settings, uint64_t n_draws)
{
  return settings->sampling == BT_ANTITHETIC ? 2 * n_draws : n_draws;
}

static bt_status prepare_sobol(bt_option_plan *plan, bt_error *err)
{
  const bt_stream scrambles = {plan->settings.seed, STREAM_SCRAMBLES};
  size_t n = dimensions_of(plan);
  if (n > BT_SOBOL_DIMENSIONS) n = BT_SOBOL_DIMENSIONS;
  bt_status status = BT_OK;
  for (size_t r = 0; !status && r < BT_SOBOL_REPLICATES; r++) {
    status = bt_sobol_init(&plan->sobol[r], n, err);
    if (!status) bt_sobol_scramble(&plan->sobol[r], &scrambles, r);
  }
  while (plan->n_draws / BT_SOBOL_REPLICATES >> plan->sobol_depth > 1) plan->sobol_depth++;
  return status ? status : bt_bridge_init(&plan->bridge, plan->n_steps, err);
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

static void draw_plain(const bt_option_plan *plan, const strip *s, uint32_t stream, uint64_t first,
                       size_t n)
{
  const bt_stream normals = {plan->settings.seed, stream};
  const bt_stream uniforms = {plan->settings.seed, stream + 1};
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
  const bt_sobol *sobol = &plan->sobol[replicate];
  if (dimension < sobol->n_dimensions) {
    const bt_sobol_replicate of = {.shifts = {plan->settings.seed, STREAM_SHIFTS},
                                   .digits = {plan->settings.seed, STREAM_DIGITS},
                                   .index = replicate,
                                   .depth = plan->sobol_depth};
    bt_sobol_random_points(out, sobol, &of, dimension, first % points, n);
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

/* ---- the pilot --------------------------------------------------------------------------------
 */

static bt_draws draws_of(const bt_option_plan *plan, const strip *s, size_t n)
{
  return (bt_draws){.normals = s->normals,
                    .uniforms = s->uniforms,
                    .stride = strip_of(plan),
                    .n = n,
                    .antithetic = plan->settings.sampling == BT_ANTITHETIC};
}

/* The values less what the control tells of their error. A strip has whole groups. */
static void apply_control(const bt_path_rows *rows, const bt_control_line *line, size_t n)
{
  for (size_t i = 0; i < n; i += BT_WIDTH) {
    bt_vector apart = bt_vector_load(rows->control + i) - line->expected;
    bt_vector_store(rows->value + i, bt_vector_load(rows->value + i) - line->slope * apart);
  }
}

/* A pilot on its way: BT_PILOT_DRAWS of each cell, one cell behind the other. */
typedef struct pilot {
  double *values, *controls, *scratch;
} pilot;

static void draw_pilot(const pilot *p, const bt_option_plan *plan)
{
  const strip s = lay_out(plan, p->scratch);
  const size_t n = strip_of(plan);
  for (size_t first = 0; first < BT_PILOT_DRAWS; first += n) {
    draw_plain(plan, &s, STREAM_PILOT, first, n);
    const bt_draws draws = draws_of(plan, &s, n);
    for (size_t c = 0; c < plan->n_cells; c++) {
      const size_t at = c * BT_PILOT_DRAWS + first;
      bt_path_rows rows = {.value = p->values + at, .control = p->controls + at};
      if (bt_control_is_seen(&plan->cells[c].terms))
        bt_engine_of (&plan->cells[c].terms)(&rows, &plan->cells[c], &draws);
    }
  }
}

/* A European option by Sobol points: as a put, which is bounded, or where that varies ten times as
 * much as a call. The other of the two is had by parity. All between has the underlying in it,
 * which is flat nowhere, and the price beyond the outermost points makes the error then. */
static double parity_slope(const bt_pair_sample *pairs, const bt_option_terms *terms)
{
  const double much = 10 * 10; /* of variances */
  const bool is_call = terms->option.type == BT_CALL;
  const double parity = is_call ? 1 : -1, itself = pairs->y.squares;
  const double other = itself - 2 * parity * pairs->products + pairs->x.squares;
  const bool as_put = is_call ? other <= much * itself : itself <= much * other;
  return as_put == is_call ? parity : 0;
}

static bt_control_line line_of(double *values, double *controls, const bt_option_terms *terms,
                               bool sobol)
{
  bt_control_line line = {0};
  bt_pair_sample pairs = {0};
  bt_skew_sample left = {0};
  const bt_path_rows rows = {.value = values, .control = controls};
  bt_pair_sample_add(&pairs, values, controls, BT_PILOT_DRAWS);
  if (!(pairs.x.squares > 0)) return line;
  line.slope = pairs.products / pairs.x.squares;
  if (sobol && terms->style == BT_EUROPEAN) line.slope = parity_slope(&pairs, terms);
  line.expected = bt_control_expected(terms);
  apply_control(&rows, &line, BT_PILOT_DRAWS);
  bt_skew_sample_add(&left, values, BT_PILOT_DRAWS);
  line.skewness = sqrt(BT_PILOT_DRAWS) * fabs(bt_skew_sample_of_mean(&left));
  return line;
}

static bt_status run_pilot(bt_option_plan *plan, bt_error *err)
{
  const size_t n = plan->n_cells, row_bytes = n * BT_PILOT_DRAWS * sizeof(double);
  pilot p = {.values = malloc(row_bytes),
             .controls = malloc(row_bytes),
             .scratch = bt_block_take(NULL, bt_option_plan_scratch(plan) * sizeof *p.scratch)};
  plan->lines = calloc(n, sizeof *plan->lines);
  const bool ready = p.values && p.controls && p.scratch && plan->lines;
  if (ready) draw_pilot(&p, plan);
  for (size_t c = 0; ready && c < n; c++)
    if (bt_control_is_seen(&plan->cells[c].terms))
      plan->lines[c] = line_of(p.values + c * BT_PILOT_DRAWS, p.controls + c * BT_PILOT_DRAWS,
                               &plan->cells[c].terms, plan->settings.sampling == BT_SOBOL);
  free(p.values);
  free(p.controls);
  bt_block_give(NULL, p.scratch);
  return ready ? BT_OK : bt_fail_nomem(err, "controls of options");
}

bt_status bt_option_plan_init(bt_option_plan *out, const bt_option_settings *settings,
                              const bt_cell *cells, size_t n_cells, bt_error *err)
{
  bt_option_plan plan = {
      .settings = *settings, .cells = cells, .n_cells = n_cells, .n_steps = cells[0].terms.n_steps};
  for (size_t i = 0; i < n_cells; i++)
    if (cells[i].terms.style == BT_LOOKBACK && !cells[i].terms.discrete) plan.needs_uniforms = true;
  plan.n_draws = bt_option_draws(settings);
  bt_status status = settings->sampling == BT_SOBOL ? prepare_sobol(&plan, err) : BT_OK;
  if (!status && settings->control) status = run_pilot(&plan, err);
  if (status)
    bt_option_plan_clear(&plan);
  else
    *out = plan;
  return status;
}

void bt_option_plan_clear(bt_option_plan *plan)
{
  for (size_t r = 0; r < BT_SOBOL_REPLICATES; r++) bt_sobol_clear(&plan->sobol[r]);
  bt_bridge_clear(&plan->bridge);
  free(plan->lines);
}

/* ---- sums -------------------------------------------------------------------------------------
 */

static void add_rows(const bt_option_plan *plan, bt_option_sums *sums, const bt_path_rows *rows,
                     size_t n)
{
  bt_skew_sample_add(&sums->price, rows->value, n);
  for (size_t g = 0; plan->settings.greeks && g < BT_GREEK_COUNT; g++)
    bt_skew_sample_add(&sums->greeks[g], rows->greeks[g], n);
}

static void add_strip(const bt_option_plan *plan, bt_option_sums *sums, const strip *s, size_t n)
{
  bt_path_rows rows = s->rows;
  const bt_draws draws = draws_of(plan, s, n);
  for (size_t c = 0; c < plan->n_cells; c++) {
    bt_engine_of (&plan->cells[c].terms)(&rows, &plan->cells[c], &draws);
    if (plan->lines && plan->lines[c].slope != 0) apply_control(&rows, &plan->lines[c], n);
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
      draw_plain(plan, &s, STREAM_NORMALS, first + done, now);
    add_strip(plan, sums + (sobol ? (first + done) / points : 0), &s, now);
  }
}

void bt_option_plan_join(const bt_option_plan *plan, bt_option_sums *sums,
                         const bt_option_sums *later)
{
  for (size_t i = 0; i < bt_option_plan_sums(plan); i++) {
    bt_skew_sample_join(&sums[i].price, &later[i].price);
    for (size_t g = 0; g < BT_GREEK_COUNT; g++)
      bt_skew_sample_join(&sums[i].greeks[g], &later[i].greeks[g]);
  }
}
