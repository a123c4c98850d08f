/* Rows that come many to a result: trades, points of equity, regimes. What names the result is
 * bound once; a row binds the columns behind it. */
#include <assert.h>
#include <math.h>

#include "core/time.h"
#include "runners/store_internal.h"

/* The columns that name a result: run_id, ticker_id, window_id, phase, combo_id. */
enum { KEY_COLUMNS = 5 };

/* Opens the statement of a table and binds the key. */
static bt_status begin_rows(bt_store_binder *out, bt_store *store, bt_store_statement which,
                            int64_t run_id, const bt_result_key *key, bt_error *err)
{
  bt_status status = bt_store__begin_row(out, store, which, err);
  if (status) return status;
  bt_store__bind_int(out, run_id);
  bt_store__bind_int(out, key->ticker_id);
  bt_store__bind_int(out, key->window_id);
  bt_store__bind_text(out, key->phase);
  bt_store__bind_id(out, key->combo_id);
  assert(out->column == KEY_COLUMNS);
  return BT_OK;
}

/* NOLINTNEXTLINE(readability-function-size): an array and its length are one thing */
bt_status bt_store_put_trades(bt_store *store, int64_t run_id, const bt_result_key *key, bool daily,
                              const bt_trade_row *rows, size_t n_rows, bt_error *err)
{
  bt_store_binder b;
  char entry[BT_TIME_TEXT_SIZE], exit[BT_TIME_TEXT_SIZE];
  if (n_rows == 0) return BT_OK;
  bt_status status = begin_rows(&b, store, BT_STATEMENT_TRADE, run_id, key, err);
  for (size_t i = 0; i < n_rows && !status; i++) {
    const bt_trade_row *row = &rows[i];
    if (!isfinite(row->entry_price) || !isfinite(row->shares)) continue;
    b.column = KEY_COLUMNS;
    bt_store__bind_int(&b, (int64_t)i + 1);
    bt_store__bind_text(&b, row->side > 0 ? "long" : "short");
    bt_store__bind_text(&b, bt_time_format(entry, row->entry_ns, daily));
    bt_store__bind_real(&b, row->entry_price);
    bt_store__bind_text(&b, bt_time_format(exit, row->exit_ns, daily));
    bt_store__bind_real(&b, row->exit_price);
    bt_store__bind_real(&b, row->shares);
    bt_store__bind_real(&b, row->pnl);
    bt_store__bind_real(&b, row->ret);
    bt_store__bind_int(&b, (int64_t)row->n_bars);
    bt_store__bind_text(&b, row->reason);
    bt_store__bind_int(&b, row->open);
    status = bt_store__end_row(store, &b, BT_STATEMENT_TRADE, err);
  }
  return status;
}

/* NOLINTNEXTLINE(readability-function-size): an array and its length are one thing */
bt_status bt_store_put_equity(bt_store *store, int64_t run_id, const bt_result_key *key, bool daily,
                              const bt_equity_point *points, size_t n_points, bt_error *err)
{
  bt_store_binder b;
  char time[BT_TIME_TEXT_SIZE];
  if (n_points == 0) return BT_OK;
  bt_status status = begin_rows(&b, store, BT_STATEMENT_EQUITY, run_id, key, err);
  for (size_t i = 0; i < n_points && !status; i++) {
    const bt_equity_point *point = &points[i];
    if (!isfinite(point->equity) || !isfinite(point->position)) continue;
    b.column = KEY_COLUMNS;
    bt_store__bind_text(&b, bt_time_format(time, point->time_ns, daily));
    bt_store__bind_real(&b, point->equity);
    bt_store__bind_real(&b, point->position);
    status = bt_store__end_row(store, &b, BT_STATEMENT_EQUITY, err);
  }
  return status;
}

bt_status bt_store_put_regimes(bt_store *store, int64_t run_id, const bt_result_key *key,
                               const bt_regime_row *rows, size_t n_rows, bt_error *err)
{
  bt_store_binder b;
  if (n_rows == 0) return BT_OK;
  bt_status status = begin_rows(&b, store, BT_STATEMENT_REGIME, run_id, key, err);
  for (size_t i = 0; i < n_rows && !status; i++) {
    const bt_regime_row *row = &rows[i];
    b.column = KEY_COLUMNS;
    bt_store__bind_text(&b, row->regime);
    bt_store__bind_count(&b, row->n_bars);
    bt_store__bind_real(&b, row->total_return);
    bt_store__bind_real(&b, row->cagr);
    bt_store__bind_real(&b, row->volatility);
    bt_store__bind_real(&b, row->sharpe);
    bt_store__bind_real(&b, row->sortino);
    bt_store__bind_real(&b, row->max_drawdown);
    bt_store__bind_real(&b, row->exposure);
    status = bt_store__end_row(store, &b, BT_STATEMENT_REGIME, err);
  }
  return status;
}
