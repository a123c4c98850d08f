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
                                      "16 shifted replicates of Sobol points"};
  return words[sampling];
}

static const char *basis_words(bt_basis basis)
{
  static const char *const words[] = {"polynomial", "Laguerre", "Chebyshev"};
  return words[basis];
}

char *bt_option_method(char buffer[BT_OPTION_METHOD_SIZE], const bt_option_job *job)
{
  const bt_option_terms *terms = &job->cells[0];
  const bt_option_settings *how = &job->settings;
  const bool controlled = how->control;
  if (job->implied_from)
    (void)snprintf(buffer, BT_OPTION_METHOD_SIZE, "implied volatility, Black-Scholes-Merton");
  else if (terms->style == BT_AMERICAN)
    (void)snprintf(buffer, BT_OPTION_METHOD_SIZE,
                   "least squares, %s basis of degree %zu, second independent pass%s "
                   "(Longstaff and Schwartz 2001%s)",
                   basis_words(job->basis), job->degree,
                   job->n_bound_paths > 0 ? ", martingale bound" : "",
                   job->n_bound_paths > 0 ? "; Andersen and Broadie 2004" : "");
  else
    (void)snprintf(buffer, BT_OPTION_METHOD_SIZE, "%s, %s%s%s (Glasserman 2003, %s)",
                   path_words(terms), sampling_words(how->sampling), controlled ? ", control " : "",
                   controlled ? bt_control_name(terms) : "",
                   terms->style == BT_EUROPEAN || terms->style == BT_ASIAN ? "ch. 4"
                                                                           : "ch. 4, 6.4");
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
  (void)bt_option_method(method, job);
  for (size_t i = 0; i < job->n_cells && !status; i++) {
    bt_option_row row = row_of(job, &results[i], i);
    row.method = results[i].certain ? "the one path that is left" : method;
    status = bt_store_put_option(store, run_id, &row, err);
  }
  return status;
}
