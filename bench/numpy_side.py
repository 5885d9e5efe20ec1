"""NumPy's side: a process that makes the arrays of a case, or of several, and times it as it is asked.

Requests and answers are JSON, one line each; protocol.ts lists them, facts.ts what a case is.
"""

import base64
import hashlib
import json
import math
import signal
import statistics
import sys
import timeit

import numpy as np

SAMPLE_SECONDS = 0.05  # as benchmark.js has it
WARM_SECONDS = 0.25  # a call as long as this is timed without another before it
LARGEST_SENT = 1 << 24
ENDS = 1 << 20

# The same operations as in ops.ts, each in the form that is fastest in NumPy.
OPS = {
    "sum": "x.sum(axis=axis)",
    "mean": "x.mean(axis=axis)",
    "min": "x.min(axis=axis)",
    "max": "x.max(axis=axis)",
    "argmin": "x.argmin(axis=axis)",
    "argmax": "x.argmax(axis=axis)",
    "prod": "x.prod(axis=axis)",
    "any": "x.any(axis=axis)",
    "all": "x.all(axis=axis)",
    "countNonzero": "np.count_nonzero(x, axis=axis)",
    "copy": "x.copy()",
    "asFortranArray": "np.asfortranarray(x)",
    "assign": "np.copyto(other, x)",
    "slice": "x[::2, ::3]",
    "column": "x[:, 0]",
    "reshape": "x.reshape(turned)",
    "transpose": "x.transpose()",
    "T": "x.T",
    "empty": "np.empty(shape)",
    "zeros": "np.zeros(shape)",
    "array": "np.array(nested)",
    "get": "get_all(x)",
    "set": "set_all(other)",
    "mayShareMemory": "np.may_share_memory(even, odd)",
    "sharesMemory": "np.shares_memory(even, odd)",
}


def get_all(x):
    rows, columns = x.shape
    total = 0.0
    for i in range(rows):
        for j in range(columns):
            total += x[i, j]
    return total


def set_all(x):
    rows, columns = x.shape
    for i in range(rows):
        for j in range(columns):
            x[i, j] = i + j
    return x


def centre(x):
    means = np.zeros(x.shape[1])
    for row in x:  # in this order, as arrays.ts adds
        means += row
    x -= means / len(x)


def mirror(x):
    for turned in (x, x.T):
        half, odd = divmod(len(turned), 2)
        turned[half + odd :] = -turned[:half][::-1]
        if odd:
            turned[half] = 0


def bring_near_one(x):
    x *= 2**-7
    x += 1 - 2**-8


def keep_signs(x):
    x[...] = np.where(x < 0, -1, 1)


FILLS = {
    "random": lambda x: None,
    "centred": centre,
    "antisymmetric": mirror,
    "nearOne": bring_near_one,
    "signs": keep_signs,
    "falsy": lambda x: x.fill(0),
}


def filled_array(facts, seed):
    np.random.seed(seed)
    shape, dtype = facts["shape"], np.dtype(facts["dtype"])
    if facts["range"]:
        x = np.random.randint(*facts["range"], shape, dtype=dtype)
    else:
        x = np.random.rand(*shape).astype(dtype, copy=False)
    FILLS[facts["data"]](x)
    return np.asarray(x, order=facts["order"])


def shifted(x, count):
    moved = np.empty(x.nbytes + count, dtype=np.uint8)[count:].view(x.dtype)
    moved[...] = x
    return moved


def slice_of(index):
    return slice(*(int(part) if part else None for part in index.split(":")))


def view_of(x, view):
    for kind, value in (view or {}).items():
        return {
            "slice": lambda: x[tuple(map(slice_of, value))],
            "transpose": lambda: x.transpose(value),
            "broadcastTo": lambda: np.broadcast_to(x, value),
            "shiftedBytes": lambda: shifted(x, value),
        }[kind]()
    return x


def hash_of(x):
    memory = x.reshape(-1, order="A").view(np.uint8)
    filled = hashlib.sha256(memory[:ENDS])
    filled.update(memory[-ENDS:])
    return filled.hexdigest()


class Case:
    def __init__(self, facts, base, filled):
        self.op = facts["op"]
        self.filled = filled
        x = view_of(base, facts["view"])
        axis = tuple(facts["axis"]) if isinstance(facts["axis"], list) else facts["axis"]
        names = {"np": np, "x": x, "axis": axis, "shape": x.shape}
        names |= {"get_all": get_all, "set_all": set_all}
        if self.op in ("assign", "set"):
            into = facts["into"] or {"dtype": "float64", "order": "C"}
            names["other"] = np.full(x.shape, 0, dtype=into["dtype"], order=into["order"])
        if self.op == "reshape":
            names["turned"] = x.shape[::-1]
        if self.op == "array":
            names["nested"] = x.tolist()
        if self.op in ("mayShareMemory", "sharesMemory"):
            names["even"], names["odd"] = x[:, ::2], x[:, 1::2]
        self.names = names
        self.timer = timeit.Timer(OPS[self.op], globals=names)

    def scale(self, result):
        """What a float result may be wrong in proportion to."""
        x, axis = self.names["x"], self.names["axis"]
        if self.op == "prod":
            scale = np.abs(result)
        else:
            scale = getattr(np.abs(x), self.op)(axis=axis, dtype=np.float64)
        return base64.b64encode(np.asarray(scale, dtype="<f8").tobytes()).decode("ascii")

    def result(self):
        result = eval(OPS[self.op], self.names)
        if result is None:  # it is written to an array
            result = self.names["other"]
        if self.op == "empty":  # whose elements are any
            result = np.array(result.shape, dtype=np.float64)
        result = np.ascontiguousarray(result)
        data = result.astype(result.dtype.newbyteorder("<"), copy=False).data
        answer = {"dtype": result.dtype.name}
        if result.nbytes > LARGEST_SENT:
            answer["sha256"] = hashlib.sha256(data).hexdigest()
        else:
            answer["bytes"] = base64.b64encode(data).decode("ascii")
        if result.dtype.kind == "f" and self.op in ("sum", "mean", "prod"):
            answer["scale"] = self.scale(result)
        return {"result": answer}

    def time(self, count):
        """The median of samples, each of as many calls as take 50 ms."""
        loops = 1
        seconds = self.timer.timeit(loops)
        if seconds >= WARM_SECONDS:
            return {"seconds": seconds}
        while seconds < SAMPLE_SECONDS:
            loops += math.ceil((SAMPLE_SECONDS - seconds) / (seconds / loops))
            seconds = self.timer.timeit(loops)
        samples = (self.timer.timeit(loops) / loops for _ in range(count))
        return {"seconds": statistics.median(samples)}


class Side:
    def __init__(self):
        self.arrays = {}
        self.cases = {}

    def prepare(self, request):
        facts = request["facts"]
        if facts["op"] not in OPS:
            return {"missing": f"numpy_side.py has no operation {facts['op']}"}
        key = json.dumps(facts)
        if key not in self.cases:
            self.cases[key] = Case(facts, *self.filled(facts, request["seed"]))
        self.case = self.cases[key]
        return {"filled": self.case.filled}

    def filled(self, facts, seed):
        key = json.dumps([facts[name] for name in ("shape", "dtype", "order", "data", "range")])
        if key not in self.arrays:
            base = filled_array(facts, seed)
            self.arrays[key] = base, hash_of(base)
        return self.arrays[key]

    def result(self, request):
        return self.case.result()

    def time(self, request):
        return self.case.time(request["samples"])


def main():
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started this process ends it
    side = Side()
    requests = {"prepare": side.prepare, "result": side.result, "time": side.time}
    for line in sys.stdin:
        try:
            request = json.loads(line)
            answer = requests[request["do"]](request)
        except Exception as error:
            answer = {"error": repr(error)}
        print(json.dumps(answer), flush=True)


main()
