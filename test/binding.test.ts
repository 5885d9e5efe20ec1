/** The second lock: what the facade would never send gets an error from the addon, not memory. */

import { DTYPES, type DType } from '../lib/dtype';
import { type BlockHandle, describe as fill, native } from '../lib/native';

const f64 = DTYPES.float64;
const block = native.allocate(800, true) as BlockHandle;
const other = native.allocate(800, true) as BlockHandle;

function slots(...described: [DType, number, number[], number[]][]): void {
  described.forEach(([dtype, offset, shape, strides], slot) => {
    fill(slot, dtype, offset, shape, strides, shape.length === 0 ? 8 : 800);
  });
}

const wild: [string, DType, number, number[], number[]][] = [
  ['one element too many', f64, 0, [101], [8]],
  ['an offset that pushes the end out', f64, 8, [100], [8]],
  ['a negative offset', f64, -8, [1], [8]],
  ['a negative stride that leaves the start', f64, 0, [2], [-8]],
  ['a stride that leaves the end', f64, 0, [2], [800]],
  ['strides whose sum overflows', f64, 0, [2, 2], [2 ** 53, 2 ** 53]],
  ['sizes whose product overflows', f64, 0, [2 ** 40, 2 ** 40], [0, 0]],
  ['a negative size', f64, 0, [-1], [8]],
  ['a fractional size', f64, 0, [1.5], [8]],
  ['a NaN offset', f64, Number.NaN, [1], [8]],
  ['an infinite stride', f64, 0, [2], [Number.POSITIVE_INFINITY]],
  ['an empty array that starts outside', f64, 900, [0], [8]],
  ['no such dtype', { ...f64, code: 11 }, 0, [1], [8]],
  ['a fractional dtype', { ...f64, code: 1.5 }, 0, [1], [8]],
  ['too many dimensions', f64, 0, new Array(33).fill(1), new Array(33).fill(8)],
];

describe.each(wild)('%s', (_name, dtype, offset, shape, strides) => {
  const code = { code: 'ERR_INDEX' };

  test('is no source and no target of a copy', () => {
    slots([f64, 0, [1], [8]], [dtype, offset, shape, strides]);
    expect(() => native.copy(block, other, undefined)).toThrow(expect.objectContaining(code));
    slots([dtype, offset, shape, strides], [f64, 0, [1], [8]]);
    expect(() => native.copy(block, other, undefined)).toThrow(expect.objectContaining(code));
  });

  test('is no mask, no operand of a job, and no place', () => {
    const error = expect.objectContaining(code);
    slots([f64, 0, [1], [8]], [f64, 0, [1], [8]], [dtype, offset, shape, strides]);
    expect(() => native.copy(block, other, other)).toThrow(error);
    expect(() => native.copyJob(block, other, other, undefined, undefined)).toThrow(error);
    slots([f64, 0, [1], [8]], [dtype, offset, shape, strides]);
    expect(() => native.copyJob(block, other, undefined, undefined, undefined)).toThrow(error);
    expect(() => native.allFit(other, DTYPES.int8.code, undefined)).toThrow(error);
    slots([dtype, offset, shape, strides], [f64, 0, [1], [8]]);
    expect(() => native.copyJob(block, other, undefined, undefined, undefined)).toThrow(error);
    // Places are not bound to a storage; only what is no array at all is refused.
    if (/fraction|dtype|negative size|NaN|infinite|dimensions|sizes/.test(_name)) {
      expect(() => native.sharesMemory(-1)).toThrow(error);
      expect(() => native.overlapsItself()).toThrow(error);
    }
  });

  test('is not summed', () => {
    slots([dtype, offset, shape, strides], [f64, 0, [], []]);
    expect(() => native.reduce(0, block, undefined, undefined, 1, 0)).toThrow(
      expect.objectContaining(code),
    );
    expect(() => native.reduceJob(0, block, other, undefined, 1, 0, undefined, false)).toThrow(
      expect.objectContaining(code),
    );
  });

  test('is not filled with random numbers', () => {
    slots([dtype, offset, shape, strides]);
    expect(() => native.randomDoubles(new Uint32Array(625), block)).toThrow();
    const state = new Uint32Array(10);
    expect(() => native.generatorUniform(state, block, 0, 1)).toThrow();
    expect(() => native.generatorNormal(state, block, 0, 1)).toThrow();
    expect(() => native.generatorIntegers(state, block, false, 0n, 9n)).toThrow();
    expect(() => native.generatorShuffle(state, block)).toThrow();
    expect(state).toEqual(new Uint32Array(10));
  });
});

test.each([
  ['a storage that ends outside', 801, 0],
  ['a storage that is moved outside', 800, 8],
  ['a storage that starts outside', 8, 801],
  ['a negative start', 800, -8],
  ['a negative end', -8, 0],
  ['a fractional end', 0.5, 0],
])('%s is not read', (_name, nbytes, origin) => {
  fill(0, f64, 0, [], [], nbytes, origin);
  fill(1, f64, 0, [], [], 8);
  expect(() => native.reduce(0, block, undefined, undefined, 0, undefined)).toThrow(
    expect.objectContaining({ code: 'ERR_INDEX' }),
  );
});

test('an array does not leave its part of a block', () => {
  fill(0, f64, 0, [2], [8], 8, 8);
  fill(1, f64, 0, [], [], 8);
  expect(() => native.reduce(0, block, undefined, undefined, 1, undefined)).toThrow('within');
});

test('shapes that do not belong together', () => {
  slots([f64, 0, [3], [8]], [f64, 0, [4], [8]]);
  expect(() => native.copy(block, other, undefined)).toThrow('different shapes');
  slots([f64, 0, [2, 3], [24, 8]], [f64, 0, [2], [8]]);
  expect(() => native.reduce(0, block, other, undefined, 1, 0)).toThrow('wrong shape');
  slots([f64, 0, [3], [8]], [f64, 0, [], []], [DTYPES.bool, 0, [4], [1]]);
  expect(() => native.reduce(0, block, undefined, other, 1, 0)).toThrow('wrong shape');
});

test('dtypes that do not belong together', () => {
  slots([f64, 0, [3], [8]], [DTYPES.int64, 0, [], []]);
  expect(() => native.reduce(0, block, undefined, undefined, 1, 0)).toThrow('dtype');
  slots([f64, 0, [3], [8]], [f64, 0, [], []], [f64, 0, [3], [8]]);
  expect(() => native.reduce(0, block, undefined, other, 1, 0)).toThrow('mask');
});

test('masks that do not belong to a copy', () => {
  slots([f64, 0, [3], [8]], [f64, 0, [3], [8]], [DTYPES.bool, 0, [4], [1]]);
  expect(() => native.copy(block, other, other)).toThrow('different shapes');
  slots([f64, 0, [3], [8]], [f64, 0, [3], [8]], [f64, 0, [3], [8]]);
  expect(() => native.copy(block, other, other)).toThrow('mask');
  expect(() => native.copyJob(block, other, other, undefined, undefined)).toThrow('mask');
  slots([f64, 0, [3], [8]], [f64, 0, [4], [8]]);
  expect(() => native.copyJob(block, other, undefined, undefined, undefined)).toThrow(
    'different shapes',
  );
  expect(() => native.copyJob(block, other, undefined, 11, undefined)).toThrow('no such dtype');
});

test('things that are no storage', () => {
  slots([f64, 0, [1], [8]], [f64, 0, [1], [8]]);
  for (const thing of [undefined, null, 1, 'x', {}, new Float64Array(9), new ArrayBuffer(9)]) {
    expect(() => native.copy(thing as never, block, undefined)).toThrow();
  }
  const gone = native.allocate(80, true) as BlockHandle;
  native.dispose(gone);
  expect(() => native.copy(gone, block, undefined)).toThrow('released');
  expect(() => native.arrayBuffer(block, 0, 801)).toThrow('within');
  expect(() => native.arrayBuffer(block, -1, 8)).toThrow('within');
});
