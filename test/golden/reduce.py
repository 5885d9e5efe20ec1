"""Makes data/reduce.json.gz: means, products, extremes, places and counts, for test/reduce.test.ts.

Needs Python 3 and NumPy 2, and always writes the same content. The arrays are those of sum.py's
make_values, whose twin is test/support/values.ts.

    {"cases": [{"dtype", "kind", "seed", "shape", "axis", "resultShape", "expected": {name: [...]}}]}

Results are in C order: floats as the hex of their bits, with one NaN, others in decimal, and
"overflow" in place of a list when an integer product does not fit.

Means are exact quotients, rounded once; integer products are exact. Products of floats are the
exact ones, rounded once, and null where the order of the factors decides whether something
overflows or underflows on the way, or left out where it does for all. The others are NumPy's, but a minimum takes -0 to be less than
+0, and a maximum +0 to be greater.
"""

import gzip
import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
from sum import DTYPES, FORMATS, bounds, lines, make_values, rules_of

TARGET = Path(__file__).parent / "data" / "reduce.json.gz"
SAFE_EXPONENTS = 1000  # partial products stay between 2^-1000 and 2^1000


def round_ratio(form, exact):
    """The bits of the number nearest to a fraction, ties to even; +0 for zero."""
    units = abs(exact) / Fraction(2) ** form.lowest
    extra = 64
    scaled, left = divmod(units.numerator << extra, units.denominator)
    scaled |= left != 0  # below the bit that decides, something is something
    shift = max(scaled.bit_length() - form.digits, extra)
    significand = scaled >> shift
    rest = scaled - (significand << shift)
    if 2 * rest > 1 << shift or (2 * rest == 1 << shift and significand & 1):
        significand += 1
    hidden = 1 << (form.digits - 1)
    biased = shift - extra
    bits = significand if significand < hidden else (biased << (form.digits - 1)) + significand
    bits = min(bits, form.infinity) | (form.sign if exact < 0 else 0)
    if form.digits == 53 and abs(exact) <= Fraction(np.finfo(float).max):
        assert bits == int(np.float64(float(exact)).view(np.uint64))
    return bits


def mean_of(form, values):
    specials = {x for x in values if isinstance(x, float) and not math.isfinite(x)}
    if not values or any(math.isnan(x) for x in specials) or len(specials) == 2:
        return form.nan
    if specials:
        return form.infinity | (form.sign if -math.inf in specials else 0)
    return round_ratio(form, sum(map(Fraction, values)) / len(values))


def float_product(form, values):
    """The bits of the product, or None where the order of the factors could matter."""
    finite = [x for x in values if math.isfinite(x) and x != 0]
    if sum(abs(math.frexp(x)[1]) + 1 for x in finite) > SAFE_EXPONENTS:
        return None
    infinite = any(math.isinf(x) for x in values)
    zero = any(x == 0 for x in values)
    if any(math.isnan(x) for x in values) or (infinite and zero):
        return form.nan
    sign = form.sign if sum(math.copysign(1, x) < 0 for x in values) % 2 == 1 else 0
    if infinite:
        return form.infinity | sign
    return sign if zero else round_ratio(form, math.prod(map(Fraction, finite)))


def integer_products(dtype, rows):
    low, high = bounds("uint64" if dtype.startswith("u") else "int64")
    products = [0 if 0 in row else math.prod(row) for row in rows]
    return list(map(str, products)) if all(low <= x <= high for x in products) else "overflow"


def extremes(table, least):
    """NumPy's, one NaN, and zeros by their signs."""
    found = table.min(axis=1) if least else table.max(axis=1)
    if table.dtype.kind != "f":
        return [str(int(x)) for x in found]
    form = FORMATS[table.dtype.name]
    signs = np.signbit(table)
    texts = []
    for x, row, negative in zip(found, table, signs):
        if np.isnan(x):
            texts.append(form.text(form.nan))
        elif x == 0:
            one = bool(negative[row == 0].any()) if least else bool(negative[row == 0].all())
            texts.append(form.text(form.sign if one else 0))
        else:
            texts.append(form.text(int(x.view(f"u{x.itemsize}"))))
    return texts


def expected_of(dtype, table, rows):
    """All the reductions of a table, whose rows are the terms of a result each."""
    form = FORMATS.get(dtype, FORMATS["float64"])
    expected = {
        "mean": [form.text(mean_of(form, row)) for row in rows],
        "any": [str(int(x)) for x in table.any(axis=1)],
        "all": [str(int(x)) for x in table.all(axis=1)],
        "countNonzero": [str(x) for x in np.count_nonzero(table, axis=1)],
    }
    if dtype in FORMATS:
        products = [float_product(form, row) for row in rows]
        if any(x is not None for x in products):
            expected["prod"] = [None if x is None else form.text(x) for x in products]
    else:
        expected["prod"] = integer_products(dtype, rows)
    if table.shape[1] > 0:
        expected["min"] = extremes(table, True)
        expected["max"] = extremes(table, False)
        expected["argmin"] = list(map(str, table.argmin(axis=1)))
        expected["argmax"] = list(map(str, table.argmax(axis=1)))
    return expected


# ---- The cases. ----

LENGTHS = range(1, 71)
LONG = [4095, 4096, 4097, 8193, 16384, 16385, 20011]
PLANES = [(2, 40), (40, 2), (2, 277), (277, 2), (3, 3), (17, 33), (64, 65), (300, 7), (7, 300)]
LONG_PLANES = [(3, 5000), (5000, 3), (2, 16500), (16500, 2)]
SOLIDS = [(2, 3, 4), (5, 1, 7), (13, 8, 9), (4, 4, 40), (1, 1, 1)]
EMPTY = [(0,), (0, 3), (3, 0), (2, 0, 3)]
AXES = {
    0: [None],
    1: [None, 0, -1],
    2: [None, 0, 1, -2, -1, (0, 1)],
    3: [None, 0, 1, 2, -1, (0, 1), (0, 2), (1, 2), (-1, 0), (2, 1, 0)],
}


def choose(turn, first, floats):
    """Shapes and axes for a dtype and kind: a part of all, another part for each turn."""
    part = 8 if floats else 4  # of floats there are more kinds
    chosen = [((), None)]
    chosen += [((n,), AXES[1][n % 3]) for n in LENGTHS if n % part == turn % part]
    chosen.append(((LONG[turn % len(LONG)],), AXES[1][turn % 3]))
    for i, shape in enumerate(PLANES):
        chosen += [(shape, axis) for a, axis in enumerate(AXES[2]) if (turn + i + a) % part == 0]
    # A few results only: those of long lines, and a part of a wide plane's.
    long = LONG_PLANES[turn % len(LONG_PLANES)]
    chosen += [(long, None), (long, 1 if long[0] < long[1] else 0)]
    for i, shape in enumerate(SOLIDS):
        chosen += [(shape, axis) for a, axis in enumerate(AXES[3]) if (turn + i + a) % part == 0]
    if first:
        chosen += [(shape, axis) for shape in EMPTY for axis in AXES[len(shape)]]
    return chosen


def case(dtype, kind, seed, shape, axis, array):
    result, places = lines(shape, axis)
    count = math.prod(result)
    table = array.ravel()[np.array(places, dtype=np.intp).reshape(count, -1 if count else 1)]
    values = array.tolist()
    rows = [[values[i] for i in line] for line in places]
    expected = expected_of(dtype, table, rows)
    if isinstance(axis, tuple):
        expected.pop("argmin", None), expected.pop("argmax", None)
    elif "argmin" in expected and not (count == 0 and axis is None):
        # The rule of the table is that of the array.
        theirs = array.reshape(shape).argmin(axis=axis)
        assert expected["argmin"] == list(map(str, np.ravel(theirs)))
    names = ["dtype", "kind", "seed", "shape", "axis", "resultShape", "expected"]
    return dict(zip(names, [dtype, kind, seed, shape, axis, result, expected]))


def main():
    np.seterr(invalid="ignore")  # signalling NaN
    cases = []
    turn = 0
    for dtype in DTYPES:
        for k, kind in enumerate(rules_of(dtype)):
            for i, (shape, axis) in enumerate(choose(turn, k == 0, dtype in FORMATS)):
                seed = 1 + (turn + i) % 4
                array, _ = make_values(kind, dtype, math.prod(shape), seed)
                if dtype == "bool":
                    array = array.astype(bool)
                cases.append(case(dtype, kind, seed, shape, axis, array))
            turn += 1
    content = json.dumps({"cases": cases}, separators=(",", ":")).encode()
    with open(TARGET, "wb") as file:
        with gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
            packed.write(content)
    print(f"{TARGET.name}: {len(cases)} cases, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
