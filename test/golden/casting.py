"""Makes data/casting.json: which casts NumPy's rules allow, and what some of them give.

`can` has, for each rule, a row for each dtype of the names of those that it may become. `casts` has,
for pairs of dtypes, values near the borders of both and what NumPy makes of them: only such as C
defines, since NumPy leaves the others (a float beyond an integer type, NaN) to the machine.
"""

import json
import math
import pathlib

import numpy as np

TARGET = pathlib.Path(__file__).parent / "data" / "casting.json"
DTYPES = "bool int8 uint8 int16 uint16 int32 uint32 int64 uint64 float32 float64".split()
RULES = ["no", "equiv", "safe", "same_kind", "unsafe"]
WHOLE = sorted({s * ((1 << b) + d) for b in (0, 7, 8, 15, 16, 24, 31, 32, 53, 63, 64)
                for d in (-1, 0, 1) for s in (-1, 1)})
PARTS = [0.1, -0.9, 1.5, -2.5, 254.9, -127.9, 32766.5, 1e-40, -0.0, 1e20, 3e38, 1e300]


def values(dtype):
    if dtype == "bool":
        return [0, 1]
    if dtype.startswith("float"):
        with np.errstate(over="ignore"):
            return [float(np.dtype(dtype).type(x)) for x in [float(n) for n in WHOLE] + PARTS]
    info = np.iinfo(dtype)
    return [n for n in WHOLE if info.min <= n <= info.max]


def defined(value, source, target):
    if not source.startswith("float") or target.startswith("float") or target == "bool":
        return True
    info = np.iinfo(target)
    return math.isfinite(value) and info.min <= math.trunc(value) <= info.max


def text(value, dtype):
    """As bitsOf of test/support/golden.ts: the bits of floats, the digits of others."""
    if not dtype.startswith("float"):
        return str(int(value))
    if math.isnan(value):
        raise ValueError("NaN has no bits to compare")
    return np.array(value, dtype).astype(">" + np.dtype(dtype).str[1:]).tobytes().hex()


def main():
    can = {
        rule: {a: [b for b in DTYPES if np.can_cast(a, b, rule)] for a in DTYPES} for rule in RULES
    }
    casts = []
    for a in DTYPES:
        for b in DTYPES:
            given = np.array([v for v in values(a) if defined(v, a, b)], dtype=a)
            made = np.zeros(len(given), dtype=b)
            with np.errstate(over="ignore"):
                np.copyto(made, given, casting="unsafe")
            casts.append({
                "from": a,
                "to": b,
                "values": [text(v, a) for v in given],
                "results": [text(v, b) for v in made],
            })
    TARGET.write_text(json.dumps({"can": can, "casts": casts}, indent=None) + "\n")
    print(f"{TARGET.name}: {len(casts)} pairs, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
