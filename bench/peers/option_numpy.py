"""option_numpy.py - a European call by paths: numpy, and QuantLib where it is there.

    option_numpy.py [ROUNDS]

One exact step, antithetic pairs, one thread. numpy twice: as it is usually written, with the default
generator and a million pairs at a time; and as fast as we could write it, with the fastest generator,
in place over blocks that stay in the cache. Both of a pair count as paths. Prints the median and the fastest of ROUNDS for as many paths as
bench_option has.
"""
import math
import os
import statistics
import sys
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy reads it: threads would wait for each other

import numpy

try:
    import QuantLib
except ImportError:
    QuantLib = None

SPOT, STRIKE, RATE, VOL, EXPIRY = 100.0, 100.0, 0.05, 0.2, 1.0
N_PATHS, BLOCK, MANY = 40_000_000, 16_384, 1_000_000
QUANTLIB_SHARE = 100  # it prices so many times fewer paths, and its seconds are scaled


def by_numpy():
    generator = numpy.random.default_rng(1)
    drift, spread = (RATE - VOL * VOL / 2) * EXPIRY, VOL * math.sqrt(EXPIRY)
    means, variances = [], []
    for _ in range(N_PATHS // 2 // MANY):
        z = generator.standard_normal(MANY)
        up = numpy.maximum(SPOT * numpy.exp(drift + spread * z) - STRIKE, 0)
        down = numpy.maximum(SPOT * numpy.exp(drift - spread * z) - STRIKE, 0)
        pair = math.exp(-RATE * EXPIRY) * (up + down) / 2
        means.append(pair.mean())
        variances.append(pair.var())
    return statistics.mean(means), math.sqrt(statistics.mean(variances) / (N_PATHS // 2))


def by_numpy_in_place():
    generator = numpy.random.Generator(numpy.random.SFC64(1))
    spread = VOL * math.sqrt(EXPIRY)
    centre = SPOT * math.exp((RATE - VOL * VOL / 2) * EXPIRY)
    z, up, down = (numpy.empty(BLOCK) for _ in range(3))
    total, squares, n = 0.0, 0.0, 0
    while 2 * n < N_PATHS:
        generator.standard_normal(out=z)
        numpy.multiply(z, spread, out=z)
        numpy.exp(z, out=up)
        numpy.divide(centre, up, out=down)
        numpy.multiply(up, centre, out=up)
        numpy.subtract(up, STRIKE, out=up)
        numpy.maximum(up, 0, out=up)
        numpy.subtract(down, STRIKE, out=down)
        numpy.maximum(down, 0, out=down)
        numpy.add(up, down, out=up)
        total += up.sum() / 2
        squares += numpy.dot(up, up) / 4
        n += BLOCK
    discount = math.exp(-RATE * EXPIRY)
    error = math.sqrt((squares / n - (total / n) ** 2) / n)
    return discount * total / n, discount * error


def by_quantlib():
    today = QuantLib.Date(1, 1, 2025)
    QuantLib.Settings.instance().evaluationDate = today
    count = QuantLib.Actual365Fixed()
    process = QuantLib.BlackScholesProcess(
        QuantLib.QuoteHandle(QuantLib.SimpleQuote(SPOT)),
        QuantLib.YieldTermStructureHandle(QuantLib.FlatForward(today, RATE, count)),
        QuantLib.BlackVolTermStructureHandle(
            QuantLib.BlackConstantVol(today, QuantLib.NullCalendar(), VOL, count)))
    option = QuantLib.VanillaOption(QuantLib.PlainVanillaPayoff(QuantLib.Option.Call, STRIKE),
                                    QuantLib.EuropeanExercise(today + 365))
    option.setPricingEngine(QuantLib.MCEuropeanEngine(
        process, "pseudorandom", timeSteps=1, antitheticVariate=True,
        requiredSamples=N_PATHS // QUANTLIB_SHARE // 2, seed=1))
    return option.NPV(), option.errorEstimate()


def measure(price, n_rounds):
    times = []
    for _ in range(n_rounds):
        start = time.perf_counter()
        value = price()
        times.append(time.perf_counter() - start)
    return value, times


def show(name, value, times):
    print("%-16s %10.6f s, fastest %.6f s, %.4g M paths/s, price %.4f +- %.4f"
          % (name, statistics.median(times), min(times),
             N_PATHS / statistics.median(times) * 1e-6, *value))


def main():
    n_rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    show("numpy, usual", *measure(by_numpy, n_rounds))
    show("numpy, in place", *measure(by_numpy_in_place, n_rounds))
    if QuantLib:
        value, times = measure(by_quantlib, n_rounds)
        show("QuantLib", value, [t * QUANTLIB_SHARE for t in times])
    print("numpy %s%s" % (numpy.__version__,
                          ", QuantLib " + QuantLib.__version__ if QuantLib else ""))


main()
