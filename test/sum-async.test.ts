/** Asynchronous sums: each behaves as if it had run, whole, at the moment it was called. */

import { runInNewContext } from 'node:vm';
import {
  type AsyncOptions,
  array,
  asArray,
  empty,
  full,
  getNumThreads,
  NDArray,
  ones,
  setNumThreads,
  sumAsync,
  zeros,
} from 'strided';
import { DTYPES } from '../lib/dtype';
import { hold, keepBusy } from './support/busy';
import { bitsOf, sumCases } from './support/golden';
import { makeValues } from './support/values';

const threads = getNumThreads();
beforeAll(() => setNumThreads(2));
afterAll(() => setNumThreads(threads));

const code = (name: string) => expect.objectContaining({ code: name });

/** Elements whose sum takes a while: each sum along axis 0 is done twice. */
const SHAPE = [2000, 1000];
const VALUES = makeValues('antisymmetric', 'float64', 2_000_000, 1) as Float64Array;
const large = () => array(VALUES).reshape(SHAPE);
const COLUMNS = (large().sum({ axis: 0 }) as NDArray).toArray();

test('golden sums have the same bits', async () => {
  const chosen = sumCases().filter((_, i) => i % 7 === 0);
  const wrong: unknown[] = [];
  await Promise.all(
    chosen.map(async ({ dtype, kind, seed, shape, axis, resultShape, expected }) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const values = makeValues(kind, dtype, size, seed);
      const x = NDArray.over(values, DTYPES[dtype]).reshape(shape);
      const { sumsTo } = DTYPES[dtype];
      const received = await x.sumAsync({ axis }).then(
        (result) => {
          if (!(result instanceof NDArray)) return [bitsOf(result, sumsTo)];
          expect([result.shape, result.dtype]).toEqual([resultShape, sumsTo]);
          const elements: Iterable<number | bigint> = result.toTypedArray();
          return Array.from(elements, (element) => bitsOf(element, sumsTo));
        },
        (error) => (error.code === 'ERR_INT_OVERFLOW' ? 'overflow' : String(error)),
      );
      if (String(received) !== String(expected)) wrong.push({ dtype, kind, shape, axis, received });
    }),
  );
  expect(chosen.length).toBeGreaterThan(700);
  expect(wrong).toEqual([]);
});

test('gives what the synchronous sum gives, whatever the options', async () => {
  const x = array(VALUES.slice(0, 2400)).reshape([20, 30, 4]);
  const where = array(makeValues('full', 'bool', 30, 1)).asType('bool', { casting: 'unsafe' });
  for (const options of [
    {},
    { axis: 1 },
    { axis: [0, 2], keepdims: true },
    { keepdims: true },
    { axis: [], initial: -3.5 },
    { axis: 1, dtype: 'float32' as const },
    { where: where.reshape([30, 1]), axis: [1, 2], initial: 1e300 },
    { where: false },
  ]) {
    const now = x.sum(options);
    const later = await x.sumAsync(options);
    if (!(now instanceof NDArray)) expect(later).toBe(now);
    else {
      expect(later).toBeInstanceOf(NDArray);
      expect((later as NDArray).shape).toEqual(now.shape);
      expect((later as NDArray).dtype).toBe(now.dtype);
      expect((later as NDArray).toArray()).toEqual(now.toArray());
    }
  }
  expect(await sumAsync([1, 2, 3])).toBe(6);
  expect(await array([true, true]).sumAsync({ dtype: 'bool' })).toBe(true);
  expect(await array(-0).sumAsync()).toBe(0);
  expect(await zeros([0, 3]).sumAsync({ initial: 2 })).toBe(2);
});

describe('out', () => {
  const outs: { readonly [name: string]: () => NDArray } = {
    'in C order': () => full([1000], 7),
    'with gaps, backwards': () => full([2000], 7).slice('::-2'),
    'with the reduced axis': () => full([1, 1000], 7),
    'of float32': () => full([1000], 7, { dtype: 'float32' }),
    'in a TypedArray': () => asArray(new Float64Array(1000)),
    'in a SharedArrayBuffer': () => asArray(new Float64Array(new SharedArrayBuffer(8000))),
  };

  test.each(Object.keys(outs))('%s', async (name) => {
    const x = large();
    const out = outs[name]!();
    const options = { axis: 0, keepdims: out.ndim === 2 };
    const expected = out.copy();
    x.sum({ ...options, out: expected });
    const promise = x.sumAsync({ ...options, out });
    // Reading waits for the job, with the event loop standing still.
    expect(out.toArray()).toEqual(expected.toArray());
    expect(await promise).toBe(out);
    expect(out.toArray()).toEqual(expected.toArray());
  });

  test('that is part of the input', async () => {
    const x = large();
    const out = x.slice(5);
    await x.sumAsync({ axis: 0, out });
    expect(out.toArray()).toEqual(COLUMNS);
    expect(x.slice(4).toTypedArray()).toEqual(VALUES.slice(4000, 5000));
  });

  test('is as it was after an overflow, and after an argument that is wrong', async () => {
    const out = full([3], 7n, { dtype: 'int64' });
    const x = full([2, 3], 2n ** 62n, { dtype: 'int64' });
    await expect(x.sumAsync({ axis: 0, out })).rejects.toThrow(code('ERR_INT_OVERFLOW'));
    await expect(x.sumAsync({ axis: 1, out })).rejects.toThrow(code('ERR_SHAPE'));
    expect(out.toArray()).toEqual([7n, 7n, 7n]);
  });

  test('whose buffer is gone at the end', async () => {
    const typed = new Float64Array(1000);
    const promise = large().sumAsync({ axis: 0, out: asArray(typed) });
    structuredClone(typed, { transfer: [typed.buffer] });
    await expect(promise).rejects.toThrow(code('ERR_RELEASED'));
  });
});

test.each([
  ['axis', { axis: 2 }],
  ['dtype', { dtype: 'double' }],
  ['signal', { signal: {} }],
  ['options', null],
])('a wrong argument rejects, and throws nothing: %s', async (_, options) => {
  const promise = ones([2, 2]).sumAsync(options as AsyncOptions);
  await expect(promise).rejects.toHaveProperty('code');
});

describe('memory of others', () => {
  test('an ArrayBuffer may be transferred right after the call', async () => {
    const typed = VALUES.slice();
    const mask = new Uint8Array(1000).fill(1);
    const x = asArray(typed).reshape(SHAPE);
    const where = NDArray.over(mask, DTYPES.bool);
    const promises = [x.sumAsync({ axis: 0 }), x.T.sumAsync({ axis: 1 })];
    const masked = x.sumAsync({ axis: 0, where });
    const moved = structuredClone(typed, { transfer: [typed.buffer] }).fill(1);
    structuredClone(mask, { transfer: [mask.buffer] }).fill(0);
    expect(typed.length).toBe(0);
    expect(moved.length).toBe(VALUES.length);
    for (const promise of [...promises, masked]) {
      expect(((await promise) as NDArray).toArray()).toEqual(COLUMNS);
    }
    await expect(x.sumAsync()).rejects.toThrow(code('ERR_RELEASED'));
    expect(() => x.sum()).toThrow(code('ERR_RELEASED'));
  });

  test('a TypedArray may be written right after the call', async () => {
    const typed = VALUES.slice();
    const promise = asArray(typed).reshape(SHAPE).sumAsync({ axis: 0 });
    typed.fill(1);
    expect(((await promise) as NDArray).toArray()).toEqual(COLUMNS);
  });

  test('a TypedArray of another realm', async () => {
    const typed: Float64Array = runInNewContext('new Float64Array(4e6)').fill(1);
    const promise = asArray(typed).sumAsync();
    typed.fill(3);
    expect(await promise).toBe(4e6);
    const bytes: ArrayBuffer = runInNewContext('new Uint8Array([1, 2, 3]).buffer');
    expect(await asArray(bytes).sumAsync()).toBe(6n);
    const shared: SharedArrayBuffer = runInNewContext('new SharedArrayBuffer(8)');
    expect(await asArray(shared).sumAsync({ initial: 1 })).toBe(1n);
  });

  test('a SharedArrayBuffer', async () => {
    const typed = new Float64Array(new SharedArrayBuffer(8 * VALUES.length));
    typed.set(VALUES);
    const x = asArray(typed).reshape(SHAPE);
    const promise = x.sumAsync({ axis: 0 });
    // A write through the array waits, unlike one through the TypedArray.
    x.fill(1);
    expect(((await promise) as NDArray).toArray()).toEqual(COLUMNS);
    expect(await x.sumAsync()).toBe(2_000_000);
  });
});

describe('AbortSignal', () => {
  test('aborted before the call', async () => {
    const out = full([1000], 7);
    const signal = AbortSignal.abort();
    await expect(large().sumAsync({ axis: 0, out, signal })).rejects.toBe(signal.reason);
    expect(signal.reason.name).toBe('AbortError');
    expect(new Set(out.toArray() as number[])).toEqual(new Set([7]));
  });

  test.each(['native', 'an ArrayBuffer', 'none'])(
    'aborted right after it; out: %s',
    async (kind) => {
      const x = large();
      const held = hold(x);
      const controller = new AbortController();
      const { signal } = controller;
      const typed = new Float64Array(1000).fill(7);
      const out = kind === 'native' ? full([1000], 7) : asArray(typed);
      const where = kind === 'none' ? { axis: 0, signal } : { axis: 0, signal, out };
      const stopped = expect(x.sumAsync(where)).rejects.toThrow('enough');
      controller.abort(new Error('enough'));
      await held.release();
      await stopped;
      expect(new Set(out.toArray() as number[])).toEqual(new Set([7]));
    },
  );

  test('aborted while the job runs: stopped or complete, and nothing between', async () => {
    const x = large();
    const outcomes = new Set<string>();
    for (let i = 0; i < 12; i++) {
      const controller = new AbortController();
      const out = full([1000], 7);
      const promise = x.sumAsync({ axis: 0, out, signal: controller.signal });
      const until = performance.now() + i;
      while (performance.now() < until);
      controller.abort();
      const outcome = await promise.then(
        () => 'complete',
        (error) => error.name,
      );
      outcomes.add(outcome);
      const before = full([1000], 7).toArray();
      expect(out.toArray()).toEqual(outcome === 'complete' ? COLUMNS : before);
    }
    for (const outcome of outcomes) expect(['complete', 'AbortError']).toContain(outcome);
  });

  test('aborted too late changes nothing', async () => {
    const controller = new AbortController();
    const out = zeros([1000]);
    await large().sumAsync({ axis: 0, out, signal: controller.signal });
    controller.abort();
    expect(out.toArray()).toEqual(COLUMNS);
  });

  test('stops its own job only', async () => {
    const controller = new AbortController();
    const x = large();
    const held = hold(x);
    const first = x.sumAsync({ axis: 0 });
    const second = x.sumAsync({ axis: 0, signal: controller.signal });
    const stopped = expect(second).rejects.toMatchObject({ name: 'AbortError' });
    const third = x.sumAsync({ axis: 0 });
    controller.abort();
    await held.release();
    await stopped;
    for (const promise of [first, third]) {
      expect(((await promise) as NDArray).toArray()).toEqual(COLUMNS);
    }
  });
});

describe('order', () => {
  test('a job sees what earlier ones wrote', async () => {
    const x = ones([1000, 1000]);
    const a = empty([1000]);
    const b = empty([]);
    const c = full([1000], -1);
    const jobs = [
      x.sumAsync({ axis: 0, out: a }),
      a.sumAsync({ out: b }),
      array([[1], [2]]).sumAsync({ axis: [0, 1], out: b.slice(), initial: 4 }),
      x.sumAsync({ axis: 1, out: x.slice(0) }),
      x.sumAsync({ axis: 0, out: c }),
    ];
    expect(b.item()).toBe(7);
    await Promise.all(jobs);
    expect(new Set(a.toArray() as number[])).toEqual(new Set([1000]));
    expect(new Set(c.toArray() as number[])).toEqual(new Set([1999]));
  });

  test('and so through memory of a TypedArray', async () => {
    const a = asArray(new Float64Array(1000));
    const first = ones([1000, 1000]).sumAsync({ axis: 0, out: a });
    const second = a.sumAsync();
    expect(a.sum()).toBe(1e6);
    expect(await second).toBe(1e6);
    expect(await first).toBe(a);
  });

  const writes: { readonly [name: string]: (x: NDArray) => unknown } = {
    fill: (x) => x.fill(1),
    set: (x) => x.set(0, 0, 1),
    assign: (x) => x.slice(1).assign(x.slice(0)),
    'asTypedArray and what is done with it': (x) => x.asTypedArray().fill(1 as never),
    'a sum into it': (x) => x.sum({ axis: 0, out: x.slice(7) }),
    'a job': (x) => x.sumAsync({ axis: 0, out: x.slice(7) }),
  };
  test.each(Object.keys(writes))('a write right after the call comes later: %s', async (name) => {
    const x = large();
    const busy = keepBusy(x);
    const promise = x.sumAsync({ axis: 0 });
    await writes[name]!(x);
    expect(((await promise) as NDArray).toArray()).toEqual(COLUMNS);
    await busy;
  });

  test('many jobs at once', async () => {
    const x = array(VALUES.slice(0, 60_000)).reshape([300, 200]);
    const expected = Array.from({ length: 300 }, (_, i) => x.slice(i).sum());
    const outs = zeros([300]);
    const jobs = Array.from({ length: 300 }, (_, i) => x.slice(i).sumAsync());
    const written = expected.map((_, i) => x.slice(i).sumAsync({ out: outs.slice(i).reshape([]) }));
    const flat = await Promise.all(jobs);
    expect(flat).toEqual(expected);
    expect(outs.toArray()).toEqual(expected);
    await Promise.all(written);
  });

  test('a sum runs beside a job of minutes, unless one writes what the other uses', async () => {
    const x = ones([10]);
    const y = ones([3]);
    const held = hold(x);
    const settled: unknown[] = [];
    const waiting = [
      x.sumAsync().then((total) => settled.push(total)),
      y.sumAsync({ out: x.slice(0).reshape([]) }).then(() => settled.push('out')),
      x
        .slice('::-1')
        .sumAsync()
        .then((total) => settled.push(total)),
    ];
    expect(await y.sumAsync()).toBe(3);
    const out = zeros([2]);
    expect(await ones([3, 2]).sumAsync({ axis: 0, out })).toBe(out);
    expect(out.toArray()).toEqual([3, 3]);
    expect(await x.slice('5:').sumAsync()).toBe(5);
    expect(settled).toEqual([]);
    await held.release();
    await Promise.all(waiting);
    expect(settled).toEqual([10, 'out', 12]);
  });

  test('an out in a TypedArray gets the sum of the later call', async () => {
    const x = ones([2, 3]);
    const held = hold(x);
    const typed = new Float64Array(4);
    const out = asArray(typed.subarray(0, 3));
    const all = [x.sumAsync({ axis: 0, out }), ones([5, 3]).sumAsync({ axis: 0, out })];
    await ones([7]).sumAsync({ out: asArray(typed.subarray(3)).reshape([]) });
    expect([...typed]).toEqual([0, 0, 0, 7]);
    await held.release();
    await Promise.all(all);
    expect([...typed]).toEqual([5, 5, 5, 7]);
  });

  test('jobs over one out settle in the order of the calls, never before the caller goes on', async () => {
    const x = ones([100]);
    const out = zeros([]);
    const settled: number[] = [];
    const jobs = [3, 1, 2].map((i) => x.sumAsync({ out }).then(() => settled.push(i)));
    expect(settled).toEqual([]);
    await Promise.all(jobs);
    expect(settled).toEqual([3, 1, 2]);
  });
});

test('what is disposed of during a job is kept for it', async () => {
  const x = large().copy();
  const busy = keepBusy(x);
  const where = ones([1000], { dtype: 'bool' });
  const out = zeros([1000]);
  const promises = [x.sumAsync({ axis: 0 }), x.sumAsync({ axis: 0, where, out })];
  x.dispose();
  where.dispose();
  expect(() => x.sum()).toThrow(code('ERR_RELEASED'));
  await expect(x.sumAsync()).rejects.toThrow(code('ERR_RELEASED'));
  for (const promise of promises) {
    expect(((await promise) as NDArray).toArray()).toEqual(COLUMNS);
  }
  const gone = zeros([1000]);
  const last = large().sumAsync({ axis: 0, out: gone });
  gone.dispose();
  expect(await last).toBe(gone);
  expect(() => gone.get(0)).toThrow(code('ERR_RELEASED'));
  await busy;
});

test('leaves the event loop free', async () => {
  let turns = 0;
  let done = false;
  // Much to add, and little to hold.
  const x = full([2, 1000], 0.5).broadcastTo([500_000, 2, 1000]);
  const busy = x.sumAsync({ axis: [0, 1] }).then((sums) => {
    done = true;
    expect((sums as NDArray).get(0)).toBe(500_000);
  });
  while (!done) {
    await new Promise(setImmediate);
    turns++;
  }
  await busy;
  expect(turns).toBeGreaterThan(10);
});
