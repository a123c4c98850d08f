"""american_numpy.py [ROUNDS] - the American put of bench_american by Longstaff and Schwartz in numpy,
and by QuantLib's MCAmericanEngine where it is installed; one core (OPENBLAS_NUM_THREADS=1)."""
import sys
import time

import numpy

SPOT, STRIKE, RATE, VOL, YEARS, DATES, PATHS, DEGREE = 36.0, 40.0, 0.06, 0.2, 1.0, 50, 100000, 3


def make_prices(seed):
    """A row for each date, so that a date is contiguous."""
    random = numpy.random.Generator(numpy.random.SFC64(seed))
    step = YEARS / DATES
    price = random.standard_normal((DATES, PATHS))
    price *= VOL * numpy.sqrt(step)
    price += (RATE - VOL * VOL / 2) * step
    numpy.cumsum(price, axis=0, out=price)
    numpy.exp(price, out=price)
    price *= SPOT
    return price


def fit_lstsq(x, cash):
    functions = numpy.vander(x, DEGREE + 1)
    return functions @ numpy.linalg.lstsq(functions, cash, rcond=None)[0]


def fit_normal_equations(x, cash):
    """The same least squares, several times as fast: it is exact enough as x is near 0."""
    functions = numpy.empty((DEGREE + 1, len(x)))
    functions[0] = 1
    for k in range(1, DEGREE + 1):
        numpy.multiply(functions[k - 1], x, out=functions[k])
    return numpy.linalg.solve(functions @ functions.T, functions @ cash) @ functions


def by_numpy(seed, fit):
    price = make_prices(seed)
    discount = numpy.exp(-RATE * YEARS / DATES)
    cash = numpy.maximum(STRIKE - price[-1], 0)
    for date in range(DATES - 2, -1, -1):
        cash *= discount
        now = STRIKE - price[date]
        (paying,) = numpy.nonzero(now > 0)
        held = fit(price[date][paying] / STRIKE - 1, cash[paying])
        exercised = paying[now[paying] > held]
        cash[exercised] = now[exercised]
    cash *= discount
    return cash.mean(), cash.std(ddof=1) / numpy.sqrt(PATHS)


def by_quantlib(seed):
    """The same paths and degree, calibrated on as many."""
    import QuantLib as ql

    today = ql.Date(15, 1, 2021)
    ql.Settings.instance().evaluationDate = today
    count = ql.Actual365Fixed()
    spot = ql.QuoteHandle(ql.SimpleQuote(SPOT))
    rate = ql.YieldTermStructureHandle(ql.FlatForward(today, RATE, count))
    none = ql.YieldTermStructureHandle(ql.FlatForward(today, 0.0, count))
    vol = ql.BlackVolTermStructureHandle(ql.BlackConstantVol(today, ql.TARGET(), VOL, count))
    process = ql.BlackScholesMertonProcess(spot, none, rate, vol)
    option = ql.VanillaOption(
        ql.PlainVanillaPayoff(ql.Option.Put, STRIKE), ql.AmericanExercise(today, today + 365)
    )
    option.setPricingEngine(
        ql.MCAmericanEngine(
            process,
            "pseudorandom",
            timeSteps=DATES,
            requiredSamples=PATHS,
            seed=seed,
            polynomOrder=DEGREE,
            nCalibrationSamples=PATHS,
        )
    )
    return option.NPV(), option.errorEstimate()


def measure(name, price, rounds):
    seconds = []
    for seed in range(1, rounds + 1):
        start = time.perf_counter()
        result = price(seed)
        seconds.append(time.perf_counter() - start)
    seconds.sort()
    print("%s: %.4f s, fastest %.4f s" % (name, seconds[len(seconds) // 2], seconds[0]))
    print("%s: price %.5f (%.5f)" % ((name,) + tuple(result)))


n_rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
measure("numpy, lstsq", lambda seed: by_numpy(seed, fit_lstsq), n_rounds)
measure("numpy, normal equations", lambda seed: by_numpy(seed, fit_normal_equations), n_rounds)
try:
    import QuantLib
except ImportError:
    QuantLib = None
if QuantLib:
    measure("QuantLib", by_quantlib, 1)
