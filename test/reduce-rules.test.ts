/** What reductions besides sums make of no elements, NaN, zeros with a sign, and overflow. */

import {
  array,
  asArray,
  empty,
  full,
  getNumThreads,
  type NDArray,
  ones,
  random,
  type Scalar,
  setNumThreads,
  zeros,
} from 'strided';
import { DTYPE_NAMES } from '../lib/dtype';
import { type ReductionName, resultDtype } from './support/golden';

const code = (name: string) => expect.objectContaining({ code: name });
const list = (result: unknown) => (result as NDArray).toArray();
const bytes = (x: NDArray) => Buffer.from(x.toTypedArray().buffer);

describe('of nothing', () => {
  const none = zeros([0, 3]);
  const rows: readonly [ReductionName, Scalar][] = [
    ['mean', Number.NaN],
    ['prod', 1],
    ['any', false],
    ['all', true],
    ['countNonzero', 0n],
  ];

  test.each(rows)('%s', (name, value) => {
    expect(none[name]()).toEqual(value);
    expect(list(none[name]({ axis: 0 }))).toEqual([value, value, value]);
    expect(list(none.T[name]({ axis: 1, keepdims: true }))).toEqual([[value], [value], [value]]);
    expect(list(none[name]({ axis: 1 }))).toEqual([]);
    for (const dtype of DTYPE_NAMES) {
      const result = zeros([2, 0], { dtype })[name]({ axis: 1 }) as NDArray;
      const type = resultDtype(name, dtype);
      expect(result.dtype).toBe(type);
      expect(list(result)).toEqual(list(full([2], value, { dtype: type })));
    }
  });

  test.each(['min', 'max', 'argmin', 'argmax'] as const)('%s', (name) => {
    for (const options of [{}, { axis: 0 }, { axis: 0, keepdims: true }, { out: zeros([]) }]) {
      expect(() => none[name](options)).toThrow(code('ERR_SHAPE'));
    }
    expect(() => none[name]()).toThrow(`${name}: expected at least one element`);
    const result = none[name]({ axis: 1 }) as NDArray;
    expect([result.shape, result.dtype]).toEqual([[0], resultDtype(name, 'float64')]);
    expect(() => zeros([0, 0])[name]({ axis: 0 })).toThrow(code('ERR_SHAPE'));
    expect(() => ones([2, 0, 0])[name]({ axis: 1 })).toThrow(code('ERR_SHAPE'));
    if (name.startsWith('arg')) return;
    expect(none[name]({ initial: 2 })).toBe(2);
    expect(list(none[name]({ axis: 0, initial: 2 }))).toEqual([2, 2, 2]);
    expect((none[name]({ axis: [] }) as NDArray).shape).toEqual([0, 3]);
  });
});

test('NaN has the same bits however an extreme was found', () => {
  const bits = new BigUint64Array([0xfff8000000000123n, 0x7ff0000000000001n]);
  const x = asArray(new Float64Array(bits.buffer)).reshape([2, 1]);
  const single = x.asType('float32');
  for (const each of [x, single, x.T, full([4, 2, 3], Number.NaN)]) {
    const broadcast = each.expandDims(0).broadcastTo([3, ...each.shape]);
    for (const name of ['min', 'max'] as const) {
      for (const axis of each.shape.keys()) {
        const found = bytes(broadcast.copy()[name]({ axis: axis + 1 }) as NDArray);
        expect(bytes(broadcast[name]({ axis: axis + 1 }) as NDArray)).toEqual(found);
      }
      const found = bytes(broadcast.copy()[name]({ axis: 0 }) as NDArray);
      expect(bytes(broadcast[name]({ axis: 0 }) as NDArray)).toEqual(found);
      expect(found.readBigUInt64LE(0).toString(16)).toMatch(/^7f[cf]/);
    }
  }
});

// Little of what follows the first of its kind is read.
test.each(['C', 'F'] as const)(
  'bools are settled by the first of their kind, in %s order',
  (order) => {
    const [rows, columns] = [7, 9000];
    const place = (row: number) => [0, 255, 256, 1279, 1280, columns - 1, columns][row]!; // or nowhere
    const x = zeros([rows, columns], { dtype: 'bool', order });
    const opposite = full([rows, columns], true, { dtype: 'bool', order });
    for (let row = 0; row < rows; ++row) {
      for (let i = place(row); i < columns; i += 1 + (i % 3)) {
        x.set(row, i, true);
        opposite.set(row, i, false);
      }
    }
    const places = Array.from({ length: rows }, (_, row) => BigInt(place(row) % columns));
    const lasts = places.map((_, row) => {
      for (let i = columns - 1; i >= 0; --i) if (x.get(row, i)) return BigInt(columns - 1 - i);
      return 0n;
    });
    const found = places.map((_, row) => row < rows - 1);
    const backwards = (y: NDArray) => y.slice(':', '::-1');
    for (const [y, max, argmax] of [
      [x, 'max', 'argmax'],
      [opposite, 'min', 'argmin'],
    ] as const) {
      expect(list(y[argmax]({ axis: 1 }))).toEqual(places);
      expect(list(y.T[argmax]({ axis: 0 }))).toEqual(places);
      expect(list(backwards(y)[argmax]({ axis: 1 }))).toEqual(lasts);
      expect(list(y[max]({ axis: 1 }))).toEqual(found.map((any) => any === (max === 'max')));
      for (let row = 0; row < rows; ++row) {
        expect(y.slice(`${row}:`)[argmax]()).toBe(BigInt(row < rows - 1 ? place(row) : 0));
        // In C order, the first is in the first row that has any, wherever memory begins.
        expect(y.slice('::-1').slice(`${row}:`)[argmax]()).toBe(
          BigInt(row === 0 ? columns + place(rows - 2) : place(rows - 1 - row)),
        );
        expect(y.slice(row)[max]()).toBe(found[row] === (max === 'max'));
      }
    }
  },
);

describe('special values', () => {
  const nan = Number.NaN;

  test('NaN is the extreme of any array, and the first one its place', () => {
    for (const dtype of ['float64', 'float32'] as const) {
      for (const values of [
        [1, nan, -Infinity, nan],
        [nan, 2],
        [Infinity, nan, 1],
      ]) {
        const x = array(values, { dtype });
        const place = BigInt(values.findIndex(Number.isNaN));
        expect([x.min(), x.max()]).toEqual([nan, nan]);
        expect([x.argmin(), x.argmax()]).toEqual([place, place]);
        expect([x.any(), x.all()]).toEqual([true, true]);
        expect(x.countNonzero()).toBe(BigInt(values.length));
        expect([x.mean(), x.prod()]).toEqual([nan, nan]);
      }
    }
  });

  test('NaN of a minimum is quiet and positive, whatever came', () => {
    const words = new BigUint64Array([
      0x7ff0000000000001n,
      0xfff8000000000123n,
      0x7fffffffffffffffn,
    ]);
    for (const word of words) {
      const x = asArray(new Float64Array(new BigUint64Array([word, word]).buffer));
      for (const name of ['min', 'max'] as const) {
        const kept = x[name]({ keepdims: true }) as NDArray;
        expect((kept.reinterpret('uint64') as NDArray).toArray()).toEqual([0x7ff8000000000000n]);
      }
    }
  });

  test('-0 is less than +0 for extremes, and equal to it for places', () => {
    for (const dtype of ['float64', 'float32'] as const) {
      for (const values of [
        [0, -0],
        [-0, 0],
        [0, 0, -0, 0],
      ]) {
        const x = array(values, { dtype });
        expect([x.min(), x.max()]).toEqual([-0, 0]);
        expect([x.argmin(), x.argmax()]).toEqual([0n, 0n]);
        expect([x.any(), x.countNonzero()]).toEqual([false, 0n]);
      }
      expect(array([-0, -0], { dtype }).max()).toBe(-0);
    }
    expect(array([-0, -0]).mean()).toBe(0);
    expect(array([-5e-324, 0, 0]).mean()).toBe(-0);
  });

  test('a mean is finite where its sum is not', () => {
    expect(full([10], 1e308).mean()).toBe(1e308);
    expect(full([3], Number.MAX_VALUE).mean()).toBe(Number.MAX_VALUE);
    expect(array([1e308, 1e308, -1e308, -1e308]).mean()).toBe(0);
    expect(full([10], 3e38, { dtype: 'float32' }).mean()).toBe(Math.fround(3e38));
    expect(array([Infinity, 1]).mean()).toBe(Infinity);
    expect(array([Infinity, -Infinity]).mean()).toBeNaN();
    expect(array([5e-324, 5e-324, 0]).mean()).toBe(5e-324);
  });

  test('an integer product that does not fit is an error, unless a factor is zero', () => {
    const big = array([2n ** 40n, 2n ** 40n, 2n ** 40n]);
    const out = full([1], 5n);
    expect(() => big.prod()).toThrow(code('ERR_INT_OVERFLOW'));
    expect(() => big.prod({ axis: 0, keepdims: true, out })).toThrow(code('ERR_INT_OVERFLOW'));
    expect(out.toArray()).toEqual([5n]);
    for (const place of [0, 1, 2]) {
      const x = big.copy();
      x.set(place, 0n);
      expect(x.prod()).toBe(0n);
    }
    expect(array([2n ** 62n, -2n]).prod()).toBe(-(2n ** 63n));
    expect(() => array([2n ** 62n, 2n]).prod()).toThrow(code('ERR_INT_OVERFLOW'));
    expect(array([2n ** 63n, 1n], { dtype: 'uint64' }).prod()).toBe(2n ** 63n);
    expect(array([255, 255], { dtype: 'uint8' }).prod()).toBe(65025n);
    expect(ones([5], { dtype: 'bool' }).prod()).toBe(1n);
  });

  test.each([
    ['seven primes', 'int32', [-7, 73, -127, 337, 92737, 3, 5]],
    ['three primes', 'uint16', [65521, 65519, 65497]],
    ['powers of two and primes', 'int8', [-128, -128, -128, -127, 113, 127, 109]],
    ['2 ** 63 - 1', 'int32', [7, 7, 73, 127, 337, 92737, 649657]],
    ['-(2 ** 63)', 'int32', new Array<number>(63).fill(-2)],
    ['2 ** 64 - 1', 'uint32', [3, 5, 17, 257, 641, 65537, 6700417]],
  ] as const)('a product of %s is exact, wherever its %s factors lie', (_, dtype, factors) => {
    const product = factors.reduce((all, factor) => all * BigInt(factor), 1n);
    const [terms, columns] = [150, 21];
    // Columns with even numbers have all factors, the others all but one of them.
    const left = (column: number) => (column % 2 === 0 ? -1 : column % factors.length);
    const expected = Array.from({ length: columns }, (_, column) =>
      left(column) < 0 ? product : product / BigInt(factors[left(column)]!),
    );
    for (const order of ['C', 'F'] as const) {
      const x = ones([terms, columns], { dtype, order });
      for (let column = 0; column < columns; ++column) {
        for (const [i, factor] of factors.entries()) {
          if (i !== left(column)) x.set((2 * i + column) % terms, column, factor);
        }
      }
      expect(list(x.prod({ axis: 0 }))).toEqual(expected);
      expect(list(x.T.prod({ axis: 1 }))).toEqual(expected);
      const one = x.slice(':', 12);
      expect(one.prod()).toBe(product);
      const most = 2n ** (dtype.startsWith('u') ? 64n : 63n);
      const next = 2n * (most / (product < 0n ? -product : product));
      if (next > 127n) continue;
      x.set(140, 12, next);
      expect(() => x.prod({ axis: 0 })).toThrow(code('ERR_INT_OVERFLOW'));
      expect(() => one.prod()).toThrow(code('ERR_INT_OVERFLOW'));
    }
  });

  test.each(['int64', 'uint64', 'int32', 'int8'] as const)(
    'a zero among %s factors counts wherever it is, however large the others are',
    (dtype) => {
      const terms = 300; // their product is far beyond what a float64 reaches, too
      for (const order of ['C', 'F'] as const) {
        const x = full([terms, terms], 100, { dtype, order });
        for (let i = 0; i < terms; ++i) x.set(i, i, 0);
        for (const axis of [0, 1]) {
          expect(list(x.prod({ axis }))).toEqual(new Array(terms).fill(0n));
          expect(list(x.prod({ axis, initial: 7 }))).toEqual(new Array(terms).fill(0n));
        }
        x.set(terms / 2, terms / 2, 1);
        for (const axis of [0, 1]) {
          expect(() => x.prod({ axis })).toThrow(code('ERR_INT_OVERFLOW'));
          expect(list(x.prod({ axis, initial: 0 }))).toEqual(new Array(terms).fill(0n));
        }
      }
    },
  );

  const wide = [300, 20_000]; // columns are shared out, or their terms, or both
  const shapes = [
    wide,
    [100, 8065],
    [150, 16_000],
    [64, 4096, 3],
    [9000, 1001],
    [2_000_000, 3],
    [1_500_000, 1],
    [30, 100_000],
    [2_500_000],
  ];
  test.each(
    shapes.flatMap((shape) =>
      (['float64', 'float32'] as const).map((dtype) => [shape, dtype] as const),
    ),
  )('%s: the same %s products on any number of threads', (shape, dtype) => {
    const x = empty(shape, { dtype });
    x.assign(random.defaultRng(1).uniform(0.999, 1.001, shape), { casting: 'unsafe' });
    const threads = getNumThreads();
    const products = [1, 2, 5, 16].map((count) => {
      setNumThreads(count);
      const along = shape.map((_, axis) => asArray(x.prod({ axis })));
      const spaced = x.slice('::-1').slice('::3');
      return [...along, asArray(x.prod()), asArray(spaced.prod({ axis: 0 }))].map(bytes);
    });
    setNumThreads(threads);
    for (const others of products)
      expect(others.every((b, i) => b.equals(products[0]![i]!))).toBe(true);
  });

  test.each([61n, 62n, 63n, 64n, 65n, 66n])('a product of 2 ** %s fits or is an error', (bits) => {
    for (const [dtype, most] of [
      ['int64', 62n],
      ['uint64', 63n],
    ] as const) {
      const x = full([2, Number(bits)], 2, { dtype });
      const expected = () => expect(list(x.prod({ axis: 1 })));
      if (bits <= most) expected().toEqual([2n ** bits, 2n ** bits]);
      else expect(expected).toThrow(code('ERR_INT_OVERFLOW'));
    }
  });
});
