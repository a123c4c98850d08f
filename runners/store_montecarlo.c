#include "runners/store_montecarlo.h"

#include "runners/store_internal.h"

static void bind_estimate(bt_store_binder *b, bt_estimate estimate)
{
  bt_store__bind_real(b, estimate.value);
  bt_store__bind_real(b, estimate.std_error);
}

static void bind_terms(bt_store_binder *b, const bt_option_row *row)
{
  bt_store__bind_text(b, row->style);
  bt_store__bind_text(b, row->type);
  bt_store__bind_text(b, row->variant);
  const double terms[] = {row->spot, row->strike, row->rate,    row->dividend,
                          row->vol,  row->expiry, row->barrier, row->rebate};
  for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) bt_store__bind_real(b, terms[i]);
  bt_store__bind_id(b, (int64_t)row->n_steps);
  bt_store__bind_id(b, (int64_t)row->n_paths);
  bt_store__bind_text(b, row->method);
}

bt_status bt_store_put_option(bt_store *store, int64_t run_id, const bt_option_row *row,
                              bt_error *err)
{
  bt_store_binder b;
  bt_status status = bt_store__begin_row(&b, store, BT_STATEMENT_OPTION, err);
  if (status) return status;
  bt_store__bind_int(&b, run_id);
  bt_store__bind_int(&b, row->cell_id);
  bind_terms(&b, row);
  bind_estimate(&b, row->price);
  bt_store__bind_real(&b, row->closed_form);
  bt_store__bind_real(&b, row->lattice);
  bt_store__bind_real(&b, row->lattice_american);
  bind_estimate(&b, row->upper_bound);
  bind_estimate(&b, row->in_sample);
  bt_store__bind_real(&b, row->low);
  bt_store__bind_real(&b, row->high);
  const bt_estimate greeks[] = {row->delta, row->gamma, row->vega, row->theta, row->rho};
  for (size_t i = 0; i < sizeof greeks / sizeof *greeks; i++) bind_estimate(&b, greeks[i]);
  bt_store__bind_real(&b, row->implied_vol);
  bt_store__bind_text(&b, row->reason);
  return bt_store__end_row(store, &b, BT_STATEMENT_OPTION, err);
}

bt_status bt_store_put_simulation(bt_store *store, int64_t run_id, const bt_simulation_row *row,
                                  bt_error *err)
{
  bt_store_binder b;
  bt_status status = bt_store__begin_row(&b, store, BT_STATEMENT_SIMULATION, err);
  if (status) return status;
  bt_store__bind_int(&b, run_id);
  bt_store__bind_text(&b, row->model);
  bt_store__bind_text(&b, row->params);
  bt_store__bind_real(&b, row->spot);
  bt_store__bind_real(&b, row->expiry);
  bt_store__bind_int(&b, (int64_t)row->n_steps);
  bt_store__bind_int(&b, (int64_t)row->n_paths);
  bt_store__bind_text(&b, row->fitted);
  bt_store__bind_text(&b, row->file);
  bind_estimate(&b, row->mean);
  bt_store__bind_real(&b, row->exact_mean);
  bt_store__bind_real(&b, row->seconds);
  bt_store__bind_real(&b, row->baseline_seconds);
  return bt_store__end_row(store, &b, BT_STATEMENT_SIMULATION, err);
}

bt_status bt_store_put_moment(bt_store *store, int64_t run_id, const bt_moment_row *row,
                              bt_error *err)
{
  bt_store_binder b;
  bt_status status = bt_store__begin_row(&b, store, BT_STATEMENT_MOMENT, err);
  if (status) return status;
  bt_store__bind_int(&b, run_id);
  bt_store__bind_text(&b, row->name);
  bind_estimate(&b, row->estimate);
  bt_store__bind_real(&b, row->exact);
  return bt_store__end_row(store, &b, BT_STATEMENT_MOMENT, err);
}
