/** What the options of a sum do. */

import {
  array,
  asArray,
  type DTypeName,
  empty,
  full,
  NDArray,
  ones,
  type ReduceOptions,
  type Scalar,
  sum,
  zeros,
} from 'strided';
import { DTYPE_NAMES, DTYPES } from '../lib/dtype';
import { exactSum, exactSums } from './support/exact';
import { bitsOf } from './support/golden';
import { makeValues } from './support/values';

/** Ordinary numbers between pairs of large ones that cancel: any slip shows. */
function mixed(n: number, seed: number): Float64Array {
  const values = makeValues('antisymmetric', 'float64', n, 2 * seed) as Float64Array;
  const normal = makeValues('normal', 'float64', n, seed) as Float64Array;
  return values.map((x, i) => (i % 3 === 0 ? normal[i]! : x));
}

const SHAPE = [6, 5, 8];
const VALUES = mixed(240, 1);
const X = array(VALUES).reshape(SHAPE);

function bits(result: Scalar | NDArray, dtype: DTypeName = 'float64'): string[] {
  const elements = result instanceof NDArray ? result.toTypedArray() : [result];
  return Array.from(elements as Iterable<number>, (value) => bitsOf(value, dtype));
}

const bitsOfAll = (values: readonly number[], dtype: DTypeName = 'float64') =>
  values.map((value) => bitsOf(value, dtype));

const AXES: (readonly number[])[] = [[], [0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]];

const code = (name: string) => expect.objectContaining({ code: name });

function expectError(name: string, x: NDArray, options: ReduceOptions) {
  expect(() => x.sum(options)).toThrow(code(name));
}

describe('axis', () => {
  test.each(AXES.map((axis) => [axis]))('%j', (axis) => {
    const result = X.sum({ axis }) as NDArray;
    expect(bits(result)).toEqual(bitsOfAll(exactSums(VALUES, SHAPE, axis, 53)));
    expect(bits(X.sum({ axis: axis.map((i) => i - 3).reverse() }))).toEqual(bits(result));
    if (axis.length === 3) return expect(typeof result).toBe('number');
    expect(result.shape).toEqual(SHAPE.filter((_, i) => !axis.includes(i)));
    return expect(result.base).toBeNull();
  });

  test('null and nothing are all axes, and a number is one', () => {
    expect(X.sum({ axis: null })).toBe(exactSum(VALUES, 53));
    expect(X.sum({ axis: undefined })).toBe(X.sum());
    expect(sum(X)).toBe(X.sum());
    expect(bits(sum(X, { axis: -2 }))).toEqual(bits(X.sum({ axis: [1] })));
  });

  test('[] reduces nothing, and makes zeros positive', () => {
    const x = array([
      [-0, 1.5],
      [Number.NaN, -Infinity],
    ]);
    expect(bits(x.sum({ axis: [] }))).toEqual(bitsOfAll([0, 1.5, Number.NaN, -Infinity]));
    expect(x.get(0, 0)).toBe(-0);
    const small = array([[3, -4]], { dtype: 'int8' }).sum({ axis: [] }) as NDArray;
    expect([small.dtype, small.toArray()]).toEqual(['int64', [[3n, -4n]]]);
  });

  test.each([3, -4, [0, 3], 1.5, Number.NaN, '0', [[0]]])('%j is no axis', (axis) => {
    expectError('ERR_AXIS', X, { axis: axis as number });
  });

  test('no axis comes twice', () => expectError('ERR_AXIS', X, { axis: [1, -2] }));
});

test('keepdims leaves reduced axes with size 1', () => {
  for (const axis of AXES) {
    const result = X.sum({ axis, keepdims: true }) as NDArray;
    expect(result.shape).toEqual(SHAPE.map((size, i) => (axis.includes(i) ? 1 : size)));
    expect(bits(result)).toEqual(bits(X.sum({ axis })));
    expect(result.flags.cContiguous).toBe(true);
  }
  const total = X.sum({ keepdims: true }) as NDArray;
  expect([total.shape, total.item()]).toEqual([[1, 1, 1], X.sum()]);
  expectError('ERR_SHAPE', X, { keepdims: 1 as unknown as boolean });
});

describe('out', () => {
  const expected = bits(X.sum({ axis: 1 }));
  const outs: { readonly [name: string]: () => NDArray } = {
    'in C order': () => full([6, 8], 99.5),
    'in F order': () => full([6, 8], 99.5, { order: 'F' }),
    'with gaps, backwards': () => full([6, 16], 99.5).slice('::-1', '::-2'),
    'in a TypedArray': () => asArray(new Float64Array(48)).reshape([6, 8]),
    'at an odd address': () =>
      NDArray.over(new Uint8Array(new ArrayBuffer(385), 1), DTYPES.float64).reshape([6, 8]),
  };

  test.each(Object.keys(outs))('%s', (name) => {
    const out = outs[name]!();
    expect(X.sum({ axis: 1, out })).toBe(out);
    expect(bits(out)).toEqual(expected);
    const kept = outs[name]!();
    const view = kept.slice(':', null);
    expect(X.sum({ axis: 1, keepdims: true, out: view })).toBe(view);
    expect(bits(kept)).toEqual(expected);
  });

  test('leaves what lies between its elements', () => {
    const around = full([6, 16], 99.5);
    X.sum({ axis: 1, out: around.slice(':', '1::2') });
    expect(new Set((around.slice(':', '::2').toTypedArray() as Float64Array).values())).toEqual(
      new Set([99.5]),
    );
  });

  test.each([
    ['a row', (x: NDArray) => x.slice(2), 0],
    ['the last row backwards', (x: NDArray) => x.slice(-1, '::-1'), 0],
    ['a column', (x: NDArray) => x.slice(':', 3), 1],
    ['half of a row and of the next', (x: NDArray) => x.ravel().slice('4:13'), 0],
  ] as const)('may be part of the input: %s', (_, part, axis) => {
    const values = mixed(81, 3);
    const x = array(values).reshape([9, 9]);
    const y = x.copy();
    const out = part(y);
    expect(bits(y.sum({ axis, out }))).toEqual(bits(x.sum({ axis })));
    expect(bits(out)).toEqual(bits(x.sum({ axis })));
  });

  test('may be the whole input, or the mask', () => {
    const x = X.copy();
    x.sum({ axis: [], out: x, initial: 1 });
    expect(bits(x)).toEqual(bits(X.sum({ axis: [], initial: 1 })));
    const mask = array([true, false, true]);
    const y = array([
      [true, true, false],
      [false, true, true],
    ]);
    y.sum({ axis: 0, dtype: 'bool', where: mask, out: mask });
    expect(mask.toArray()).toEqual([true, false, true]);
  });

  test('has the dtype of the sum, unless that is given', () => {
    const values = makeValues('uniform', 'float64', 1000, 5) as Float64Array;
    const x = array(values);
    const narrow = zeros([], { dtype: 'float32' });
    x.sum({ out: narrow });
    expect(narrow.item()).toBe(exactSum(values, 24));
    const wide = zeros([]);
    x.sum({ dtype: 'float32', out: wide });
    expect(wide.item()).toBe(exactSum(values, 24));
    const bytes = full([3], 100, { dtype: 'int8' });
    const out = zeros([], { dtype: 'int16' });
    expect((bytes.sum({ out }) as NDArray).item()).toBe(300);
  });

  test('takes what the dtype asked for holds', () => {
    const out = zeros([], { dtype: 'int64' });
    ones([3], { dtype: 'bool' }).sum({ dtype: 'bool', out });
    expect(out.item()).toBe(1n);
  });

  test('is checked first', () => {
    expectError('ERR_SHAPE', X, { axis: 1, out: zeros([8, 6]) });
    expectError('ERR_SHAPE', X, { axis: 1, out: zeros([6, 1, 8]) });
    expectError('ERR_SHAPE', X, { axis: 1, keepdims: true, out: zeros([6, 8]) });
    expectError('ERR_SHAPE', X, { out: zeros([1]) });
    expectError('ERR_READ_ONLY', X, { out: zeros([]).setFlags({ writeable: false }) });
    expectError('ERR_CAST', X, { out: zeros([], { dtype: 'int64' }) });
    expectError('ERR_CAST', ones([2], { dtype: 'int8' }), { out: zeros([], { dtype: 'uint64' }) });
    expectError('ERR_DTYPE', X, { out: new Float64Array(1) as unknown as NDArray });
  });

  test('is as it was after an integer overflow', () => {
    const x = full([2, 3], 2n ** 62n, { dtype: 'int64' });
    const out = full([3], 5n, { dtype: 'int64' });
    expectError('ERR_INT_OVERFLOW', x, { axis: 0, out });
    expect(out.toArray()).toEqual([5n, 5n, 5n]);
  });

  test('is as it was after an overflow that an initial term or a narrow out brings about', () => {
    const x = array([[1, 1, 100]], { dtype: 'int8' });
    const out = full([3], 5n, { dtype: 'int64' });
    expectError('ERR_INT_OVERFLOW', x, { axis: 0, out, initial: 2n ** 63n - 100n });
    expect(out.toArray()).toEqual([5n, 5n, 5n]);
    const narrow = full([3], 5, { dtype: 'int8' });
    expectError('ERR_INT_OVERFLOW', x.broadcastTo([2, 3]), { axis: 0, out: narrow });
    expect(narrow.toArray()).toEqual([5, 5, 5]);
  });

  test('of the usual dtype takes sums of short integers as they come', () => {
    const x = array(
      [
        [-128, 127, 0],
        [-128, 127, 1],
      ],
      { dtype: 'int8' },
    );
    const out = full([3], 5n, { dtype: 'int64' });
    expect(x.sum({ axis: 0, out })).toBe(out);
    expect(out.toArray()).toEqual([-256n, 254n, 1n]);
    x.T.sum({ axis: 1, out: out.slice('::-1') });
    expect(out.toArray()).toEqual([1n, 254n, -256n]);
  });
});

describe('what was broadcast', () => {
  const shape = [3, 1001, 4, 5];
  const row = mixed(20, 7);
  row.set([0.1, -0, Infinity, Number.NaN, 5e-324, 1.7e308], 3);
  const repeats = (values: ArrayLike<number>) => Array.from(values, (x) => exactSum([x], 53, 1001));

  test('is summed along its repeated axis as its elements are', () => {
    const x = array(row).reshape([4, 5]).broadcastTo(shape);
    const expected = repeats(row);
    for (const view of [x, x.slice('::-1', ':', '::-1'), x.transpose([3, 0, 1, 2])]) {
      const axis = view.shape.indexOf(1001);
      const sums = view.sum({ axis }) as NDArray;
      const back =
        view === x ? sums : axis === 1 ? sums.slice(':', '::-1') : sums.transpose([1, 2, 0]);
      for (let i = 0; i < 3; i++) {
        expect((back.slice(i) as NDArray).ravel().toArray() as number[]).toEqual(expected);
      }
    }
  });

  test('is summed as often as the mask lets it through', () => {
    const x = array(row).reshape([4, 5]).broadcastTo(shape);
    const where = array([true, false, true, true]).reshape([4, 1]).broadcastTo(shape);
    const sums = x.sum({ axis: 1, where }) as NDArray;
    const expected = repeats(row).map((sum, i) => (i >= 5 && i < 10 ? 0 : sum));
    expect((sums.slice(2) as NDArray).ravel().toArray()).toEqual(expected);
    expect((x.sum({ axis: 1, initial: 1 }) as NDArray).get(0, 0, 0)).toBe(
      exactSum([1, ...new Float64Array(1001).fill(row[0]!)], 53),
    );
  });

  test('has exact sums of integers, or none', () => {
    const x = array([[-128, 127, 3]], { dtype: 'int8' }).broadcastTo([5, 100_000, 3]);
    expect((x.sum({ axis: [0, 1] }) as NDArray).toArray()).toEqual([
      -64_000_000n,
      63_500_000n,
      1_500_000n,
    ]);
    const none = zeros([0, 3], { dtype: 'int8' }).broadcastTo([100, 0, 3]);
    expect((none.sum({ axis: 0 }) as NDArray).shape).toEqual([0, 3]);
    expect((none.sum({ axis: [0, 1] }) as NDArray).toArray()).toEqual([0n, 0n, 0n]);
    const large = full([2, 3], 2n ** 59n, { dtype: 'int64' }).broadcastTo([8, 2, 3]);
    expectError('ERR_INT_OVERFLOW', large, { axis: [0, 1] });
    expect((large.sum({ axis: 0 }) as NDArray).get(1, 2)).toBe(2n ** 62n);
    const float = zeros([3]);
    large.sum({ axis: [0, 1], out: float });
    expect(float.toArray()).toEqual([2 ** 63, 2 ** 63, 2 ** 63]);
  });

  test('is rounded to float32 once', () => {
    const x = array([0.1, 1e-44, 3e38], { dtype: 'float32' });
    const terms = Array.from({ length: 3 }, (_, i) => x.get(i) as number);
    const wide = x.broadcastTo([1001, 3]);
    expect((wide.sum({ axis: 0 }) as NDArray).toArray()).toEqual(
      terms.map((t) => Math.fround(t * 1001)),
    );
    expect((wide.sum({ axis: 0, dtype: 'float64' }) as NDArray).toArray()).toEqual(
      terms.map((t) => t * 1001),
    );
  });
});

describe('where', () => {
  const random = makeValues('full', 'bool', 240, 4) as Uint8Array;
  const masks: { readonly [name: string]: NDArray } = {
    'of the same shape': asArray(random).reshape(SHAPE).asType('bool', { casting: 'unsafe' }),
    'of one row': array([true, false, true, true, false, false, true, false]),
    'of one column': array([[true], [false], [true], [true], [false]]),
    'of the first axis': array([[[true]], [[true]], [[false]], [[true]], [[false]], [[true]]]),
    'of one element': array(true),
    'in F order': asArray(random).reshape([8, 5, 6]).T.asType('bool', { casting: 'unsafe' }),
  };
  const stretched = (mask: NDArray) => empty(SHAPE, { dtype: 'bool' }).assign(mask).toTypedArray();

  test.each(Object.keys(masks))('a mask %s', (name) => {
    const mask = masks[name]!;
    const flat = stretched(mask);
    const where = (i: number) => flat[i] === 1;
    for (const axis of AXES) {
      const expected = exactSums(VALUES, SHAPE, axis, 53, { where });
      for (const x of [X, X.copy({ order: 'F' }), X.slice('::-1').copy().slice('::-1')]) {
        expect(bits(x.sum({ axis, where: mask }))).toEqual(bitsOfAll(expected));
      }
      const withInitial = exactSums(VALUES, SHAPE, axis, 53, { where, initial: 0.1 });
      expect(bits(X.sum({ axis, where: mask, initial: 0.1 }))).toEqual(bitsOfAll(withInitial));
    }
  });

  test('true is every element and false none', () => {
    expect(X.sum({ where: true })).toBe(X.sum());
    expect(X.sum({ where: false })).toBe(0);
    expect(X.sum({ where: false, initial: 7.25 })).toBe(7.25);
    expect(new Set(bits(X.sum({ axis: 1, where: false })))).toEqual(
      new Set([bitsOf(0, 'float64')]),
    );
  });

  test('what it leaves out is no term', () => {
    const x = array([1, Number.NaN, 2, Infinity, -Infinity]);
    expect(x.sum({ where: array([true, false, true, false, false]) })).toBe(3);
    const large = array([2n ** 63n - 1n, 1n, 5n]);
    expect(large.sum({ where: array([true, false, false]) })).toBe(2n ** 63n - 1n);
    expectError('ERR_INT_OVERFLOW', large, { where: array([true, true, false]) });
  });

  test.each(DTYPE_NAMES)('masks %s elements', (dtype) => {
    const x = ones([7, 9], { dtype });
    const mask = empty([7, 9], { dtype: 'bool' }).fill(true);
    mask.slice('1::3', '::2').fill(false);
    const axis0 = (x.sum({ axis: 0, where: mask }) as NDArray).toArray() as Scalar[];
    expect(axis0.map(Number)).toEqual([5, 7, 5, 7, 5, 7, 5, 7, 5]);
    expect(Number(x.sum({ where: mask }))).toBe(53);
  });

  test('is checked first', () => {
    expectError('ERR_BROADCAST', X, { where: ones([5], { dtype: 'bool' }) });
    expectError('ERR_BROADCAST', X, { where: ones([1, 6, 5, 8], { dtype: 'bool' }) });
    expectError('ERR_DTYPE', X, { where: ones([8], { dtype: 'uint8' }) });
    expectError('ERR_DTYPE', X, { where: 1 as unknown as boolean });
  });
});

describe('initial', () => {
  test('is one more term of each sum, before it is rounded', () => {
    for (const initial of [0.1, -1e16, 2 ** -60, 1e308, -0, Infinity, Number.NaN]) {
      for (const axis of AXES) {
        const expected = exactSums(VALUES, SHAPE, axis, 53, { initial });
        expect(bits(X.sum({ axis, initial }))).toEqual(bitsOfAll(expected));
      }
    }
    expect(array([1, 2 ** -54]).sum({ initial: 2 ** -54 })).toBe(1);
    expect(array([1, 2 ** -54]).sum({ initial: 2 ** -53 })).toBe(1 + 2 ** -52);
    expect(array([1e308, 1e308]).sum({ initial: -1e308 })).toBe(1e308);
    expect(array([Infinity]).sum({ initial: -Infinity })).toBeNaN();
    expect(array([-0]).sum({ initial: -0 })).toBe(0);
  });

  test('is of the result dtype', () => {
    const x = array([1, 2], { dtype: 'float32' });
    expect(x.sum({ initial: 0.1 })).toBe(Math.fround(3 + Math.fround(0.1)));
    expect(x.sum({ initial: 0.1, dtype: 'float64' })).toBe(exactSum([1, 2, 0.1], 53));
    expect(x.sum({ initial: 3n })).toBe(6);
    expect(x.sum({ initial: true })).toBe(4);
    const bytes = array([1, 2], { dtype: 'uint8' });
    expect(bytes.sum({ initial: 2 ** 40 })).toBe(2n ** 40n + 3n);
    expect(bytes.sum({ initial: 2n ** 64n - 4n })).toBe(2n ** 64n - 1n);
    expect(bytes.sum({ initial: -3n, dtype: 'int8' })).toBe(0);
    expectError('ERR_INT_OVERFLOW', bytes, { initial: 2n ** 64n - 3n });
    expectError('ERR_CAST', bytes, { initial: 2n ** 64n });
    expectError('ERR_CAST', bytes, { initial: -1 });
    expectError('ERR_CAST', bytes, { initial: 0.5 });
    expectError('ERR_CAST', bytes, { initial: 200, dtype: 'int8' });
    expectError('ERR_DTYPE', bytes, { initial: '1' as unknown as number });
  });

  describe('counts in a float sum of integers', () => {
    const x = array([1, 2], { dtype: 'int32' });

    test.each([
      ['of int32', x, 'float64', 0.5, 3.5],
      ['as float32', x, 'float32', 4, 7],
      ['rounded once', array([2n ** 53n + 1n]), 'float64', 0.5, 2 ** 53 + 2],
      ['of nothing', x.slice('0:0'), 'float64', 0.5, 0.5],
      ['of bools', ones([3], { dtype: 'bool' }), 'float64', 0.25, 3.25],
      ['an infinity too', x, 'float64', -Infinity, -Infinity],
    ] as const)('%s', (_, integers, dtype, initial, expected) => {
      expect((integers as NDArray).sum({ dtype, initial })).toBe(expected);
    });
  });
});

describe('dtype', () => {
  const over = (dtype: DTypeName, values: readonly bigint[]) => array(values, { dtype });
  const whole = (x: NDArray, dtype: DTypeName) => BigInt(x.sum({ dtype }) as number | bigint);

  test('int sums become floats, rounded once', () => {
    const x = array([2n ** 53n + 1n, 1n]);
    expect(x.sum({ dtype: 'float64' })).toBe(2 ** 53 + 2);
    expect(full([4], 2n ** 63n - 1n, { dtype: 'int64' }).sum({ dtype: 'float64' })).toBe(2 ** 65);
    expect(full([3], 2n ** 64n - 1n, { dtype: 'uint64' }).sum({ dtype: 'float32' })).toBe(
      Math.fround(3 * 2 ** 64),
    );
    // By way of float64 the last term would be lost, and a tie go the other way.
    expect(array([2n ** 60n, 2n ** 36n, 1n]).sum({ dtype: 'float32' })).toBe(2 ** 60 + 2 ** 37);
    expect(array([2n ** 60n, 2n ** 36n]).sum({ dtype: 'float32' })).toBe(2 ** 60);
    const rows = ones([3, 70_000], { dtype: 'bool' }).sum({ axis: 1, dtype: 'float32' }) as NDArray;
    expect([rows.dtype, rows.toArray()]).toEqual(['float32', [70_000, 70_000, 70_000]]);
  });

  test.each(DTYPE_NAMES.filter((name) => 'iu'.includes(DTYPES[name].kind)))(
    'a sum of integers as %s is exact, or an error',
    (dtype) => {
      const { min, max, kind } = DTYPES[dtype];
      const source = kind === 'u' ? 'uint64' : 'int64';
      const part = max / 3n;
      const fits = over(source, [part, part, max - 2n * part]);
      expect(whole(fits, dtype)).toBe(max);
      expect(fits.sum({ dtype, axis: [0], keepdims: true })).toMatchObject({ dtype });
      expectError('ERR_INT_OVERFLOW', over(source, [max, 1n]), { dtype });
      expectError('ERR_INT_OVERFLOW', over(source, [max, 1n]), { dtype, axis: 0, keepdims: true });
      if (kind === 'u') return;
      expect(whole(over(source, [min + 9n, -9n]), dtype)).toBe(min);
      expectError('ERR_INT_OVERFLOW', over(source, [min, -1n]), { dtype });
      // What leaves the range on the way, and comes back.
      expect(whole(over(source, [max, max, min, min, 5n]), dtype)).toBe(3n);
    },
  );

  test('floats become wider and narrower floats, rounded once', () => {
    const floats = makeValues('wide', 'float32', 1000, 6) as Float32Array;
    expect(array(floats).sum({ dtype: 'float64' })).toBe(exactSum(floats, 53));
    const doubles = makeValues('normal', 'float64', 1000, 6) as Float64Array;
    expect(array(doubles).sum({ dtype: 'float32' })).toBe(exactSum(doubles, 24));
    const half = 2 ** -24;
    expect(array([1, half, 2 ** -80]).sum({ dtype: 'float32' })).toBe(1 + 2 ** -23);
    expect(array([1, half]).sum({ dtype: 'float32' })).toBe(1);
    expect(array([1, half, -(2 ** -80)]).sum({ dtype: 'float32' })).toBe(1);
    expect(array([3e38, 3e38]).sum({ dtype: 'float32' })).toBe(Infinity);
    expect(array([1e-46, 5e-46]).sum({ dtype: 'float32' })).toBe(0);
    expect(array([-1e-60]).sum({ dtype: 'float32' })).toBe(-0);
    const large = new Float32Array(4).fill(3e38);
    expect(array(large).sum({ dtype: 'float64' })).toBe(4 * Math.fround(3e38));
    expect(array(large).sum()).toBe(Infinity);
  });

  test('bools are counted, or asked whether any is true', () => {
    const x = array([
      [true, false, true],
      [false, false, true],
    ]);
    expect(x.sum()).toBe(3n);
    expect(x.sum({ dtype: 'uint8' })).toBe(3);
    expect(x.sum({ dtype: 'float64' })).toBe(3);
    expect(x.sum({ dtype: 'bool' })).toBe(true);
    expect((x.sum({ dtype: 'bool', axis: 0 }) as NDArray).toArray()).toEqual([true, false, true]);
    expect(x.sum({ dtype: 'bool', where: false })).toBe(false);
    expect(x.sum({ dtype: 'bool', where: false, initial: true })).toBe(true);
    expect(ones([300], { dtype: 'bool' }).sum({ dtype: 'bool' })).toBe(true);
    expectError('ERR_INT_OVERFLOW', ones([128], { dtype: 'bool' }), { dtype: 'int8' });
  });

  test.each([
    ['float64', 'int64'],
    ['float32', 'uint8'],
    ['float64', 'bool'],
    ['int8', 'uint64'],
    ['int64', 'bool'],
    ['uint8', 'bool'],
  ] as const)('a sum of %s is no %s', (from, dtype) => {
    expectError('ERR_CAST', ones([3], { dtype: from }), { dtype });
  });

  test('is a known name', () => expectError('ERR_DTYPE', X, { dtype: 'double' as DTypeName }));
});
