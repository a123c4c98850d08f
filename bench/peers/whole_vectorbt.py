"""whole_vectorbt.py DIR OUT.db CHECK.db [TICKERS [ROUNDS]] - the whole job of `backtest --strategy sma
--grid`, CSV to a table in SQLite, by pandas and vectorbt on one thread: the first TICKERS [4] files.

The time of all files of DIR is scaled from that of these, by bytes. Prints the median and the fastest
of ROUNDS, scaled, and whether the results are those in CHECK.db (agreement.py). Imports and the first
call, which compiles, are not counted.
"""
import glob
import os
import sqlite3
import statistics
import sys
import time

import numpy
import pandas
import vectorbt

from agreement import agreement
from segments import COLUMNS, GRID
from vectorbt_sweep import sweep_ticker

folder, out, check = sys.argv[1:4]
files = sorted(glob.glob(os.path.join(folder, "*.csv")))
n_tickers = min(len(files), int(sys.argv[4]) if len(sys.argv) > 4 else 4)
n_rounds = int(sys.argv[5]) if len(sys.argv) > 5 else 3
sizes = [os.path.getsize(f) for f in files]
scale = sum(sizes) / sum(sizes[:n_tickers])


def run():
    results = []
    connection = sqlite3.connect(out)
    for path in files[:n_tickers]:
        data = pandas.read_csv(path, parse_dates=["Date"], index_col="Date")
        results.append(sweep_ticker(data["Open"], data["Close"]))
        table = pandas.DataFrame(results[-1], columns=COLUMNS)
        table.insert(0, "symbol", os.path.basename(path)[:-4])
        table.insert(1, "fast", GRID[:, 0])
        table.insert(2, "slow", GRID[:, 1])
        table.to_sql("metrics", connection, index=False, if_exists="append")
    connection.close()
    return numpy.stack(results)


seconds = []
for i in range(n_rounds + 1):
    if os.path.exists(out):
        os.remove(out)
    begun = time.perf_counter()
    results = run()
    if i > 0:
        seconds.append((time.perf_counter() - begun) * scale)
print("%-32s %10.6f s, fastest %.6f s" %
      ("vectorbt + pandas", statistics.median(seconds), min(seconds)))
print("vectorbt %s, pandas %s, one thread; scaled from %d of %d tickers" %
      (vectorbt.__version__, pandas.__version__, n_tickers, len(files)))
print(agreement(check, os.path.basename(files[n_tickers - 1])[:-4], results))
