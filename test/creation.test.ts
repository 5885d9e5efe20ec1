/** Ranges, spaces, eyes and arrays made after others, bit for bit and stride for stride NumPy's. */

import {
  arange,
  array,
  type DTypeName,
  empty,
  emptyLike,
  eye,
  fullLike,
  linspace,
  type NDArray,
  onesLike,
  type Order,
  zerosLike,
} from 'strided';
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
    const whole = empty(shape, { dtype, order: made }).transpose(axes);
    const x = whole.slice(...reverse.map((back) => (back ? '::-1' : ':')));
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
