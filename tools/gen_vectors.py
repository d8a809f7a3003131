#!/usr/bin/python3
"""Writes tests/data/indicator: a seeded series of bars and, for each indicator, the values it must have.

Each formula is computed as it is defined, anew for every bar, in plain Python: nothing is kept from bar to
bar that the definition does not keep, and no line is shared with src/indicator.

    tools/gen_vectors.py [folder]"""
import math, os, sys

BARS, SEED, STEP_NS = 200, 20240229, 6 * 3600 * 10**9
START_NS = 1704067200 * 10**9 # 2024-01-01, UTC
FILE = 'made by tools/gen_vectors.py'
NAN = float('nan')


# ---- the series ----

def chance(seed):
    """Numbers in [0, 1): a multiplicative generator, so that every Python gives the same."""
    while True:
        seed = seed * 48271 % 2147483647
        yield seed / 2147483647


def make_series():
    """Price walk with cents. Some closes repeat, some bars have no range, some no volume."""
    random, bars, close = chance(SEED), [], 100.0
    for index in range(BARS):
        opened = close
        close = max(5.0, round(close * (1 + 0.03 * (next(random) + next(random) - 1)), 2))
        if index % 17 == 5:
            close = opened
        high = round(max(opened, close) + 1.5 * next(random), 2)
        low = round(min(opened, close) - 1.5 * next(random), 2)
        volume = round(1 + 500 * next(random) ** 2, 3)
        if index % 41 == 22:
            opened = high = low = close
        if index % 29 == 11:
            volume = 0.0
        bars.append((START_NS + index * STEP_NS, opened, high, low, close, volume))
    return bars


class Series:
    def __init__(self, bars):
        self.ts, self.open, self.high, self.low, self.close, self.volume = (
            list(column) for column in zip(*bars))
        self.count = len(bars)
        self.typical = [(h + l + c) / 3 for h, l, c in zip(self.high, self.low, self.close)]


# ---- what definitions are made of ----

def each(count, first, value):
    return [NAN if i < first else value(i) for i in range(count)]


def window(values, i, n):
    return values[i - n + 1:i + 1]


def first_number(values):
    return next((i for i, v in enumerate(values) if not math.isnan(v)), len(values))


def mean(values):
    return math.fsum(values) / len(values)


def simple(values, n):
    start = first_number(values) + n - 1
    return each(len(values), start, lambda i: mean(window(values, i, n)))


def smoothed(values, n, alpha, seed):
    """Exponential average; seed 0: begins with the mean of n, 1: with the first, hidden until the n-th."""
    out, start = [NAN] * len(values), first_number(values)
    if start + n > len(values):
        return out
    if seed == 0:
        at, value = start + n - 1, mean(values[start:start + n])
    else:
        at, value = start, values[start]
    for i in range(at, len(values)):
        if i > at:
            value = alpha * values[i] + (1 - alpha) * value
        if i >= start + n - 1:
            out[i] = value
    return out


def ema(values, n, seed):
    return smoothed(values, n, 2 / (n + 1), seed)


def wilder(values, n):
    return smoothed(values, n, 1 / n, 0)


def weighted(values, n):
    start = first_number(values) + n - 1
    return each(len(values), start, lambda i: math.fsum(
        (k + 1) * v for k, v in enumerate(window(values, i, n))) / (n * (n + 1) / 2))


def one(values):
    return [(v,) for v in values]


def together(*columns):
    return list(zip(*columns))


def ratio(a, b, otherwise=0.0):
    return a / b if b != 0 else otherwise


# ---- averages ----

def row_sma(s, n):
    return one(simple(s.close, n))


def row_ema(s, n, seed):
    return one(ema(s.close, n, seed))


def row_wma(s, n):
    return one(weighted(s.close, n))


def row_wilders(s, n):
    return one(wilder(s.close, n))


def row_dema(s, n, seed):
    e1 = ema(s.close, n, seed)
    e2 = ema(e1, n, seed)
    return one([2 * a - b for a, b in zip(e1, e2)])


def row_tema(s, n, seed):
    e1 = ema(s.close, n, seed)
    e2 = ema(e1, n, seed)
    e3 = ema(e2, n, seed)
    return one([3 * a - 3 * b + c for a, b, c in zip(e1, e2, e3)])


def row_trix(s, n, seed):
    e3 = ema(ema(ema(s.close, n, seed), n, seed), n, seed)
    return one([NAN] + [100 * (b / a - 1) for a, b in zip(e3, e3[1:])])


def row_trima(s, n):
    """Weights 1 2 3 .. 3 2 1."""
    weights = [min(k + 1, n - k) for k in range(n)]
    return one(each(s.count, n - 1, lambda i: math.fsum(
        w * v for w, v in zip(weights, window(s.close, i, n))) / sum(weights)))


def row_hma(s, n):
    half, full = weighted(s.close, n // 2), weighted(s.close, n)
    return one(weighted([2 * a - b for a, b in zip(half, full)], math.isqrt(n)))


def row_kama(s, n):
    out, value = [NAN] * s.count, None
    for i in range(n, s.count):
        value = s.close[n - 1] if value is None else value
        way = math.fsum(abs(s.close[k] - s.close[k - 1]) for k in range(i - n + 1, i + 1))
        gone = abs(s.close[i] - s.close[i - n])
        efficiency = 1.0 if way == 0 else min(1.0, gone / way)
        constant = (efficiency * (2 / 3 - 2 / 31) + 2 / 31) ** 2
        value += constant * (s.close[i] - value)
        out[i] = value
    return one(out)


def row_zlema(s, n):
    lag, out = (n - 1) // 2, [NAN] * s.count
    value = out[lag - 1] = s.close[lag - 1]
    for i in range(lag, s.count):
        value += 2 / (n + 1) * (s.close[i] + (s.close[i] - s.close[i - lag]) - value)
        out[i] = value
    return one(out)


def row_vwma(s, n):
    def value(i):
        volumes, prices = window(s.volume, i, n), window(s.close, i, n)
        return ratio(math.fsum(p * v for p, v in zip(prices, volumes)), math.fsum(volumes),
                     mean(prices))
    return one(each(s.count, n - 1, value))


def row_vwap_rolling(s, n, price):
    def value(i):
        volumes, prices = window(s.volume, i, n), window((s.typical, s.close)[int(price)], i, n)
        return ratio(math.fsum(p * v for p, v in zip(prices, volumes)), math.fsum(volumes),
                     mean(prices))
    return one(each(s.count, n - 1, value))


def row_vwap(s, anchor):
    def value(i):
        day = s.ts[i] // (86400 * 10**9)
        these = [k for k in range(i + 1) if anchor == 0 or s.ts[k] // (86400 * 10**9) == day]
        return ratio(math.fsum(s.typical[k] * s.volume[k] for k in these),
                     math.fsum(s.volume[k] for k in these), s.typical[i])
    return one(each(s.count, 0, value))


# ---- momentum ----

def changes(values):
    return [NAN] + [b - a for a, b in zip(values, values[1:])]


def rises(values):
    return [v if math.isnan(v) else max(v, 0.0) for v in changes(values)]


def falls(values):
    return [v if math.isnan(v) else max(-v, 0.0) for v in changes(values)]


def rsi(values, n):
    up, down = wilder(rises(values), n), wilder(falls(values), n)
    return [100 * ratio(u, u + d) for u, d in zip(up, down)]


def row_rsi(s, n):
    return one(rsi(s.close, n))


def row_cmo(s, n, method):
    if method == 1:
        up, down = wilder(rises(s.close), n), wilder(falls(s.close), n)
    else:
        up, down = simple(rises(s.close), n), simple(falls(s.close), n)
    return one([100 * ratio(u - d, u + d) for u, d in zip(up, down)])


def row_mom(s, n):
    return one(each(s.count, n, lambda i: s.close[i] - s.close[i - n]))


def row_rocp(s, n):
    return one(each(s.count, n, lambda i: (s.close[i] - s.close[i - n]) / s.close[i - n]))


def row_roc(s, n):
    return one([100 * v for v, in row_rocp(s, n)])


def stochastic(highs, lows, values, n):
    start = first_number(values) + n - 1

    def value(i):
        low, high = min(window(lows, i, n)), max(window(highs, i, n))
        return 100 * ratio(values[i] - low, high - low)
    return each(len(values), start, value)


def begun_with(last, *columns):
    """Nothing is told before the last column is warm."""
    return list(zip(*([NAN if math.isnan(l) else v for v, l in zip(column, last)]
                      for column in columns), last))


def row_stoch(s, n, slow, d):
    k = simple(stochastic(s.high, s.low, s.close, n), slow)
    return begun_with(simple(k, d), k)


def row_stochf(s, n, d):
    k = stochastic(s.high, s.low, s.close, n)
    return begun_with(simple(k, d), k)


def row_stochrsi(s, n, k, d):
    values = rsi(s.close, n)
    fast = stochastic(values, values, values, k)
    return begun_with(simple(fast, d), fast)


def pair(s, fast, slow, seed):
    """Seeds 0 sma, 1 first, 2 as TA-Lib's MACD, 3 first and told early."""
    if seed == 3:
        hide = lambda values: [NAN] + values[1:]
        return (hide(smoothed(s.close, 1, 2 / (fast + 1), 1)),
                hide(smoothed(s.close, 1, 2 / (slow + 1), 1)))
    skip = slow - fast if seed == 2 else 0
    return (ema([NAN] * skip + s.close[skip:], fast, seed % 2), ema(s.close, slow, seed % 2))


def row_macd(s, fast, slow, signal, seed):
    a, b = pair(s, fast, slow, seed)
    line = [x - y for x, y in zip(a, b)]
    average = ema(line, signal, seed % 2)
    told = [NAN if seed == 2 and math.isnan(g) else v for v, g in zip(line, average)]
    return together(told, average, [v - g for v, g in zip(line, average)])


def row_ppo(s, fast, slow, seed):
    a, b = pair(s, fast, slow, seed)
    return one([100 * (x - y) / y for x, y in zip(a, b)])


def row_apo(s, fast, slow, seed):
    a, b = pair(s, fast, slow, seed)
    return one([x - y for x, y in zip(a, b)])


def row_willr(s, n):
    def value(i):
        low, high = min(window(s.low, i, n)), max(window(s.high, i, n))
        return -100 * ratio(high - s.close[i], high - low)
    return one(each(s.count, n - 1, value))


def row_cci(s, n):
    def value(i):
        prices = window(s.typical, i, n)
        middle = mean(prices)
        return ratio(s.typical[i] - middle, 0.015 * mean([abs(p - middle) for p in prices]))
    return one(each(s.count, n - 1, value))


def row_bop(s):
    return one([ratio(c - o, h - l) for o, h, l, c in zip(s.open, s.high, s.low, s.close)])


def row_ultosc(s, *periods):
    def part(i, n):
        these = range(i - n + 1, i + 1)
        lows = [min(s.low[k], s.close[k - 1]) for k in these]
        highs = [max(s.high[k], s.close[k - 1]) for k in these]
        return ratio(math.fsum(s.close[k] - l for k, l in zip(these, lows)),
                     math.fsum(h - l for h, l in zip(highs, lows)))
    return one(each(s.count, max(periods), lambda i: 100 / 7 * sum(
        w * part(i, n) for w, n in zip((4, 2, 1), periods))))


def aroon(s, n):
    def since(values, best, i):
        these = window(values, i, n + 1)
        return min(n - k for k, v in enumerate(these) if v == best(these))
    down = each(s.count, n, lambda i: 100 * (n - since(s.low, min, i)) / n)
    return down, each(s.count, n, lambda i: 100 * (n - since(s.high, max, i)) / n)


def row_aroon(s, n):
    return together(*aroon(s, n))


def row_aroonosc(s, n):
    return one([up - down for down, up in zip(*aroon(s, n))])


def row_mfi(s, n):
    def value(i):
        these = range(i - n + 1, i + 1)
        up = math.fsum(s.typical[k] * s.volume[k] for k in these if s.typical[k] > s.typical[k - 1])
        down = math.fsum(s.typical[k] * s.volume[k] for k in these if s.typical[k] < s.typical[k - 1])
        return 100 * ratio(up, up + down)
    return one(each(s.count, n, value))


# ---- ranges, deviations, bands ----

def true_ranges(s, first_bar=0):
    first = s.high[0] - s.low[0] if first_bar else NAN
    return [first] + [max(s.high[i], s.close[i - 1]) - min(s.low[i], s.close[i - 1])
                      for i in range(1, s.count)]


def row_tr(s):
    return one(true_ranges(s))


def row_atr(s, n, first_bar):
    return one(wilder(true_ranges(s, first_bar), n))


def row_natr(s, n, first_bar):
    return one([100 * a / c for a, c in zip(wilder(true_ranges(s, first_bar), n), s.close)])


def variance(values, i, n, divisor):
    these = window(values, i, n)
    middle = mean(these)
    return math.fsum((v - middle) ** 2 for v in these) / (n - divisor)


def row_var(s, n, divisor):
    return one(each(s.count, n - 1, lambda i: variance(s.close, i, n, divisor)))


def row_stddev(s, n, divisor):
    return one(each(s.count, n - 1, lambda i: math.sqrt(variance(s.close, i, n, divisor))))


def row_bb(s, n, factor, divisor):
    def value(i):
        middle = mean(window(s.close, i, n))
        half = factor * math.sqrt(variance(s.close, i, n, divisor))
        low, high = middle - half, middle + half
        return high, middle, low, (s.close[i] - low) / (high - low), (high - low) / middle
    return [(NAN,) * 5 if i < n - 1 else value(i) for i in range(s.count)]


def row_donchian(s, n):
    upper = each(s.count, n - 1, lambda i: max(window(s.high, i, n)))
    lower = each(s.count, n - 1, lambda i: min(window(s.low, i, n)))
    return together(upper, [(a + b) / 2 for a, b in zip(upper, lower)], lower)


def row_keltner(s, n, range_period, factor, form):
    range_period = range_period or n
    if form == 3:
        prices = zip(s.high, s.low, s.close)
        high, middle, low = zip(*[((4 * h - 2 * l + c) / 3, (h + l + c) / 3, (4 * l - 2 * h + c) / 3)
                                  for h, l, c in prices])
        return together(simple(high, n), simple(middle, n), simple(low, n))
    if form == 0:
        middle, width = ema(s.close, n, 1), wilder(true_ranges(s, 1), range_period)
    elif form == 1:
        middle, width = ema(s.close, n, 0), ema(true_ranges(s, 1), range_period, 0)
    else:
        middle, width = ema(s.typical, n, 0), wilder(true_ranges(s), range_period)
    return [(m + factor * w, m if not math.isnan(w) else NAN, m - factor * w)
            for m, w in zip(middle, width)]


def row_supertrend(s, n, factor, first_bar):
    width, out = wilder(true_ranges(s, first_bar), n), []
    upper = lower = direction = None
    for i in range(s.count):
        if math.isnan(width[i]):
            out.append((NAN, NAN))
            continue
        middle = (s.high[i] + s.low[i]) / 2
        high, low = middle + factor * width[i], middle - factor * width[i]
        if direction is None:
            direction = 1
        else:
            direction = 1 if s.close[i] > upper else -1 if s.close[i] < lower else direction
            if s.close[i - 1] <= upper:
                high = min(high, upper)
            if s.close[i - 1] >= lower:
                low = max(low, lower)
        upper, lower = high, low
        out.append((lower if direction > 0 else upper, float(direction)))
    return out


def psar_tulip(s, step, limit):
    out, up = [NAN], s.high[0] + s.low[0] <= s.high[1] + s.low[1]
    extreme, stop, speed = (s.high[0], s.low[0], step) if up else (s.low[0], s.high[0], step)
    for i in range(1, s.count):
        stop += speed * (extreme - stop)
        before = range(max(0, i - 2), i)
        stop = min([stop] + [s.low[k] for k in before]) if up else max(
            [stop] + [s.high[k] for k in before])
        if (s.high[i] > extreme) if up else (s.low[i] < extreme):
            extreme, speed = s.high[i] if up else s.low[i], min(limit, speed + step)
        if (s.low[i] < stop) if up else (s.high[i] > stop):
            up, stop, speed = not up, extreme, step
            extreme = s.high[i] if up else s.low[i]
        out.append(stop)
    return out


def psar_talib(s, step, limit):
    fall, rise = s.low[0] - s.low[1], s.high[1] - s.high[0]
    up, out, speed = not (fall > 0 and fall > rise), [NAN], step
    extreme, stop = (s.high[1], s.low[0]) if up else (s.low[1], s.high[0])
    for i in range(1, s.count):
        last = max(i - 1, 1)
        outside = lambda v: (min(v, s.low[last], s.low[i]) if up else max(v, s.high[last], s.high[i]))
        if s.low[i] <= stop if up else s.high[i] >= stop:
            up = not up
            stop, speed, extreme = outside(extreme), step, s.high[i] if up else s.low[i]
            out.append(stop)
        else:
            out.append(stop)
            if (s.high[i] > extreme) if up else (s.low[i] < extreme):
                extreme, speed = s.high[i] if up else s.low[i], min(limit, speed + step)
        stop = outside(stop + speed * (extreme - stop))
    return out


def row_psar(s, step, limit, method):
    return one((psar_talib if method else psar_tulip)(s, step, limit))


# ---- directional movement ----

def running(values, n):
    """Wilder's sum: n - 1 values, then each time a part 1/n leaves and the new value comes."""
    out, total = [NAN] * len(values), 0.0
    for i in range(1, len(values)):
        total = total + values[i] if i < n else total - total / n + values[i]
        if i >= n - 1:
            out[i] = total
    return out


def directional(s, n):
    plus, minus = [NAN], [NAN]
    for i in range(1, s.count):
        up, down = s.high[i] - s.high[i - 1], s.low[i - 1] - s.low[i]
        plus.append(up if up > 0 and up > down else 0.0)
        minus.append(down if down > 0 and down > up else 0.0)
    return running(plus, n), running(minus, n), running(true_ranges(s), n)


def indicators(s, n):
    plus, minus, ranges = directional(s, n)
    return ([NAN if i < n else 100 * ratio(p, r) for i, (p, r) in enumerate(zip(plus, ranges))],
            [NAN if i < n else 100 * ratio(m, r) for i, (m, r) in enumerate(zip(minus, ranges))])


def dx(s, n):
    out, last = [], 0.0
    for plus, minus in zip(*indicators(s, n)):
        if math.isnan(plus):
            out.append(NAN)
            continue
        last = 100 * abs(plus - minus) / (plus + minus) if plus + minus != 0 else last
        out.append(last)
    return out


def row_plus_dm(s, n):
    return one(directional(s, n)[0])


def row_minus_dm(s, n):
    return one(directional(s, n)[1])


def row_plus_di(s, n):
    return one(indicators(s, n)[0])


def row_minus_di(s, n):
    return one(indicators(s, n)[1])


def row_dx(s, n):
    return one(dx(s, n))


def row_adx(s, n):
    return one(wilder(dx(s, n), n))


def row_adxr(s, n):
    values = wilder(dx(s, n), n)
    return one(each(s.count, n - 1, lambda i: (values[i] + values[i - n + 1]) / 2))


# ---- ichimoku, volume, regression ----

def row_ichi(s, tenkan, kijun, span_b, partial):
    def line(n):
        def value(i):
            low = max(0, i - n + 1)
            return (max(s.high[low:i + 1]) + min(s.low[low:i + 1])) / 2
        return each(s.count, 0 if partial else n - 1, value)
    t, k = line(tenkan), line(kijun)
    return together(t, k, [(a + b) / 2 for a, b in zip(t, k)], line(span_b))


def row_obv(s, seed):
    def value(i):
        moves = [math.copysign(s.volume[k], s.close[k] - s.close[k - 1]) for k in range(1, i + 1)
                 if s.close[k] != s.close[k - 1]]
        return math.fsum(moves) + (s.volume[0] if seed == 0 else 0)
    return one(each(s.count, 0, value))


def flows(s):
    return [ratio((c - l) - (h - c), h - l) * v
            for h, l, c, v in zip(s.high, s.low, s.close, s.volume)]


def line_ad(s):
    return [math.fsum(flows(s)[:i + 1]) for i in range(s.count)]


def row_ad(s):
    return one(line_ad(s))


def row_adosc(s, fast, slow):
    return one([a - b for a, b in zip(ema(line_ad(s), fast, 1), ema(line_ad(s), slow, 1))])


def row_cmf(s, n):
    return one(each(s.count, n - 1, lambda i: ratio(math.fsum(window(flows(s), i, n)),
                                                    math.fsum(window(s.volume, i, n)))))


def row_linreg(s, n):
    def value(i):
        ys, middle = window(s.close, i, n), (n - 1) / 2
        slope = (math.fsum((x - middle) * (y - mean(ys)) for x, y in enumerate(ys)) /
                 math.fsum((x - middle) ** 2 for x in range(n)))
        start = mean(ys) - slope * middle
        return start + slope * (n - 1), slope, start, start + slope * n
    return [(NAN,) * 4 if i < n - 1 else value(i) for i in range(s.count)]


# ---- the dominant cycle ----

def cycle(s, start):
    """Ehlers' homodyne discriminator; all series are 0 before bar `start`."""
    zero = lambda: [0.0] * s.count
    smooth, detrended, quadrature, phase = zero(), zero(), zero(), zero()
    i2, q2, re, im, period, slow = zero(), zero(), zero(), zero(), zero(), zero()

    def hilbert(x, i, gain):
        at = lambda k: x[i - k] if i - k >= start else 0.0
        return (0.0962 * at(0) + 0.5769 * at(2) - 0.5769 * at(4) - 0.0962 * at(6)) * gain

    for i in range(start, s.count):
        last = i - 1
        gain = 0.075 * period[last] + 0.54
        smooth[i] = (4 * s.close[i] + 3 * s.close[i - 1] + 2 * s.close[i - 2] + s.close[i - 3]) / 10
        detrended[i] = hilbert(smooth, i, gain)
        quadrature[i] = hilbert(detrended, i, gain)
        phase[i] = detrended[i - 3]
        i2[i] = 0.2 * (phase[i] - hilbert(quadrature, i, gain)) + 0.8 * i2[last]
        q2[i] = 0.2 * (quadrature[i] + hilbert(phase, i, gain)) + 0.8 * q2[last]
        re[i] = 0.2 * (i2[i] * i2[last] + q2[i] * q2[last]) + 0.8 * re[last]
        im[i] = 0.2 * (i2[i] * q2[last] - q2[i] * i2[last]) + 0.8 * im[last]
        now = period[last]
        if re[i] != 0 and im[i] != 0:
            now = 360 / math.degrees(math.atan(im[i] / re[i]))
        now = max(min(now, 1.5 * period[last]), 0.67 * period[last])
        period[i] = 0.2 * min(max(now, 6), 50) + 0.8 * period[last]
        slow[i] = 0.33 * period[i] + 0.67 * slow[last]
    return phase, quadrature, slow


def row_ht_dcperiod(s):
    slow = cycle(s, 12)[2]
    return one(each(s.count, 32, lambda i: slow[i]))


def row_ht_phasor(s):
    phase, quadrature, _ = cycle(s, 12)
    return together(each(s.count, 32, lambda i: phase[i]), each(s.count, 32, lambda i: quadrature[i]))


def row_ht_trendline(s):
    slow = cycle(s, 37)[2]

    def level(i):
        length = int(slow[i] + 0.5)
        return mean(window(s.close, i, length)) if i >= 37 and length else 0.0
    return one(each(s.count, 63, lambda i: (
        4 * level(i) + 3 * level(i - 1) + 2 * level(i - 2) + level(i - 3)) / 10))


# ---- the parameters that are tried, in the order of the rows ----

ONE = ((20,), (3,), (150,))
TWO = ((14,), (2,), (60,))
CASES = {
    'sma': ONE, 'wma': ONE, 'trima': ONE + ((7,), (1,)), 'hma': ONE, 'wilders': ONE, 'vwma': ONE,
    'kama': ((10,), (3,)), 'zlema': ((20,), (3,), (9,)), 'linreg': ((14,), (2,), (150,)),
    'ema': ((20, 0), (20, 1), (1, 0)), 'dema': ((20, 0), (9, 1)), 'tema': ((20, 0), (20, 1)),
    'trix': ((15, 0), (5, 1)), 'rsi': TWO + ((1,),), 'cmo': ((14, 0), (14, 1)),
    'stoch': ((14, 3, 3), (5, 1, 2)), 'stochf': ((14, 3), (5, 1)),
    'stochrsi': ((14, 14, 3), (5, 9, 2)), 'mom': ((10,), (1,)), 'roc': ((10,), (1,)),
    'rocp': ((10,), (1,)), 'macd': tuple((12, 26, 9, seed) for seed in range(4)),
    'ppo': tuple((12, 26, seed) for seed in range(4)),
    'apo': tuple((12, 26, seed) for seed in range(4)), 'willr': TWO, 'cci': ONE, 'bop': ((),),
    'ultosc': ((7, 14, 28), (9, 3, 5)), 'aroon': TWO, 'aroonosc': TWO, 'mfi': TWO, 'tr': ((),),
    'atr': ((14, 0), (14, 1)), 'natr': ((14, 0), (3, 1)), 'stddev': ((20, 0), (20, 1), (150, 0)),
    'var': ((20, 0), (5, 1)), 'bb': ((20, 2, 0), (10, 2.5, 1)), 'donchian': ONE,
    'keltner': tuple((20, 10, 2, form) for form in range(4)) + ((14, 0, 1.5, 2),),
    'supertrend': ((10, 3, 0), (7, 1.5, 1)),
    'psar': ((0.02, 0.2, 0), (0.02, 0.2, 1), (0.05, 0.3, 0)), 'plus_dm': TWO, 'minus_dm': TWO,
    'plus_di': TWO, 'minus_di': TWO, 'dx': TWO, 'adx': TWO, 'adxr': TWO,
    'ichi': ((9, 26, 52, 0), (9, 26, 52, 1)), 'obv': ((0,), (1,)), 'ad': ((),),
    'adosc': ((3, 10), (10, 3)), 'cmf': ONE, 'vwap': ((0,), (1,)),
    'vwap_rolling': ((20, 0), (14, 1)), 'ht_dcperiod': ((),), 'ht_phasor': ((),),
    'ht_trendline': ((),),
}


def cell(value):
    return 'nan' if math.isnan(value) else '%.13g' % value


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(
        os.path.dirname(os.path.abspath(__file__)), '..', 'tests', 'data', 'indicator')
    os.makedirs(folder, exist_ok=True)
    bars = make_series()
    with open(os.path.join(folder, 'series.txt'), 'w') as out:
        out.write('# %s: start_ns open high low close volume\n' % FILE)
        for bar in bars:
            out.write(' '.join(['%d' % bar[0]] + ['%.13g' % v for v in bar[1:]]) + '\n')
    for name, cases in CASES.items():
        with open(os.path.join(folder, name + '.txt'), 'w') as out:
            out.write('# %s: for each case its parameters, then the outputs of every bar\n' % FILE)
            for params in cases:
                out.write(' '.join(['params'] + ['%g' % p for p in params]) + '\n')
                for values in globals()['row_' + name](Series(bars), *params):
                    out.write(' '.join(cell(v) for v in values) + '\n')


if __name__ == '__main__':
    main()
