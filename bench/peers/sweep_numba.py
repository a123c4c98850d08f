"""sweep_numba.py DIR DB [ROUNDS [THREADS]] - the sweep of bench_sweep by the numba kernel of
segments.py: every file of DIR, 174 combinations, prices in memory.

Prints the median and the fastest of interleaved ROUNDS for both ways to search for changes, the time
to import and to compile (or to read what was compiled before) apart, and whether the results are
those in DB (agreement.py).
"""
import time

begun = time.perf_counter()
import glob
import os
import statistics
import sys

import numba

import segments
from agreement import agreement

imported_s = time.perf_counter() - begun
files = sorted(glob.glob(os.path.join(sys.argv[1], "*.csv")))
n_rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 11
n_threads = int(sys.argv[4]) if len(sys.argv) > 4 else 1
prices = segments.join([segments.read_prices(f) for f in files])
cells = len(prices[1]) * len(segments.GRID)
ways = ((False, "bar by bar"), (True, "8 bars at once"))

begun = time.perf_counter()
results = segments.sweep(*prices, n_threads)
compiled_s = time.perf_counter() - begun
seconds = {name: [] for _, name in ways}
for _ in range(n_rounds):
    for skip, name in ways:
        begun = time.perf_counter()
        segments.sweep(*prices, n_threads, skip)
        seconds[name].append(time.perf_counter() - begun)
for _, name in ways:
    print("%-32s %10.6f s, fastest %.6f s, %.0f M bar-combinations/s" %
          ("numba segments, %s" % name, statistics.median(seconds[name]), min(seconds[name]),
           cells / statistics.median(seconds[name]) / 1e6))
print("numba %s, %d threads; not counted: imports %.1f s, compiling or reading it %.1f s" %
      (numba.__version__, n_threads, imported_s, compiled_s))
print(agreement(sys.argv[2], os.path.basename(files[-1])[:-4], results))
