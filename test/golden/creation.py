"""Writes data/creation.json.gz: ranges, identity matrices and arrays made after others. Needs NumPy 2.

    python3 creation.py

A case is a call, its arguments, and its result: shape, strides, and the little-endian bytes in C
order, in hex up to 32 of them, else their sha256. Integers are decimal strings, since some fit no
double. Arrays made `like` another one have no elements to compare; the other one is a view of an
empty array of some shape and order, its axes permuted, some of them reversed.
"""

import gzip
import hashlib
import json
import pathlib
import random
import warnings

import numpy as np

OUT = pathlib.Path(__file__).parent / "data" / "creation.json.gz"
INTEGERS = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
ALL = ["bool", *INTEGERS, "float32", "float64"]

choose = random.Random(20240608)


def encoded(array):
    data = array.astype(array.dtype.newbyteorder("<")).tobytes()
    return data.hex() if len(data) <= 32 else hashlib.sha256(data).hexdigest()


def strides(array):
    """None for those of no elements, which mean nothing."""
    return list(array.strides) if array.size else None


def result(array):
    return [list(array.shape), strides(array), encoded(array)]


def a_float():
    kinds = [
        lambda: choose.uniform(-10, 10),
        lambda: float(choose.randint(-1000, 1000)),
        lambda: choose.randint(-100, 100) / 10,
        lambda: choose.uniform(-1, 1) * 10.0 ** choose.randint(-300, 300),
        lambda: choose.choice([0.0, -0.0, 5e-324, 1e308, -1e308, 2.0**53, 0.1]),
    ]
    return choose.choice(kinds)()


def float_ranges():
    """Start, step and about how many; the stop is near where a step ends, or anywhere."""
    for i in range(600):
        dtype = "float32" if i % 3 == 0 else "float64"
        start, step = a_float(), a_float()
        count = choose.choice([0, 1, 2, 3, 10, 100, choose.uniform(0, 200)])
        stop = choose.choice([start + count * step, start + (count - 0.5) * step])
        for arguments in [(start, stop, step), (start, stop), (stop,)]:
            try:
                array = np.arange(*arguments, dtype=dtype)
            except (ValueError, ZeroDivisionError, MemoryError, OverflowError):
                continue  # NaN, a step of 0, or too many
            if array.size < 5000 and all(np.isfinite(arguments)):
                yield ["arange", *arguments, dtype, *result(array)]


def integer_ranges():
    for i in range(600):
        dtype = INTEGERS[i % len(INTEGERS)]
        info = np.iinfo(dtype)
        least, most = int(info.min), int(info.max)
        step = choose.choice([1, 2, 3, 7, choose.randint(1, 50)]) * choose.choice([1, -1])
        count = choose.choice([0, 1, 2, 5, 17, choose.randint(0, 120)])
        start = choose.choice([0, 5, least, most, choose.randint(least, most)])
        last = start + max(count - 1, 0) * step
        stop = start + count * step - choose.choice([0, step // 2 if abs(step) > 1 else 0])
        if not least <= last <= most or not least <= stop <= most:
            continue
        try:
            array = np.arange(start, stop, step, dtype=dtype)
        except OverflowError:
            continue  # a negative step of an unsigned type
        yield ["arange", str(start), str(stop), str(step), dtype, *result(array)]


def float_ranges_of_integers():
    """Some of which no double holds. NumPy counts them right unless the step is huge."""
    for i in range(300):
        dtype = "float32" if i % 3 == 0 else "float64"
        near = choose.choice([1, -1]) * 2 ** choose.randint(20, 62)
        start = near + choose.randint(-1000, 1000)
        step = choose.choice([1, 2, 3, 7, choose.randint(1, 10**6)]) * choose.choice([1, -1])
        stop = start + choose.randint(-2, 60) * step + choose.choice([0, 0, 1, -1])
        array = np.arange(start, stop, step, dtype=dtype)
        yield ["arange", str(start), str(stop), str(step), dtype, *result(array)]


def spaces():
    for i in range(900):
        dtype = choose.choice(ALL) if i % 2 else "float64"
        start, stop = a_float(), a_float()
        if dtype not in ("float32", "float64"):
            start, stop = (choose.uniform(0, 120) for _ in range(2))
        num = choose.choice([0, 1, 2, 3, 5, 50, 333, 1000])
        endpoint = choose.random() < 0.6
        array, step = np.linspace(start, stop, num, endpoint=endpoint, retstep=True, dtype=dtype)
        step = np.asarray(step, "float64")
        step = None if np.isnan(step) and num <= 1 else encoded(step)
        if not np.isnan(array.astype("float64")).any():
            yield ["linspace", start, stop, num, endpoint, dtype, step, *result(array)]


def eyes():
    for dtype in ALL:
        for _ in range(12):
            n, m = choose.randint(0, 7), choose.choice([None, 0, 1, 3, 9])
            k, order = choose.randint(-9, 9), choose.choice("CF")
            array = np.eye(n, m, k, dtype=dtype, order=order)
            yield ["eye", n, m, k, dtype, order, *result(array)]


def likes():
    for _ in range(400):
        ndim = choose.randint(0, 4)
        shape = [choose.choice([0, 1, 1, 2, 3, 4, 5]) for _ in range(ndim)]
        order, dtype = choose.choice("CF"), choose.choice(ALL)
        axes = choose.sample(range(ndim), ndim) if choose.random() < 0.6 else list(range(ndim))
        reverse = [choose.random() < 0.2 for _ in range(ndim)]
        x = np.empty(shape, dtype, order).transpose(axes)
        x = x[tuple(slice(None, None, -1 if back else 1) for back in reverse)]
        asked = choose.choice(["C", "F", "A", "K", "K"])
        to = choose.choice([None, *ALL])
        new = choose.choice([None, None, [2, 3], [4], [], [2, 3, 4], list(reversed(x.shape))])
        array = np.empty_like(x, to, asked, shape=new)
        made = [shape, order, dtype, axes, [int(back) for back in reverse]]
        yield ["like", *made, asked, to, new, list(array.shape), strides(array)]
        copies = [x.copy(asked), np.array(x, order=asked), x.astype(to or dtype, asked)]
        yield ["copies", *made, asked, to, *(strides(copy) for copy in copies)]


def write(cases):
    text = json.dumps({"numpy": np.__version__, "cases": cases}, separators=(",", ":"))
    for name in ["arange", "linspace", "eye", "like", "copies"]:
        text = text.replace(f'["{name}"', f'\n["{name}"')
    OUT.write_bytes(gzip.compress((text + "\n").encode(), mtime=0))


warnings.simplefilter("ignore")
makers = [float_ranges, integer_ranges, spaces, eyes, likes, float_ranges_of_integers]
write([case for make in makers for case in make()])
