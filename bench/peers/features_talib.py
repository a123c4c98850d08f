"""features_talib.py - indicators by TA-Lib on numpy arrays.

    features_talib.py DIR ROUNDS PROCESSES SPEC...
    features_talib.py compare DIR CHECK SPEC...
    features_talib.py whole CSV_DIR OUT ROUNDS PROCESSES SPEC...

A SPEC is as of --indicator. The first has every ticker of DIR (prices as `backtest features --ohlcv`
writes them) in memory, the first being the benchmark, and prints the median and the fastest of
ROUNDS. The second compares the results with CHECK, a folder of `backtest features` with the same
columns. The third reads CSV files with pandas, computes, and writes .npy.
"""
import glob
import multiprocessing
import os
import statistics
import sys
import time

import numpy
import talib


def shifted(values):
    """With NaN for the first bar, which has no return."""
    return numpy.concatenate(([numpy.nan], values))


def correlation(t, period):
    return shifted(talib.CORREL(t.returns, t.benchmark_returns, period))


def beta(t, period):
    return talib.BETA(t.benchmark, t.close, period)


# what is measured, where `backtest` has it; outputs in its order
SPECS = {
    "sma:20": lambda t: [talib.SMA(t.close, 20)],
    "ema:20": lambda t: [talib.EMA(t.close, 20)],
    "wma:20": lambda t: [talib.WMA(t.close, 20)],
    "dema:20": lambda t: [talib.DEMA(t.close, 20)],
    "tema:20": lambda t: [talib.TEMA(t.close, 20)],
    "kama:10,2,30": lambda t: [talib.KAMA(t.close, 10)],
    "rsi:14": lambda t: [talib.RSI(t.close, 14)],
    "roc:10": lambda t: [talib.ROC(t.close, 10)],
    "momentum:10": lambda t: [talib.MOM(t.close, 10)],
    "stochastic:14,3,3": lambda t: list(talib.STOCH(t.high, t.low, t.close, 14, 3, 0, 3, 0)),
    "williams_r:14": lambda t: [talib.WILLR(t.high, t.low, t.close, 14)],
    "cci:20": lambda t: [talib.CCI(t.high, t.low, t.close, 20)],
    "mfi:14": lambda t: [talib.MFI(t.high, t.low, t.close, t.volume, 14)],
    "cmo:14": lambda t: [talib.CMO(t.close, 14)],
    "macd:12,26,9": lambda t: list(talib.MACD(t.close, 12, 26, 9)),
    "adx:14": lambda t: [talib.ADX(t.high, t.low, t.close, 14)],
    "plus_di:14": lambda t: [talib.PLUS_DI(t.high, t.low, t.close, 14)],
    "minus_di:14": lambda t: [talib.MINUS_DI(t.high, t.low, t.close, 14)],
    "aroon:14": lambda t: list(talib.AROON(t.high, t.low, 14))[::-1] +
                          [talib.AROONOSC(t.high, t.low, 14)],
    "psar:0.02,0.2": lambda t: [talib.SAR(t.high, t.low, 0.02, 0.2)],
    "atr:14": lambda t: [talib.ATR(t.high, t.low, t.close, 14)],
    "true_range": lambda t: [talib.TRANGE(t.high, t.low, t.close)],
    "stddev:20": lambda t: [talib.STDDEV(t.close, 20)],
    "bollinger:20,2": lambda t: list(talib.BBANDS(t.close, 20, 2, 2)),
    "max:20": lambda t: [talib.MAX(t.close, 20)],
    "min:20": lambda t: [talib.MIN(t.close, 20)],
    "highest:20": lambda t: [talib.MAX(t.high, 20)],
    "lowest:20": lambda t: [talib.MIN(t.low, 20)],
    "obv": lambda t: [talib.OBV(t.close, t.volume)],
    "ad": lambda t: [talib.AD(t.high, t.low, t.close, t.volume)],
    "linreg_slope:14": lambda t: [talib.LINEARREG_SLOPE(t.close, 14)],
    "correlation:20": lambda t: [correlation(t, 20)],
    "beta:20": lambda t: [beta(t, 20)],
}


class Ticker:
    """Prices as contiguous arrays, and the benchmark's close on its dates."""

    def __init__(self, name, dates, prices):
        self.name, self.dates = name, dates
        self.high, self.low, self.close, self.volume = (
            numpy.ascontiguousarray(prices[:, k], dtype=float) for k in range(1, 5))

    def set_benchmark(self, other):
        at = numpy.clip(numpy.searchsorted(other.dates, self.dates), 0, len(other.dates) - 1)
        self.benchmark = other.close[at]
        self.returns = self.close[1:] / self.close[:-1] - 1
        self.benchmark_returns = self.benchmark[1:] / self.benchmark[:-1] - 1


def read_npy(path):
    dates = numpy.load(path.replace(".npy", ".dates.npy"))
    return Ticker(os.path.basename(path), dates, numpy.load(path))


def compute(ticker, specs):
    return [values for spec in specs for values in SPECS[spec](ticker)]


# what a process has in memory: it is there before the pool forks
tickers, specs = [], []


def compute_some(indices):
    for i in indices:
        compute(tickers[i], specs)


def apart(own, values):
    """The largest difference on bars that both have, and how many bars one of the two alone has."""
    ours, theirs = ~numpy.isnan(own), ~numpy.isnan(values)
    both = ours & theirs
    scale = numpy.maximum(1, numpy.abs(values[both]))
    far = numpy.max(numpy.abs(values[both] - own[both]) / scale) if both.any() else numpy.inf
    return far, numpy.count_nonzero(ours != theirs)


def find_columns(names):
    """Where the outputs of each spec stand among the columns of `backtest features`."""
    stems = [spec.replace(":", "_").replace(",", "_") for spec in specs]
    return [k for stem in stems for k, name in enumerate(names)
            if (name + ".").startswith(stem + ".")]


def compare(folder, checked):
    """How far every ticker is from what `backtest features` has, column by column."""
    read_tickers(folder)
    with open(os.path.join(checked, "columns.txt")) as file:
        names = file.read().split()
    at = find_columns(names)
    far, alone = numpy.zeros(len(at)), numpy.zeros(len(at), dtype=int)
    for ticker in tickers:
        own, values = numpy.load(os.path.join(checked, ticker.name)), compute(ticker, specs)
        assert len(values) == len(at), "outputs of TA-Lib, and columns"
        for i, k in enumerate(at):
            distance, n = apart(own[:, k], values[i])
            far[i], alone[i] = max(far[i], distance), alone[i] + n
    for i in numpy.flatnonzero((far > 1e-6) | (alone > 0)):
        print("%s: by up to %.1g, %d bars a ticker are of one alone" %
              (names[at[i]], far[i], round(alone[i] / len(tickers))))
    print("of %d columns of %d tickers the same to 1e-6: %d" %
          (len(at), len(tickers), numpy.count_nonzero(far <= 1e-6)))


def measure(name, n_rounds, function):
    seconds = []
    for _ in range(n_rounds):
        begun = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - begun)
    print("%-34s %10.6f s, fastest %.6f s" % (name, statistics.median(seconds), min(seconds)))


def read_tickers(folder):
    tickers.extend(read_npy(f) for f in sorted(glob.glob(os.path.join(folder, "*.npy")))
                   if not f.endswith(".dates.npy"))
    for ticker in tickers:
        ticker.set_benchmark(tickers[0])


def in_memory(folder, n_rounds, n_processes):
    read_tickers(folder)
    parts = [range(k, len(tickers), n_processes) for k in range(n_processes)]
    with multiprocessing.get_context("fork").Pool(n_processes) as pool:
        pool.map(compute_some, parts, 1)
        measure("TA-Lib, columns alone", n_rounds, lambda: pool.map(compute_some, parts, 1))
    print("TA-Lib %s, numpy %s, %d processes" %
          (talib.__version__, numpy.__version__, n_processes))


def write_some(job):
    import pandas
    files, out = job
    for path in files:
        table = pandas.read_csv(path, parse_dates=["Date"])
        prices = table[["Open", "High", "Low", "Close", "Volume"]].to_numpy()
        ticker = Ticker(path, table["Date"].to_numpy(), prices)
        name = os.path.join(out, os.path.basename(path)[:-4])
        numpy.save(name + ".npy", numpy.column_stack(compute(ticker, specs)))
        numpy.save(name + ".dates.npy", ticker.dates.astype("datetime64[ns]"))


def whole(folder, out, n_rounds, n_processes):
    import pandas
    files = sorted(glob.glob(os.path.join(folder, "*.csv")))
    os.makedirs(out, exist_ok=True)
    jobs = [(files[k::n_processes], out) for k in range(n_processes)]
    with multiprocessing.get_context("fork").Pool(n_processes) as pool:
        measure("pandas + TA-Lib + numpy.save", n_rounds, lambda: pool.map(write_some, jobs, 1))
    print("pandas %s" % pandas.__version__)


if sys.argv[1] == "whole":
    specs = sys.argv[6:]
    whole(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
elif sys.argv[1] == "compare":
    specs = sys.argv[4:]
    compare(sys.argv[2], sys.argv[3])
else:
    specs = sys.argv[4:]
    in_memory(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
