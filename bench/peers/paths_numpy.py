"""Paths of geometric Brownian motion to their price at expiry, as they are written in Python: with
numpy a step of all paths of a block at a time, and by the standard library alone.

    paths_numpy.py numpy|python N_PATHS ROUNDS

252 steps, S = 100, drift 5%, volatility 20%, one year. Normal numbers are numpy's fastest (PCG64,
ziggurat), and those of random.gauss. Prints seconds of the rounds, the mean and its standard error.
"""

import math
import random
import sys
import time

N_STEPS, SPOT, DRIFT, VOL, EXPIRY = 252, 100.0, 0.05, 0.2, 1.0
BLOCK = 4096  # paths that stay in the cache; numpy is slower with all of them at once


def by_numpy(n_paths):
    import numpy as np

    rng = np.random.default_rng(1)
    dt = EXPIRY / N_STEPS
    total = squares = 0.0
    z = np.empty(BLOCK)
    x = np.empty(BLOCK)
    for first in range(0, n_paths, BLOCK):
        n = min(BLOCK, n_paths - first)
        x[:n] = 0
        for _ in range(N_STEPS):
            rng.standard_normal(out=z[:n])
            x[:n] += z[:n]
        price = SPOT * np.exp((DRIFT - VOL * VOL / 2) * EXPIRY + VOL * math.sqrt(dt) * x[:n])
        total += price.sum()
        squares += (price * price).sum()
    return total, squares


def by_python(n_paths):
    dt = EXPIRY / N_STEPS
    up, scale = (DRIFT - VOL * VOL / 2) * dt, VOL * math.sqrt(dt)
    gauss = random.Random(1).gauss
    total = squares = 0.0
    for _ in range(n_paths):
        x = 0.0
        for _ in range(N_STEPS):
            x += up + scale * gauss(0, 1)
        price = SPOT * math.exp(x)
        total += price
        squares += price * price
    return total, squares


def main():
    how, n_paths, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        total, squares = (by_numpy if how == "numpy" else by_python)(n_paths)
        times.append(time.perf_counter() - begun)
    mean = total / n_paths
    error = math.sqrt((squares / n_paths - mean * mean) / n_paths)
    times.sort()
    print(f"{how}, {n_paths} paths {times[len(times) // 2]:.6f} s, fastest {times[0]:.6f} s: "
          f"mean {mean:.4f}, standard error {error:.4f}")


main()
