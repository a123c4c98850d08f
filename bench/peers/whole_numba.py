"""whole_numba.py cold|warm DIR OUT.db CHECK.db [ROUNDS [PROCESSES]] - the whole job of
`backtest --strategy sma --grid`, every file of DIR to a table in SQLite, by the best of Python.

cold: pandas.read_csv in PROCESSES [2]; warm: all prices from one .npy file beside OUT.db, which is
made where it is not there. Then the kernel of segments.py on as many threads, and DataFrame.to_sql.
Prints the median and the fastest of ROUNDS and what their parts take;
imports and compiling, which every new process pays, are told apart; and whether the results are those
in CHECK.db (agreement.py).
"""
import time

begun = time.perf_counter()
import glob
import multiprocessing
import os
import sqlite3
import statistics
import sys

import numpy
import pandas

import segments
from agreement import agreement

imported_s = time.perf_counter() - begun


def load_cold():
    with multiprocessing.get_context("fork").Pool(N_PROCESSES) as pool:
        return segments.join(pool.map(segments.read_prices, files, chunksize=8))


def load_warm():
    with open(NPY, "rb") as file:
        return [numpy.load(file) for _ in range(3)]


def save_warm(prices):
    with open(NPY, "wb") as file:
        for column in prices:
            numpy.save(file, column)


def store(results):
    """A row for each ticker and combination."""
    n_tickers, n_combos = results.shape[:2]
    table = pandas.DataFrame({"symbol": numpy.repeat(symbols, n_combos),
                              "fast": numpy.tile(segments.GRID[:, 0], n_tickers),
                              "slow": numpy.tile(segments.GRID[:, 1], n_tickers)})
    for i, name in enumerate(segments.COLUMNS):
        table[name] = results[:, :, i].ravel()
    if os.path.exists(OUT):
        os.remove(OUT)
    connection = sqlite3.connect(OUT)
    table.to_sql("metrics", connection, index=False)
    connection.close()


def run():
    """The job; its results, and seconds: loading, kernel, storing, all."""
    times = [time.perf_counter()]
    prices = load_cold() if mode == "cold" else load_warm()
    times.append(time.perf_counter())
    results = segments.sweep(*prices, N_PROCESSES)
    times.append(time.perf_counter())
    store(results)
    times.append(time.perf_counter())
    return results, [b - a for a, b in zip(times, times[1:])] + [times[-1] - times[0]]


mode, folder, OUT, check = sys.argv[1:5]
n_rounds = int(sys.argv[5]) if len(sys.argv) > 5 else 3
N_PROCESSES = int(sys.argv[6]) if len(sys.argv) > 6 else 2
files = sorted(glob.glob(os.path.join(folder, "*.csv")))
symbols = [os.path.basename(f)[:-4] for f in files]
NPY = OUT + "." + os.path.basename(folder) + ".npy"
if mode == "warm" and not os.path.exists(NPY):
    save_warm(load_cold())

begun = time.perf_counter()
segments.sweep(*segments.join([segments.read_prices(files[0])]), N_PROCESSES)
compiled_s = time.perf_counter() - begun
rounds = []
for _ in range(n_rounds):
    results, seconds = run()
    rounds.append(seconds)
load_s, kernel_s, store_s, all_s = (statistics.median(column) for column in zip(*rounds))
print("%-32s %10.6f s, fastest %.6f s: loading %.3f, kernel %.3f, storing %.3f" %
      ("numba + pandas, " + mode, all_s,
       min(r[3] for r in rounds), load_s, kernel_s, store_s))
print("pandas %s, %d processes and threads; not counted: imports %.1f s, compiling or reading it "
      "%.1f s" % (pandas.__version__, N_PROCESSES, imported_s, compiled_s))
print(agreement(check, symbols[-1], results))
