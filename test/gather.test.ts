/** Small nested arrays of numbers go a way of their own: it gives what the other way gives. */

import fc from 'fast-check';
import { array, memoryUsage, type NDArray, random, zeros } from 'strided';
import { DTYPE_NAMES, type DTypeName } from '../lib/dtype';

/** A list that goes the other way: it is no JavaScript array. */
class Listed {
  constructor(readonly items: readonly unknown[]) {}
  [Symbol.iterator](): Iterator<unknown> {
    return this.items[Symbol.iterator]();
  }
}

/** What a call gives: dtype, shape, strides and elements, or the error's code. */
function outcome(value: unknown, options: { dtype?: DTypeName; order?: 'C' | 'F' }) {
  let x: NDArray;
  try {
    x = array(value as never, options);
  } catch (error) {
    return (error as { code: string }).code;
  }
  return [x.dtype, x.shape, x.strides, x.base, x.toTypedArray()];
}

const leaves = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -3, max: 300 }) },
  { weight: 2, arbitrary: fc.constantFrom(0, 1, -0, 0.1, Number.NaN, 2 ** 31, -(2 ** 53)) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(1n, true, null, undefined, '1', [], [1]) },
);
const rows = (item: fc.Arbitrary<unknown>) =>
  fc
    .tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 20 }))
    .chain(([length, odd]) =>
      fc.array(item, { minLength: length, maxLength: odd === 0 ? length + 1 : length }),
    );
const nested = fc
  .integer({ min: 0, max: 4 })
  .chain((depth) =>
    Array.from({ length: depth }).reduce<typeof leaves>((a) => rows(a) as never, leaves),
  );
const grids = fc
  .tuple(
    fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 3 }),
    fc.infiniteStream(leaves),
  )
  .map(([shape, items]) => {
    const make = (axis: number): unknown =>
      axis === shape.length
        ? items.next().value
        : Array.from({ length: shape[axis]! }, () => make(axis + 1));
    return make(0);
  });

test('arrays of nested arrays are those of lists that are no arrays', () => {
  const other = (value: unknown): unknown =>
    Array.isArray(value) ? new Listed(value.map(other)) : value;
  let made = 0;
  let refused = 0;
  fc.assert(
    fc.property(
      fc.oneof(nested, grids),
      fc.option(fc.constantFrom(...DTYPE_NAMES), { nil: undefined }),
      fc.constantFrom('C' as const, 'F' as const),
      (value, dtype, order) => {
        const options = dtype === undefined ? { order } : { dtype, order };
        const ours = outcome(value, options);
        expect(ours).toEqual(outcome(other(value), options));
        if (typeof ours === 'string') refused++;
        else made++;
      },
    ),
    { numRuns: 2000 },
  );
  expect(made).toBeGreaterThan(200);
  expect(refused).toBeGreaterThan(200);
});

test('more numbers than there is room for, and exactly as many', () => {
  for (const size of [1023, 1024, 1025, 5000]) {
    const values = Array.from({ length: size }, (_, i) => i / 3);
    expect(array(values).toTypedArray()).toEqual(new Float64Array(values));
    expect(array([values, values]).slice(1).toTypedArray()).toEqual(new Float64Array(values));
  }
});

test('arrays are not disturbed by others that are made while their elements are asked for', () => {
  const inner: NDArray[] = [];
  const row = [1, 2, 3];
  Object.defineProperty(row, 1, {
    get: () => {
      inner.push(
        array([
          [7, 8],
          [9, 10],
        ]),
        zeros(2).assign([5, 6]),
      );
      return 2;
    },
  });
  const x = array([[0.5, 0.25, 0.125], row]);
  expect(x.toArray()).toEqual([
    [0.5, 0.25, 0.125],
    [1, 2, 3],
  ]);
  expect(inner.map((y) => y.toArray())).toEqual([
    [
      [7, 8],
      [9, 10],
    ],
    [5, 6],
  ]);
  const failing = [1, 2];
  Object.defineProperty(failing, 1, {
    get: () => {
      throw new Error('no such luck');
    },
  });
  expect(() => array([failing])).toThrow('no such luck');
  expect(array([[1, 2]]).toArray()).toEqual([[1, 2]]);
});

test('what is written by a job is not disturbed by arrays that are made while it runs', async () => {
  const x = zeros([3]);
  const job = x.assignAsync([1, 2, 3]);
  array([[7, 8, 9]]);
  await job;
  expect(x.toArray()).toEqual([1, 2, 3]);
});

test('a reduction whose out lies between the elements takes no temporary', () => {
  const memory = random.rand([400, 600]);
  const x = memory.slice(':', '::2');
  const out = memory.slice(0, '1::2');
  const expected = x.copy().sum({ axis: 0 }) as NDArray;
  const { blocks } = memoryUsage();
  expect(x.sum({ axis: 0, out })).toBe(out);
  expect(memoryUsage().blocks).toBeLessThanOrEqual(blocks);
  expect(out.toArray()).toEqual(expected.toArray());
});
