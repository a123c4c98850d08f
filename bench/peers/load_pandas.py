"""load_pandas.py DIR - pandas.read_csv with dates parsed over the same files, one process."""
import glob
import os
import sys
import time

import pandas

files = sorted(glob.glob(os.path.join(sys.argv[1], "*.csv")))
size = sum(os.path.getsize(f) for f in files) / 1e6
start = time.perf_counter()
for f in files:
    pandas.read_csv(f, parse_dates=["Date"])
print("%-32s %7.0f MB/s" % ("pandas.read_csv", size / (time.perf_counter() - start)))
