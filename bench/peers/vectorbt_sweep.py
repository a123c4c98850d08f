"""vectorbt_sweep.py - the sweep of segments.py as users of vectorbt write it, a ticker at a time:
50 tickers x 174 combinations at once want some 5 GB.

MA.run computes each length once; from_signals enters where the state begins to hold and leaves where
it ends. Fills at the next open, 0.1% commission, long only.
"""
import numpy
import vectorbt

from segments import FEE, GRID

vectorbt.settings.returns["year_freq"] = "252 days"


def sweep_ticker(open_, close):
    """open_ and close: Series. Total return, Sharpe, maximum drawdown and closed trades of every
    combination: [combination][column]."""
    fast = vectorbt.MA.run(close, window=GRID[:, 0].tolist(), run_unique=True, short_name="fast")
    slow = vectorbt.MA.run(close, window=GRID[:, 1].tolist(), run_unique=True, short_name="slow")
    wanted = fast.ma_above(slow).to_numpy()
    wanted = numpy.vstack([numpy.zeros((1, wanted.shape[1]), bool), wanted[:-1]])
    portfolio = vectorbt.Portfolio.from_signals(
        numpy.broadcast_to(close.to_numpy()[:, None], wanted.shape), entries=wanted, exits=~wanted,
        price=open_.to_numpy()[:, None], fees=FEE, init_cash=100000, freq="1D")
    return numpy.column_stack([portfolio.total_return(), portfolio.sharpe_ratio(),
                               portfolio.max_drawdown(), portfolio.trades.closed.count()])
