"""NumPy's side: a process that makes its arrays once, and times cases as it is asked.

Requests and answers are JSON, one line each; protocol.ts lists them.
"""

import base64
import json
import math
import statistics
import sys
import time

import numpy as np

SAMPLE_SECONDS = 0.05  # as benchmark.js has it

arrays = {}
cases = {}


def array_key(case, order):
    return (tuple(case["shape"]), case["dtype"], order)


def make_array(case, seed):
    c_key = array_key(case, "C")
    if c_key not in arrays:
        np.random.seed(seed)
        arrays[c_key] = np.random.rand(*case["shape"]).astype(case["dtype"], copy=False)
    key = array_key(case, case["order"])
    if key not in arrays:
        arrays[key] = np.asfortranarray(arrays[c_key])


def work_of(name):
    """The call that is timed."""
    case = cases[name]
    array = arrays[array_key(case, case["order"])]
    axis = case["axis"]
    return lambda: np.sum(array, axis=axis)


def run(work, loops):
    start = time.perf_counter()
    for _ in range(loops):
        work()
    return time.perf_counter() - start


def time_of(name, samples):
    """The median of samples, each of as many calls as take 50 ms."""
    work = work_of(name)
    loops = 1
    seconds = run(work, loops)
    while seconds < SAMPLE_SECONDS:
        loops += math.ceil((SAMPLE_SECONDS - seconds) / (seconds / loops))
        seconds = run(work, loops)
    return statistics.median(run(work, loops) / loops for _ in range(samples))


def answer_to(request):
    what = request["do"]
    if what == "prepare":
        for case in request["cases"]:
            cases[case["name"]] = case
            make_array(case, request["seed"])
        return {}
    if what == "result":
        result = np.ascontiguousarray(work_of(request["name"])())
        little = result.astype(result.dtype.newbyteorder("<"), copy=False)
        return {"bytes": base64.b64encode(little.tobytes()).decode("ascii")}
    return {"seconds": time_of(request["name"], request["samples"])}


def main():
    for line in sys.stdin:
        try:
            answer = answer_to(json.loads(line))
        except Exception as error:
            answer = {"error": repr(error)}
        print(json.dumps(answer), flush=True)


main()
