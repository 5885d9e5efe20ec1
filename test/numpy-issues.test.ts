/**
 * Complaints about NumPy that correctly rounded results answer, each by its number in
 * https://github.com/numpy/numpy/issues. All in C and in F order, and along both ways to the sum.
 */

import { array, full, type NDArray, ones, random, zeros } from 'strided';
import { exactMean, exactSum, exactSums } from './support/exact';

const ORDERS = ['C', 'F'] as const;

/** The elements of an array of floats. */
const flat = (x: NDArray) => x.toTypedArray() as Float32Array | Float64Array;
const list = (result: unknown) => (result as NDArray).toArray();

const mean32 = (values: Iterable<number>) => exactMean(values, 24);

/** The columns of a matrix in C order. */
function columns(x: NDArray): number[][] {
  const values = flat(x);
  const width = x.shape.at(-1)!;
  return Array.from({ length: width }, (_, j) =>
    Array.from({ length: values.length / width }, (_, i) => values[i * width + j]!),
  );
}

describe.each(ORDERS)('in %s order', (order) => {
  test('8869: the mean of float32 ones along two axes of three is 1', () => {
    // From 2^24 on, a float32 sum of ones goes no further.
    const x = ones([4_500_000, 4, 2], { dtype: 'float32', order });
    expect(list(x.mean({ axis: [0, 1] }))).toEqual([1, 1]);
    expect(list((x.mean({ axis: 0 }) as NDArray).mean({ axis: 0 }))).toEqual([1, 1]);
    expect(list(x.sum({ axis: [0, 1] }))).toEqual([18_000_000, 18_000_000]);
    expect(x.mean()).toBe(1);
    expect(list(x.slice('...', ':1').sum({ axis: [0, 1] }))).toEqual([18_000_000]);
  });

  test('9393: means of float32 images along all axes but the channel', () => {
    const drawn = random.defaultRng(9393).random([400, 64, 64, 4]) as NDArray;
    const x = drawn.asType('float32', { order });
    const means = list(x.mean({ axis: [0, 1, 2] }));
    expect(means).toEqual([0, 1, 2, 3].map((channel) => x.slice('...', channel).mean()));
    expect(means).toEqual(columns(x).map(mean32));
  });

  test('13240: a row has the same sum by itself and along the axis', () => {
    const values = flat(random.defaultRng(42).random(2_000_000) as NDArray);
    const x = zeros([2, values.length], { order });
    x.slice(0).assign(values);
    const total = exactSum(values, 53);
    expect(x.slice(0, ':').sum()).toBe(total);
    expect(list(x.sum({ axis: 1 }))).toEqual([total, 0]);
    expect(x.sum()).toBe(total);
  });

  test('13734: slicing before the sum or after it', () => {
    const drawn = random.defaultRng(13734).uniform(20, 900, [20_000, 16]) as NDArray;
    const x = drawn.asType('float32', { order });
    const sums = list(x.sum({ axis: 0 })) as number[];
    expect(sums).toEqual(exactSums(flat(x), x.shape, [0], 24));
    expect(sums).toEqual(sums.map((_, j) => x.slice(':', j).sum({ axis: 0 })));
  });

  test('20458: a float32 array that sums to 1 does so in any shape', () => {
    const size = 2 ** 26;
    const x = full([size / 2, 2], 1 / size, { dtype: 'float32', order });
    expect(x.sum()).toBe(1);
    for (const axis of [0, 1]) expect((x.sum({ axis }) as NDArray).sum()).toBe(1);
  });

  test('25909: copies in C and in F order have the same sums', () => {
    const data = array(
      [
        [-0.16385849, -0.06833044],
        [0.14264219, -0.06838101],
      ],
      { dtype: 'float32' },
    );
    const times = 100_000;
    const x = zeros([times, 2, 2], { dtype: 'float32' })
      .assign(data)
      .reshape([2 * times, 2]);
    const expected = columns(data).map((column) => exactSum(column, 24, times));
    expect(list(x.copy({ order }).sum({ axis: 0, keepdims: true }))).toEqual([expected]);
    for (const j of [0, 1]) {
      const one = x.slice(':', `${j}:${j + 1}`).copy({ order });
      expect(list(one.sum({ axis: 0 }))).toEqual([expected[j]]);
    }
  });

  test('25909: terms that cancel leave those that are small', () => {
    const n = 1_000_000;
    const small = Math.fround(1e-7);
    const x = zeros([3, n], { dtype: 'float32' }).assign([[1], [small], [-1]]);
    const expected = exactSum([small], 24, n);
    for (const y of [x.copy({ order }), x.copy({ order }).T, x.T.copy({ order })]) {
      expect(y.sum()).toBe(expected);
    }
  });

  test('29772: float32 means beside an inner axis are those of float64', () => {
    const size = 32 * 32 * 32 * 32;
    const drawn = random.defaultRng(802701).uniform(250, 320, [size, 2]) as NDArray;
    const x = drawn.asType('float32', { order });
    const wide = list(x.asType('float64').mean({ axis: 0 })) as number[];
    expect(list(x.mean({ axis: 0 }))).toEqual(wide.map(Math.fround));
    expect(list(x.mean({ axis: 0 }))).toEqual(columns(x).map(mean32));
    expect(x.mean({ axis: [0, 1] })).toBe(mean32(flat(x)));
  });

  test('30543: a column has the same sum by itself and along the axis', () => {
    const n = 2_588_317;
    const x = zeros([n, 2], { dtype: 'float32', order });
    x.slice(':', 1).fill(2320);
    const exact = Math.fround(2320 * n);
    expect(x.slice(':', 1).sum()).toBe(exact);
    expect(list(x.sum({ axis: 0 }))).toEqual([0, exact]);
    expect(list(x.sum({ axis: 0, dtype: 'float64' }))).toEqual([0, 2320 * n]);
  });
});
