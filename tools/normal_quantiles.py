#!/usr/bin/env python3
"""normal_quantiles.py - finds the coefficients of core/random/normal_quantiles.c (needs mpmath).

With q = p - 1/2, w = p (1 - p) = 1/4 - q^2 and x the normal quantile of p,

    f(w) = (x / q - sqrt(2 pi)) / q^2

is approximated on REACHES (1 - REACHES) <= w <= 1/4 by a ratio of polynomials of degrees ABOVE and
BELOW so that the largest relative error is as small as can be: Remez' exchange, 70 digits, points
spread by log w because f has its branch point at w = 0. Prints that error and both polynomials from
the lowest power up, the highest coefficient of the lower one being 1.
"""
import mpmath as mp

REACHES = mp.mpf("0.0125")  # the smallest p, and 1 - p
ABOVE, BELOW = 10, 11
N_POINTS = ABOVE + BELOW + 2  # where the error has its extremes
mp.mp.dps = 70


def f(w):
    q_squared = mp.mpf(1) / 4 - w
    if q_squared < mp.mpf("1e-14"):  # the first term of its series
        return mp.sqrt(2 * mp.pi) ** 3 / 6
    q = mp.sqrt(q_squared)
    return (mp.sqrt(2) * mp.erfinv(2 * q) / q - mp.sqrt(2 * mp.pi)) / q_squared


def points(n):
    """n + 1 of them from end to end, denser towards both, in log w."""
    low, high = mp.log(REACHES * (1 - REACHES)), mp.log(mp.mpf(1) / 4)
    inner = [mp.exp((low + high - (high - low) * mp.cos(mp.pi * i / n)) / 2) for i in range(1, n)]
    return [mp.exp(low)] + inner + [mp.mpf(1) / 4]


def value(polynomial, w):
    return mp.polyval(polynomial[::-1], w)


def levelled(at, error, below):
    """The ratio whose relative error at the points is +error, -error, ..., one step of Newton on."""
    a, b = mp.matrix(N_POINTS, N_POINTS), mp.matrix(N_POINTS, 1)
    for i, w in enumerate(at):
        wanted, sign = f(w), (-1) ** i
        moved = wanted * (1 + sign * error)
        for j in range(ABOVE + 1):
            a[i, j] = w**j
        for j in range(1, BELOW + 1):
            a[i, ABOVE + j] = -moved * w**j
        a[i, N_POINTS - 1] = -sign * wanted * value(below, w)
        b[i] = moved - sign * error * wanted * value(below, w)
    solution = list(mp.lu_solve(a, b))
    return solution[: ABOVE + 1], [mp.mpf(1)] + solution[ABOVE + 1 : -1], solution[-1]


def extremes(errors):
    """Places of the largest error of each stretch of one sign, N_POINTS of them."""
    places = []
    for i, e in enumerate(errors):
        if not places or (e > 0) != (errors[places[-1]] > 0):
            places.append(i)
        elif abs(e) > abs(errors[places[-1]]):
            places[-1] = i
    assert len(places) >= N_POINTS, "the exchange does not converge"
    while len(places) > N_POINTS:
        places.pop(0 if abs(errors[places[0]]) < abs(errors[places[-1]]) else -1)
    return places


def remez():
    grid, at = points(14 * N_POINTS), points(N_POINTS - 1)
    wanted = [f(w) for w in grid]
    error, below = mp.mpf(0), [mp.mpf(1)] + [mp.mpf(0)] * BELOW
    for _ in range(20):
        for _ in range(8):
            above, below, error = levelled(at, error, below)
        errors = [value(above, w) / value(below, w) / y - 1 for w, y in zip(grid, wanted)]
        largest = max(abs(e) for e in errors)
        if largest < 1.01 * abs(error):
            return above, below, largest
        at = [grid[i] for i in extremes(errors)]
    raise SystemExit("no convergence")


if __name__ == "__main__":
    above, below, largest = remez()
    print("largest relative error", mp.nstr(largest, 3))
    for name, polynomial in (("above", above), ("below", below)):
        print(name, ", ".join(mp.nstr(c / below[-1], 20) for c in polynomial))
