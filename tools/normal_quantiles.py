#!/usr/bin/env python3
"""normal_quantiles.py - makes core/random/normal_centre.def (needs mpmath): its rows go to the
output, how good they are to the standard error.

With q = p - 1/2, w = p (1 - p) = 1/4 - q^2, x the normal quantile of p and ROOT the double next to
sqrt(2 pi),

    f(w) = (x / q - ROOT) / q^2

is approximated on each of the segments

    2^(-k/2) <= w <= 2^(-(k - 1)/2),  k = 5 .. 19

by a ratio A / B so that the largest relative error is as small as can be: A of degree DEGREE, B of
one more, with 1 for its highest coefficient. Remez' exchange, 50 digits, w in units of the
segment's upper end.

So A / B also makes good what ROOT lacks. At q = 0 it cannot, and f has a pole there; the first
segment is approximated up to MIDDLE alone, beyond which f has no weight in x (|q| < 0.1).
"""
import sys

import mpmath as mp

DEGREE = 4  # of A; that of B is one more
N_POINTS = 2 * DEGREE + 3  # where the error has its extremes
FIRST, LAST = 5, 19
MIDDLE = mp.mpf("0.24")
mp.mp.dps = 50
ROOT = mp.mpf(float(mp.sqrt(2 * mp.pi)))


def f(w):
    q_squared = mp.mpf(1) / 4 - w
    q = mp.sqrt(q_squared)
    return (mp.sqrt(2) * mp.erfinv(2 * q) / q - ROOT) / q_squared


def share(w):
    """What part of x stands for f."""
    part = (mp.mpf(1) / 4 - w) * f(w)
    return part / (ROOT + part)


def points(low, high, n):
    """n + 1 of them from end to end, denser towards both."""
    return [(low + high - (high - low) * mp.cos(mp.pi * i / n)) / 2 for i in range(n + 1)]


def value(polynomial, w):
    return mp.polyval(polynomial[::-1], w)


def levelled(at, wanted, error, below):
    """The ratio whose relative error at the points is +error, -error, ..., one step of Newton on."""
    a, b = mp.matrix(N_POINTS, N_POINTS), mp.matrix(N_POINTS, 1)
    for i, (w, y) in enumerate(zip(at, wanted)):
        sign = (-1) ** i
        moved = y * (1 + sign * error)
        for j in range(DEGREE + 1):
            a[i, j] = w**j
            a[i, DEGREE + 1 + j] = -moved * w ** (j + 1)
        a[i, N_POINTS - 1] = -sign * y * value(below, w)
        b[i] = moved - sign * error * y * value(below, w)
    solution = list(mp.lu_solve(a, b))
    return solution[: DEGREE + 1], [mp.mpf(1)] + solution[DEGREE + 1 : -1], solution[-1]


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


def remez(low, high):
    """A, B, both in w / high, and the relative errors on a grid."""
    grid = points(low, high, 14 * (N_POINTS - 1))
    wanted, scaled = [f(w) for w in grid], [w / high for w in grid]
    places = range(0, len(grid), 14)
    error, below = mp.mpf(0), [mp.mpf(1)] + [mp.mpf(0)] * (DEGREE + 1)
    for _ in range(20):
        at, there = [scaled[i] for i in places], [wanted[i] for i in places]
        for _ in range(6):
            above, below, error = levelled(at, there, error, below)
        errors = [value(above, w) / value(below, w) / y - 1 for w, y in zip(scaled, wanted)]
        if max(map(abs, errors)) < 1.01 * abs(error):
            return above, below, grid, errors
        places = extremes(errors)
    raise SystemExit("no convergence")


def row(k):
    """The coefficients of segment k in turn: of A, of B, from the lowest power up."""
    low, high = mp.mpf(2) ** (-mp.mpf(k) / 2), min(MIDDLE, mp.mpf(2) ** (-mp.mpf(k - 1) / 2))
    above, below, grid, errors = remez(low, high)
    of_x = max(abs(e) * share(w) for e, w in zip(errors, grid))
    print(f"2^(-{k}/2): within {mp.nstr(max(map(abs, errors)), 3)}, of x {mp.nstr(of_x, 3)}",
          file=sys.stderr)
    top = below[-1] / high ** (DEGREE + 1)
    pairs = enumerate(zip(above, below))  # the highest of B is 1 and left out
    terms = [c / high**j / top for j, pair in pairs for c in pair]
    assert min(terms) > 0
    return ", ".join(mp.nstr(c, 17) for c in terms)


if __name__ == "__main__":
    rows = {(1023 - k) % 16: row(k) for k in range(FIRST, LAST + 1)}  # by the exponent of w^2
    rows[(1023 - FIRST + 1) % 16] = rows[(1023 - FIRST) % 16]
    for number in sorted(rows):
        print(f"SEGMENT({number}, {rows[number]})")
