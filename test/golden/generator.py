"""Writes data/generator.json.gz: what NumPy's Generator draws. Needs NumPy 2.

    python3 generator.py

Each of the streams is a seed and a mixture of calls, one of them for about a million elements: at
least a million values in all. A call is its name, its arguments, and what it drew: little-endian bytes
in hex up to 32 of them, else their sha256. Integers that may not fit a double are decimal strings. For
`shuffle` and `permutation`, x is 0, 1, 2, ... in C order in a shape, laid out or viewed in a way of
VIEWS.
"""

import gzip
import hashlib
import json
import pathlib
import random

import numpy as np

OUT = pathlib.Path(__file__).parent / "data" / "generator.json.gz"
STREAMS = 200
CALLS = 24
LEAST = 1_000_000  # values that each stream has at least
INTEGERS = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
FLOATS = ["float32", "float64"]
SIZES = [None, 0, 1, 2, 3, 7, 50, [], [3, 4], [2, 0, 3], [1, 1], 1000, [33, 31], 5000]
VIEWS = {
    "C": lambda x: x,
    "F": np.asfortranarray,
    "backwards": lambda x: np.ascontiguousarray(x[::-1])[::-1],
    "spaced": lambda x: np.repeat(x, 2, axis=x.ndim - 1)[..., ::2],
}

choose = random.Random(20240607)


def encoded(values):
    array = np.asarray(values)
    data = array.astype(array.dtype.newbyteorder("<")).tobytes()
    return data.hex() if len(data) <= 32 else hashlib.sha256(data).hexdigest()


def size_of(big):
    return big if big else choose.choice(SIZES)


def a_float():
    kinds = [
        lambda: choose.uniform(-10, 10),
        lambda: float(choose.randint(-1000, 1000)),
        lambda: choose.uniform(-1, 1) * 10.0 ** choose.randint(-300, 300),
        lambda: 0.0,
    ]
    return choose.choice(kinds)()


def bounds(dtype):
    if dtype == "bool":
        return 0, 1
    info = np.iinfo(dtype)
    return int(info.min), int(info.max)


def an_interval(dtype):
    """Both ends inclusive; widths of all magnitudes, and those about the powers of two."""
    least, most = bounds(dtype)
    bits = choose.randint(0, (most - least).bit_length())
    near = 2**bits + choose.choice([-2, -1, 0, 1])
    anything = choose.randint(0, 2**bits)
    width = min(max(choose.choice([near, anything, most - least]), 0), most - least)
    low = choose.choice([least, most - width, choose.randint(least, most - width), 0])
    low = min(max(low, least), most - width)
    return low, low + width


def call_random(rng, big):
    size, dtype = size_of(big), choose.choice(FLOATS)
    # As an array, since a float32 scalar comes as a float of Python.
    return [size, dtype], np.asarray(rng.random(size, dtype=dtype), dtype)


def call_uniform(rng, big):
    low, width, size = a_float(), abs(a_float()), size_of(big)
    return [low, low + width, size], rng.uniform(low, low + width, size)


def call_integers(rng, big):
    dtype, size = choose.choice(INTEGERS), size_of(big)
    low, most = an_interval(dtype)
    endpoint = choose.random() < 0.3
    high = most if endpoint else most + 1
    if low == 0 and choose.random() < 0.5:
        drawn = rng.integers(high, size=size, dtype=dtype, endpoint=endpoint)
        return [str(high), None, size, dtype, endpoint], drawn
    drawn = rng.integers(low, high, size=size, dtype=dtype, endpoint=endpoint)
    return [str(low), str(high), size, dtype, endpoint], drawn


def call_standard_normal(rng, big):
    size, dtype = size_of(big), choose.choice(FLOATS)
    return [size, dtype], np.asarray(rng.standard_normal(size, dtype=dtype), dtype)


def call_normal(rng, big):
    mean, deviation, size = a_float(), abs(a_float()), size_of(big)
    return [mean, deviation, size], rng.normal(mean, deviation, size)


def operand(big):
    """An array of some shape, dtype and strides, and how to make it."""
    dtype = choose.choice(["int64", "float32"] if big else ["int8", "uint16", "float32", "int64"])
    shapes = [[big // 4], [big // 400, 100]] if big else [[0], [1], [9], [50], [5, 7], [4, 0], [2, 3, 4]]
    shape, view = choose.choice(shapes), choose.choice(list(VIEWS))
    x = VIEWS[view](np.arange(np.prod(shape), dtype=dtype).reshape(shape))
    return [dtype, shape, view], x, choose.randrange(-x.ndim, x.ndim)


def call_permutation(rng, big):
    if choose.random() < 0.4:
        n = big // 4 if big else choose.choice([0, 1, 2, 10, 1000])
        return [n], rng.permutation(n)
    made, x, axis = operand(big)
    return [*made, axis], rng.permutation(x, axis=axis)


def call_shuffle(rng, big):
    made, x, axis = operand(0 if big and choose.random() < 0.7 else big)
    rng.shuffle(x, axis=axis)
    return [*made, axis], x


def call_spawn(rng, big):
    n = choose.randint(0, 5)
    return [n], np.array([child.random() for child in rng.spawn(n)])


METHODS = {
    "random": call_random,
    "uniform": call_uniform,
    "integers": call_integers,
    "standardNormal": call_standard_normal,
    "normal": call_normal,
    "permutation": call_permutation,
    "shuffle": call_shuffle,
    "spawn": call_spawn,
}
WEIGHTS = [4, 2, 8, 4, 2, 2, 2, 1]


def a_seed(number):
    if number < 10:
        return number
    kinds = [
        lambda: choose.randrange(2**31),
        lambda: choose.randrange(2 ** choose.randint(32, 300)),
        lambda: [choose.randrange(2 ** choose.randint(1, 100)) for _ in range(choose.randrange(9))],
    ]
    return choose.choice(kinds)()


def stream(number):
    seed = a_seed(number)
    # Some streams are those of a child's child.
    path = [choose.randrange(4) for _ in range(number % 3)] if number % 4 == 3 else []
    rng = np.random.default_rng(seed)
    for child in path:
        rng = rng.spawn(child + 1)[child]
    big_call = choose.randrange(CALLS)
    calls = []
    values = 0
    for i in range(CALLS):
        big = choose.randint(900_000, 1_100_000) if i == big_call else 0
        name = choose.choices(list(METHODS), WEIGHTS)[0]
        arguments, drawn = METHODS[name](rng, big)
        calls.append([name, *arguments, encoded(drawn)])
        values += np.size(drawn)
    if values < LEAST:
        arguments, drawn = call_random(rng, LEAST)
        calls.append(["random", *arguments, encoded(drawn)])
    seeds = [str(word) for word in seed] if isinstance(seed, list) else str(seed)
    return {"seed": seeds, "path": path, "calls": calls}


def write(golden):
    """JSON with one call a line, so that a change shows where it is."""
    text = json.dumps(golden, separators=(",", ":"))
    for head in ['{"seed"', *(f'["{name}"' for name in METHODS)]:
        text = text.replace(head, "\n" + head)
    OUT.write_bytes(gzip.compress((text + "\n").encode(), mtime=0))


write({"numpy": np.__version__, "streams": [stream(number) for number in range(STREAMS)]})
