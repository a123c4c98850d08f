"""agreement.py - whether a peer has computed the same job: its results against those of `backtest`.

DB holds a sweep of sma over the same files with --grid --commission 0.1% --keep all; its newest run
is compared. Combinations are in the order of their numbers in both.
"""
import sqlite3

import numpy

QUERY = """SELECT m.total_return, m.sharpe, m.max_drawdown, m.n_trades
           FROM metrics m JOIN tickers t USING (run_id, ticker_id)
           WHERE run_id = (SELECT max(run_id) FROM runs) AND t.symbol <= :last AND ticker_id > 0
           ORDER BY t.symbol, m.combo_id"""


def agreement(db, last, results):
    """results[ticker][combination] = total return, Sharpe, maximum drawdown, closed trades, of the
    symbols up to `last`. One line of text."""
    with sqlite3.connect(db) as connection:
        own = numpy.array(connection.execute(QUERY, {"last": last}).fetchall(), float)
    if own.size != results.size:
        raise SystemExit("%s: %d results, where the peer has %d" %
                         (db, own.size // 4, results.size // 4))
    near = numpy.abs(own - results.reshape(own.shape)) <= 1e-6
    near |= numpy.isnan(own) & ~numpy.isfinite(results.reshape(own.shape))
    total, sharpe, drawdown, trades = near.sum(axis=0)
    return ("of %d results the same: trades %d, total return %d, drawdown %d, Sharpe %d" %
            (len(own), trades, total, drawdown, sharpe))
