/** Sums against golden ones, however the elements lie in memory and however many threads add. */

import {
  array,
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
import { LAYOUT_NAMES, LAYOUTS, laid } from './support/layouts';
import { makeValues } from './support/values';

const threads = getNumThreads();
afterAll(() => setNumThreads(threads));

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
