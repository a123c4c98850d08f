"""Tiny tasks through multiprocessing.Pool, one a call of imap with chunksize 1, as the pool of the
program takes them: each returns its index. Pool and processes are there before the clock starts.

    pool_multiprocessing.py [ROUNDS [PROCESSES [TASKS]]]
"""

import multiprocessing
import statistics
import sys
import time


def task(index):
    return index


def run(pool, n_tasks):
    began = time.perf_counter()
    for index in pool.imap_unordered(task, range(n_tasks), chunksize=1):
        pass
    return time.perf_counter() - began


def main():
    arguments = [int(a) for a in sys.argv[1:]]
    n_rounds, n_processes, n_tasks = arguments + [3, 2, 20000][len(arguments) :]
    with multiprocessing.Pool(n_processes) as pool:
        run(pool, n_tasks // 10)
        seconds = [run(pool, n_tasks) for _ in range(n_rounds)]
    print(
        f"multiprocessing.Pool, {n_processes} processes, {n_tasks} tiny tasks: "
        f"{statistics.median(seconds):.6f} s, fastest {min(seconds):.6f} s"
    )


if __name__ == "__main__":
    main()
