"""The same paths by QuantLib's GaussianPathGenerator, whose loop over paths is Python's here: the
generator itself takes almost all of the time (a path is 252 steps of C++).

    paths_quantlib.py N_PATHS ROUNDS
"""

import sys
import time

import QuantLib as ql

N_STEPS = 252


def simulate(n_paths):
    today = ql.Date(1, 1, 2024)
    ql.Settings.instance().evaluationDate = today
    flat = ql.Actual365Fixed()
    process = ql.BlackScholesMertonProcess(
        ql.QuoteHandle(ql.SimpleQuote(100.0)),
        ql.YieldTermStructureHandle(ql.FlatForward(today, 0.0, flat)),
        ql.YieldTermStructureHandle(ql.FlatForward(today, 0.05, flat)),
        ql.BlackVolTermStructureHandle(ql.BlackConstantVol(today, ql.NullCalendar(), 0.2, flat)),
    )
    uniforms = ql.UniformRandomSequenceGenerator(N_STEPS, ql.UniformRandomGenerator(1))
    paths = ql.GaussianPathGenerator(
        process, 1.0, N_STEPS, ql.GaussianRandomSequenceGenerator(uniforms), False)
    total = 0.0
    for _ in range(n_paths):
        total += paths.next().value().back()
    return total


def main():
    n_paths, rounds = int(sys.argv[1]), int(sys.argv[2])
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        total = simulate(n_paths)
        times.append(time.perf_counter() - begun)
    times.sort()
    print(f"quantlib, {n_paths} paths {times[len(times) // 2]:.6f} s, fastest {times[0]:.6f} s: "
          f"mean {total / n_paths:.4f}")


main()
