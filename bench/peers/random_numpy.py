"""random_numpy.py - random numbers by numpy, and Sobol points by scipy where it is there.

    random_numpy.py [ROUNDS]

As many numbers as bench_random makes, over the same block of memory again and again, one thread.
numpy's generators are sequential: a number depends on how many were drawn before it. Prints the
median and the fastest of ROUNDS.
"""
import statistics
import sys
import time

import numpy

try:
    import scipy
    from scipy.special import ndtri
    from scipy.stats import qmc
except ImportError:
    scipy = None

N_STEPS, N_PATHS, N_BLOCKS = 252, 512, 32

block = numpy.empty(N_STEPS * N_PATHS)


def bits(generator):
    generator.bit_generator.random_raw(N_STEPS * N_PATHS)


def uniforms(generator):
    generator.random(out=block)


def normals(generator):
    generator.standard_normal(out=block)


def normals_by_inversion(generator):
    generator.random(out=block)
    ndtri(block, out=block)


def points(sobol):
    return sobol.random(N_PATHS)


def point_normals(sobol):
    return ndtri(points(sobol))


def ways():
    for name in ("Philox", "PCG64"):
        generator = numpy.random.Generator(getattr(numpy.random, name)(1))
        yield "numpy %s, bits" % name, bits, generator
        yield "numpy %s, uniform numbers" % name, uniforms, generator
        yield "numpy %s, normal numbers" % name, normals, generator
    if scipy:
        yield "scipy, normal by ndtri", normals_by_inversion, generator
        sobol = qmc.Sobol(N_STEPS, scramble=True, bits=52, seed=1)
        yield "scipy Sobol, points", points, sobol
        yield "scipy Sobol, normal", point_normals, sobol


def measure(make, source):
    start = time.perf_counter()
    for _ in range(N_BLOCKS):
        make(source)
    return time.perf_counter() - start


def main():
    n_rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    cases = list(ways())
    seconds = {name: [] for name, _, _ in cases}
    for _ in range(n_rounds):
        for name, make, source in cases:
            seconds[name].append(measure(make, source))
    for name, times in seconds.items():
        median = statistics.median(times)
        rate = N_STEPS * N_PATHS * N_BLOCKS / median * 1e-6
        print("%-34s %10.6f s, fastest %.6f s, %.0f M a second" % (name, median, min(times), rate))
    print("numpy %s%s" % (numpy.__version__, ", scipy " + scipy.__version__ if scipy else ""))


main()
