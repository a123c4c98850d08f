"""walkforward_numba.py FILE.csv [ROUNDS] - the walk-forward of bench_walkforward by a numba kernel.

What a researcher writes by hand: averages from prefix sums, then bar by bar, window by window and
combination by combination, one thread. Long only, fills at the next open, 0.1% commission, each
window started flat; the target of the bar before a window fills at its first open. All combinations
have Sharpe, total return, maximum drawdown and closed trades on each train part; the greatest
Sharpe is chosen and measured on the test part. Prints the median and the fastest of ROUNDS, bars in
memory, compiling not counted, and what each window has chosen.
"""
import statistics
import sys
import time

import numba
import numpy
import pandas

TRAIN, TEST, STEP, FEE, PERIODS = 504, 126, 126, 0.001, 252
LENGTHS = numpy.arange(10, 151, 10)
FAST, SLOW = numpy.triu_indices(len(LENGTHS), 1)  # every pair, in the order of the grid


@numba.njit
def averages(close, lengths):
    n = len(close)
    sums = numpy.zeros(n + 1)
    for t in range(n):
        sums[t + 1] = sums[t] + close[t]
    out = numpy.full((len(lengths), n), numpy.nan)
    for i in range(len(lengths)):
        for t in range(lengths[i] - 1, n):
            out[i, t] = (sums[t + 1] - sums[t + 1 - lengths[i]]) / lengths[i]
    return out


@numba.njit
def measure(out, first, end, fast, slow, hold, enter, leave):
    """out: Sharpe, total return, maximum drawdown, closed trades on bars [first, end)."""
    held = False
    equity, level, worst, total, squares, trades = 1.0, 1.0, 1.0, 0.0, 0.0, 0
    for t in range(first, end):
        wanted = t > 0 and fast[t - 1] > slow[t - 1]
        if wanted:
            r = hold[t] if held else enter[t]
        elif held:
            r = leave[t]
            trades += 1
        else:
            r = 0.0
        held = wanted
        equity *= 1.0 + r
        total += r
        squares += r * r
        level = min(1.0, level * (1.0 + r))  # equity over its running maximum
        worst = min(worst, level)
    n = end - first
    variance = (squares - total * total / n) / (n - 1)
    out[0] = total / n / numpy.sqrt(variance) * numpy.sqrt(PERIODS) if variance > 0 else numpy.nan
    out[1] = equity - 1.0
    out[2] = worst - 1.0
    out[3] = trades


@numba.njit
def walk(open_, close, lengths, fast, slow):
    """Chosen combination (1-based), and metrics [window][train, test][metric] of it."""
    n, n_windows = len(close), (len(close) - TRAIN - TEST) // STEP + 1
    means = averages(close, lengths)
    hold, enter, leave = numpy.zeros(n), numpy.zeros(n), numpy.zeros(n)
    for t in range(n):
        enter[t] = close[t] / open_[t] / (1.0 + FEE) - 1.0
        if t > 0:
            hold[t] = close[t] / close[t - 1] - 1.0
            leave[t] = open_[t] / close[t - 1] * (1.0 - FEE) - 1.0
    chosen = numpy.zeros(n_windows, numpy.int64)
    metrics = numpy.full((n_windows, 2, 4), numpy.nan)
    values = numpy.empty((len(fast), 4))
    for k in range(n_windows):
        first = k * STEP
        test = first + TRAIN
        best = -1
        for c in range(len(fast)):
            measure(values[c], first, test, means[fast[c]], means[slow[c]], hold, enter, leave)
            if values[c, 0] == values[c, 0] and (best < 0 or values[c, 0] > values[best, 0]):
                best = c
        if best < 0:
            continue
        chosen[k] = best + 1
        metrics[k, 0] = values[best]
        measure(metrics[k, 1], test, test + TEST, means[fast[best]], means[slow[best]],
                hold, enter, leave)
    return chosen, metrics


data = pandas.read_csv(sys.argv[1])
open_, close = data["Open"].to_numpy(float), data["Close"].to_numpy(float)
chosen, metrics = walk(open_, close, LENGTHS, FAST, SLOW)  # compiled here
seconds = []
for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 21):
    start = time.perf_counter()
    chosen, metrics = walk(open_, close, LENGTHS, FAST, SLOW)
    seconds.append(time.perf_counter() - start)
print("%-24s %10.6f s, fastest %.6f s" % ("numba %s by hand" % numba.__version__,
                                          statistics.median(seconds), min(seconds)))
print("chosen", *chosen)
print("test", *("%.6f" % v for v in metrics[:, 1, 0]))
