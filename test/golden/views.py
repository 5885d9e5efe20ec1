"""Writes data/views.json.gz: what NumPy makes of random chains of view operations. Needs NumPy 2.

    python3 views.py

A root is an array over bytes that follow a rule (`pattern`), in memory of its own or over a buffer
from a byte on. A chain is a list of operations upon a root, and what NumPy has in the end: shape,
strides, flags, whether the array is itself an owner, and a hash of its elements' bytes in C order;
or null when NumPy refuses the last operation.

An owner is an array that owns its memory. NumPy's reshape, when it copies, gives a view of an owner
that nobody else sees; here that view counts as an owner. Copies of bools hold no bytes but 0 and 1,
where NumPy copies all the bytes that `view` may show as bools.
"""

import gzip
import json
import pathlib
import random
import warnings

import numpy as np
from numpy.lib.stride_tricks import as_strided

OUT = pathlib.Path(__file__).parent / "data" / "views.json.gz"
CHAINS = 20_000
MOST_BYTES = 3000  # of an array in a chain

DTYPES = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
DTYPES += ["float32", "float64"]
SHAPES = [[], [0], [1], [7], [24], [2, 3], [3, 1], [1, 4], [4, 6], [5, 5], [0, 3], [3, 0], [1, 1]]
SHAPES += [[2, 3, 4], [3, 1, 4], [1, 1, 5], [4, 4, 2], [2, 0, 3], [2, 1, 3, 2], [1, 2, 1, 4, 1]]
SHAPES += [[2, 2, 2, 2, 2]]


def pattern(count):
    """The bytes of a root; test/views-golden.test.ts has the same rule."""
    return np.array([(i * 37 + (i >> 8) * 101 + 11) & 255 for i in range(count)], np.uint8)


def element_bytes(x):
    if x.dtype == np.bool_:  # any byte but 0 is true
        return (x.copy(order="C").view(np.uint8) != 0).tobytes()
    return x.tobytes()


def digest(x):
    """FNV-1a, of which 24 bits are kept."""
    h = 0x811C9DC5
    for byte in element_bytes(x):
        h = ((h ^ byte) * 0x01000193) & 0xFFFFFFFF
    return (h >> 24 ^ h) & 0xFFFFFF


def ultimate(x):
    """The last of the bases; those of as_strided are no arrays."""
    while getattr(x, "base", None) is not None:
        x = x.base
    return x


def make_root(spec):
    dtype, shape, order, start = spec
    size = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
    if start is None:
        root = np.empty(shape, dtype, order)
        root.ravel("K").view(np.uint8)[...] = pattern(size)
        return root, root
    buffer = pattern(size + start)
    return buffer, buffer[start:].view(dtype).reshape(shape, order=order)


class Draw:
    """Arguments of operations, mostly right ones."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def chance(self, p):
        return self.random.random() < p

    def below(self, n):
        return self.random.randrange(n)

    def pick(self, items):
        return self.random.choice(items)

    def axis(self, ndim):
        if ndim == 0 or self.chance(0.01):
            return self.pick([0, -1, ndim, -ndim - 1])
        return self.below(2 * ndim) - ndim

    def axes(self, ndim, most):
        axes = self.random.sample(range(ndim), min(ndim, self.below(most + 1)))
        return [axis - ndim if self.chance(0.3) else axis for axis in axes]

    def bound(self, size):
        return "" if self.chance(0.4) else str(self.below(2 * size + 5) - size - 2)

    def span(self, size):
        """A slice in text, which seldom picks nothing of what is there."""
        text = self.any_span(size)
        while not range(size)[parsed(text)] and size > 0 and self.chance(0.9):
            text = self.any_span(size)
        return text

    def any_span(self, size):
        text = f"{self.bound(size)}:{self.bound(size)}"
        steps = ["", "", "1", "2", "3", "-1", "-1", "-2", "-3", "99", "-99"]
        return f"{text}:{self.pick(steps)}" if self.chance(0.6) else text

    def index(self, shape):
        index = []
        for size in shape[: self.below(len(shape) + 1) + (1 if self.chance(0.3) else 0)]:
            if self.chance(0.2):
                index.append(None)
            if self.chance(0.25) and size > 0:
                index.append(self.below(2 * size) - size)
            else:
                index.append(":" if self.chance(0.3) else self.span(size))
        if self.chance(0.25):
            taken = sum(item is not None for item in index)
            if taken < len(shape) or self.chance(0.3):
                index.insert(self.below(len(index) + 1), "...")
        return index

    def shape(self, size):
        """A shape of that many elements, at times with a -1, at times of a wrong size."""
        shape = []
        left = size
        while left > 1 and len(shape) < 4:
            factor = self.pick([d for d in range(1, left + 1) if left % d == 0])
            shape.append(factor)
            left //= factor
        if left != 1 or self.chance(0.3):
            shape.insert(self.below(len(shape) + 1), left)
        if shape and self.chance(0.25):
            shape[self.below(len(shape))] = -1
        if shape and self.chance(0.02):
            shape[self.below(len(shape))] += 1
        return shape

    def stretched(self, shape):
        sizes = [self.pick([2, 3, 0, 1]) if n == 1 and self.chance(0.5) else n for n in shape]
        sizes = [self.pick([1, 2, 3]) for _ in range(self.below(3))] + sizes
        if sizes and self.chance(0.02):
            sizes[self.below(len(sizes))] += 1
        return sizes

    def strided(self, x, owner):
        """Strides within the storage, or now and then beyond it."""
        asked = self.any_strides(x, owner)
        while not within(x, owner, *asked) and self.chance(0.95):
            asked = self.any_strides(x, owner)
        return asked

    def any_strides(self, x, owner):
        low = x.__array_interface__["data"][0] - owner.__array_interface__["data"][0]
        offset = self.below(owner.nbytes + 1) - low if self.chance(0.5) else 0
        shape = [self.below(4) for _ in range(self.below(4))]
        unit = self.pick([1, x.itemsize])
        strides = [unit * (self.below(9) - 3) for _ in shape]
        return shape, strides, offset


def within(x, owner, shape, strides, offset):
    start = x.__array_interface__["data"][0] - owner.__array_interface__["data"][0]
    low = high = start + offset
    if 0 not in shape:
        for n, stride in zip(shape, strides):
            low += min(0, (n - 1) * stride)
            high += max(0, (n - 1) * stride)
        high += x.itemsize
    return low >= 0 and high <= owner.nbytes


def fits(x, dtype):
    try:
        x.view(dtype)
    except ValueError:
        return False
    return True


def parsed(item):
    if item is None or isinstance(item, int):
        return item
    if item == "...":
        return Ellipsis
    return slice(*(int(part) if part else None for part in item.split(":")))


def as_axes(axes):
    return tuple(axes) if isinstance(axes, list) else axes


def random_step(draw, x, owner):
    """The name and arguments of an operation, as test/views-golden.test.ts takes them."""
    n = x.ndim
    orders = ["C", "C", "F", "A"]
    step = draw.pick(STEPS)
    match step:
        case "slice":
            return [step, *draw.index(x.shape)]
        case "reshape":
            copy = draw.pick([None, None, None, None, True, False])
            shape = list(x.shape) if draw.chance(0.05) else draw.shape(x.size)
            return [step, shape, draw.pick(orders), copy]
        case "ravel" | "flatten" | "copy":
            return [step, draw.pick(["C", "F", "A", "K"])]
        case "transpose":
            axes = draw.axes(n, 0) or draw.random.sample(range(n), n)
            return [step, None if draw.chance(0.2) else axes]
        case "T":
            return [step]
        case "swapAxes":
            return [step, draw.axis(n), draw.axis(n)]
        case "moveAxis":
            if draw.chance(0.5):
                return [step, draw.axis(n), draw.axis(n)]
            sources = draw.axes(n, n)
            return [step, sources, draw.random.sample(range(n), len(sources))]
        case "squeeze":
            ones = [i for i, size in enumerate(x.shape) if size == 1]
            some = [i for i in ones if draw.chance(0.6)]
            one = draw.pick(ones) if ones and draw.chance(0.95) else draw.axis(n)
            return [step, draw.pick([None, some, one if ones else None])]
        case "expandDims":
            count = 1 + draw.below(2)
            some = draw.random.sample(range(n + count), count)
            return [step, draw.axis(n + 1) if draw.chance(0.6) else some]
        case "flip":
            return [step, draw.pick([None, draw.axis(n), draw.axes(n, n)])]
        case "diagonal":
            if n < 2 and draw.chance(0.9):
                return ["T"]
            sample = draw.random.sample(range(n), 2) if n >= 2 else [0, 1]
            axes = [0, 1] if draw.chance(0.4) else sample
            return [step, draw.below(7) - 3, *axes]
        case "broadcastTo":
            return [step, draw.stretched(x.shape)]
        case "reinterpret":
            fitting = [dtype for dtype in DTYPES if fits(x, dtype)]
            return [step, draw.pick(fitting if draw.chance(0.9) else DTYPES)]
        case "asStrided":
            if x.size == 0:  # which then has no first element to start from
                return ["T"]
            return [step, *draw.strided(x, owner)]
        case "setFlags":
            return [step, draw.chance(0.5)]
        case "require":
            flags = "".join(flag for flag in "AWO" if draw.chance(0.3))
            return [step, draw.pick([None, None, "C", "F"]), flags]


STEPS = ["slice"] * 7 + ["reshape"] * 4 + ["T", "transpose", "transpose", "reinterpret"] * 2
STEPS += ["ravel", "flatten", "copy", "swapAxes", "moveAxis", "squeeze", "squeeze", "expandDims"]
STEPS += ["expandDims", "flip", "flip", "diagonal", "diagonal", "broadcastTo", "broadcastTo"]
STEPS += ["asStrided", "asStrided", "setFlags", "require"]


def apply(x, owner, step):
    """What NumPy makes of a step, or an error that it raises."""
    name, *a = step
    match name:
        case "slice":
            # With an ellipsis the result is an array, even of one element.
            index = [parsed(item) for item in a]
            return x[tuple(index if Ellipsis in index else [*index, Ellipsis])]
        case "reshape":
            return np.reshape(x, a[0], order=a[1], copy=a[2])
        case "ravel" | "flatten":
            return getattr(x, name)(a[0])
        case "copy":
            return x.copy(order=a[0])
        case "transpose":
            return x.transpose(a[0])
        case "T":
            return x.T
        case "swapAxes":
            return x.swapaxes(*a)
        case "moveAxis":
            return np.moveaxis(x, *a)
        case "squeeze":
            return x.squeeze(as_axes(a[0]))
        case "expandDims":
            return np.expand_dims(x, as_axes(a[0]))
        case "flip":
            if x.ndim == 0 and a[0] in (None, []):  # NumPy gives a scalar
                return x[...]
            return np.flip(x, as_axes(a[0]))
        case "diagonal":
            return x.diagonal(*a)
        case "broadcastTo":
            return np.broadcast_to(x, a[0])
        case "reinterpret":
            return x.view(a[0])
        case "asStrided":
            if not within(x, owner, *a):
                raise IndexError("NumPy would leave the storage")
            return strided(x, *a)
        case "setFlags":
            x = x[...]
            x.setflags(write=a[0])
            return x
        case "require":
            flags = a[1].replace("O", "") if x is owner else a[1]
            return np.require(x, None, [*([a[0]] if a[0] else []), *flags])


def strided(x, shape, strides, offset):
    """as_strided from another first byte: NumPy has no such argument."""
    interface = dict(x.__array_interface__)
    address, read_only = interface["data"]

    class Moved:
        __array_interface__ = {
            "data": (address + offset, read_only),
            "shape": (1,),
            "typestr": x.dtype.str,
            "version": 3,
        }
        base = x

    return as_strided(np.asarray(Moved()), shape, strides, writeable=not read_only)


def facts(x, own):
    f = x.flags
    bits = [f.c_contiguous, f.f_contiguous, f.writeable, f.aligned, own]
    flags = sum(int(bit) << i for i, bit in enumerate(bits))
    return [x.dtype.name, x.shape, x.strides, flags, digest(x)]


def chain(draw, roots):
    number = draw.below(len(roots))
    owner, x = make_root(roots[number])
    steps = []
    seen = False  # as_strided hides the owner from setflags
    for _ in range(1 + draw.below(6)):
        step = random_step(draw, x, owner)
        if seen and step[0] == "setFlags":
            step[1] = False
        steps.append(step)
        try:
            y = apply(x, owner, step)
        except (ValueError, IndexError, TypeError, AttributeError):
            return [number, steps, None]
        if y.nbytes > MOST_BYTES or y.ndim > 8:
            steps.pop()
            break
        seen = seen or step[0] == "asStrided"
        if ultimate(y) is not ultimate(owner):
            seen = False
            owner = y  # fresh memory
            if y.dtype == np.bool_:
                raw = ultimate(y).ravel("K").view(np.uint8)
                raw[...] = raw != 0
        x = y
    return [number, steps, facts(x, x is owner and isinstance(owner, np.ndarray))]


def write(golden):
    text = json.dumps(golden, separators=(",", ":"))
    with gzip.GzipFile(OUT, "wb", 9, mtime=0) as file:
        file.write(text.encode())


def main():
    warnings.simplefilter("error")
    draw = Draw(20240607)
    roots = []
    for shape in SHAPES:
        for order in "CF":
            for start in [None, None, 0, 1, 4, 8]:
                if start == 0 and 0 in shape:  # no bytes at all
                    continue
                roots.append([draw.pick(DTYPES), shape, order, start])
    write(
        {
            "numpy": np.__version__,
            "roots": roots,
            "chains": [chain(draw, roots) for _ in range(CHAINS)],
        }
    )


main()
