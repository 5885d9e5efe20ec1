/** Sums against golden ones, however the elements lie in memory and however many threads add. */

import {
  array,
  asArray,
  type DTypeName,
  empty,
  getNumThreads,
  NDArray,
  type Scalar,
  setNumThreads,
  type TypedArray,
  zeros,
} from 'strided';
import { DTYPE_NAMES, DTYPES } from '../lib/dtype';
import { exactSum, exactSums } from './support/exact';
import { bitsOf, type SumCase, sumCases } from './support/golden';
import { makeValues } from './support/values';

const threads = getNumThreads();
afterAll(() => setNumThreads(threads));

/** The elements in an array of their own memory, in C order. */
function laid(values: TypedArray, dtype: DTypeName, shape: readonly number[]): NDArray {
  return NDArray.over(values, DTYPES[dtype]).reshape(shape).copy();
}

/** Memory of a shape that holds what must not be added: NaNs, or what would change an integer sum. */
function junk(shape: readonly number[], dtype: DTypeName): NDArray {
  return empty(shape, { dtype }).fill(DTYPES[dtype].kind === 'f' ? Number.NaN : 1);
}

/** The same elements, laid out in other ways. */
const LAYOUTS: { readonly [name: string]: (x: NDArray) => NDArray } = {
  'in C order': (x) => x,
  'in F order': (x) => x.copy({ order: 'F' }),
  'backwards along every axis': (x) => {
    const view = empty(x.shape, { dtype: x.dtype }).slice(...x.shape.map(() => '::-1'));
    return view.assign(x);
  },
  'as every second element of a larger array': (x) => {
    const larger = junk(
      x.shape.map((size) => 2 * size),
      x.dtype,
    );
    return larger.slice(...x.shape.map(() => '1::2')).assign(x);
  },
  'with transposed axes, the last one first and backwards': (x) => {
    const { ndim } = x;
    const axes = x.shape.map((_, i) => (i + ndim - 1) % ndim);
    const memory = empty(
      axes.map((axis) => x.shape[axis]!),
      { dtype: x.dtype },
    );
    const back = axes.map((_, i) => axes.indexOf(i));
    return memory.slice('::-1').transpose(back).assign(x);
  },
  'in columns of a wider array': (x) => {
    const wider = junk([...x.shape.slice(0, -1), x.shape.at(-1)! + 3], x.dtype);
    return wider.slice('...', '2:-1').assign(x);
  },
  'at an odd address': (x) => {
    // No public name makes elements of a wider dtype out of bytes that lie anyhow.
    const bytes = new Uint8Array(new ArrayBuffer(x.nbytes + 1), 1);
    const view = NDArray.over(bytes, DTYPES[x.dtype]).reshape(x.shape).assign(x);
    expect(view.flags.aligned).toBe(x.itemsize === 1 || x.size === 0);
    return view;
  },
  'in a SharedArrayBuffer': (x) => {
    const { typedArray } = DTYPES[x.dtype];
    const typed = new typedArray(new SharedArrayBuffer(x.nbytes));
    const view = x.dtype === 'bool' ? NDArray.over(typed, DTYPES.bool) : asArray(typed);
    return view.reshape(x.shape).assign(x);
  },
};

const OVERFLOW = 'ERR_INT_OVERFLOW';

/** What a sum is, in a form in which equal means equal in all bits. */
function outcome(sum: () => Scalar | NDArray, dtype: DTypeName): string {
  let result: Scalar | NDArray;
  try {
    result = sum();
  } catch (error) {
    return (error as { code?: string }).code === OVERFLOW ? OVERFLOW : String(error);
  }
  if (!(result instanceof NDArray)) return `[] ${dtype} ${bitsOf(result, dtype)}`;
  const elements: Iterable<number | bigint> = result.toTypedArray();
  const bits = Array.from(elements, (element) => bitsOf(element, result.dtype));
  return `[${result.shape}] ${result.dtype} ${bits}`;
}

function expectedOutcome({ dtype, resultShape, expected }: SumCase): string {
  if (expected === 'overflow') return OVERFLOW;
  return `[${resultShape}] ${DTYPES[dtype].sumsTo} ${expected}`;
}

/** The golden cases of a dtype, with their elements. */
const CASES = new Map(DTYPE_NAMES.map((name) => [name, [] as [SumCase, TypedArray][]]));
const made = new Map<string, TypedArray>();
for (const golden of sumCases()) {
  const { dtype, kind, seed, shape } = golden;
  const size = shape.reduce((a, b) => a * b, 1);
  const name = [kind, dtype, size, seed].join();
  const values = made.get(name) ?? makeValues(kind, dtype, size, seed);
  made.set(name, values);
  CASES.get(dtype)!.push([golden, values]);
}

const LAYOUT_NAMES = Object.keys(LAYOUTS);

describe.each(DTYPE_NAMES)('golden sums of %s elements', (dtype) => {
  const cases = CASES.get(dtype)!;

  test('there are many', () => expect(cases.length).toBeGreaterThan(140));

  test.each(LAYOUT_NAMES)('%s', (layout) => {
    const wrong: unknown[] = [];
    for (const [golden, values] of cases) {
      const x = laid(values, dtype, golden.shape);
      const sum = () => LAYOUTS[layout]!(x).sum({ axis: golden.axis });
      const expected = expectedOutcome(golden);
      for (const count of [1, 2]) {
        setNumThreads(count);
        const received = outcome(sum, DTYPES[dtype].sumsTo);
        if (received === expected) continue;
        const { kind, seed, shape, axis } = golden;
        wrong.push({ kind, seed, shape, axis, threads: count, expected, received });
      }
    }
    expect([wrong.length, ...wrong.slice(0, 3)]).toEqual([0]);
  });
});

// Enough for several units of work on each thread, and for a fallback that threads share.
describe.each(['float64', 'float32'] as const)('sums of 4e6 %s elements', (dtype) => {
  const digits = dtype === 'float64' ? 53 : 24;

  const check = (x: NDArray, axis: number | null, expected: readonly number[]) => {
    const bits = expected.map((value) => bitsOf(value, dtype)).join();
    const shape = axis === null ? [] : [expected.length];
    for (const order of ['C', 'F'] as const) {
      const y = x.copy({ order });
      for (const count of [1, 2, 5]) {
        setNumThreads(count);
        const received = outcome(() => y.sum({ axis }), dtype);
        if (received !== `[${shape}] ${dtype} ${bits}`) {
          throw new Error(`order ${order}, axis ${axis}, ${count} threads: ${received}`);
        }
      }
    }
  };

  test.each(['normal', 'antisymmetric', 'tie'])('%s', (kind) => {
    const values = makeValues(kind, dtype, 4_000_000, 3);
    const total = exactSum(values as Float64Array, digits);
    if (kind === 'antisymmetric') expect(total).toBe(0);
    check(laid(values, dtype, [2000, 2000]), null, [total]);
  });

  test.each(['normal', 'centred', 'tie'])('%s, in few and long sums', (kind) => {
    const rows = [0, 1, 2, 3, 4].map((seed) => makeValues(kind, dtype, 800_000, seed));
    const x = empty([5, 800_000], { dtype });
    rows.forEach((row, i) => {
      x.slice(i).assign(row);
    });
    check(
      x,
      1,
      rows.map((row) => exactSum(row as Float64Array, digits)),
    );
  });

  test('antisymmetric, in many sums', () => {
    const values = makeValues('antisymmetric', dtype, 200 * 20_000, 1);
    const shape = [200, 20_000];
    const x = laid(values, dtype, shape);
    check(x, 0, exactSums(values as Float64Array, shape, [0], digits));
  });
});

describe('an array without axes', () => {
  const x = array(-3.5);

  test('is its own sum', () => {
    for (const axis of [null, undefined, [], 0, -1]) expect(x.sum({ axis })).toBe(-3.5);
    expect(array(-0).sum()).toBe(0);
    expect(array(7, { dtype: 'uint8' }).sum()).toBe(7n);
    expect(x.sum({ initial: 4, where: false })).toBe(4);
    expect(() => x.sum({ axis: 1 })).toThrow(expect.objectContaining({ code: 'ERR_AXIS' }));
  });

  test('can be the result', () => {
    const out = zeros([]);
    expect(array([1, 2]).sum({ out })).toBe(out);
    expect(out.item()).toBe(3);
  });
});

describe('sums of nothing', () => {
  test.each(DTYPE_NAMES)('%s', (dtype) => {
    const { sumsTo, kind } = DTYPES[dtype];
    const zero = kind === 'f' ? 0 : 0n;
    const x = empty([0, 3], { dtype });
    expect(x.sum()).toBe(zero);
    expect((x.sum({ axis: 0 }) as NDArray).toArray()).toEqual([zero, zero, zero]);
    const none = x.sum({ axis: 1 }) as NDArray;
    expect([none.shape, none.dtype]).toEqual([[0], sumsTo]);
    const initial = kind === 'f' ? 2.5 : 2n;
    expect(x.sum({ initial: 2 })).toBe(kind === 'f' ? 2 : 2n);
    expect(x.sum({ initial })).toBe(initial);
    const kept = x.sum({ axis: 0, keepdims: true, initial }) as NDArray;
    expect(kept.toArray()).toEqual([[initial, initial, initial]]);
    const out = empty([3], { dtype: sumsTo }).fill(9);
    x.T.sum({ axis: 1, out });
    expect(out.toArray()).toEqual([zero, zero, zero]);
  });

  test('a view of no elements may start anywhere', () => {
    const x = zeros([0, 4]).slice(':', '1:');
    expect(x.sum()).toBe(0);
    expect((x.sum({ axis: 0 }) as NDArray).toArray()).toEqual([0, 0, 0]);
    expect(zeros([0, 4]).slice('::-1', -1).sum()).toBe(0);
  });
});
