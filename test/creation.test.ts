/** Ranges, spaces, eyes and arrays made after others, bit for bit and stride for stride NumPy's. */

import {
  arange,
  array,
  type DTypeName,
  empty,
  emptyLike,
  eye,
  full,
  fromJSON,
  fullLike,
  linspace,
  type NDArray,
  type Order,
  onesLike,
  random,
  zeros,
  zerosLike,
} from 'strided';
import { DTYPE_NAMES, DTYPES } from '../lib/dtype';
import { encoded } from './support/encoded';
import { readGolden } from './support/golden';

type Case = readonly [call: string, ...rest: never[]];

const { cases } = readGolden<{ cases: Case[] }>('creation');
const of = (name: string) => cases.filter(([call]) => call === name);

/** What a case says of an array: its shape and strides, and its bytes. */
const facts = (x: NDArray) => [x.shape, stridesOf(x), encoded(x, x.dtype)];

/** Null for those of no elements, which mean nothing. */
const stridesOf = (x: NDArray) => (x.size > 0 ? x.strides : null);

function wrong(name: string, make: (...given: never[]) => unknown[]): unknown[] {
  return of(name).flatMap(([, ...given]) => {
    const found = make(...given);
    const expected = given.slice(-found.length);
    return JSON.stringify(found) === JSON.stringify(expected) ? [] : [{ given, found }];
  });
}

test('arange', () => {
  const range = arange as (...given: unknown[]) => NDArray;
  const found = wrong('arange', (...given: unknown[]) => {
    const dtype = given.at(-4);
    const numbers = given.slice(0, -4).map((x) => (typeof x === 'string' ? BigInt(x) : x));
    return facts(range(...numbers, { dtype }));
  });
  expect(of('arange').length).toBeGreaterThan(1500);
  expect(found.map((x) => JSON.stringify(x))).toEqual([]);
});

test('linspace', () => {
  const make = (
    start: number,
    stop: number,
    num: number,
    endpoint: boolean,
    dtype: DTypeName,
  ): unknown[] => {
    const [x, step] = linspace(start, stop, num, { endpoint, dtype, retstep: true });
    expect(linspace(start, stop, num, { endpoint, dtype }).toArray()).toEqual(x.toArray());
    return [Number.isNaN(step) ? null : encoded(step, 'float64'), ...facts(x)];
  };
  expect(wrong('linspace', make).map((x) => JSON.stringify(x))).toEqual([]);
  expect(of('linspace').length).toBeGreaterThan(800);
});

test('eye', () => {
  const make = (n: number, m: number | null, k: number, dtype: DTypeName, order: 'C' | 'F') =>
    facts(eye(n, m, { k, dtype, order }));
  expect(wrong('eye', make).map((x) => JSON.stringify(x))).toEqual([]);
  expect(of('eye').length).toBeGreaterThan(100);
});

/** A view with its axes permuted, some of them then reversed. */
const viewOf = (x: NDArray, axes: number[], reverse: number[]) =>
  x.transpose(axes).slice(...reverse.map((back) => (back ? '::-1' : ':')));

test('arrays made after others have the layout that NumPy gives them', () => {
  const make = (
    shape: number[],
    made: 'C' | 'F',
    dtype: DTypeName,
    axes: number[],
    reverse: number[],
    order: Order,
    to: DTypeName | null,
    newShape: number[] | null,
  ) => {
    const x = viewOf(empty(shape, { dtype, order: made }), axes, reverse);
    const options = {
      order,
      ...(to === null ? {} : { dtype: to }),
      ...(newShape === null ? {} : { shape: newShape }),
    };
    const y = emptyLike<DTypeName>(x, options);
    expect([y.dtype, y.base]).toEqual([to ?? dtype, null]);
    for (const like of [zerosLike, onesLike]) {
      expect(like<DTypeName>(x, options).strides).toEqual(y.strides);
    }
    return [y.shape, stridesOf(y)];
  };
  expect(wrong('like', make).map((x) => JSON.stringify(x))).toEqual([]);
  expect(of('like').length).toBe(400);
});

test('copies have the layout that NumPy gives them', () => {
  const make = (
    shape: number[],
    made: 'C' | 'F',
    dtype: DTypeName,
    axes: number[],
    reverse: number[],
    order: Order,
    to: DTypeName | null,
  ) => {
    const x = viewOf(zeros(shape, { dtype, order: made }), axes, reverse);
    const cast = x.asType(to ?? dtype, { order, casting: 'unsafe' });
    return [x.copy({ order }), array(x, { order }), cast].map(stridesOf);
  };
  expect(wrong('copies', make).map((x) => JSON.stringify(x))).toEqual([]);
  expect(of('copies').length).toBe(400);
});

test('the elements of arrays made after others', () => {
  const x = array(
    [
      [1, 2],
      [3, 4],
    ],
    { dtype: 'int16', order: 'F' },
  );
  expect(zerosLike(x).toArray()).toEqual([
    [0, 0],
    [0, 0],
  ]);
  expect(onesLike(x, { dtype: 'bool' }).toArray()).toEqual([
    [true, true],
    [true, true],
  ]);
  expect(fullLike(x, -7, { shape: 3 }).toArray()).toEqual([-7, -7, -7]);
  expect(fullLike(x, 7n, { dtype: 'uint64', shape: [] }).item()).toBe(7n);
  expect(fullLike(x, 9).strides).toEqual([2, 4]);
});

test('ranges of 64 bits are exact on both sides of 2^53, and across chunks', () => {
  for (const [start, step] of [
    [-(2n ** 53n) + 70_000n, -1n],
    [2n ** 53n - 70_000n, 1n],
    [-(2n ** 33n), 2n ** 17n + 1n],
    [2n ** 62n, -(2n ** 45n)],
  ] as const) {
    const x = arange(start, start + 140_001n * step, step);
    const wanted = BigInt64Array.from({ length: 140_001 }, (_, i) => start + BigInt(i) * step);
    expect(Buffer.compare(Buffer.from(x.toTypedArray().buffer), Buffer.from(wanted.buffer))).toBe(
      0,
    );
  }
  const large = arange(2n ** 64n - 3n, 2n ** 64n - 1n, { dtype: 'uint64' });
  expect(large.toArray()).toEqual([2n ** 64n - 3n, 2n ** 64n - 2n]);
});

describe('array of iterables', () => {
  function* squares(n: number) {
    for (let i = 0; i < n; i++) yield i * i;
  }

  test('sets, generators, the values of maps, nested as they come', () => {
    expect(array(new Set([3, 1, 2])).toArray()).toEqual([3, 1, 2]);
    expect(array(squares(4)).toArray()).toEqual([0, 1, 4, 9]);
    const map = new Map([
      [1, [1n, 2n]],
      [2, [3n, 4n]],
    ]);
    expect(array(map.values())).toMatchObject({ dtype: 'int64', shape: [2, 2] });
    expect(array([squares(3), new Set([5, 6, 7])]).toArray()).toEqual([
      [0, 1, 4],
      [5, 6, 7],
    ]);
    expect(
      array(
        new Map([
          [1, 2],
          [3, 4],
        ]),
      ).toArray(),
    ).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(array(new Set([true, false]), { dtype: 'int8' }).toArray()).toEqual([1, 0]);
    expect(array(new Set<number>()).shape).toEqual([0]);
    const once = squares(2);
    expect(array([once, once]).toArray()).toEqual([
      [0, 1],
      [0, 1],
    ]); // it runs one time
  });

  test('TypedArrays and arrays in lists keep their dtype', () => {
    const rows = array([Int8Array.of(1, 2), Int8Array.of(3, 4)]);
    expect([rows.dtype, rows.toArray()]).toEqual([
      'int8',
      [
        [1, 2],
        [3, 4],
      ],
    ]);
    const x = arange(6, { dtype: 'float32' }).reshape([2, 3]);
    const stacked = array([x, x.slice('::-1')], { order: 'F' });
    expect(stacked).toMatchObject({ dtype: 'float32', shape: [2, 2, 3], strides: [4, 8, 16] });
    expect(stacked.toArray()).toEqual([
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
      [
        [3, 4, 5],
        [0, 1, 2],
      ],
    ]);
    const flags = array([true, false]);
    expect(array([flags, flags])).toMatchObject({ dtype: 'bool', shape: [2, 2] });
    const none = array([empty([0, 3], { dtype: 'int16' })]);
    expect([none.dtype, none.shape]).toEqual(['int16', [1, 0, 3]]);
    expect(array([Int8Array.of(1), [300]], { dtype: 'int16' }).toArray()).toEqual([[1], [300]]);
  });

  test('arrays without axes are elements, and keep their dtype', () => {
    const flags = array([full([], true), full([], false)]);
    expect([flags.dtype, flags.toArray()]).toEqual(['bool', [true, false]]);
    const x = arange(4, { dtype: 'uint8' }).slice('::2');
    const y = array([[x.slice(1)], [x.slice(1).copy()]]);
    expect([y.dtype, y.shape, y.toArray()]).toEqual(['uint8', [2, 1], [[2], [2]]]);
    expect(array([array(7n), 1], { dtype: 'float32' }).toArray()).toEqual([7, 1]);
    expect(() => array([array(300)], { dtype: 'int8' })).toThrow(/^array\[0\]: .* received 300$/);
  });

  test('can be assigned', () => {
    const x = empty([2, 2]);
    expect(x.assign([full([], 3), full([], 4)]).toArray()).toEqual([
      [3, 4],
      [3, 4],
    ]);
    expect(x.assign(new Set([1, 2])).toArray()).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });
});

describe('JSON', () => {
  const back = (x: NDArray) => fromJSON(JSON.parse(JSON.stringify(x)));
  const same = (x: NDArray) => {
    const y = back(x);
    expect([y.dtype, y.shape, y.base]).toEqual([x.dtype, x.shape, null]);
    expect(Buffer.from(y.toTypedArray().buffer)).toEqual(Buffer.from(x.toTypedArray().buffer));
  };

  test('keeps every element, of every dtype', () => {
    const specials = [0, -0, 1, 0.1, 5e-324, 1e308, Number.NaN, 1 / 0, -1 / 0];
    same(array(specials));
    same(array(specials, { dtype: 'float32' }));
    for (const dtype of DTYPE_NAMES) {
      const { kind, min, max } = DTYPES[dtype];
      same(array(kind === 'f' ? [3.5, -2] : [min, max, 1n], { dtype }));
      same(empty([2, 0, 3], { dtype }));
    }
    const rng = random.defaultRng(1);
    same(rng.normal(0, 1e-300, 1000));
    same(rng.standardNormal(1000, { dtype: 'float32' }));
    same(rng.integers(-(2n ** 63n), 2n ** 63n, 1000));
  });

  test('keeps the shape, of any layout', () => {
    same(array(7n));
    same(arange(24).reshape([2, 3, 4]).transpose([2, 0, 1]));
    same(arange(10).slice('::-3'));
  });

  test('is what the README says', () => {
    const text = '{"dtype":"float64","shape":[3],"data":[1.5,"NaN","-0"]}';
    expect(JSON.stringify(array([1.5, Number.NaN, -0]))).toBe(text);
    expect(JSON.stringify([array(2n ** 60n)])).toBe(
      '[{"dtype":"int64","shape":[],"data":["1152921504606846976"]}]',
    );
  });
});
