#include "cli/pricing_summary.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/text.h"
#include "core/number.h"

enum { ROWS_SHOWN = 20, CELL_WIDTH = 12 };

const char *bt_greek_name(bt_greek greek)
{
  static const char *const names[] = {"delta", "gamma", "vega", "theta", "rho"};
  return names[greek];
}

double bt_pricing_rate(const bt_pricing_options *options, const bt_option_result *results,
                       double elapsed_s)
{
  double paths = 0;
  for (size_t i = 0; i < options->job.n_cells; i++) paths += (double)results[i].n_paths;
  return elapsed_s > 0 ? paths / elapsed_s : 0;
}

/* ---- one cell ---------------------------------------------------------------------------------
 */

/* "european call", "barrier up-out put". */
static void print_name(const bt_option_terms *terms)
{
  const char *variant = bt_option_variant(terms);
  (void)printf("%s%s%s %s", bt_style_name(terms->style), variant ? " " : "", variant ? variant : "",
               terms->option.type == BT_CALL ? "call" : "put");
}

static void print_terms(const bt_pricing_options *options)
{
  char text[BT_NUMBER_TEXT_SIZE];
  const bt_option_terms *terms = &options->cells[0];
  print_name(terms);
  for (int a = BT_AXIS_SPOT; a < BT_PRICING_AXES; a++)
    if (options->axes[a].n_values > 0)
      (void)printf("%s %s %s", a == BT_AXIS_SPOT ? ":" : ",",
                   bt_pricing_axis_name((bt_pricing_axis)a),
                   bt_number_format(text, options->axes[a].values[0]));
  if (terms->n_steps > 1) (void)printf(", %zu dates", terms->n_steps);
  (void)printf("\n");
}

/* How far the closed form lies away, in standard errors. */
static void print_beside(const bt_option_terms *terms, const bt_option_result *r)
{
  const char *name = bt_option_closed_form_name(terms);
  if (!name || isnan(r->closed_form)) {
    (void)printf("beside    no closed form is known\n");
    return;
  }
  (void)printf("beside    %.6f  closed form (%s)", r->closed_form, name);
  double apart = (r->price.value - r->closed_form) / r->price.std_error;
  const bool exact =
      terms->style != BT_AMERICAN && !(terms->style == BT_BARRIER && terms->discrete);
  if (exact && isfinite(apart))
    (void)printf(", %.1f standard errors %s", fabs(apart), apart >= 0 ? "below" : "above");
  (void)printf("\n");
}

static void print_price(const bt_option_terms *terms, const bt_option_result *r)
{
  char n[BT_TEXT_SIZE];
  if (r->certain) {
    (void)printf("price     %.6f  certain: no time or no volatility is left\n", r->price.value);
    return;
  }
  (void)printf("price     %.6f  +- %.6f standard error, %s\n", r->price.value, r->price.std_error,
               bt_text_counted(n, r->n_paths, "path"));
  (void)printf("interval  %.6f .. %.6f  (95%%%s)\n", r->low, r->high,
               terms->style == BT_AMERICAN ? ", with the bounds' errors" : "");
  if (bt_option_begins_beyond(terms))
    (void)printf("note      the spot is beyond the barrier: it counts as touched already\n");
}

static void print_american(const bt_option_terms *terms, const bt_option_result *r)
{
  if (!isnan(r->upper)) (void)printf("bound     %.6f  high, by a martingale\n", r->upper);
  if (!isnan(r->lattice))
    (void)printf("tree      %.6f  with %zu exercise dates; %.6f at any time\n", r->lattice,
                 terms->n_steps, r->lattice_american);
}

static void print_greeks(const bt_option_terms *terms, const bt_option_result *r)
{
  const double exact[BT_GREEK_COUNT] = {[BT_DELTA] = r->exact.delta,
                                        [BT_GAMMA] = r->exact.gamma,
                                        [BT_VEGA] = r->exact.vega,
                                        [BT_THETA] = r->exact.theta,
                                        [BT_RHO] = r->exact.rho};
  for (int g = 0; g < BT_GREEK_COUNT; g++) {
    if (isnan(r->greeks[g].value)) continue;
    (void)printf("%-9s %.6f  +- %.6f", bt_greek_name((bt_greek)g), r->greeks[g].value,
                 r->greeks[g].std_error);
    if (terms->style == BT_EUROPEAN) (void)printf("  closed form %.6f", exact[g]);
    (void)printf("\n");
  }
}

static void print_one(const bt_pricing_options *options, const bt_option_result *r)
{
  char text[BT_NUMBER_TEXT_SIZE], method[BT_OPTION_METHOD_SIZE];
  const bt_option_terms *terms = &options->cells[0];
  print_terms(options);
  if (r->reason[0]) {
    (void)printf("no price  %s\n", r->reason);
  } else if (options->job.implied_from) {
    (void)printf("vol       %s  implied; its price in closed form is %.6f\n",
                 bt_number_format(text, r->implied_vol), r->closed_form);
  } else {
    print_price(terms, r);
    print_beside(terms, r);
    if (terms->style == BT_AMERICAN) print_american(terms, r);
    if (options->job.settings.greeks) print_greeks(terms, r);
  }
  if (!r->certain) (void)printf("method    %s\n", bt_option_method(method, &options->job));
  if (options->job.settings.greeks && !r->certain)
    (void)printf("greeks    %s (Glasserman 2003, ch. 7)\n", bt_greeks_method(terms));
}

/* ---- a grid -----------------------------------------------------------------------------------
 */

static void print_number(double value)
{
  char text[BT_TEXT_SIZE] = "-";
  if (!isnan(value)) (void)snprintf(text, sizeof text, "%.6f", value);
  (void)printf(" %*s", CELL_WIDTH, text);
}

static void print_varying(const bt_pricing_options *options, size_t index)
{
  char text[BT_NUMBER_TEXT_SIZE];
  for (int a = 0; a < BT_PRICING_AXES; a++) {
    if (options->axes[a].n_values < 2) continue;
    double value = bt_pricing_value(options, (bt_pricing_axis)a, index);
    (void)printf("%*s ", CELL_WIDTH - 2,
                 a == BT_AXIS_TYPE ? value > 0 ? "put" : "call" : bt_number_format(text, value));
  }
}

static void print_heading(const bt_pricing_options *options)
{
  const bool american = options->cells[0].style == BT_AMERICAN;
  for (int a = 0; a < BT_PRICING_AXES; a++)
    if (options->axes[a].n_values > 1)
      (void)printf("%*s ", CELL_WIDTH - 2, bt_pricing_axis_name((bt_pricing_axis)a));
  if (options->job.implied_from)
    (void)printf(" %*s %*s\n", CELL_WIDTH, "implied_vol", CELL_WIDTH, "closed_form");
  else
    (void)printf(" %*s %*s %*s%s\n", CELL_WIDTH, "price", CELL_WIDTH, "std_error", CELL_WIDTH,
                 american ? "european" : "closed_form", american ? "         tree" : "");
}

static void print_row(const bt_pricing_options *options, const bt_option_result *r, size_t index)
{
  print_varying(options, index);
  if (r->reason[0]) {
    (void)printf("  %s\n", r->reason);
    return;
  }
  print_number(options->job.implied_from ? r->implied_vol : r->price.value);
  if (!options->job.implied_from) print_number(r->price.std_error);
  print_number(r->closed_form);
  if (options->cells[0].style == BT_AMERICAN) print_number(r->lattice);
  (void)printf("\n");
}

static void print_grid(const bt_pricing_options *options, const bt_option_result *results)
{
  char n[BT_TEXT_SIZE], method[BT_OPTION_METHOD_SIZE];
  const size_t n_cells = options->job.n_cells;
  const char *name = bt_option_closed_form_name(&options->cells[0]);
  (void)printf("%s%s%s: %s on the same paths\n", bt_style_name(options->cells[0].style),
               bt_option_variant(&options->cells[0]) ? " " : "",
               bt_option_variant(&options->cells[0]) ? bt_option_variant(&options->cells[0]) : "",
               bt_text_counted(n, n_cells, "option"));
  print_heading(options);
  for (size_t i = 0; i < n_cells && i < ROWS_SHOWN; i++) print_row(options, &results[i], i);
  if (n_cells > ROWS_SHOWN)
    (void)printf("... and %s; see below\n",
                 bt_text_counted(n, n_cells - ROWS_SHOWN, "more option"));
  (void)printf("method    %s\n", bt_option_method(method, &options->job));
  if (name) (void)printf("beside    closed form: %s\n", name);
}

/* ---- all of it --------------------------------------------------------------------------------
 */

static void print_time(const bt_pricing_options *options, const bt_option_result *results,
                       const bt_montecarlo_end *end)
{
  char seconds[BT_TEXT_SIZE], workers[BT_TEXT_SIZE], rate[BT_TEXT_SIZE];
  double per_second = bt_pricing_rate(options, results, end->elapsed_s);
  (void)printf("time      %s on %s", bt_text_duration(seconds, end->elapsed_s),
               bt_text_counted(workers, options->common.n_workers, "worker"));
  if (per_second > 0) (void)printf(": %s paths/s", bt_text_rate(rate, per_second));
  (void)printf("\n");
}

void bt_pricing_summary_print(const bt_pricing_options *options, const bt_option_result *results,
                              const bt_montecarlo_end *end)
{
  if (options->job.n_cells == 1)
    print_one(options, &results[0]);
  else
    print_grid(options, results);
  print_time(options, results, end);
  (void)printf("results   run %" PRId64 " in %s; try\n", end->run_id, options->common.database);
  (void)printf("          sqlite3 -box %s 'SELECT * FROM prices'\n", options->common.database);
}
