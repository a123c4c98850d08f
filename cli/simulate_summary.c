#include "cli/simulate_summary.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/json_build.h"
#include "cli/shell_word.h"
#include "cli/simulate_warnings.h"
#include "cli/text.h"
#include "core/number.h"
#include "runners/montecarlo/simulation_moments.h"

static double paths_per_s(const bt_simulate_summary *s)
{
  return (double)s->options->simulation.n_paths / s->result->seconds;
}

static double speedup(const bt_simulate_summary *s)
{
  return s->result->baseline_seconds / s->result->seconds;
}

static double efficiency(const bt_simulate_summary *s)
{
  return speedup(s) / (double)s->options->common.n_workers;
}

static const char *method_of(const bt_simulate_options *options)
{
  return bt_model_method(options->simulation.paths.model.kind);
}

#define RANDOM_METHOD                                                                              \
  "Philox4x32-10 (Salmon et al. 2011), normals by inversion (AS 241 in the tails)"

/* ---- for people -------------------------------------------------------------------------------
 */

static void print_speed(const bt_simulate_summary *s)
{
  char a[BT_TEXT_SIZE], b[BT_TEXT_SIZE], n[BT_TEXT_SIZE];
  const bt_simulation_result *r = s->result;
  if (isnan(r->baseline_seconds)) return;
  double n_paths = (double)s->options->simulation.n_paths;
  (void)printf("baseline  one core without the pool: %s, %s paths/s\n",
               bt_text_duration(a, r->baseline_seconds),
               bt_text_rate(b, n_paths / r->baseline_seconds));
  (void)printf("pool      %s: %s, %s paths/s\n",
               bt_text_counted(n, s->options->common.n_workers, "worker"),
               bt_text_duration(a, r->seconds), bt_text_rate(b, paths_per_s(s)));
  (void)printf("speed-up  %.2f x, efficiency %.0f%%; same result to the last bit\n", speedup(s),
               100 * efficiency(s));
}

static void print_params(const bt_path_job *job)
{
  char value[BT_NUMBER_TEXT_SIZE];
  (void)printf("model     spot %s", bt_number_format(value, job->spot));
  for (size_t i = 0; i < BT_PARAM_COUNT; i++)
    if (bt_model_has(job->model.kind, (bt_model_param)i))
      (void)printf(", %s %.6g", bt_model_param_describe((bt_model_param)i).option,
                   job->model.param[i]);
  (void)printf("\n");
}

/* A parameter that the option has set in place of what was fitted has no standard error here. */
static void print_fit(const bt_simulate_options *options)
{
  const bt_history *h = &options->history;
  const bt_path_job *job = &options->simulation.paths;
  char n[BT_TEXT_SIZE];
  if (!h->symbol) return;
  (void)printf("fitted    to %s of %s, %s to %s, %g a year\n",
               bt_text_counted(n, h->fit.n_returns, "log return"), h->symbol, h->first, h->last,
               h->periods_per_year);
  (void)printf("          by %s\n", bt_fit_method(job->model.kind));
  for (size_t i = 0; i < BT_PARAM_COUNT; i++) {
    if (!bt_model_has(job->model.kind, (bt_model_param)i)) continue;
    double value = h->fit.model.param[i];
    (void)printf("          %-14s %12.6g", bt_model_param_describe((bt_model_param)i).option,
                 value);
    if (!isnan(h->fit.std_error[i])) (void)printf("  std error %.3g", h->fit.std_error[i]);
    if (job->model.param[i] != value) (void)printf("  (here %.6g)", job->model.param[i]);
    (void)printf("\n");
  }
}

static void print_warnings(const bt_simulate_summary *s)
{
  char lines[BT_SIMULATE_WARNINGS_MOST][BT_SIMULATE_WARNING_SIZE];
  const size_t n = bt_simulate_warnings(lines, s->options, s->result);
  for (size_t i = 0; i < n; i++) (void)printf("warning   %s\n", lines[i]);
}

static void print_head(const bt_simulate_summary *s)
{
  char a[BT_TEXT_SIZE], b[BT_TEXT_SIZE], c[BT_TEXT_SIZE];
  const bt_simulation *job = &s->options->simulation;
  (void)printf("simulate %s: %s of %s, ", bt_model_names[job->paths.model.kind],
               bt_text_counted(a, job->n_paths, job->paths.antithetic ? "mirrored path" : "path"),
               bt_text_counted(b, job->paths.n_steps,
                               job->paths.model.kind == BT_MODEL_GARCH ? "day" : "step"));
  (void)printf("%.6g %s, seed %" PRIu64 "; ", job->paths.expiry,
               job->paths.expiry == 1 ? "year" : "years", job->paths.seed);
  (void)printf("%s on %s: %s paths/s\n", bt_text_duration(a, s->result->seconds),
               bt_text_counted(b, s->options->common.n_workers, "worker"),
               bt_text_rate(c, paths_per_s(s)));
  print_fit(s->options);
  print_params(&job->paths);
  (void)printf("method    %s;\n          " RANDOM_METHOD "\n", method_of(s->options));
}

/* A number of a table; blanks where there is none and more follow. */
static void print_cell(double value, bool more)
{
  if (!isnan(value))
    (void)printf(" %12.6g", value);
  else if (more)
    (void)printf(" %12s", "");
}

/* How many standard errors a moment is from its closed form, where that says something: of a price
 * whose mean is out of reach only the log return does. */
static void print_z_score(const bt_moment_row *row, bool is_out_of_reach)
{
  const double std_error = row->estimate.std_error;
  if (!(std_error > 0) || isnan(row->exact)) return;
  if (is_out_of_reach && strncmp(row->name, "log_", 4) != 0) return;
  (void)printf(" %8.3g", (row->estimate.value - row->exact) / std_error);
}

static void print_moments(const bt_simulate_summary *s)
{
  bt_moment_row rows[BT_SIMULATION_MOMENTS_MOST];
  const size_t n = bt_simulation_moments(rows, s->result);
  const bool is_out_of_reach = bt_simulation_is_out_of_reach(s->result);
  (void)printf("%-14s %12s %12s %12s %8s\n", "", "value", "std error", "closed form", "z");
  for (size_t i = 0; i < n; i++) {
    const bt_moment_row *row = &rows[i];
    (void)printf("%-14s", row->name);
    print_cell(row->estimate.value, true);
    print_cell(row->estimate.std_error, !isnan(row->exact));
    print_cell(row->exact, false);
    print_z_score(row, is_out_of_reach);
    (void)printf("\n");
  }
}

static void print_path(const bt_simulation_result *r)
{
  (void)printf("price at expiry %.6f, lowest %.6f, highest %.6f; expected %.6f\n", r->price.mean,
               r->path_lowest, r->path_highest, r->exact.mean);
}

static void print_query(const bt_simulate_summary *s)
{
  const char *path = s->options->common.database;
  char *word = malloc(bt_shell_word_size(strlen(path) + 3));
  char *safe = malloc(strlen(path) + 3);
  if (word && safe) {
    (void)snprintf(safe, strlen(path) + 3, "%s%s", path[0] == '-' ? "./" : "", path);
    (void)bt_shell_word_write(word, safe);
    (void)printf(
        "          sqlite3 -box %s 'SELECT * FROM simulation_moments WHERE run_id = %" PRId64 "'\n",
        word, s->end->run_id);
  }
  free(safe);
  free(word);
}

void bt_simulate_summary_print(const bt_simulate_summary *s)
{
  const bt_simulation *job = &s->options->simulation;
  print_speed(s);
  print_head(s);
  print_warnings(s);
  if (job->n_paths == 1)
    print_path(s->result);
  else
    print_moments(s);
  if (job->file) (void)printf("paths     %s\n", job->file);
  (void)printf("results   run %" PRId64 " in %s; try\n", s->end->run_id,
               s->options->common.database);
  print_query(s);
}

/* ---- JSON -------------------------------------------------------------------------------------
 */

static void add_moments(json_object *o, const bt_simulation_result *r, bool *ok)
{
  bt_moment_row rows[BT_SIMULATION_MOMENTS_MOST];
  char key[48];
  const size_t n = bt_simulation_moments(rows, r);
  for (size_t i = 1; i < n; i++) { /* the mean stands at the top */
    bt_json_add_number(o, rows[i].name, rows[i].estimate.value, ok);
    (void)snprintf(key, sizeof key, "%s_std_error", rows[i].name);
    if (!isnan(rows[i].estimate.std_error))
      bt_json_add_number(o, key, rows[i].estimate.std_error, ok);
    (void)snprintf(key, sizeof key, "exact_%s", rows[i].name);
    if (!isnan(rows[i].exact)) bt_json_add_number(o, key, rows[i].exact, ok);
  }
}

static void add_job(json_object *o, const bt_simulate_summary *s, bool *ok)
{
  const bt_simulation *job = &s->options->simulation;
  const bt_path_job *paths = &job->paths;
  bt_json_add_text(o, "model", bt_model_names[paths->model.kind], ok);
  bt_json_add_tree(o, "params", bt_params_tree(paths->model.param, paths->model.kind, ok), ok);
  bt_json_add_number(o, "spot", paths->spot, ok);
  bt_json_add_number(o, "expiry", paths->expiry, ok);
  bt_json_add_count(o, "n_paths", job->n_paths, ok);
  bt_json_add_count(o, "n_steps", paths->n_steps, ok);
  bt_json_add_flag(o, "antithetic", paths->antithetic, ok);
  bt_json_add_text(o, "method", method_of(s->options), ok);
  bt_json_add_text(o, "random", RANDOM_METHOD, ok);
  if (s->options->history.symbol)
    bt_json_add_tree(o, "fit", bt_history_tree(&s->options->history, ok), ok);
  bt_json_add_text(o, "paths_file", job->file, ok);
  bt_json_add_count(o, "seed", paths->seed, ok);
  bt_json_add_count(o, "jobs", s->options->common.n_workers, ok);
}

static void add_warnings(json_object *o, const bt_simulate_summary *s, bool *ok)
{
  char lines[BT_SIMULATE_WARNINGS_MOST][BT_SIMULATE_WARNING_SIZE];
  json_object *list = bt_json_list(ok);
  const size_t n = bt_simulate_warnings(lines, s->options, s->result);
  for (size_t i = 0; i < n; i++) bt_json_add_text(list, NULL, lines[i], ok);
  bt_json_add_tree(o, "warnings", list, ok);
}

static void add_times(json_object *o, const bt_simulate_summary *s, bool *ok)
{
  const bt_simulation_result *r = s->result;
  bt_json_add_number(o, "elapsed_s", s->end->elapsed_s, ok);
  bt_json_add_number(o, "pool_s", r->seconds, ok);
  bt_json_add_number(o, "paths_per_s", paths_per_s(s), ok);
  if (!isnan(r->baseline_seconds)) {
    bt_json_add_number(o, "baseline_s", r->baseline_seconds, ok);
    bt_json_add_number(o, "speedup", speedup(s), ok);
    bt_json_add_number(o, "efficiency", efficiency(s), ok);
    bt_json_add_flag(o, "same_bits", true, ok); /* or the run has failed */
  }
  bt_json_add_count(o, "run_id", (uint64_t)s->end->run_id, ok);
  bt_json_add_text(o, "database", s->options->common.database, ok);
}

bt_status bt_simulate_summary_print_json(const bt_simulate_summary *s, bt_error *err)
{
  bool ok = true;
  const bt_simulation_result *r = s->result;
  json_object *o = bt_json_object(&ok);
  bt_json_add_number(o, "mean", r->price.mean, &ok);
  bt_json_add_number(o, "std_error", r->std_error, &ok);
  bt_json_add_number(o, "exact_mean", r->exact.mean, &ok);
  bt_json_add_number(o, "z_score", bt_simulation_z_score(r), &ok);
  add_warnings(o, s, &ok);
  add_moments(o, r, &ok);
  add_job(o, s, &ok);
  add_times(o, s, &ok);
  return bt_json_print(o, ok, err);
}
