"""Writes data/print.json.gz: how NumPy prints arrays and scalars. Needs NumPy 2.3 or later.

    python3 print.py

    options  the print options in use; a threshold or linewidth of null is infinite
    arrays   [dtype, shape, data, index into options, repr, str] of each case
    scalars  {dtype: [data, [str of each element]]}

Data is base64 of the little-endian elements in C order, or a rule [a, b, m, c, d] by which element
i is ((i * a + b) mod m + c) / d, rounded to the dtype.
"""

import base64
import gzip
import json
import math
import pathlib
import sys

import numpy as np

OUT = pathlib.Path(__file__).parent / "data" / "print.json.gz"

INTEGERS = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
FLOATS = ["float32", "float64"]
DTYPES = ["bool", *INTEGERS, *FLOATS]
BITS = {"float32": np.uint32, "float64": np.uint64}

rng = np.random.default_rng(20250117)


def chance(p):
    return rng.random() < p


def pick(choices):
    return choices[int(rng.integers(len(choices)))]


def encode(x):
    return base64.b64encode(x.astype(x.dtype.newbyteorder("<")).tobytes()).decode()


# Kinds of float data: each makes n float64 values, which are then cast.


def decades(n):
    """Of every magnitude that the dtypes have, and some that float32 has only as 0 or infinity."""
    return rng.standard_normal(n) * 10.0 ** rng.integers(-330, 308, n)


def near_one(n):
    return rng.standard_normal(n) * 10.0 ** rng.integers(-4, 5)


def few_digits(n):
    return np.round(rng.standard_normal(n) * 100, int(rng.integers(0, 4)))


def ties(n):
    """Multiples of a power of two: exact ties where the precision is less than their digits."""
    bits = int(rng.integers(1, 16))
    return rng.integers(-(2**18), 2**18, n) / 2.0**bits


def powers_of_two(n):
    spread = pick([8, 60, 1000])
    return pick([1, -1]) * 2.0 ** rng.integers(-spread, spread, n)


def whole(n):
    return rng.integers(-(10 ** int(rng.integers(1, 10))), 10 ** int(rng.integers(1, 10)), n) * 1.0


def cutoffs(n):
    """On both sides of the values at which NumPy changes over to exponents."""
    edge = np.array([1e-4, 1e-3, 1.0, 1e3, 1e6, 1e8, 1e16, 999.9, 99999.5, 0.1])
    x = edge[rng.integers(0, edge.size, n)]
    return np.where(rng.random(n) < 0.5, x, np.nextafter(x, pick([0, np.inf])))


def nines(n):
    return 10.0 ** rng.integers(-3, 9, n) - 10.0 ** rng.integers(-12, 0, n)


FLOAT_KINDS = [decades, near_one, near_one, few_digits, ties, powers_of_two, whole, cutoffs, nines]
SPECIAL = [np.nan, np.inf, -np.inf, 0.0, -0.0]


def float_data(dtype, n):
    if chance(0.1):  # any bits: subnormals and NaNs with payloads too
        mask = pick([-1, 0xFFFF, 0x7FFFFF])
        bits = rng.integers(0, 2**63, n, dtype=np.uint64) * np.uint64(2)
        return (bits & np.uint64(mask % 2**64)).astype(BITS[dtype]).view(dtype)
    x = pick(FLOAT_KINDS)(n)
    if chance(0.3):
        x = np.abs(x)
    if chance(0.35):
        special = np.array(SPECIAL)[rng.permutation(5)[: rng.integers(1, 6)]]
        x = np.where(rng.random(n) < pick([0.1, 0.5, 1]), special[rng.integers(0, special.size, n)], x)
    with np.errstate(over="ignore", under="ignore"):
        return x.astype(dtype)


def data_of(dtype, n):
    if dtype == "bool":
        return rng.integers(0, 2, n).astype(bool)
    if dtype in FLOATS:
        return float_data(dtype, n)
    info = np.iinfo(dtype)
    top = min(info.max, 10 ** int(rng.integers(1, 20)))
    low = pick([0, max(info.min, -top), info.min])
    return rng.integers(low, top, n, dtype=dtype, endpoint=True)


def small_shape():
    kind = rng.random()
    if kind < 0.06:
        return ()
    if kind < 0.12:
        return tuple(int(k) for k in rng.permutation([0, *rng.integers(0, 4, rng.integers(0, 3))]))
    if kind < 0.18:
        return (1,) * int(rng.integers(1, 5))
    if kind < 0.55:
        return (int(rng.integers(1, 40)),)
    return tuple(int(k) for k in rng.integers(1, 5, rng.integers(2, 5)))


def random_options():
    every = {
        "precision": lambda: int(pick([0, 1, 2, 3, 4, 5, 6, 7, 9, 12, 16, 17, 20, 30])),
        "threshold": lambda: pick([0, 1, 3, 10, 30, 100.5, math.inf]),
        "edgeitems": lambda: int(rng.integers(1, 6)),
        "linewidth": lambda: pick([1, 8, 15, 20, 30, 40, 50, 60, 74, 76, 90, 120, math.inf]),
        "suppress": lambda: True,
        "sign": lambda: pick(["+", " "]),
        "floatmode": lambda: pick(["fixed", "unique", "maxprec", "maxprec_equal"]),
        "nanstr": lambda: pick(["", "NaN", "not a number", "\U0001d4dd\u00e5N"]),
        "infstr": lambda: pick(["Inf", "infinity and more", "\u221e"]),
    }
    share = pick([0, 0.1, 0.3, 0.5])
    return {name: make() for name, make in every.items() if chance(share)}


def random_cases():
    for k in range(3300):
        dtype = pick(FLOATS) if k % 3 else DTYPES[k // 3 % len(DTYPES)]
        shape = small_shape()
        yield dtype, shape, data_of(dtype, math.prod(shape)), random_options()


def rule_data(dtype, shape, rule):
    a, b, m, c, d = rule
    i = np.arange(math.prod(shape), dtype=np.int64)
    x = (i * a + b) % m + c
    return (x / d).astype(dtype) if dtype in FLOATS else x.astype(dtype)


def large_cases():
    """Around and beyond the threshold."""
    shapes = [(1000,), (1001,), (5000,), (10, 100), (7, 143), (3, 400), (400, 3), (2, 600), (1, 1200)]
    shapes += [(1200, 1), (50, 50), (7, 6, 30), (6, 7, 30), (40, 2, 20), (11, 10, 10), (2, 2, 500)]
    shapes += [(3, 5, 7, 11), (8, 8, 8, 8), (1, 1, 1001), (2, 3, 1, 300)]
    for k in range(300):
        dtype = DTYPES[k % len(DTYPES)]
        shape = shapes[k % len(shapes)]
        if dtype == "bool":
            rule = [int(rng.integers(1, 100)), 0, 2, 0, 1]
        elif dtype in FLOATS:
            rule = [int(rng.integers(1, 10**6)), int(rng.integers(0, 9)), int(rng.integers(2, 10**7))]
            rule += [pick([0, -1000, 5]), pick([1, 3, 7, 8, 1024, 999983])]
        else:
            top = int(min(np.iinfo(dtype).max, 10 ** int(rng.integers(1, 9))))
            low = pick([0, 0 if dtype[0] == "u" else -top])
            rule = [int(rng.integers(1, 10**6)), int(rng.integers(0, 9)), top, low, 1]
        options = {} if k % 3 else random_options()
        if options.get("threshold", 0) == math.inf:
            del options["threshold"]
        yield dtype, shape, rule, options


def chosen_cases():
    for dtype in DTYPES:
        for shape in [(0,), (0, 3), (3, 0), (0, 0, 2), (), (1,), (1, 1)]:
            for threshold in [1000, 0]:
                x = np.ones(math.prod(shape), dtype=dtype)
                yield dtype, shape, x, {"threshold": threshold} if threshold == 0 else {}
    # Where the dtype does and does not fit on the last line.
    for dtype in ["int32", "float32", "uint8"]:
        for n in range(1, 60):
            yield dtype, (n,), np.arange(n).astype(dtype) % 100, {}
    # Digits beyond those that are unique, near powers of two.
    for x in [5.940911144672375e-213, 5.316911983139664e36, 6.237000967296e290]:
        yield "float64", (2,), np.array([x, np.pi * x]), {"precision": 15}
    for dtype in FLOATS:
        for precision in [400, 1200]:
            for mode in ["fixed", "unique", "maxprec", "maxprec_equal"]:
                options = {"precision": precision, "floatmode": mode}
                yield dtype, (2,), np.array([0.1, 2.0**-20], dtype=dtype), options
                yield dtype, (1,), np.array([1e-30], dtype=dtype), {**options, "suppress": True}
    # A hundred million elements, of which each row is 0, 1, 2, ...
    yield "float64", (10000, 10000), [1, 0, 10000, 0, 1], {}
    yield "int8", (10000, 10000), [1, 0, 100, 0, 1], {"edgeitems": 2}


def legacy_cases():
    """As NumPy 1.21 had them: around and beyond the threshold, and floats that may take exponents."""
    legacy = {"legacy": "1.21"}
    for dtype in DTYPES:
        for shape in [(1000,), (1001,), (50, 50), (0,), (0, 3), (), (2, 3)]:
            yield dtype, shape, [1, 0, 2, 0, 1], legacy
        yield dtype, (11, 10, 10), [1, 0, 2, 0, 1], {**legacy, "threshold": 100, "edgeitems": 1}
    for dtype in FLOATS:
        for k in range(60):
            shape = [(), (1,), (3,), (2, 2)][k % 4]
            size = 10.0 ** (4 + k // 4 + np.arange(math.prod(shape)) % 2)
            factor = [1, 0.999999, -1.5, 1.2345678][k // 4 % 4]
            with np.errstate(over="ignore"):
                data = (size * factor).astype(dtype)
            yield dtype, shape, data, {**legacy, "suppress": True} if k % 3 else legacy
    # Whole numbers of more digits than are unique in float32.
    for start in [2**24, 33554432, 99999992]:
        data = (start - 4 * np.arange(6)).astype("float32")
        for mode in ["fixed", "unique", "maxprec", "maxprec_equal"]:
            for shape in [(), (2,), (2, 3)]:
                yield "float32", shape, data[: math.prod(shape)], {**legacy, "floatmode": mode}
            mixed = np.append(data, np.float32([0.5, 1, np.inf]))
            yield "float32", (9,), mixed, {**legacy, "floatmode": mode, "suppress": True}


def array_of(dtype, shape, data):
    if not isinstance(data, list):
        return data.reshape(shape)
    if math.prod(shape) < 10**6:
        return rule_data(dtype, shape, data).reshape(shape)
    assert shape[-1] % data[2] == 0
    return np.broadcast_to(rule_data(dtype, shape[-1:], data), shape)


def array_cases():
    indices = {}
    cases = []
    for generate in [chosen_cases, random_cases, large_cases, legacy_cases]:
        for dtype, shape, data, options in generate():
            x = array_of(dtype, shape, data)
            with np.printoptions(**{k: sys.maxsize if v == math.inf else v for k, v in options.items()}):
                texts = [repr(x), str(x)]
            key = json.dumps({k: None if v == math.inf else v for k, v in options.items()})
            index = indices.setdefault(key, len(indices))
            cases.append([dtype, shape, data if isinstance(data, list) else encode(x), index, *texts])
    return [json.loads(key) for key in indices], cases


def scalar_cases():
    scalars = {}
    for dtype in DTYPES:
        if dtype in FLOATS:
            x = np.concatenate([*(float_data(dtype, 60) for _ in range(30)), np.array(SPECIAL, dtype)])
        else:
            info = (0, 1) if dtype == "bool" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
            x = np.concatenate([data_of(dtype, 30), np.array(info, dtype)])
        scalars[dtype] = [encode(x), [str(e) for e in x]]
    return scalars


if __name__ == "__main__":
    options, arrays = array_cases()
    content = {"numpy": np.__version__, "options": options, "arrays": arrays}
    content["scalars"] = scalar_cases()
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    OUT.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{OUT}: {len(arrays)} arrays, {OUT.stat().st_size} bytes, {len(text)} unpacked")
