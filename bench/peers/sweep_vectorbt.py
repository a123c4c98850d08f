"""sweep_vectorbt.py DIR DB [TICKERS [ROUNDS]] - the sweep of bench_sweep by vectorbt: the first
TICKERS [4] files of DIR, 174 combinations, prices in memory.

It is slow, so a few tickers are measured, and the time of all files of DIR is scaled from that of
these, by bars. Prints the median and the fastest of ROUNDS, scaled, and whether the results are those
in DB (agreement.py). Imports and the first call, which compiles, are not counted.
"""
import glob
import os
import statistics
import sys
import time

import numpy
import pandas
import vectorbt

from agreement import agreement
from segments import GRID
from vectorbt_sweep import sweep_ticker

files = sorted(glob.glob(os.path.join(sys.argv[1], "*.csv")))
n_tickers = min(len(files), int(sys.argv[3]) if len(sys.argv) > 3 else 4)
n_rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 3
tickers = [pandas.read_csv(f, parse_dates=["Date"], index_col="Date") for f in files[:n_tickers]]
n_measured = sum(len(t) for t in tickers)
n_all = n_measured + sum(sum(1 for _ in open(f)) - 1 for f in files[n_tickers:])

results = [sweep_ticker(t["Open"], t["Close"]) for t in tickers]
seconds = []
for _ in range(n_rounds):
    begun = time.perf_counter()
    results = [sweep_ticker(t["Open"], t["Close"]) for t in tickers]
    seconds.append((time.perf_counter() - begun) * n_all / n_measured)
print("%-32s %10.6f s, fastest %.6f s, %.1f M bar-combinations/s" %
      ("vectorbt", statistics.median(seconds), min(seconds),
       n_all * len(GRID) / statistics.median(seconds) / 1e6))
print("vectorbt %s, one thread; scaled from %d of %d tickers" %
      (vectorbt.__version__, n_tickers, len(files)))
print(agreement(sys.argv[2], os.path.basename(files[n_tickers - 1])[:-4], numpy.stack(results)))
