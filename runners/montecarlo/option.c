#include "runners/montecarlo/option.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/pricing/black_scholes.h"
#include "core/pricing/lattice.h"
#include "runners/montecarlo/american.h"
#include "runners/montecarlo/blocks.h"

enum { GROUP_CELLS_MOST = 256 };
#define GROUP_BYTES_MOST ((size_t)64 << 20) /* of sums that wait to be joined */

/* ---- what needs no paths ----------------------------------------------------------------------
 */

static void begin_result(bt_option_result *r)
{
  const double none = (double)NAN;
  *r = (bt_option_result){.price = {none, none},
                          .closed_form = none,
                          .low = none,
                          .high = none,
                          .lattice = none,
                          .lattice_american = none,
                          .in_sample = {none, none},
                          .upper = {none, none},
                          .implied_vol = none};
  for (size_t g = 0; g < BT_GREEK_COUNT; g++) r->greeks[g] = (bt_estimate){none, none};
  r->exact = (bt_greeks){none, none, none, none, none, none, none, none};
}

static void give_reason(bt_option_result *r, const char *reason)
{
  (void)snprintf(r->reason, sizeof r->reason, "%.*s", BT_OPTION_REASON_SIZE - 1, reason);
}

static void take_exact_greeks(bt_option_result *r)
{
  const double exact[BT_GREEK_COUNT] = {[BT_DELTA] = r->exact.delta,
                                        [BT_GAMMA] = r->exact.gamma,
                                        [BT_VEGA] = r->exact.vega,
                                        [BT_THETA] = r->exact.theta,
                                        [BT_RHO] = r->exact.rho};
  for (size_t g = 0; g < BT_GREEK_COUNT; g++) r->greeks[g] = (bt_estimate){exact[g], 0};
}

/* What was asked for and is not there has a reason. */
static void price_certain(bt_option_result *r, const bt_option_terms *terms, bool greeks)
{
  double price = bt_option_certain_price(terms);
  r->certain = true;
  r->price = (bt_estimate){price, 0};
  r->low = r->high = price;
  if (greeks && terms->style == BT_EUROPEAN) take_exact_greeks(r);
  if (greeks && isnan(r->greeks[BT_DELTA].value))
    give_reason(r, terms->style == BT_EUROPEAN ? "no Greeks: the certain price has a kink here"
                                               : "no Greeks: the price is certain");
}

/* Whether paths are left to do. */
static bool needs_paths(const bt_option_job *job, const bt_option_terms *terms)
{
  bt_error err;
  return !bt_option_terms_check(terms, (double)job->settings.n_paths, &err) &&
         (terms->style == BT_AMERICAN || !bt_option_is_certain(terms));
}

/* What is known without paths. */
static void begin_cell(bt_option_result *r, const bt_option_job *job, const bt_option_terms *terms)
{
  bt_error err;
  begin_result(r);
  if (bt_option_terms_check(terms, (double)job->settings.n_paths, &err)) {
    give_reason(r, err.message);
    return;
  }
  r->closed_form = bt_option_closed_form(terms);
  if (terms->style == BT_EUROPEAN) r->exact = bt_black_scholes_greeks(&terms->option);
  if (terms->style != BT_AMERICAN && bt_option_is_certain(terms))
    price_certain(r, terms, job->settings.greeks);
}

static void find_implied(bt_option_result *r, const bt_option_terms *terms, double price)
{
  bt_error err;
  bt_vanilla option = terms->option;
  r->is_done = true;
  r->price.value = price;
  if (bt_implied_vol(&r->implied_vol, &option, price, &err)) {
    r->implied_vol = (double)NAN;
    give_reason(r, err.message);
    return;
  }
  option.vol = r->implied_vol;
  r->closed_form = bt_black_scholes_price(&option);
}

/* ---- groups of cells on the same paths --------------------------------------------------------
 */

/* One call on its way. */
typedef struct run {
  bt_option_result *results;
  const bt_option_job *job;
  bt_pool *pool;
  bt_progress *progress;
} run;

/* Cells that need paths, and where their results go. */
typedef struct group {
  bt_cell *cells;
  size_t *places;
  size_t n;
} group;

/* A bt_block_job's. */
static bt_status add_block(const void *context, void *slot, uint64_t first, size_t n, void *scratch,
                           bt_error *err)
{
  (void)err;
  bt_option_plan_add(context, slot, first, n, scratch);
  return BT_OK;
}

static void join_slots(const void *context, void *slot, const void *later)
{
  bt_option_plan_join(context, slot, later);
}

/* Why a price has no standard error. */
static const char *error_reason(const bt_option_terms *terms, double price)
{
  const bt_vanilla *o = &terms->option;
  double forward = o->spot * exp((o->rate - o->dividend) * o->expiry);
  if (price == 0) return "no standard error: no path ended in the money";
  if (terms->style != BT_EUROPEAN) return "no standard error: too few paths differ from the rest";
  return bt_payoff(o->type, forward, o->strike) > 0
             ? "no standard error: too few paths ended out of the money"
             : "no standard error: too few paths ended in the money";
}

static void take_greeks(bt_option_result *r, const bt_option_estimate *estimate,
                        const bt_option_terms *terms)
{
  if (!bt_option_has_greeks(terms)) {
    if (!r->reason[0]) give_reason(r, "no Greeks: the rebate is paid at the touch");
    return;
  }
  for (size_t g = 0; g < BT_GREEK_COUNT; g++)
    r->greeks[g] = (bt_estimate){estimate->greeks[g], estimate->greek_errors[g]};
}

static void take_estimate(bt_option_result *r, const bt_option_plan *plan,
                          const bt_option_sums *sums, size_t cell)
{
  const bt_option_terms *terms = &plan->cells[cell].terms;
  const bt_option_estimate estimate = bt_option_plan_estimate(plan, sums, cell);
  if (!isfinite(estimate.price)) {
    give_reason(r, "the terms are too extreme: the price is no finite number");
    return;
  }
  r->price = (bt_estimate){estimate.price, estimate.std_error};
  r->low = estimate.low;
  r->high = estimate.high;
  r->n_paths = bt_option_paths_of(&plan->settings, plan->n_draws);
  if (isnan(estimate.std_error)) give_reason(r, error_reason(terms, estimate.price));
  if (plan->settings.greeks) take_greeks(r, &estimate, terms);
}

static bt_status run_plan(const run *r, const bt_option_plan *plan, const group *g, bt_error *err)
{
  const size_t bytes = bt_option_plan_sums(plan) * sizeof(bt_option_sums);
  const bt_block_job blocks = {.n_paths = plan->n_draws,
                               .counts_as = bt_option_paths_of(&plan->settings, 1),
                               .slot_bytes = bytes,
                               .scratch_bytes = bt_option_plan_scratch(plan) * sizeof(double),
                               .context = (void *)plan,
                               .add = add_block,
                               .join = join_slots};
  bt_option_sums *sums = malloc(bytes);
  if (!sums) return bt_fail_nomem(err, "sums of paths");
  bt_status status = bt_blocks_run(sums, &blocks, r->pool, r->progress, err);
  for (size_t i = 0; i < g->n && !status; i++) {
    take_estimate(&r->results[g->places[i]], plan, sums, i);
    r->results[g->places[i]].is_done = true;
  }
  free(sums);
  return status;
}

static bt_status run_group(const run *r, const group *g, bt_error *err)
{
  bt_option_plan plan;
  bt_status status = bt_option_plan_init(&plan, &r->job->settings, g->cells, g->n, err);
  if (status) return status;
  status = run_plan(r, &plan, g, err);
  bt_option_plan_clear(&plan);
  return status;
}

/* How many cells go into a group: each keeps sums for every task. */
static size_t group_size(const bt_option_job *job)
{
  size_t each = sizeof(bt_option_sums) * bt_blocks_tasks(bt_option_draws(&job->settings));
  if (job->settings.sampling == BT_SOBOL) each *= BT_SOBOL_REPLICATES;
  size_t n = GROUP_BYTES_MOST / each;
  return n < 1 ? 1 : n > GROUP_CELLS_MOST ? GROUP_CELLS_MOST : n;
}

static bt_status run_groups(const run *r, group *g, bt_error *err)
{
  const bt_option_job *job = r->job;
  const size_t size = group_size(job);
  bt_status status = BT_OK;
  for (size_t i = 0; i < job->n_cells && !status; i++) {
    begin_cell(&r->results[i], job, &job->cells[i]);
    r->results[i].is_done = !needs_paths(job, &job->cells[i]);
    if (!r->results[i].is_done) {
      bt_cell_init(&g->cells[g->n], &job->cells[i]);
      g->places[g->n++] = i;
    }
    if (g->n == 0 || (g->n < size && i + 1 < job->n_cells)) continue;
    status = run_group(r, g, err);
    g->n = 0;
  }
  return status;
}

static bt_status run_paths(const run *r, bt_error *err)
{
  const size_t size = group_size(r->job);
  group g = {.cells = malloc(size * sizeof *g.cells), .places = malloc(size * sizeof *g.places)};
  bt_status status = g.cells && g.places ? run_groups(r, &g, err) : bt_fail_nomem(err, "options");
  free(g.cells);
  free(g.places);
  return status;
}

/* ---- American options: a task each ------------------------------------------------------------
 */

/* A tree that cannot be is left out: it stands beside the price alone. */
static bt_status value_on_tree(bt_lattice_slopes *out, const bt_vanilla *option, size_t n_dates,
                               bt_error *err)
{
  const double none = (double)NAN;
  const bt_status status = bt_lattice_value(out, option, n_dates, BT_LATTICE_STEPS, err);
  if (status == BT_ERR_DATA) *out = (bt_lattice_slopes){none, none, none};
  return status == BT_ERR_DATA ? BT_OK : status;
}

static bt_status price_trees(bt_option_result *r, const bt_option_terms *terms, bool greeks,
                             bt_error *err)
{
  bt_lattice_slopes on_dates, at_any_time;
  bt_status status = value_on_tree(&on_dates, &terms->option, terms->n_steps, err);
  if (!status) status = value_on_tree(&at_any_time, &terms->option, 0, err);
  if (status) return status;
  r->lattice = on_dates.price;
  r->lattice_american = at_any_time.price;
  if (greeks) r->exact.delta = on_dates.delta, r->exact.gamma = on_dates.gamma;
  return BT_OK;
}

static void take_american_greeks(bt_option_result *r, const bt_american_greeks *found)
{
  bool is_complete = true;
  for (size_t g = 0; g < BT_GREEK_COUNT; g++) {
    const bool is_there =
        isfinite(found->value[g]) && (isfinite(found->std_error[g]) || isnan(r->price.std_error));
    if (is_there) r->greeks[g] = (bt_estimate){found->value[g], found->std_error[g]};
    is_complete = is_complete && is_there;
  }
  if (is_complete) return;
  give_reason(
      r, r->certain ? "no Greeks: the price is certain"
         : isnan(r->price.std_error)
             ? "too few paths are exercised early for a standard error, and a Greek is no finite "
               "number"
             : "the terms are too extreme: a Greek is no finite number");
}

static bt_status price_american(bt_option_result *r, const bt_option_job *job,
                                const bt_option_terms *terms, bt_worker *worker, bt_error *err)
{
  bt_american_result found;
  const bt_american wanted = {.option = terms->option,
                              .n_dates = terms->n_steps,
                              .basis = job->basis,
                              .degree = job->degree,
                              .n_paths = (size_t)job->settings.n_paths,
                              .n_bound_paths = job->n_bound_paths,
                              .greeks = job->settings.greeks,
                              .seed = job->settings.seed};
  bt_status status = price_trees(r, terms, wanted.greeks, err);
  if (!status) status = bt_american_price(&found, &wanted, worker, err);
  if (status) return status;
  r->price = (bt_estimate){found.price, found.std_error};
  r->low = found.interval_low;
  r->high = found.interval_high;
  r->in_sample = (bt_estimate){found.in_sample, found.in_sample_std_error};
  r->upper = (bt_estimate){found.high, found.high_std_error};
  r->n_paths = job->settings.n_paths;
  r->certain = bt_option_is_certain(terms);
  r->is_exercised_now = found.is_exercised_now;
  r->is_held = found.is_held;
  if (isnan(found.std_error))
    give_reason(r, "no standard error: too few paths are exercised early");
  if (wanted.greeks) take_american_greeks(r, &found.greeks);
  return BT_OK;
}

/* A bt_task_fn: one cell. What cannot be fitted of one is its reason, and the others go on. */
static bt_status run_american(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  const run *r = context;
  const bt_option_job *job = r->job;
  bt_option_result *result = &r->results[index];
  bt_status status = BT_OK;
  begin_cell(result, job, &job->cells[index]);
  if (needs_paths(job, &job->cells[index]))
    status = price_american(result, job, &job->cells[index], worker, err);
  if (status == BT_ERR_DATA) {
    begin_result(result);
    give_reason(result, err->message);
    status = BT_OK;
  }
  result->is_done = !status;
  if (!status && r->progress) {
    atomic_fetch_add_explicit(&r->progress->tickers_done, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&r->progress->bar_combos_done, job->settings.n_paths,
                              memory_order_relaxed);
  }
  return status;
}

/* ---- a job ------------------------------------------------------------------------------------
 */

bt_status bt_option_run(bt_option_result *results, const bt_option_job *job, bt_pool *pool,
                        bt_progress *progress, bt_error *err)
{
  run r = {results, job, pool, progress};
  for (size_t i = 0; i < job->n_cells; i++) begin_result(&results[i]);
  if (job->implied_from) {
    for (size_t i = 0; i < job->n_cells; i++)
      find_implied(&results[i], &job->cells[i], job->implied_from[i]);
    return BT_OK;
  }
  if (job->cells[0].style == BT_AMERICAN)
    return bt_pool_run(pool, job->n_cells, 1, run_american, &r, err);
  return run_paths(&r, err);
}

/* How often paths are drawn: cells that need them are taken in groups. */
static size_t count_groups(const bt_option_job *job)
{
  size_t n = 0, size = group_size(job);
  for (size_t i = 0; i < job->n_cells; i++) n += needs_paths(job, &job->cells[i]);
  return (n + size - 1) / size;
}

size_t bt_option_tasks(const bt_option_job *job)
{
  if (job->implied_from) return 0;
  if (job->cells[0].style == BT_AMERICAN) return job->n_cells;
  return count_groups(job) * bt_blocks_tasks(bt_option_draws(&job->settings));
}

double bt_option_paths(const bt_option_job *job)
{
  const bt_option_settings *how = &job->settings;
  if (job->implied_from) return 0;
  if (job->cells[0].style == BT_AMERICAN) return (double)how->n_paths * (double)job->n_cells;
  return (double)bt_option_paths_of(how, bt_option_draws(how)) * (double)count_groups(job);
}
