"""walkforward_vectorbt.py FILE.csv [ROUNDS] - the walk-forward of bench_walkforward by vectorbt.

As its users write it: MA.run_combs over the history, signals cut into windows, one
Portfolio.from_signals over all windows and combinations, the greatest Sharpe of each window's train
part, and from_signals of what is chosen on the test parts. Long only, fills at the next open, 0.1%
commission, each window started flat; the signal of the bar before a window fills at its first open.
Prints the median and the fastest of ROUNDS, bars in memory, everything imported and compiled, and
what each window has chosen. The first calls are not counted: until the process has the memory it
needs they take two to three times as long. On train Sharpe alone is asked for: selecting needs no
more.
"""
import statistics
import sys
import time

import numpy
import pandas
import vectorbt

TRAIN, TEST, STEP, FEE, WARM_UP = 504, 126, 126, 0.001, 12
vectorbt.settings.returns["year_freq"] = "252 days"


def simulate(open_, close, wanted):
    """Columns are independent: enter where the state begins to hold, leave where it ends."""
    return vectorbt.Portfolio.from_signals(close, entries=wanted, exits=~wanted, price=open_,
                                           fees=FEE, init_cash=100000, freq="1D")


def walk(open_, close):
    fast, slow = vectorbt.MA.run_combs(close, window=numpy.arange(10, 151, 10), r=2,
                                       short_names=["fast", "slow"])
    wanted = fast.ma_above(slow).to_numpy()
    wanted = numpy.vstack([numpy.zeros((1, wanted.shape[1]), bool), wanted[:-1]])
    prices_open, prices = open_.to_numpy(), close.to_numpy()
    n_combos = wanted.shape[1]
    starts = numpy.arange(0, len(prices) - TRAIN - TEST + 1, STEP)

    bars = starts[:, None] + numpy.arange(TRAIN)  # [window][bar]
    signals = wanted[bars].transpose(1, 0, 2).reshape(TRAIN, -1)  # [bar][window, combination]
    train = simulate(numpy.repeat(prices_open[bars].T, n_combos, axis=1),
                     numpy.repeat(prices[bars].T, n_combos, axis=1), signals)
    sharpe = train.sharpe_ratio().to_numpy().reshape(len(starts), n_combos)
    best = numpy.where(numpy.isfinite(sharpe), sharpe, -numpy.inf).argmax(axis=1)

    bars = starts[:, None] + TRAIN + numpy.arange(TEST)
    test = simulate(prices_open[bars].T, prices[bars].T, wanted[bars, best[:, None]].T)
    results = (test.sharpe_ratio(), test.total_return(), test.max_drawdown(), test.trades.count())
    return best + 1, results


data = pandas.read_csv(sys.argv[1], parse_dates=["Date"], index_col="Date")
for _ in range(WARM_UP):
    walk(data["Open"], data["Close"])
seconds = []
for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 21):
    start = time.perf_counter()
    chosen, results = walk(data["Open"], data["Close"])
    seconds.append(time.perf_counter() - start)
print("%-24s %10.6f s, fastest %.6f s" % ("vectorbt %s" % vectorbt.__version__,
                                          statistics.median(seconds), min(seconds)))
print("chosen", *chosen)
print("test", *("%.6f" % v for v in results[0]))
