"""Makes data/sum.json.gz: the right sums of many arrays, for test/sum.test.ts.

Needs Python 3 and NumPy 2, and always writes the same content. The arrays themselves are not
stored: test/support/values.ts makes them by the same rules as the first half of this script, and
test/values.test.ts compares the halves by the hashes in the file.

    {"values": [{"dtype", "kind", "seed", "sizes", "sha256"}],
     "cases": [{"dtype", "kind", "seed", "shape", "axis", "resultShape", "expected"}]}

`expected` has the result in C order: floats as the hex of their bits, with one NaN, integers in
decimal, or it is "overflow" when an integer sum does not fit int64 (of bool and signed integers)
or uint64 (of unsigned ones).

A float sum is the exact sum, rounded once, to nearest and ties to even; a sum that is exactly zero
is +0. It is computed with integers, in units of the format's smallest number, and compared with
math.fsum where that works: it raises OverflowError when a partial sum overflows.
"""

import gzip
import hashlib
import json
import math
import struct
from fractions import Fraction
from pathlib import Path

import numpy as np

TARGET = Path(__file__).parent / "data" / "sum.json.gz"
MASK = 0xFFFFFFFF

# ---- The values: the same rules as in test/support/values.ts, in the same order of draws. ----


class Random:
    """Chris Doty-Humphrey's sfc32."""

    def __init__(self, name, n, seed):
        digest = 0x811C9DC5  # FNV-1a
        for byte in name.encode("ascii"):
            digest = (digest ^ byte) * 0x01000193 & MASK
        self.a, self.b, self.c, self.counter = digest, n, seed, 1
        for _ in range(12):
            self.next()

    def next(self):
        b, c = self.b, self.c
        t = (self.a + b + self.counter) & MASK
        self.counter = (self.counter + 1) & MASK
        self.a = b ^ (b >> 9)
        self.b = (c + (c << 3)) & MASK
        self.c = (((c << 21 | c >> 11) & MASK) + t) & MASK
        return t

    def below(self, end):
        return self.next() % end

    def bits64(self):
        high = self.next()
        return high << 32 | self.next()


def shuffle(values, random):
    for i in range(len(values) - 1, 0, -1):
        j = random.below(i + 1)
        values[i], values[j] = values[j], values[i]


def from_bits64(bits):
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


def from_bits32(bits):
    return struct.unpack("<f", struct.pack("<I", bits))[0]


def pow2(k):
    assert -1022 <= k <= 1023
    return math.ldexp(1.0, k)


class Floats:
    def __init__(self, wide, random):
        self.wide = wide
        self.random = random
        self.below = random.below
        self.digits = 53 if wide else 24
        self.bias = 1023 if wide else 127
        self.top = 2 * self.bias
        self.max = from_bits64(0x7FEFFFFFFFFFFFFF) if wide else from_bits32(0x7F7FFFFF)
        self.tiniest = from_bits64(1) if wide else from_bits32(1)

    def round(self, x):
        return x if self.wide else struct.unpack("<f", struct.pack("<f", x))[0]

    def significand(self):
        if not self.wide:
            return self.random.next() >> 8
        high = self.random.next() >> 5
        return high * 0x4000000 + (self.random.next() >> 6)

    def fraction(self):
        return self.significand() * pow2(-self.digits)

    def compose(self, sign, biased, last=None):
        first = self.random.next()
        if not self.wide:
            bits = sign << 31 | biased << 23 | first >> 9
            if last is not None:
                bits = bits & ~1 | last
            return from_bits32(bits)
        low = self.random.next()
        if last is not None:
            low = low & ~1 | last
        return from_bits64(sign << 63 | biased << 52 | (first >> 12) << 32 | low)

    def bell(self):
        a = self.fraction()
        b = self.fraction()
        c = self.fraction()
        d = self.fraction()
        return self.round(a - b + (c - d))

    def lognormal(self):
        quarter = (self.top - 16) >> 2
        return self.compose(0, 1 + sum(self.below(quarter) for _ in range(4)))

    def any(self):
        sign = self.below(2)
        return self.compose(sign, self.below(self.top - 14))


def among(f, n, terms, draw):
    values = terms[:n] + [0.0] * (n - len(terms))
    for i in range(len(terms), n - 1, 2):
        x = draw()
        values[i], values[i + 1] = x, -x
    shuffle(values, f.random)
    return values


def uniform(f, n, seed):
    return [f.fraction() for _ in range(n)]


def normal(f, n, seed):
    return [f.bell() for _ in range(n)]


def lognormal(f, n, seed):
    return [f.lognormal() for _ in range(n)]


def wide(f, n, seed):
    return [f.any() for _ in range(n)]


def subnormal(f, n, seed):
    def draw():
        sign = f.below(2)
        return f.compose(sign, 1 if f.below(8) == 0 else 0)

    return [draw() for _ in range(n)]


def huge(f, n, seed):
    def draw():
        sign = f.below(2)
        return f.compose(sign, f.top - f.below(4))

    if seed & 1 == 0:
        return [draw() for _ in range(n)]
    return among(f, n, [draw()] if n % 2 == 1 else [], draw)


def edge(f, n, seed):
    mode = seed & 3
    sign = -1 if f.below(2) else 1
    half = pow2(f.top - f.bias - f.digits)
    less = half - pow2(f.top - f.bias - 2 * f.digits)
    tiny = f.compose(0, f.below(f.top - 2 * f.digits))
    terms = [sign * f.max, sign * (less if mode == 2 else half)]
    if mode == 1:
        terms.append(-sign * tiny)
    if mode == 3:
        terms.append(sign * tiny)

    def draw():
        s = f.below(2)
        return f.compose(s, f.top - f.below(30))

    return among(f, n, terms, draw)


def infinities(f, n, seed):
    mode = seed & 3

    def infinity():
        return -math.inf if mode == 1 or (mode == 2 and f.below(2) == 1) else math.inf

    def draw():
        r = f.below(16)
        if r == 0:
            return infinity()
        return f.compose(0 if mode == 1 else 1, f.top) if r < 5 else f.bell()

    values = [draw() for _ in range(n)]
    if n > 0:
        place = f.below(n)
        values[place] = infinity()
    return values


def nan(f, n, seed):
    def draw():
        r = f.below(16)
        return (math.nan, math.inf, -math.inf)[r] if r < 3 else f.bell()

    values = [draw() for _ in range(n)]
    if n > 0:
        values[f.below(n)] = math.nan
    return values


def zeros(f, n, seed):
    return [-0.0 if seed & 3 == 0 or f.below(2) == 1 else 0.0 for _ in range(n)]


def centred(f, n, seed):
    values = [f.round(f.bell() + 3) for _ in range(n)]
    if n == 0:
        return values
    total = 0
    for x in values:
        scaled = x * 0x20000000000000
        assert scaled.is_integer()
        total += int(scaled)
    mean = f.round(float(total) / n / 0x20000000000000)
    residuals = [f.round(x - mean) for x in values]
    return [f.round(x * 1.1) for x in residuals] if seed & 1 else residuals


def antisymmetric(f, n, seed):
    terms = []
    if n % 2 == 1:
        choices = [0.0, f.tiniest, f.bell()]
        terms.append(choices[f.below(3)])
    return among(f, n, terms, f.bell if seed & 1 else f.lognormal)


def tie(f, n, seed, broken=False):
    low = f.digits + 40
    biased = low + f.below(f.top - 16 - low)
    sign = f.below(2)
    base = f.compose(sign, biased, seed & 1)
    half = pow2(biased - f.bias - f.digits)
    towards = 1 - sign if seed & 2 else sign
    terms = [base, -half if towards else half]
    if broken:
        tiny_sign = f.below(2)
        terms.append(f.compose(tiny_sign, f.below(biased - f.digits - 1)))
    return among(f, n, terms, f.any)


def tie_broken(f, n, seed):
    return tie(f, n, seed, True)


def uniform_tie(f, n, seed):
    mode = seed & 3
    offset = 1 << (f.digits - 2)
    values = [offset + f.significand() // 4 for _ in range(n)]
    far = mode == 3 and n > 1
    tiny = 0.0
    if far:
        tiny_sign = f.below(2)
        tiny = f.compose(tiny_sign, f.below(f.bias - f.digits))
    if n > 0:
        if far:
            values[1] = 0
        total = sum(values)
        excess = total.bit_length() - f.digits
        if excess > 0:
            ulp = 1 << excess
            values[0] += (ulp >> 1) - (total & (ulp - 1))
        if mode == 1:
            values[0] += 1
        if mode == 2:
            values[0] -= 1
        assert all(0 <= x <= 1 << f.digits for x in values)
        values = [float(x) for x in values]
        if far:
            values[1] = tiny
    shuffle(values, f.random)
    return values


def lattice(f, n, seed):
    scale = pow2(20 * (seed & 3) - 30)
    base = pow2(f.digits)

    def draw():
        if seed & 1 and f.below(8) == 0:
            sign = f.below(2)
            return f.compose(sign, f.below(900 if f.digits == 53 else 60))
        r = f.below(8)
        if r > 0:
            return (0, 1, 1, 1, -1, 2, 0, 3)[r] * scale
        x = (base + 2 * f.below(1000)) * scale
        return -x if f.below(4) == 0 else x

    return [draw() for _ in range(n)]


def near_limit(f, n, seed):
    def draw():
        r = f.below(24)
        x = pow2(f.digits) + (-r if r < 16 else 2 * (r - 15))
        return x if seed & 1 or f.below(2) == 0 else -x

    return [draw() for _ in range(n)]


def cents(f, n, seed):
    def draw():
        x = f.round(f.below(1_000_000) / 100)
        return x if seed & 1 or f.below(2) == 0 else -x

    return [draw() for _ in range(n)]


def one_huge(f, n, seed):
    scale = pow2(-4 * (seed & 3))

    def draw():
        x = f.fraction() * scale
        return -x if f.below(4) == 0 else x

    values = [draw() for _ in range(n)]
    if n > 0:
        place = f.below(n)
        values[place] = f.compose(0, f.bias + f.digits - 1)
    return values


def equal(f, n, seed):
    sign = f.below(2)
    x = f.compose(sign, 1 + f.below(f.top - 16))
    return [f.round(0.1) if seed & 1 else x] * n


def powers(f, n, seed):
    span = 120 if f.digits == 53 else 60

    def draw():
        x = pow2(f.below(span) - span // 2)
        return -x if f.below(2) == 1 else x

    return [draw() for _ in range(n)]


FLOAT_RULES = {
    "uniform": uniform,
    "normal": normal,
    "lognormal": lognormal,
    "wide": wide,
    "subnormal": subnormal,
    "huge": huge,
    "edge": edge,
    "infinities": infinities,
    "nan": nan,
    "zeros": zeros,
    "centred": centred,
    "antisymmetric": antisymmetric,
    "tie": tie,
    "tieBroken": tie_broken,
    "uniformTie": uniform_tie,
    "lattice": lattice,
    "nearLimit": near_limit,
    "cents": cents,
    "oneHuge": one_huge,
    "equal": equal,
    "powers": powers,
}


class Integers:
    def __init__(self, dtype, random):
        self.random = random
        self.min, self.max = bounds(dtype)

    def full(self):
        return self.min + (self.random.bits64() & (self.max - self.min))


def bounds(dtype):
    if dtype == "bool":
        return 0, 1
    info = np.iinfo(dtype)
    return int(info.min), int(info.max)


def full(t, n, seed):
    return [t.full() for _ in range(n)]


def all_max(t, n, seed):
    return [t.max] * n


def all_min(t, n, seed):
    return [t.min] * n


def small(t, n, seed):
    if t.max == 1:
        return [1 if t.random.below(16) == 0 else 0 for _ in range(n)]
    return [t.random.below(7) - (3 if t.min < 0 else 0) for _ in range(n)]


def alternating(t, n, seed):
    return [t.max if i % 2 == 0 else t.min for i in range(n)]


def paired(t, n, seed):
    values = [t.full()] if n % 2 == 1 else []
    while len(values) < n:
        x = t.full()
        values += [x, ~x]
    shuffle(values, t.random)
    return values


def medium(t, n, seed):
    return [t.full() >> 13 for _ in range(n)]


def long_edge(t, n, seed):
    down = t.min < 0 and seed & 2 != 0
    bound = t.min if down else t.max
    beyond = (-1 if down else 1) if seed & 1 else 0
    if n < 2:
        return [bound] * n
    values = [(t.random.bits64() >> 14) + 1 for _ in range(n - 1)]
    if down:
        values = [-x for x in values]
    values.append(bound + beyond - sum(values))
    shuffle(values, t.random)
    return values


def integer_rules(dtype):
    rules = {
        "full": full,
        "max": all_max,
        "min": all_min,
        "small": small,
        "alternating": alternating,
    }
    if dtype.startswith("int"):
        rules["paired"] = paired
    if dtype.endswith("64"):
        rules["medium"] = medium
        rules["edge"] = long_edge
    return rules


def vary_nans(array, random):
    wide = array.dtype.itemsize == 8
    bits = array.view("<u8" if wide else "<u4")
    for i in np.flatnonzero(np.isnan(array)):
        r = random.below(4)
        payload = random.next()
        sign = r & 1
        if wide:
            low = 0 if r < 2 else payload | 1
            bits[i] = sign << 63 | (0x7FF00000 if r == 3 else 0x7FF80000) << 32 | low
        else:
            low = 0 if r < 2 else payload >> 10 | 1
            bits[i] = sign << 31 | (0x7F800000 if r == 3 else 0x7FC00000) | low


def rules_of(dtype):
    return FLOAT_RULES if dtype.startswith("float") else integer_rules(dtype)


def make_values(kind, dtype, n, seed):
    """The array of TypeScript's makeValues, and its values as Python's numbers."""
    random = Random(f"{kind} {dtype}", n, seed)
    rule = rules_of(dtype)[kind]
    if dtype.startswith("float"):
        values = rule(Floats(dtype == "float64", random), n, seed)
        array = np.array(values, dtype="<f8" if dtype == "float64" else "<f4")
        if kind == "nan":
            vary_nans(array, random)
        assert all(x == y or (x != x and y != y) for x, y in zip(array.tolist(), values))
    else:
        values = rule(Integers(dtype, random), n, seed)
        array = np.array(values, dtype=np.dtype(dtype).newbyteorder("<"))
        assert array.tolist() == values
    return array, values


# ---- The sums. ----


class Format:
    """A float format, whose numbers are integers in units of its smallest one."""

    def __init__(self, digits, lowest, top):
        self.digits = digits  # of the significand, with the hidden one
        self.lowest = lowest  # the smallest number is 2^lowest
        self.top = top  # biased exponent of the largest numbers
        self.hex_digits = 16 if digits == 53 else 8
        self.sign = 1 << (4 * self.hex_digits - 1)
        self.infinity = (top + 1) << (digits - 1)
        self.nan = self.infinity | 1 << (digits - 2)

    def units(self, x):
        numerator, denominator = x.as_integer_ratio()
        return numerator << (-self.lowest - (denominator.bit_length() - 1))

    def round(self, units):
        """The bits of the number nearest to so many units, ties to even."""
        magnitude = abs(units)
        shift = max(magnitude.bit_length() - self.digits, 0)
        significand = magnitude >> shift
        rest = magnitude - (significand << shift)
        if 2 * rest > 1 << shift or (2 * rest == 1 << shift and significand & 1):
            significand += 1
        # A carry to 2^digits, and a subnormal's to the smallest normal number, turn out right.
        hidden = 1 << (self.digits - 1)
        bits = significand if significand < hidden else (shift << (self.digits - 1)) + significand
        return min(bits, self.infinity) | (self.sign if units < 0 else 0)

    def text(self, bits):
        return f"{bits:0{self.hex_digits}x}"


FORMATS = {"float64": Format(53, -1074, 2046), "float32": Format(24, -149, 254)}


def sum_floats(form, values, units):
    """The bits of the right sum. `units` are those of the values, None for infinities and NaN."""
    if any(u is None for u in units):
        specials = {x for x in values if math.isinf(x)}
        if any(math.isnan(x) for x in values) or len(specials) == 2:
            return form.nan
        return form.infinity | (form.sign if -math.inf in specials else 0)
    total = sum(units)
    bits = form.round(total)
    exact = Fraction(total) * Fraction(2) ** form.lowest
    if len(values) < 20:
        assert exact == sum(map(Fraction, values), Fraction(0))
    check_bits(form, bits, exact)
    try:
        nearest = math.fsum(values) + 0.0
    except OverflowError:
        return bits
    if form.digits == 53:
        assert bits == struct.unpack("<Q", struct.pack("<d", nearest))[0]
    elif Fraction(nearest) == exact:
        with np.errstate(over="ignore"):
            assert bits == int(np.float32(nearest).view(np.uint32))
    return bits


def check_bits(form, bits, exact):
    """Asserts by the definition that no other float is nearer, nor as near and more even."""

    def value(magnitude):  # of a finite float's bits; infinity's stand for the next power of two
        biased, fraction = divmod(magnitude, 1 << (form.digits - 1))
        if biased > 0:
            fraction += 1 << (form.digits - 1)
        return Fraction(fraction) * Fraction(2) ** (form.lowest + max(biased - 1, 0))

    negative, magnitude = divmod(bits, form.sign)
    assert bool(negative) == (exact < 0)
    distance = abs(value(magnitude) - abs(exact))
    if magnitude == form.infinity:
        neighbours = [magnitude - 1] if abs(exact) < value(magnitude) else []
    else:
        neighbours = [magnitude - 1, magnitude + 1] if magnitude > 0 else [1]
    for other in neighbours:
        away = abs(value(other) - abs(exact))
        assert distance < away or (distance == away and magnitude % 2 == 0)


def lines(shape, axis):
    """The shape of the result, and the C-order places of each of its elements' terms."""
    reduced = range(len(shape)) if axis is None else np.atleast_1d(axis)
    reduced = sorted({int(a) % len(shape) for a in reduced})
    kept = [a for a in range(len(shape)) if a not in reduced]
    result = tuple(shape[a] for a in kept)
    terms = math.prod(shape[a] for a in reduced)
    places = np.arange(math.prod(shape)).reshape(shape).transpose(kept + reduced)
    return result, places.reshape(math.prod(result), terms).tolist()


def expected_floats(dtype, values, units, places):
    form = FORMATS[dtype]
    return [
        form.text(sum_floats(form, [values[i] for i in line], [units[i] for i in line]))
        for line in places
    ]


def expected_integers(dtype, values, places):
    low, high = bounds("uint64" if dtype.startswith("u") else "int64")
    sums = [sum(values[i] for i in line) for line in places]
    return [str(x) for x in sums] if all(low <= x <= high for x in sums) else "overflow"


# ---- The cases. ----

DTYPES = [
    "bool",
    "int8",
    "uint8",
    "int16",
    "uint16",
    "int32",
    "uint32",
    "int64",
    "uint64",
    "float32",
    "float64",
]
SMALL = [0, 1, 2, 3]
BORDERS = [8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096]
PLANES = [(3, 3), (1, 5), (5, 1), (17, 33), (64, 65), (100, 37), (2, 1000), (1000, 2)]
EMPTY_PLANES = [(0, 4), (4, 0)]
SOLIDS = [(2, 3, 4), (5, 1, 7), (13, 8, 9)]
EMPTY_SOLIDS = [(0, 3, 2)]
EMPTY_KINDS = {"uniform", "edge", "nan", "full", "max"}
# Kinds that each seed makes otherwise, and that only a sum over all of a line shows.
SEEDED_KINDS = {"huge", "edge", "tie", "tieBroken", "uniformTie"}

# The ways to write the same axes.
LINE_AXES = [None, 0, None, -1, None, (0,)]
PLANE_AXES = [
    [None, (0, 1), (1, 0), (-1, -2), (-2, 1)],
    [0, -2, (0,)],
    [1, -1, (-1,)],
]
SOLID_AXES = [
    [None, (0, 1, 2), (-3, -2, -1), (2, 0, 1)],
    [0, -3],
    [1, -2, (1,)],
    [2, -1],
    [(0, 1), (-3, -2), (1, 0)],
    [(0, 2), (-3, -1), (2, -3)],
    [(1, 2), (-2, -1), (-1, 1)],
]


def choose(dtype, kind, turn):
    """The shapes and axes of a dtype and kind: a part of all, another part for each turn."""
    floats = dtype.startswith("float")
    chosen = [((n,), LINE_AXES[(turn + n) % len(LINE_AXES)]) for n in SMALL]
    for g, border in enumerate(BORDERS):
        for offset in (-1, 0, 1):
            third = (turn + g + offset) % 3
            # Two of the three sizes for floats, and one at every other border for integers.
            if third < 2 if floats else third == 0 and (turn + g) % 2 == 0:
                n = border + offset
                chosen.append(((n,), LINE_AXES[(turn + n) % len(LINE_AXES)]))
    empty = kind in EMPTY_KINDS
    for s, shape in enumerate(PLANES + (EMPTY_PLANES if empty else [])):
        if not floats and (turn + s) % 2 == 1 and 0 not in shape:
            continue
        for a, spellings in enumerate(PLANE_AXES):
            # A thousand results of one kind are enough.
            if (shape, a) == (((2, 1000), 1), ((1000, 2), 2))[turn % 2]:
                continue
            chosen.append((shape, spellings[(turn + s) % len(spellings)]))
    for s, shape in enumerate(SOLIDS + (EMPTY_SOLIDS if empty else [])):
        for a, spellings in enumerate(SOLID_AXES):
            if (turn + s + a) % (4 if floats else 3) == 0 or not floats and (turn + a) % 2 == 1:
                continue
            chosen.append((shape, spellings[(turn + s) % len(spellings)]))
    return chosen


def main():
    hashes = []
    cases = []
    turn = 0
    for dtype in DTYPES:
        for kind in rules_of(dtype):
            chosen = choose(dtype, kind, turn)
            shapes = list(dict.fromkeys(shape for shape, _ in chosen))
            seeded = [(shape, 1 + (turn + i) % 4) for i, shape in enumerate(shapes)]
            if kind in SEEDED_KINDS and dtype in FORMATS:
                more = [(n,) for n in SMALL[1:] + [b + i for b in BORDERS for i in (-1, 0, 1)]]
                chosen += [(shape, None) for shape in more if shape not in shapes]
                seeded += [(shape, seed) for shape in more for seed in (1, 2, 3, 4)]
            sizes = {}
            for shape, seed in dict.fromkeys(seeded):
                array, values = make_values(kind, dtype, math.prod(shape), seed)
                digest = sizes.setdefault(seed, ([], hashlib.sha256()))
                digest[0].append(len(values))
                digest[1].update(array.tobytes())
                units = None
                if dtype in FORMATS:
                    form = FORMATS[dtype]
                    units = [form.units(x) if math.isfinite(x) else None for x in values]
                for axis in (axis for other, axis in chosen if other == shape):
                    result, places = lines(shape, axis)
                    assert result == np.zeros(shape, dtype).sum(axis=axis).shape
                    if units is not None:
                        expected = expected_floats(dtype, values, units, places)
                    else:
                        expected = expected_integers(dtype, values, places)
                        if expected != "overflow":
                            theirs = array.reshape(shape).sum(axis=axis).ravel()
                            assert expected == [str(x) for x in theirs.tolist()]
                    cases.append(
                        {
                            "dtype": dtype,
                            "kind": kind,
                            "seed": seed,
                            "shape": shape,
                            "axis": axis,
                            "resultShape": result,
                            "expected": expected,
                        }
                    )
            for seed, (ns, digest) in sizes.items():
                entry = {"dtype": dtype, "kind": kind, "seed": seed, "sizes": ns}
                hashes.append({**entry, "sha256": digest.hexdigest()})
            turn += 1
    content = json.dumps({"values": hashes, "cases": cases}, separators=(",", ":")).encode()
    TARGET.parent.mkdir(exist_ok=True)
    with open(TARGET, "wb") as file:
        with gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
            packed.write(content)
    print(f"{TARGET.name}: {len(cases)} cases, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
