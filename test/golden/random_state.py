"""Writes data/random.json: what NumPy's legacy RandomState draws. Needs NumPy 2.

    python3 random_state.py

Elements are given by their little-endian bytes: in hex up to 32 bytes, else as their sha256. Bounds
are decimal strings, since some fit no double. Each seed's stream ends with a million values.
"""

import hashlib
import json
import pathlib

import numpy as np

OUT = pathlib.Path(__file__).parent / "data" / "random.json"

SEEDS = [
    *range(11),
    42,
    123,
    1234,
    12345,
    19650218,
    20240229,
    2**16 - 1,
    2**16,
    2**31 - 1,
    2**31,
    2**32 - 2,
    2**32 - 1,
    [0],
    [1],
    [5],
    [2**32 - 1],
    [0, 0],
    [1, 2, 3, 4],
    [0x123, 0x234, 0x345, 0x456],
    [2**31, 2**32 - 1, 0, 7],
    list(range(623)),
    list(range(624)),
    list(range(625)),
    list(range(1000, 2500)),
]
FULL = [42, [1, 2, 3, 4]]  # the seeds whose sequence has every integer case

DTYPES = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
SHORT = [None, 0, 1, 5]
SIZES = [*SHORT, 1000]
# How many values the range has. Those that a dtype has no room for are left out.
COUNTS = [1, 2, 3, 9, 10, 16]
COUNTS += [2**bits + more for bits in (7, 8, 15, 16, 31, 32, 63, 64) for more in (-1, 0, 1)]
COUNTS += [2**32 + 2, 2**32 + 1000, 3 * 2**32]


def bounds(dtype):
    """The smallest element of a dtype, and one past its largest."""
    if dtype == "bool":
        return 0, 2
    info = np.iinfo(dtype)
    return int(info.min), int(info.max) + 1


def ranges(dtype):
    """(low, high) for every count, twice where possible: mostly from 0, and from a negative low."""
    least, end = bounds(dtype)
    for count in COUNTS:
        if count > end - least:
            continue
        lows = [low for low in (0, 1, -(count // 2), least, end - count) if low >= least]
        fitting = [low for low in lows if low + count <= end]
        for low in dict.fromkeys([fitting[0], fitting[len(fitting) // 2]]):
            yield low, low + count


def every_case():
    """All dtypes and ranges, each with a long and a short size, in a fixed mixed order."""
    spans = [(dtype, *span) for dtype in DTYPES for span in ranges(dtype)]
    cases = [(*span, 1000) for span in spans]
    cases += [(*span, SHORT[i % len(SHORT)]) for i, span in enumerate(spans)]
    # Stepping by a number that is coprime to the length visits each once.
    step = next(s for s in range(101, 1000) if np.gcd(s, len(cases)) == 1)
    return [cases[i * step % len(cases)] for i in range(len(cases))]


def some_cases(start, count):
    cases = every_case()
    return [cases[(start * 37 + i * 5) % len(cases)] for i in range(count)]


def encoded(values):
    array = np.asarray(values)
    data = array.astype(array.dtype.newbyteorder("<")).tobytes()
    return data.hex() if len(data) <= 32 else hashlib.sha256(data).hexdigest()


def sequence(state, cases):
    """Integer draws with a few doubles between them, so that blocks are left at odd places."""
    steps = []
    for i, (dtype, low, high, size) in enumerate(cases):
        if i % 3 == 0:
            count = SIZES[i // 3 % len(SIZES)]
            values = state.random_sample(count)
            steps.append(["rand", count, encoded(values)])
        values = state.randint(low, high, size, dtype=np.dtype(dtype))
        steps.append(["randint", dtype, str(low), str(high), size, encoded(values)])
    return steps


def many(state, number):
    """A million values in two draws, of each dtype and many ranges over the seeds."""
    dtype, low, high, _ = every_case()[number * 41 % len(every_case())]
    count = 500_000
    return [
        ["randint", dtype, str(low), str(high), count, encoded(state.randint(low, high, count, dtype))],
        ["rand", count, encoded(state.random_sample(count))],
    ]


def seeded(number, seed):
    state = np.random.RandomState()
    state.seed(seed)
    rand = state.random_sample(20)
    cases = every_case() if seed in FULL else some_cases(number, 16)
    return {
        "seed": seed,
        "doubles": [f"{bits:016x}" for bits in rand.view(np.uint64).tolist()],
        "steps": sequence(state, cases) + many(state, number),
    }


def million(seed):
    state = np.random.RandomState(seed)
    return {"seed": seed, "count": 10**6, "sha256": encoded(state.random_sample(10**6))}


def write(golden):
    """JSON with one step a line, so that a change shows where it is."""
    text = json.dumps(golden, separators=(",", ":"))
    for head in ('{"seed"', '"doubles"', '["rand"', '["randint"', '"million"', '"seeds"'):
        text = text.replace(head, "\n" + head)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(text + "\n")


write(
    {
        "numpy": np.__version__,
        "million": million(12345),
        "seeds": [seeded(number, seed) for number, seed in enumerate(SEEDS)],
    }
)
