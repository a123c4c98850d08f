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
  char text[BT_TEXT_SIZE];
  const bt_option_terms *terms = &options->cells[0];
  print_name(terms);
  for (int a = BT_AXIS_SPOT; a < BT_PRICING_AXES; a++)
    if (options->axes[a].n_values > 0)
      (void)printf("%s %s %s", a == BT_AXIS_SPOT ? ":" : ",",
                   bt_pricing_axis_name((bt_pricing_axis)a),
                   bt_number_format(text, options->axes[a].values[0]));
  if (terms->style == BT_AMERICAN)
    (void)printf(", exercise today or on %s", bt_text_counted(text, terms->n_steps, "date"));
  else if (terms->n_steps > 1)
    (void)printf(", %zu dates", terms->n_steps);
  (void)printf("\n");
}

/* Digits behind the point: six, or as many as show two of the standard error, and where there is
 * none four of the value; not of rounding. */
static int digits_of(bt_estimate estimate)
{
  const int usual = 6, most = 15;
  const double rounding = 1e-12, value = fabs(estimate.value);
  const bool has_error = estimate.std_error > rounding * value;
  const double least = has_error ? estimate.std_error / 10 : value / 1000;
  if (!(least > 0)) return usual;
  const double digits = ceil(-log10(least));
  return digits < usual ? usual : digits > most ? most : (int)digits;
}

/* Large numbers as they are. */
static const char *fixed_text(char text[BT_TEXT_SIZE], double value, int digits)
{
  const double most = 1e12;
  if (fabs(value) < most)
    (void)snprintf(text, BT_TEXT_SIZE, "%.*f", digits, value);
  else
    (void)snprintf(text, BT_TEXT_SIZE, "%.6g", value);
  return text;
}

static void print_estimate(const char *name, bt_estimate estimate, const char *behind)
{
  char value[BT_TEXT_SIZE], error[BT_TEXT_SIZE];
  const int digits = digits_of(estimate);
  (void)fixed_text(value, estimate.value, digits);
  if (isnan(estimate.std_error))
    (void)printf("%-9s %s  no standard error%s\n", name, value, behind);
  else
    (void)printf("%-9s %s  +- %s%s\n", name, value, fixed_text(error, estimate.std_error, digits),
                 behind);
}

/* How far the price lies from the closed form, in standard errors. */
static void print_beside(const bt_option_terms *terms, const bt_option_result *r)
{
  const char *name = bt_option_closed_form_name(terms);
  char text[BT_TEXT_SIZE];
  if (!name || isnan(r->closed_form)) {
    (void)printf("beside    no closed form is known\n");
    return;
  }
  (void)printf("beside    %s  closed form (%s)",
               fixed_text(text, r->closed_form, digits_of(r->price)), name);
  double apart = (r->price.value - r->closed_form) / r->price.std_error;
  const bool exact =
      terms->style != BT_AMERICAN && !(terms->style == BT_BARRIER && terms->discrete);
  if (exact && isfinite(apart))
    (void)printf("; the price is %.1f standard errors %s it", fabs(apart),
                 apart >= 0 ? "above" : "below");
  (void)printf("\n");
}

static const char *certain_words(const bt_option_terms *terms)
{
  return bt_option_begins_beyond(terms) ? "the spot is beyond the barrier"
                                        : "no time or no volatility is left";
}

static void print_interval(const bt_option_terms *terms, const bt_option_result *r)
{
  char low[BT_TEXT_SIZE], high[BT_TEXT_SIZE];
  const int digits = digits_of(r->price);
  if (isnan(r->low)) return;
  if (isnan(r->high))
    (void)printf("interval  from %s  (95%%; no high bound)\n", fixed_text(low, r->low, digits));
  else
    (void)printf("interval  %s .. %s  (95%%%s)\n", fixed_text(low, r->low, digits),
                 fixed_text(high, r->high, digits),
                 terms->style == BT_AMERICAN ? ", with the bounds' errors" : "");
}

static void print_price(const bt_option_terms *terms, const bt_option_result *r)
{
  char n[BT_TEXT_SIZE], text[BT_TEXT_SIZE], behind[2 * BT_TEXT_SIZE];
  if (r->certain) {
    (void)printf("price     %s  certain: %s\n",
                 fixed_text(text, r->price.value, digits_of(r->price)), certain_words(terms));
    return;
  }
  (void)snprintf(behind, sizeof behind, "%s, %s",
                 isnan(r->price.std_error) ? "" : " standard error",
                 bt_text_counted(n, r->n_paths, "path"));
  if (r->is_exercised_now)
    (void)printf("price     %s  of exercise today: holding on is worth less\n",
                 fixed_text(text, r->price.value, digits_of(r->price)));
  else if (r->is_held)
    (void)printf("price     %s  of the European option: %s\n",
                 fixed_text(text, r->price.value, digits_of(r->price)),
                 terms->n_steps == 1 ? "there is no date before expiry but today"
                                     : "exercise before expiry never pays more");
  else
    print_estimate("price", r->price, behind);
  print_interval(terms, r);
  if (bt_option_begins_beyond(terms))
    (void)printf("note      the spot is beyond the barrier: it counts as touched already\n");
}

static void print_american(const bt_option_terms *terms, const bt_option_result *r)
{
  char dates[BT_TEXT_SIZE], any_time[BT_TEXT_SIZE];
  const int digits = digits_of(r->price);
  if (!isnan(r->upper.value))
    print_estimate("bound", r->upper, " standard error, high, by a martingale");
  if (!isnan(r->lattice))
    (void)printf("tree      %s  on the same %s", fixed_text(dates, r->lattice, digits),
                 terms->n_steps == 1 ? "date" : "dates");
  if (!isnan(r->lattice_american))
    (void)printf("%s%s at any time", isnan(r->lattice) ? "tree      " : "; ",
                 fixed_text(any_time, r->lattice_american, digits));
  if (!isnan(r->lattice) || !isnan(r->lattice_american)) (void)printf("\n");
}

static void print_greeks(const bt_option_terms *terms, const bt_option_result *r)
{
  const double exact[BT_GREEK_COUNT] = {[BT_DELTA] = r->exact.delta,
                                        [BT_GAMMA] = r->exact.gamma,
                                        [BT_VEGA] = r->exact.vega,
                                        [BT_THETA] = r->exact.theta,
                                        [BT_RHO] = r->exact.rho};
  const bool european = terms->style == BT_EUROPEAN, american = terms->style == BT_AMERICAN;
  char text[BT_TEXT_SIZE], behind[2 * BT_TEXT_SIZE];
  for (int g = 0; g < BT_GREEK_COUNT; g++) {
    if (isnan(r->greeks[g].value)) continue;
    behind[0] = 0;
    if ((european || american) && !isnan(exact[g]))
      (void)snprintf(behind, sizeof behind, "  %s %s", european ? "closed form" : "tree",
                     fixed_text(text, exact[g], digits_of(r->greeks[g])));
    print_estimate(bt_greek_name((bt_greek)g), r->greeks[g], behind);
  }
}

static void print_one(const bt_pricing_options *options, const bt_option_result *r)
{
  char text[BT_NUMBER_TEXT_SIZE], price[BT_TEXT_SIZE], method[BT_OPTION_METHOD_SIZE];
  const bt_option_terms *terms = &options->cells[0];
  print_terms(options);
  if (options->job.implied_from) {
    (void)printf("vol       %s  implied; its price in closed form is %s\n",
                 bt_number_format(text, r->implied_vol),
                 fixed_text(price, r->closed_form, digits_of(r->price)));
  } else {
    print_price(terms, r);
    print_beside(terms, r);
    if (terms->style == BT_AMERICAN) print_american(terms, r);
    if (options->job.settings.greeks) print_greeks(terms, r);
  }
  if (r->implied_vol == 0)
    (void)printf("note      the price has no time value: small volatilities give it, too\n");
  if (r->reason[0]) (void)printf("note      %s\n", r->reason);
  if (!r->certain) (void)printf("method    %s\n", bt_option_method(method, &options->job, 0));
  if (options->job.settings.greeks && !r->certain)
    (void)printf("greeks    %s (Glasserman 2003, ch. 7)\n", bt_greeks_method(terms));
}

/* ---- a grid -----------------------------------------------------------------------------------
 */

/* The columns behind those of the terms: as many as a table has. */
enum { COLUMNS_MOST = 2 + 3 + BT_GREEK_COUNT };

typedef struct columns {
  const char *names[COLUMNS_MOST];
  double values[COLUMNS_MOST];
  size_t n;
} columns;

static void add_column(columns *c, const char *name, double value)
{
  c->names[c->n] = name;
  c->values[c->n++] = value;
}

static columns columns_of(const bt_pricing_options *options, const bt_option_result *r)
{
  columns c = {.n = 0};
  if (options->job.implied_from) {
    add_column(&c, "implied_vol", r->implied_vol);
    add_column(&c, "closed_form", r->closed_form);
    return c;
  }
  add_column(&c, "price", r->price.value);
  add_column(&c, "std_error", r->price.std_error);
  if (options->cells[0].style == BT_AMERICAN) {
    add_column(&c, "low", r->low);
    add_column(&c, "high", r->high);
    add_column(&c, "tree", r->lattice);
  } else if (bt_option_closed_form_name(&options->cells[0])) {
    add_column(&c, "closed_form", r->closed_form);
  }
  for (int g = 0; options->job.settings.greeks && g < BT_GREEK_COUNT; g++)
    add_column(&c, bt_greek_name((bt_greek)g), r->greeks[g].value);
  return c;
}

static void print_number(double value)
{
  const int usual = 6;
  const double small = 1e-3;
  char text[BT_TEXT_SIZE];
  if (fabs(value) < small && value != 0)
    (void)snprintf(text, sizeof text, "%.4g", value);
  else
    (void)fixed_text(text, value, usual);
  (void)printf(" %*s", CELL_WIDTH, isnan(value) ? "-" : text);
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

static void print_heading(const bt_pricing_options *options, const bt_option_result *first)
{
  const columns c = columns_of(options, first);
  for (int a = 0; a < BT_PRICING_AXES; a++)
    if (options->axes[a].n_values > 1)
      (void)printf("%*s ", CELL_WIDTH - 2, bt_pricing_axis_name((bt_pricing_axis)a));
  for (size_t i = 0; i < c.n; i++) (void)printf(" %*s", CELL_WIDTH, c.names[i]);
  (void)printf("\n");
}

static void print_row(const bt_pricing_options *options, const bt_option_result *r, size_t index)
{
  const columns c = columns_of(options, r);
  print_varying(options, index);
  if (isnan(c.values[0])) {
    (void)printf("  %s\n", r->reason);
    return;
  }
  for (size_t i = 0; i < c.n; i++) print_number(c.values[i]);
  (void)printf("%s%s\n", r->reason[0] ? "  " : "", r->reason);
}

/* What the table has no room for. */
static void print_elsewhere(const bt_pricing_options *options)
{
  const char *database = options->common.database;
  if (options->cells[0].style == BT_AMERICAN)
    (void)printf("note      low .. high is a 95%% interval; bounds with their errors, and the tree "
                 "at any time, are in %s\n",
                 database);
  if (options->job.settings.greeks)
    (void)printf("note      standard errors of the Greeks are in %s\n", database);
}

/* The cell of which the method is told: the first that needs paths, where there is one. */
static size_t shown_cell(const bt_pricing_options *options)
{
  size_t i = 0;
  while (i < options->job.n_cells && bt_option_is_certain(&options->cells[i])) i++;
  return i < options->job.n_cells ? i : 0;
}

static void print_grid(const bt_pricing_options *options, const bt_option_result *results)
{
  char n[BT_TEXT_SIZE], method[BT_OPTION_METHOD_SIZE];
  const size_t n_cells = options->job.n_cells;
  const bt_option_terms *first = &options->cells[0];
  const char *name = bt_option_closed_form_name(first), *variant = bt_option_variant(first);
  (void)printf("%s%s%s: %s%s\n", bt_style_name(first->style), variant ? " " : "",
               variant ? variant : "", bt_text_counted(n, n_cells, "option"),
               options->job.implied_from ? "" : " on the same paths");
  print_heading(options, &results[0]);
  for (size_t i = 0; i < n_cells && i < ROWS_SHOWN; i++) print_row(options, &results[i], i);
  if (n_cells > ROWS_SHOWN)
    (void)printf("... and %s in %s\n", bt_text_counted(n, n_cells - ROWS_SHOWN, "more option"),
                 options->common.database);
  (void)printf("method    %s\n", bt_option_method(method, &options->job, shown_cell(options)));
  if (name && first->style != BT_AMERICAN) (void)printf("beside    closed form: %s\n", name);
  print_elsewhere(options);
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
  (void)printf("          sqlite3 -box %s 'SELECT %s FROM prices'\n", options->common.database,
               options->job.implied_from
                   ? "type, strike, expiry, price, implied_vol, reason"
                   : "type, spot, strike, vol, expiry, price, std_error, low, high");
}
