/* Options in words, and their rows in the database. */
#include <math.h>
#include <stdio.h>

#include "runners/montecarlo/option.h"

const char *bt_style_name(bt_style style)
{
  static const char *const names[] = {"european", "american", "asian", "barrier", "lookback"};
  return names[style];
}

const char *bt_option_variant(const bt_option_terms *terms)
{
  static const char *const kinds[] = {"down-out", "up-out", "down-in", "up-in"};
  switch (terms->style) {
  case BT_ASIAN:
    return terms->average == BT_ARITHMETIC ? "arithmetic" : "geometric";
  case BT_BARRIER:
    return kinds[terms->barrier.kind];
  case BT_LOOKBACK:
    return terms->lookback == BT_LOOKBACK_FIXED ? "fixed" : "floating";
  default:
    return NULL;
  }
}

/* How a path is made. */
static const char *path_words(const bt_option_terms *terms)
{
  if (terms->style == BT_EUROPEAN) return "one exact step";
  if (terms->style == BT_ASIAN) return "exact steps to the fixings";
  if (terms->discrete) return "exact steps to the dates";
  return terms->style == BT_BARRIER ? "chance of a touch by the Brownian bridge"
                                    : "extremes drawn from the Brownian bridge";
}

static const char *sampling_words(bt_sampling sampling)
{
  static const char *const words[] = {"plain paths", "antithetic pairs",
                                      "32 scrambled replicates of Sobol points"};
  return words[sampling];
}

/* Whether some are drawn plainly. */
static bool exceeds_sobol(const bt_option_terms *terms)
{
  const bool uniforms = terms->style == BT_LOOKBACK && !terms->discrete;
  return terms->n_steps * (uniforms ? 2 : 1) > BT_SOBOL_DIMENSIONS;
}

static const char *basis_words(bt_basis basis)
{
  static const char *const words[] = {"polynomial", "Laguerre", "Chebyshev"};
  return words[basis];
}

/* What makes the variance smaller, in two parts; "" for nothing. */
static const char *control_words(const bt_option_job *job, const bt_option_terms *terms,
                                 const char **prefix)
{
  const bool seen = bt_control_is_seen(terms), call = terms->option.type == BT_CALL;
  const bool european = terms->style == BT_EUROPEAN, parity = european && call && !seen;
  if (european && seen && job->settings.control && job->settings.sampling == BT_SOBOL) {
    *prefix = ", ";
    return "as the put or the call, by parity";
  }
  *prefix = parity ? ", " : seen && job->settings.control ? ", control " : "";
  if (parity) return "the put and parity";
  return seen && job->settings.control ? bt_control_name(terms) : "";
}

/* Of all styles but American ones. */
static void write_paths_method(char buffer[BT_OPTION_METHOD_SIZE], const bt_option_job *job,
                               const bt_option_terms *terms)
{
  const bt_sampling sampling = job->settings.sampling;
  const char *prefix, *control = control_words(job, terms, &prefix);
  const bool beyond = sampling == BT_SOBOL && exceeds_sobol(terms);
  const bool simple = terms->style == BT_EUROPEAN || terms->style == BT_ASIAN;
  (void)snprintf(buffer, BT_OPTION_METHOD_SIZE, "%s, %s%s%s%s (Glasserman 2003, ch. 4%s)",
                 path_words(terms), sampling_words(sampling),
                 beyond ? " (plain beyond 512 dimensions)" : "", prefix, control,
                 simple ? "" : ", 6.4");
}

/* Sources of the bound: american_martingale.h. */
static void write_american_method(char buffer[BT_OPTION_METHOD_SIZE], const bt_option_job *job)
{
  const bool bound = job->n_bound_paths > 0;
  (void)snprintf(buffer, BT_OPTION_METHOD_SIZE,
                 "least squares, %s basis of degree %zu, second independent pass%s "
                 "(Longstaff and Schwartz 2001%s)",
                 basis_words(job->basis), job->degree, bound ? ", martingale bound" : "",
                 bound ? "; Rogers 2002, Haugh and Kogan 2004" : "");
}

char *bt_option_method(char buffer[BT_OPTION_METHOD_SIZE], const bt_option_job *job, size_t cell)
{
  const bt_option_terms *terms = &job->cells[cell];
  if (job->implied_from)
    (void)snprintf(buffer, BT_OPTION_METHOD_SIZE, "implied volatility, Black-Scholes-Merton");
  else if (bt_option_is_certain(terms))
    (void)snprintf(buffer, BT_OPTION_METHOD_SIZE, "no paths: the price is certain");
  else if (terms->style == BT_AMERICAN)
    write_american_method(buffer, job);
  else
    write_paths_method(buffer, job, terms);
  return buffer;
}

static bt_option_row row_of(const bt_option_job *job, const bt_option_result *r, size_t index)
{
  const bt_option_terms *terms = &job->cells[index];
  const bt_vanilla *o = &terms->option;
  const bool barrier = terms->style == BT_BARRIER, implied = job->implied_from != NULL;
  const bool floating = terms->style == BT_LOOKBACK && terms->lookback == BT_LOOKBACK_FLOATING;
  const double none = (double)NAN;
  return (bt_option_row){.cell_id = (int64_t)index + 1,
                         .style = bt_style_name(terms->style),
                         .type = o->type == BT_CALL ? "call" : "put",
                         .variant = bt_option_variant(terms),
                         .spot = o->spot,
                         .strike = floating ? none : o->strike,
                         .rate = o->rate,
                         .dividend = o->dividend,
                         .vol = implied ? none : o->vol,
                         .expiry = o->expiry,
                         .barrier = barrier ? terms->barrier.level : none,
                         .rebate = barrier ? terms->barrier.rebate : none,
                         .n_steps = implied ? 0 : terms->n_steps,
                         .n_paths = (size_t)r->n_paths,
                         .price = r->price,
                         .closed_form = r->closed_form,
                         .lattice = r->lattice,
                         .lattice_american = r->lattice_american,
                         .upper_bound = r->upper,
                         .in_sample = r->in_sample,
                         .low = r->low,
                         .high = r->high,
                         .delta = r->greeks[BT_DELTA],
                         .gamma = r->greeks[BT_GAMMA],
                         .vega = r->greeks[BT_VEGA],
                         .theta = r->greeks[BT_THETA],
                         .rho = r->greeks[BT_RHO],
                         .implied_vol = r->implied_vol,
                         .reason = r->reason[0] ? r->reason : NULL};
}

bt_status bt_option_store(const bt_option_job *job, const bt_option_result *results,
                          bt_store *store, int64_t run_id, bt_error *err)
{
  char method[BT_OPTION_METHOD_SIZE];
  bt_status status = BT_OK;
  for (size_t i = 0; i < job->n_cells && !status; i++) {
    if (!results[i].is_done) continue;
    const bool found = !isnan(job->implied_from ? results[i].implied_vol : results[i].price.value);
    bt_option_row row = row_of(job, &results[i], i);
    row.method = found ? bt_option_method(method, job, i) : NULL;
    status = bt_store_put_option(store, run_id, &row, err);
  }
  return status;
}
