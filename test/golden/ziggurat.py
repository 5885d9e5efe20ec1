"""Writes native/ziggurat_tables.hpp: the tables of NumPy's normal draws. Needs NumPy 2.

    python3 ziggurat.py && node ../../scripts/format-cpp.mjs --write

The tables follow from a recurrence, but the last bits of NumPy's are those of one old run of it, and
they are part of the stream. So the recurrence only says what to look for in NumPy's binary.
"""

import math
import pathlib

import numpy as np

ROOT = pathlib.Path(__file__).parents[2]
EDGE = 3.6541528853610088  # where the tail begins
AREA = 0.004928673233974655  # of each strip, and of the tail


def recurrence():
    """The strips' widths and the density at them, nearly."""
    widths = [0.0] * 255 + [EDGE]
    heights = [1.0] * 255 + [math.exp(-0.5 * EDGE * EDGE)]
    for i in range(254, 0, -1):
        heights[i] = AREA / widths[i + 1] + heights[i + 1]
        widths[i] = math.sqrt(-2.0 * math.log(heights[i]))
    widths[0] = AREA / heights[255]
    return np.array(widths) * 2.0**-52, np.array(heights)


def find(binary, nearly):
    """The one place of the binary where such a table lies."""
    values = np.frombuffer(binary[: len(binary) // 8 * 8], "<f8")
    starts = np.flatnonzero(np.isclose(values[:-255], nearly[0], rtol=1e-12, atol=0))
    tables = [values[s : s + 256] for s in starts]
    (table,) = [t for t in tables if np.allclose(t, nearly, rtol=1e-12, atol=0)]
    return table


def c_array(name, comment, table):
    text = "".join(f"    {float(value).hex()},\n" for value in table)
    return f"// {comment}\ninline constexpr double {name}[256] = {{\n{text}}};\n"


(path,) = pathlib.Path(np.random.__file__).parent.glob("_generator*.so")
widths, heights = (find(path.read_bytes(), nearly) for nearly in recurrence())
(ROOT / "native" / "ziggurat_tables.hpp").write_text(
    "// The strips of NumPy's ziggurat for normal draws; test/golden/ziggurat.py writes this file.\n"
    "// The last bits drift from what mathematics gives, and are part of NumPy's stream.\n"
    "#pragma once\n\nnamespace strided {\n\n"
    + c_array("kStripWidths", "How far each strip reaches, times 2^-52; strip 0 has the tail.", widths)
    + "\n"
    + c_array("kStripHeights", "The normal density, 1 at its peak, where each strip ends.", heights)
    + "\n}  // namespace strided\n"
)
