/** The second lock: what the facade would never send gets an error from the addon, not memory. */

import { DTYPES, type DType } from '../lib/dtype';
import {
  allocateBlock,
  describeNothing,
  FRAME_RESULT,
  describe as fill,
  type NativeBlock,
  native,
} from '../lib/native';

const f64 = DTYPES.float64;
const block = allocateBlock(800, true) as NativeBlock;
const other = allocateBlock(800, true) as NativeBlock;

/** Slots from the first on, over a block each; one without axes is the frame's result. */
function slots(...described: [DType, number, number[], number[]][]): void {
  for (let slot = 0; slot < 4; slot++) describeNothing(slot);
  described.forEach(([dtype, offset, shape, strides], slot) => {
    const number = slot === 0 ? block.number : other.number;
    if (shape.length === 0) fill(slot, dtype, offset, shape, strides, 8, 0, FRAME_RESULT);
    else fill(slot, dtype, offset, shape, strides, 800, 0, number);
  });
}

// Blocks have their numbers in the slots; the arguments are for users' buffers.
const none = undefined;
const copy = () => native.copy(none, none, none);
const copyJob = (fit?: number) => native.copyJob(none, none, none, fit, none);
const sum = (axes: number) => native.reduce(0, axes);
const sumJob = () => native.reduceJob(0, 1, none, none, none, none, none, false);

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
    expect(() => copy()).toThrow(expect.objectContaining(code));
    slots([dtype, offset, shape, strides], [f64, 0, [1], [8]]);
    expect(() => copy()).toThrow(expect.objectContaining(code));
  });

  test('is no mask, no operand of a job, and no place', () => {
    const error = expect.objectContaining(code);
    slots([f64, 0, [1], [8]], [f64, 0, [1], [8]], [dtype, offset, shape, strides]);
    expect(() => copy()).toThrow(error);
    expect(() => copyJob()).toThrow(error);
    slots([f64, 0, [1], [8]], [dtype, offset, shape, strides]);
    expect(() => copyJob()).toThrow(error);
    expect(() => native.allFit(undefined, DTYPES.int8.code, undefined)).toThrow(error);
    slots([dtype, offset, shape, strides], [f64, 0, [1], [8]]);
    expect(() => copyJob()).toThrow(error);
    // Places are not bound to a storage; only what is no array at all is refused.
    if (/fraction|dtype|negative size|NaN|infinite|dimensions|sizes/.test(_name)) {
      expect(() => native.sharesMemory(-1)).toThrow(error);
      expect(() => native.overlapsItself()).toThrow(error);
    }
  });

  test('is not summed', () => {
    const error = expect.objectContaining(code);
    slots([dtype, offset, shape, strides], [f64, 0, [], []]);
    expect(() => sum(1)).toThrow(error);
    fill(1, f64, 0, [], [], 800, 0, other.number);
    expect(() => sumJob()).toThrow(error);
    slots([f64, 0, [2], [8]], [dtype, offset, shape, strides]);
    expect(() => sum(1)).toThrow(error);
    expect(() => sumJob()).toThrow(error);
  });

  test('is not filled with random numbers', () => {
    slots([dtype, offset, shape, strides]);
    expect(() => native.randomDoubles(new Uint32Array(625), undefined)).toThrow();
    const state = new Uint32Array(10);
    expect(() => native.generatorUniform(state, undefined, 0, 1)).toThrow();
    expect(() => native.generatorNormal(state, undefined, 0, 1)).toThrow();
    expect(() => native.generatorIntegers(state, undefined, false, 0n, 9n)).toThrow();
    expect(() => native.generatorShuffle(state, undefined)).toThrow();
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
  slots([f64, 0, [1], [8]], [f64, 0, [], []]);
  fill(0, f64, 0, [1], [8], nbytes, origin, block.number);
  expect(() => sum(0)).toThrow(expect.objectContaining({ code: 'ERR_INDEX' }));
});

test('an array does not leave its part of a block', () => {
  slots([f64, 0, [1], [8]], [f64, 0, [], []]);
  expect(sum(1)).toBe(0);
  fill(0, f64, 0, [2], [8], 8, 8, block.number);
  expect(() => sum(1)).toThrow('within');
});

test('shapes that do not belong together', () => {
  slots([f64, 0, [3], [8]], [f64, 0, [4], [8]]);
  expect(() => copy()).toThrow('different shapes');
  slots([f64, 0, [2, 3], [24, 8]], [f64, 0, [2], [8]]);
  expect(() => sum(1)).toThrow('wrong shape');
  slots([f64, 0, [3], [8]], [f64, 0, [], []], [DTYPES.bool, 0, [4], [1]]);
  expect(() => sum(1)).toThrow('wrong shape');
});

test('dtypes that do not belong together', () => {
  slots([f64, 0, [3], [8]], [DTYPES.int64, 0, [], []]);
  expect(() => sum(1)).toThrow('dtype');
  slots([f64, 0, [3], [8]], [f64, 0, [], []], [f64, 0, [3], [8]]);
  expect(() => sum(1)).toThrow('mask');
});

test('masks that do not belong to a copy', () => {
  slots([f64, 0, [3], [8]], [f64, 0, [3], [8]], [DTYPES.bool, 0, [4], [1]]);
  expect(() => copy()).toThrow('different shapes');
  slots([f64, 0, [3], [8]], [f64, 0, [3], [8]], [f64, 0, [3], [8]]);
  expect(() => copy()).toThrow('mask');
  expect(() => copyJob()).toThrow('mask');
  slots([f64, 0, [3], [8]], [f64, 0, [4], [8]]);
  expect(() => copyJob()).toThrow('different shapes');
  expect(() => copyJob(11)).toThrow('no such dtype');
});

test('things that are no buffer', () => {
  slots([f64, 0, [1], [8]], [f64, 0, [1], [8]]);
  fill(0, f64, 0, [1], [8], 800);
  for (const thing of [undefined, null, 1, 'x', {}, new Float64Array(100), new ArrayBuffer(800)]) {
    expect(() => native.copy(thing as never, none, none)).toThrow(/storage/);
  }
  expect(() => native.copy(new Uint8Array(799), none, none)).toThrow('within');
  expect(native.copy(new Uint8Array(800), none, none)).toBeUndefined();
});

test('numbers that are no block', () => {
  const gone = allocateBlock(800, true) as NativeBlock;
  native.dispose(gone.handle);
  slots([f64, 0, [1], [8]], [f64, 0, [1], [8]]);
  const numbers = [gone.number, 1, 0.5, -2, block.number + 0.5, 2 ** 53, 1e300];
  for (const number of [...numbers, block.number + 2 ** 32, Number.NaN, Number.POSITIVE_INFINITY]) {
    fill(1, f64, 0, [1], [8], 800, 0, number);
    expect(() => copy()).toThrow('released');
  }
  expect(() => native.dispose(gone.handle)).toThrow('released');
  expect(() => native.dispose({} as never)).toThrow('block');
  expect(() => native.arrayBuffer(gone.handle, 0, 8)).toThrow('released');
});

test('jobs need memory for their output', () => {
  slots([f64, 0, [1], [8]], [f64, 0, [], []]);
  expect(() => sumJob()).toThrow('without an output');
});

test('buffers that do not lie within their block', () => {
  expect(() => native.arrayBuffer(block.handle, 0, 801)).toThrow('within');
  expect(() => native.arrayBuffer(block.handle, -1, 8)).toThrow('within');
});
