/** The twins of the reductions besides sums: jobs that give what the reductions give. */

import {
  array,
  asArray,
  full,
  getNumThreads,
  meanAsync,
  NDArray,
  ones,
  type ReduceOptions,
  type Scalar,
  setNumThreads,
  zeros,
} from 'strided';
import { hold } from './support/busy';
import { REDUCTION_NAMES, type ReductionName, reduceCases, resultDtype } from './support/golden';
import { laid } from './support/layouts';
import { makeValues } from './support/values';

const threads = getNumThreads();
beforeAll(() => setNumThreads(2));
afterAll(() => setNumThreads(threads));

const code = (name: string) => expect.objectContaining({ code: name });

/** A result, or the code of an error, in a form in which equal means equal. */
function shown(result: Scalar | NDArray): unknown {
  if (!(result instanceof NDArray)) return result;
  return [result.shape, result.dtype, result.toArray()];
}

function now(x: NDArray, name: ReductionName, options: ReduceOptions): unknown {
  try {
    return shown(x[name](options));
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const later = (x: NDArray, name: ReductionName, options: ReduceOptions) =>
  x[`${name}Async`](options).then(shown, (error: { code: string }) => error.code);

/** Large enough for several units of work. */
const VALUES = makeValues('lattice', 'float64', 1_200_000, 1) as Float64Array;
const large = () => array(VALUES).reshape([1000, 1200]);

// An inexact product depends on how the work is split, which is the same for both.
describe.each(REDUCTION_NAMES)('%sAsync', (name) => {
  const extreme = name === 'min' || name === 'max';
  const place = name.startsWith('arg');

  test('gives what the reduction gives, for golden cases', async () => {
    const chosen = reduceCases().filter((_, i) => i % 29 === 0);
    expect(chosen.length).toBeGreaterThan(100);
    for (const { dtype, kind, seed, shape, axis } of chosen) {
      const size = shape.reduce((a, b) => a * b, 1);
      const x = laid(makeValues(kind, dtype, size, seed), dtype, shape);
      expect(await later(x, name, { axis })).toEqual(now(x, name, { axis }));
    }
  });

  test('and for its options', async () => {
    const x = array(VALUES.slice(0, 2400)).reshape([20, 30, 4]);
    const where = array([true, false, true, true]);
    const all: ReduceOptions[] = [
      {},
      { axis: 1 },
      { axis: -1, keepdims: true },
      { keepdims: true },
    ];
    if (!place) all.push({ axis: [0, 2] }, { axis: [] });
    if (!place && !extreme) all.push({ where, axis: [1, 2] }, { where: false });
    if (extreme) all.push({ where, axis: 2, initial: 5 }, { initial: -1e300 });
    if (name === 'mean') all.push({ axis: 0, dtype: 'float32' });
    for (const options of all) {
      const expected = now(x, name, options);
      expect(typeof expected).not.toBe('string');
      expect(await later(x, name, options)).toEqual(expected);
    }
    for (const empty of [zeros([0, 3]), zeros([3, 0]), zeros([])]) {
      for (const axis of [null, 0]) {
        expect(await later(empty, name, { axis })).toEqual(now(empty, name, { axis }));
      }
    }
  });

  test('writes out, also where that is the memory of others, another dtype, or the input', async () => {
    const x = large();
    const dtype = resultDtype(name, 'float64');
    const expected = x[name]({ axis: 0 }) as NDArray;
    const buffer = new Float64Array(1200);
    for (const out of [zeros([1200], { dtype }), full([2400], 7).slice('::-2'), asArray(buffer)]) {
      const promise = x[`${name}Async`]({ axis: 0, out });
      // Reading waits for the job.
      expect(out.toArray()).toEqual(expected.asType(out.dtype).toArray());
      expect(await promise).toBe(out);
    }
    expect([...buffer]).toEqual(expected.asType('float64').toArray());
    const out = x.slice(5);
    expect(await x[`${name}Async`]({ axis: 0, out })).toBe(out);
    expect(out.toArray()).toEqual(expected.asType('float64').toArray());
    expect(x.slice(4).toTypedArray()).toEqual(VALUES.slice(4800, 6000));
  });

  test('sees its input as it was at the call', async () => {
    const x = large();
    const before = now(x, name, { axis: 1 });
    const after = now(ones([1000, 1200]), name, { axis: 1 });
    const first = later(x, name, { axis: 1 });
    x.fill(1);
    const second = later(x, name, { axis: 1 });
    x.dispose();
    expect([await first, await second]).toEqual([before, after]);
  });

  test('stops for an AbortSignal, and leaves out as it was', async () => {
    const out = full([1200], 7);
    const aborted = AbortSignal.abort();
    const stopped = large()[`${name}Async`]({ axis: 0, out, signal: aborted });
    await expect(stopped).rejects.toBe(aborted.reason);
    const controller = new AbortController();
    const x = large();
    const held = hold(x);
    const promise = x[`${name}Async`]({ axis: 0, out, signal: controller.signal });
    const rejected = expect(promise).rejects.toThrow('enough');
    controller.abort(new Error('enough'));
    await held.release();
    await rejected;
    expect(new Set(out.toArray() as number[])).toEqual(new Set([7]));
  });
});

test('an integer product that does not fit rejects, and leaves out as it was', async () => {
  const x = full([2, 3], 2n ** 40n);
  const out = full([3], 5n);
  await expect(x.prodAsync({ axis: 0, out })).rejects.toThrow(code('ERR_INT_OVERFLOW'));
  expect(out.toArray()).toEqual([5n, 5n, 5n]);
  x.slice(0).fill(0n);
  expect(await x.prodAsync({ axis: 0, out })).toBe(out);
  expect(out.toArray()).toEqual([0n, 0n, 0n]);
});

test('elements that must be cast first are cast by a job', async () => {
  const x = full([2, 3], 3n);
  const held = hold(x.reinterpret('float64')); // a cast at the call would wait for it
  const controller = new AbortController();
  const out = full([3], 5);
  const stopped = x.prodAsync({ axis: 0, out, signal: controller.signal });
  const kept = x.prodAsync({ dtype: 'float64' });
  const cast = asArray(new BigInt64Array(6).fill(2n)).prodAsync({ dtype: 'float32' });
  controller.abort(new Error('enough'));
  await held.release();
  x.fill(0n); // waits
  await expect(stopped).rejects.toThrow('enough');
  expect([out.toArray(), await kept, await cast]).toEqual([[5, 5, 5], 729, 64]);
  x.dispose();
  await expect(x.prodAsync({ dtype: 'float64' })).rejects.toThrow(code('ERR_RELEASED'));
});

test('functions take what is like an array', async () => {
  expect(await meanAsync([1, 2, 6])).toBe(3);
  await expect(meanAsync([[1], [2, 3]])).rejects.toThrow(code('ERR_SHAPE'));
});

test.each([
  ['native memory', () => full([1], 7, { dtype: 'int8' })],
  ['a buffer that could be transferred away', () => asArray(new Int8Array(1).fill(7))],
])('results that do not fit an out of %s reject, and leave it as it was', async (_name, make) => {
  const out = make();
  const message = expect.objectContaining({
    code: 'ERR_CAST',
    message: expect.stringMatching(/^out: .*int8/),
  });
  await expect(full([2, 1], 300n).minAsync({ axis: 0, out })).rejects.toEqual(message);
  await expect(ones([200, 1]).countNonzeroAsync({ axis: 0, out })).rejects.toEqual(message);
  expect(out.toArray()).toEqual([7]);
  await full([2, 1], 100n).minAsync({ axis: 0, out });
  expect(out.toArray()).toEqual([100]);
});

test.each([
  ['transposed', (x: NDArray) => x.reshape([5, 12]).T],
  ['every second', (x: NDArray) => x.slice('::2')],
  ['backwards', (x: NDArray) => x.reshape([20, 3]).slice('::-1', '1:')],
  ['nothing', (x: NDArray) => x.slice(':0')],
])('products of floats over a buffer have the bits of the call at once: %s', async (_, view) => {
  for (let seed = 1; seed <= 20; seed++) {
    const values = Float64Array.from({ length: 60 }, (_, i) => 1 + ((i * seed) % 17) / 7);
    const x = view(asArray(values));
    for (const axis of [null, ...x.shape.keys()]) {
      expect(await later(x, 'prod', { axis })).toEqual(now(x, 'prod', { axis }));
    }
  }
});
