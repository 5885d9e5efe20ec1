/** Each call that may copy many elements has a twin, which does the same as a job. */

import * as strided from 'strided';
import { arange, getNumThreads, NDArray, setNumThreads, type TypedArray } from 'strided';
import { DTYPE_NAMES } from '../lib/dtype';
import { REDUCTION_NAMES } from './support/golden';
import { inLayout, LAYOUT_NAMES, laid } from './support/layouts';
import { makeValues } from './support/values';

const threads = getNumThreads();
beforeAll(() => setNumThreads(2));
afterAll(() => setNumThreads(threads));

const FUNCTIONS = ['array', 'asContiguousArray', 'asFortranArray', 'copyTo', 'require'];
const METHODS = [
  'asType',
  'assign',
  'copy',
  'dispose',
  'flatten',
  'ravel',
  'reshape',
  'resolveWriteback',
  'toTypedArray',
];

/** Public calls without a twin, by what they do instead of copying elements to elements. */
const OTHERS = {
  'walk through JavaScript arrays or text': [
    'fromJSON toArray toJSON toString arrayRepr arrayStr',
    'asArray', // of arrays and buffers it makes views
  ],
  'write one value, or the next ones': [
    'empty zeros ones full emptyLike zerosLike onesLike fullLike arange linspace eye fill',
  ],
  'touch one element at most': ['get set item'],
  'give views, facts or settings': [
    'slice transpose swapAxes moveAxis squeeze expandDims flip diagonal broadcastTo reinterpret',
    'asTypedArray asStrided broadcastArrays broadcastShapes byteBounds setFlags discardWriteback',
    'mayShareMemory sharesMemory hasInternalOverlap memoryUsage getNumThreads setNumThreads',
    'getPrintOptions setPrintOptions withPrintOptions',
  ],
};

/** What classes have as methods and do not declare to be public. */
const INSIDE =
  'constructor asResult derive getFar getOfMore made own reduce setFar setOfMore'.split(' ');

function methodNames(): string[] {
  const names = new Set<string>();
  for (
    let of = NDArray.prototype as object;
    of !== Object.prototype;
    of = Object.getPrototypeOf(of)
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(of))) {
      if (typeof value === 'function') names.add(name);
    }
  }
  return [...names];
}

test('every public call either has a twin or copies no elements', () => {
  const functions = Object.entries(strided)
    .filter(([name, value]) => typeof value === 'function' && name !== 'NDArray')
    .map(([name]) => name);
  const twins = (names: string[]) =>
    names.filter((name) => names.includes(`${name}Async`)).filter((name) => name !== 'made');
  const reductions = ['sum', ...REDUCTION_NAMES];
  expect(new Set(twins(functions))).toEqual(new Set([...FUNCTIONS, ...reductions]));
  expect(new Set(twins(methodNames()).filter((name) => name !== 'reduce'))).toEqual(
    new Set([...METHODS, ...reductions]),
  );
  const others = Object.values(OTHERS).flatMap((lines) => lines.flatMap((line) => line.split(' ')));
  const known = new Set([...FUNCTIONS, ...METHODS, ...reductions, ...others, ...INSIDE]);
  const all = [...functions, ...methodNames()].map((name) => name.replace(/Async$/, ''));
  expect(new Set(all)).toEqual(known);
});

/** A function of that name called with an array, or else its method. */
function call(name: string, x: unknown, ...args: unknown[]): unknown {
  const f = (strided as unknown as Record<string, (...given: unknown[]) => unknown>)[name];
  if (f !== undefined) return f(x, ...args);
  return (x as Record<string, (...given: unknown[]) => unknown>)[name]!(...args);
}

const later = (name: string, x: unknown, ...args: unknown[]) =>
  call(`${name}Async`, x, ...args) as Promise<unknown>;

/** What a call gave or threw, as far as it can be compared. */
function facts(result: unknown): unknown {
  if (result instanceof NDArray) {
    const { dtype, shape, strides, flags } = result;
    return { dtype, shape, strides, flags: String(flags), bytes: facts(result.toTypedArray()) };
  }
  if (ArrayBuffer.isView(result)) {
    const { buffer, byteOffset, byteLength } = result;
    const bytes = Buffer.from(buffer, byteOffset, byteLength).toString('hex');
    return [result.constructor.name, (result as TypedArray).length, bytes];
  }
  const { code, message } = result as { code?: string; message?: string };
  return { code, message };
}

async function compare(name: string, x: unknown, ...args: unknown[]): Promise<void> {
  let now: unknown;
  try {
    now = call(name, x, ...args);
  } catch (error) {
    now = error;
  }
  const promise = later(name, x, ...args);
  expect(promise).toBeInstanceOf(Promise);
  const then = await promise.catch((error) => error);
  const what = [name, ...args, (x as NDArray).dtype, (x as NDArray).shape];
  expect([...what, facts(then)]).toEqual([...what, facts(now)]);
  if (!(now instanceof NDArray && then instanceof NDArray)) return;
  expect([then === x, then.base === now.base]).toEqual([now === x, true]);
}

const ORDERS = ['C', 'F', 'A', 'K'] as const;

/** The arguments of calls that give arrays, for an array of some size. */
function* asked(size: number): Generator<[name: string, ...args: unknown[]]> {
  yield ['toTypedArray'];
  yield ['asContiguousArray'];
  yield ['asFortranArray'];
  yield ['array'];
  yield ['array', { copy: false }];
  yield ['require'];
  yield ['require', { ownData: true, aligned: true }];
  yield ['require', { writeable: true, dtype: 'float32', casting: 'unsafe' }];
  for (const order of ORDERS) {
    yield ['copy', { order }];
    yield ['flatten', { order }];
    yield ['ravel', { order }];
    yield ['array', { order, dtype: 'float64' }];
    yield ['require', { order }];
    yield ['asType', 'int16', { order, casting: 'unsafe' }];
    yield ['asType', 'uint8', { order }];
    if (order === 'K') continue;
    for (const copy of [undefined, true, false]) {
      const options = copy === undefined ? { order } : { order, copy };
      yield ['reshape', size % 6 === 0 && size > 0 ? [3, -1, 2] : [size, 1], options];
    }
  }
  yield ['reshape', [size + 1]];
  yield ['reshape', -1];
}

describe.each([...LAYOUT_NAMES, 'repeated'])('elements %s', (name) => {
  test.each([[[2, 3, 4]], [[6]], [[]], [[0, 3]], [[2, 0, 3]]])('of shape %j', async (shape) => {
    for (const [seed, dtype] of DTYPE_NAMES.entries()) {
      const size = shape.reduce((a, b) => a * b, 1);
      const values = laid(
        makeValues(dtype.startsWith('float') ? 'nan' : 'full', dtype, size, seed),
        dtype,
        shape,
      );
      const x = name === 'repeated' ? values.broadcastTo([3, ...shape]) : inLayout(name, values);
      await Promise.all([...asked(x.size)].map(([call, ...args]) => compare(call, x, ...args)));
    }
  });
});

test.each<[string, () => unknown]>([
  ['nested arrays', () => [[1, 2, 3], new Set([4, 5, 6])]],
  ['a few numbers', () => [1, 2, 300]],
  ['arrays in a list', () => [arange(3), arange(3).slice('::-1')]],
  ['a scalar', () => 7n],
  ['a generator', () => new Map([[1, 2]]).keys()],
  ['nothing', () => []],
  ['a TypedArray', () => Int16Array.of(1, -2, 3)],
  ['over a SharedArrayBuffer', () => new Float32Array(new SharedArrayBuffer(24)).fill(0.1)],
  ['a ragged list', () => [[1], [2, 3]]],
  ['text', () => 'text'],
])('given %s instead of an array', async (_, make) => {
  const calls: [string, ...unknown[]][] = [
    ['array'],
    ['array', { dtype: 'float64', order: 'F' }],
    ['array', { dtype: 'int8' }],
    ['array', { copy: false }],
    ['asContiguousArray'],
    ['asFortranArray'],
    ['require', { order: 'F', dtype: 'float32', casting: 'unsafe' }],
    ['require', { ownData: true }],
  ];
  for (const [name, ...args] of calls) {
    const now = await new Promise((resolve) => resolve(call(name, make(), ...args))).catch(facts);
    const then = await later(name, make(), ...args).catch(facts);
    expect([name, ...args, facts(then)]).toEqual([name, ...args, facts(now)]);
  }
});
