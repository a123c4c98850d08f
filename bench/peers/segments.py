"""segments.py - a numba kernel for one job, as good as one writes it by hand: a sweep of two moving
averages, long only, fills at the next open, a fee of each value traded.

Averages are differences of prefix sums. Between two changes of the target the number of shares is
constant, so a holding segment costs O(1): its returns and their squares are differences of prefix
sums too, and the highest close, the lowest and the deepest drawdown inside come from two entries of
a table. What remains is to compare two averages on every bar, and to search for changes: bar by bar,
or eight bars at once where nothing changes (skip). The tables of one ticker are used while they are
in the cache.
"""
import numba
import numpy
import pandas

FEE, PERIODS = 0.001, 252
COLUMNS = ("total_return", "sharpe", "max_drawdown", "n_trades")
GRID = numpy.array([(f, s) for f in range(5, 51, 5) for s in range(20, 201, 10) if f < s])
LENGTHS = numpy.unique(GRID)
FAST, SLOW = numpy.searchsorted(LENGTHS, GRID).T.copy()


def read_prices(path):
    """A file's opens and closes; times are parsed as anybody would, and not used."""
    data = pandas.read_csv(path, parse_dates=["Date"])
    return data["Open"].to_numpy(float), data["Close"].to_numpy(float)


def join(prices):
    """Of (opens, closes) of each ticker: opens and closes one after another, and where each ticker
    begins; one more: the end."""
    starts = numpy.cumsum([0] + [len(close) for _, close in prices])
    opens, closes = (numpy.concatenate(columns) for columns in zip(*prices))
    return opens, closes, starts


@numba.njit(cache=True)
def fill_tables(close, tables):
    """tables[level][bar] = highest, lowest, deepest: of the closes from the bar to the middle of its
    block of 2 << level bars (bars of the left half), or from the middle to the bar (right half).
    deepest: the least of a close over the highest before it."""
    n = len(close)
    for level in range(len(tables)):
        half = 1 << level
        for middle in range(half, n + half, 2 * half):
            high, low, worst = 0.0, numpy.inf, 1.0
            for t in range(min(middle, n) - 1, middle - half - 1, -1):
                low = min(low, close[t])
                worst = min(worst, low / close[t])
                high = max(high, close[t])
                tables[level, t, 0], tables[level, t, 1], tables[level, t, 2] = high, low, worst
            high, low, worst = 0.0, numpy.inf, 1.0
            for t in range(middle, min(middle + half, n)):
                high = max(high, close[t])
                low = min(low, close[t])
                worst = min(worst, close[t] / high)
                tables[level, t, 0], tables[level, t, 1], tables[level, t, 2] = high, low, worst


@numba.njit(cache=True)
def fill_averages(close, lengths, sums, averages):
    n = len(close)
    sums[0] = 0.0
    for t in range(n):
        sums[t + 1] = sums[t] + close[t]
    for i in range(len(lengths)):
        length = lengths[i]
        averages[i, :length - 1] = numpy.nan
        averages[i, length - 1:n] = (sums[length:n + 1] - sums[:n + 1 - length]) / length


@numba.njit(cache=True, error_model="numpy")
def sweep_ticker(open_, close, lengths, fast, slow, scratch, skip, out):
    """out[combination] = COLUMNS; fast and slow: places in lengths."""
    tables, averages, sums, first, second, levels, flags, words = scratch
    n = len(close)
    n_levels = 1
    while (1 << n_levels) < n:
        n_levels += 1
    fill_tables(close, tables[:n_levels])
    fill_averages(close, lengths, sums, averages)
    first[0] = second[0] = 0.0  # sums of returns up to the bar, and of their squares
    for t in range(1, n):
        r = close[t] / close[t - 1] - 1.0
        first[t] = first[t - 1] + r
        second[t] = second[t - 1] + r * r
    n_words = (n + 7) // 8

    for c in range(len(fast)):
        quick, sluggish = averages[fast[c]], averages[slow[c]]
        for t in range(n - 1):
            flags[t] = quick[t] > sluggish[t]
        flags[n - 1:8 * n_words] = 0  # the last bar decides nothing; what is held ends there
        equity, peak, worst, total, squares = 1.0, 1.0, 1.0, 0.0, 0.0
        trades, start, held, same = 0, 0, 0, numpy.uint64(0)
        for w in range(n_words):
            if skip and words[w] == same:
                continue
            for t in range(8 * w, 8 * w + 8):
                if flags[t] == held:
                    continue
                held = flags[t]
                if held:
                    start = t + 1
                    continue
                last = min(t, n - 1)  # the last close that is held; sold at the next open
                shares = equity / (open_[start] * (1.0 + FEE))
                r = shares * close[start] / equity - 1.0
                total += r + first[last] - first[start]
                squares += r * r + second[last] - second[start]
                level = levels[start ^ last]
                left, right = tables[level, start], tables[level, last]
                high, low = max(left[0], right[0]), min(left[1], right[1])
                if last > start:
                    worst = min(worst, left[2], right[2], right[1] / left[0])
                worst = min(worst, shares * low / peak)
                peak = max(peak, shares * high)
                equity = shares * close[last]
                if last < n - 1:
                    sold = shares * open_[last + 1] * (1.0 - FEE)
                    r = sold / equity - 1.0
                    total += r
                    squares += r * r
                    equity = sold
                    worst = min(worst, equity / peak)
                    peak = max(peak, equity)
                    trades += 1
            same = numpy.uint64(0x0101010101010101) if held else numpy.uint64(0)
        variance = (squares - total * total / n) / (n - 1)
        out[c, 0] = equity - 1.0
        out[c, 1] = total / n / numpy.sqrt(variance) * numpy.sqrt(PERIODS)
        out[c, 2] = worst - 1.0
        out[c, 3] = trades


@numba.njit(cache=True)
def make_scratch(n, n_lengths):
    """For tickers of up to n bars."""
    n_levels = 1
    while (1 << n_levels) < n:
        n_levels += 1
    levels = numpy.zeros(1 << n_levels, numpy.uint8)
    for i in range(2, len(levels)):
        levels[i] = levels[i >> 1] + 1
    flags = numpy.zeros((n + 7) // 8 * 8, numpy.uint8)
    return (numpy.empty((n_levels, n, 3)), numpy.empty((n_lengths, n)), numpy.empty(n + 1),
            numpy.empty(n), numpy.empty(n), levels, flags, flags.view(numpy.uint64))


@numba.njit(cache=True, parallel=True)
def sweep_tickers(opens, closes, starts, lengths, fast, slow, n_threads, skip, out):
    """Every ticker; out[ticker][combination]."""
    longest = numpy.max(starts[1:] - starts[:-1])
    for thread in numba.prange(n_threads):
        scratch = make_scratch(longest, len(lengths))
        for i in range(thread, len(starts) - 1, n_threads):
            a, b = starts[i], starts[i + 1]
            sweep_ticker(opens[a:b], closes[a:b], lengths, fast, slow, scratch, skip, out[i])


def sweep(opens, closes, starts, n_threads, skip=True):
    """COLUMNS of every combination of GRID: [ticker][combination][column]."""
    numba.set_num_threads(n_threads)
    out = numpy.empty((len(starts) - 1, len(GRID), len(COLUMNS)))
    sweep_tickers(opens, closes, starts, LENGTHS, FAST, SLOW, n_threads, skip, out)
    return out
