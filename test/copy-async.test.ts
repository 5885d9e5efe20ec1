/** Asynchronous copies: each behaves as if it had run, whole, at the moment it was called. */

import {
  type AsyncOptions,
  arange,
  array,
  arrayAsync,
  asArray,
  asContiguousArrayAsync,
  asFortranArrayAsync,
  copyTo,
  copyToAsync,
  full,
  getNumThreads,
  NDArray,
  requireAsync,
  setNumThreads,
  type TypedArray,
  zeros,
} from 'strided';
import { hold, holdAll, keepBusy } from './support/busy';
import { bad, readOnly, released, transfer } from './support/operands';
import { Draws, drawShape, drawView } from './support/views';

const threads = getNumThreads();
beforeAll(() => setNumThreads(2));
afterAll(() => setNumThreads(threads));

const of = (code: string) => expect.objectContaining({ code });
const large = () => arange(2_000_000).reshape([2000, 1000], { copy: true });

function same(x: NDArray, y: NDArray): void {
  expect([x.dtype, x.shape, x.strides]).toEqual([y.dtype, y.shape, y.strides]);
  expect(Buffer.compare(bytes(x), bytes(y))).toBe(0);
}

function bytes(x: NDArray): Buffer {
  const { buffer, byteOffset, byteLength } = x.toTypedArray();
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Jobs that copy all elements of an array in C order, and give them in its shape or along one axis. */
const JOBS: readonly [
  name: string,
  start: (x: NDArray, options: AsyncOptions) => Promise<NDArray | TypedArray>,
][] = [
  ['copyAsync', (x, options) => x.copyAsync(options)],
  ['flattenAsync', (x, options) => x.flattenAsync(options)],
  ['ravelAsync', (x, options) => x.slice('::-1').ravelAsync(options)],
  ['reshapeAsync', (x, options) => x.T.reshapeAsync(-1, options)],
  ['asTypeAsync', (x, options) => x.asTypeAsync('float32', options)],
  ['toTypedArrayAsync', (x, options) => x.toTypedArrayAsync(options)],
  ['arrayAsync', (x, options) => arrayAsync(x, options)],
  ['asContiguousArrayAsync', (x, options) => asContiguousArrayAsync(x.T, options)],
  ['asFortranArrayAsync', (x, options) => asFortranArrayAsync(x, options)],
  ['requireAsync', (x, options) => requireAsync(x, { ...options, order: 'F' })],
  ['copyToAsync', (x, options) => into(x, (y) => copyToAsync(y, x, options))],
  ['assignAsync', (x, options) => into(x, (y) => y.assignAsync(x, options))],
];

async function into(x: NDArray, write: (target: NDArray) => Promise<unknown>): Promise<NDArray> {
  const target = zeros(x.shape);
  await write(target);
  return target;
}

const total = (x: NDArray | TypedArray) => (x instanceof NDArray ? x : asArray(x)).sum();

test('give what their synchronous twins give', async () => {
  const x = large();
  for (const order of ['C', 'F', 'A', 'K'] as const) {
    same(await x.T.copyAsync({ order }), x.T.copy({ order }));
    const cast = { order, casting: 'unsafe' } as const;
    same(await x.asTypeAsync('int16', cast), x.asType('int16', cast));
  }
  same(await asFortranArrayAsync(x), x.copy({ order: 'F' }));
  expect(await asContiguousArrayAsync(x)).toBe(x);
  expect(await x.asTypeAsync('float64', { copy: false })).toBe(x);
  same(await asContiguousArrayAsync([1, 2]), array([1, 2]));
  const y = zeros(x.shape);
  expect(await y.assignAsync(x)).toBe(y);
  same(y, x);
  await y.assignAsync(7);
  expect(y.sum()).toBe(7 * y.size);
  await y.assignAsync([[1]]);
  expect(y.sum()).toBe(y.size);
  const where = array([true, false]).reshape([2, 1]);
  await copyToAsync(y.slice(':2'), x.slice(':2'), { where });
  expect(y.slice(':2', ':3').toArray()).toEqual([
    [0, 1, 2],
    [1, 1, 1],
  ]);
  await copyToAsync(y, 3, { where: false });
  expect(y.get(0, 2)).toBe(2);
});

test('many at once over one memory, as if each ran when it was called', async () => {
  const draws = new Draws(7);
  for (const shared of [false, true]) {
    const [buffer, twin] = [new ArrayBuffer(300), new ArrayBuffer(300)];
    const memory = shared ? new SharedArrayBuffer(300) : buffer;
    const start = Uint8Array.from({ length: 300 }, () => draws.below(2));
    new Uint8Array(memory).set(start);
    new Uint8Array(twin).set(start);
    const running: Promise<void>[] = [];
    for (let n = 0; n < 300; n++) {
      const shape = drawShape(draws, 5);
      const kinds = [draws.of(['int8', 'int32', 'float64'] as const), 'uint16', 'bool'] as const;
      const seed = draws.below(2 ** 31);
      const masked = draws.below(3) === 0;
      const views = (of: ArrayBufferLike) => {
        const same = new Draws(seed);
        return kinds.map((kind) => drawView(same, of, kind, shape)) as [NDArray, NDArray, NDArray];
      };
      const [[a, b, m], [c, d, w]] = [views(memory), views(twin)];
      running.push(copyToAsync(a, b, { casting: 'unsafe', ...(masked && { where: m as never }) }));
      copyTo(c, d, { casting: 'unsafe', ...(masked && { where: w as never }) });
      if (draws.below(20) === 0) a.set(...shape.map(() => 0), 1);
      else continue;
      c.set(...shape.map(() => 0), 1);
    }
    await Promise.all(running);
    expect([...new Uint8Array(memory)]).toEqual([...new Uint8Array(twin)]);
  }
});

test('reads and writes wait for what is in their way', async () => {
  const x = large();
  const y = zeros(x.shape);
  const busy = keepBusy(y);
  const writing = y.assignAsync(x);
  x.set(0, 1, -1); // waits, as the copy reads it
  expect(y.get(0, 1)).toBe(1);
  const copying = y.copyAsync();
  y.fill(0);
  expect((await copying).get(0, 1)).toBe(1);
  await Promise.all([writing, busy]);
});

test('a copy runs beside a job of minutes, unless one writes what the other uses', async () => {
  const x = zeros([100, 3]);
  const held = hold(x);
  const settled: string[] = [];
  const waiting = [
    x.copyAsync().then((copy) => settled.push(`copy of ${copy.sum()}`)),
    x.assignAsync(5).then(() => settled.push('write')),
  ];
  expect((await arange(5).copyAsync()).sum()).toBe(10);
  expect(settled).toEqual([]);
  await held.release();
  await Promise.all(waiting);
  expect(settled).toEqual(['copy of 0', 'write']);
  expect(x.sum()).toBe(1500);
});

test('a copy runs beside a job over other elements between its own', async () => {
  const x = zeros([100, 3]);
  const held = hold(x.slice(':', 1));
  expect((await x.slice(':', 2).copyAsync()).size).toBe(100);
  await x.slice(':', '::2').assignAsync(1);
  await copyToAsync(x.slice('1:', 1), x.slice('1:', 2));
  await held.release();
  expect((x.sum({ axis: 0 }) as NDArray).toArray()).toEqual([100, 99, 100]);
});

describe('a TypedArray, which is written when a job has done its work', () => {
  const busySource = (size = 3) => {
    const source = full([size], 1);
    return { source, busy: keepBusy(source) };
  };

  test('is written in the order of the calls, whoever is ready first', async () => {
    const source = full([3], 1);
    const held = hold(source);
    const typed = new Float64Array(4);
    const target = asArray(typed.subarray(0, 3));
    const settled: string[] = [];
    const first = target.assignAsync(source).then(() => settled.push('first'));
    const second = target.assignAsync(2).then(() => settled.push('second'));
    await asArray(typed.subarray(3)).assignAsync(9);
    expect(settled).toEqual([]);
    await held.release();
    await Promise.all([first, second]);
    expect(settled).toEqual(['first', 'second']);
    expect([...typed]).toEqual([2, 2, 2, 9]);
  });

  test('also where the later job is waited for', async () => {
    const { source, busy } = busySource();
    const typed = new Float64Array(3);
    const other = full([3], 2);
    const first = asArray(typed).assignAsync(source);
    const second = asArray(typed).assignAsync(other);
    other.fill(0);
    expect([...typed]).toEqual([2, 2, 2]);
    await Promise.all([first, second, busy]);
    expect([...typed]).toEqual([2, 2, 2]);
  });

  test('where the mask was true at the call', async () => {
    const { source, busy } = busySource(2_000_000);
    const typed = new Float64Array(2_000_000);
    const where = full([2_000_000], true);
    const writing = copyToAsync(asArray(typed), source, { where });
    const masking = where.assignAsync(false);
    await Promise.all([writing, masking, busy]);
    expect(asArray(typed).sum()).toBe(2_000_000);
    expect(where.any()).toBe(false);
  });

  test('and an array over the same memory, in the order of the calls', async () => {
    const { source, busy } = busySource();
    const x = zeros([3]);
    const typed = x.asTypedArray();
    const alias = asArray(typed);
    const before = keepBusy(x);
    const copies = [x.copyAsync()];
    const writes = [alias.assignAsync(source)];
    copies.push(x.copyAsync());
    // The addon cannot know when JavaScript writes: the start of the copy waited for it.
    expect([...typed]).toEqual([1, 1, 1]);
    writes.push(x.assignAsync(5), alias.assignAsync(6), x.slice(':1').assignAsync(7));
    copies.push(x.copyAsync());
    const values = (await Promise.all(copies)).map((copy) => copy.toArray());
    expect(values).toEqual([
      [0, 0, 0],
      [1, 1, 1],
      [7, 6, 6],
    ]);
    await Promise.all([...writes, busy, before]);
    expect(x.toArray()).toEqual([7, 6, 6]);
  });
});

test('a buffer that is taken away does not matter to what it gave, and does to what it gets', async () => {
  const held = holdAll();
  const given = Float64Array.of(1, 2, 3);
  const copying = asArray(given).copyAsync();
  transfer(given.buffer);
  const got = new Float64Array(3);
  const writing = asArray(got).assignAsync(array([4, 5, 6]));
  transfer(got.buffer);
  await held.release();
  expect((await copying).toArray()).toEqual([1, 2, 3]);
  await expect(writing).rejects.toThrow(of('ERR_RELEASED'));
  const kept = new Float64Array(3);
  await asArray(kept).assignAsync(array([4, 5, 6]));
  expect([...kept]).toEqual([4, 5, 6]);
});

test.each(JOBS)('%s copies what there was when it was called', async (_, start) => {
  for (const end of [(x: NDArray) => x.fill(7), (x: NDArray) => x.dispose()]) {
    const x = arange(1000).reshape([20, 50], { copy: true });
    const busy = keepBusy(x);
    const copying = start(x, {});
    end(x); // a write waits
    expect(total(await copying)).toBe(499_500);
    await busy;
  }
  const typed = Float64Array.from({ length: 1000 }, (_, i) => i);
  const copying = start(asArray(typed).reshape([20, 50]), {});
  transfer(typed.buffer);
  expect(total(await copying)).toBe(499_500);
});

test.each(JOBS)('%s takes an abort until it begins, and waits for nothing', async (_, start) => {
  const reason = new Error('enough');
  const x = arange(1000).reshape([20, 50], { copy: true });
  const held = hold(x);
  const controller = new AbortController();
  const { signal } = controller;
  const [aborted, kept] = [start(x, { signal }), start(x, {})];
  const rejected = expect(aborted).rejects.toBe(reason);
  controller.abort(reason);
  await held.release();
  await rejected;
  expect(total(await kept)).toBe(499_500);
  await expect(start(x, { signal })).rejects.toBe(reason);
  expect(total(await start(x, { signal: new AbortController().signal }))).toBe(499_500);
});

test('an abort before a copy begins leaves the target as it was', async () => {
  const reason = new Error('enough');
  const x = large();
  const y = zeros(x.shape);
  const held = hold(x);
  const controller = new AbortController();
  const writing = y.assignAsync(x, { signal: controller.signal });
  const rejected = expect(writing).rejects.toBe(reason);
  controller.abort(reason);
  await held.release();
  await rejected;
  expect(y.get(1999, 999)).toBe(0);
});

test('a view is there at once, though jobs use its memory', async () => {
  const x = arange(1000).reshape([20, 50], { copy: true });
  const held = hold(x);
  for (const view of [await x.ravelAsync(), await x.reshapeAsync([50, -1])]) {
    expect(view.base).toBe(x);
  }
  for (const same of [
    await arrayAsync(x, { copy: false }),
    await asContiguousArrayAsync(x),
    await requireAsync(x, { order: 'C', ownData: true }),
  ]) {
    expect(same).toBe(x);
  }
  const { signal } = new AbortController();
  expect((await x.ravelAsync({ signal })).base).toBe(x);
  await expect(x.ravelAsync({ signal: AbortSignal.abort() })).rejects.toMatchObject({
    name: 'AbortError',
  });
  await held.release();
});

test('a TypedArray is a copy in memory of its own', async () => {
  const x = arange(1000);
  const typed = await x.toTypedArrayAsync();
  expect(typed.buffer.byteLength).toBe(8000);
  typed[0] = 1;
  expect(x.get(0)).toBe(0);
  structuredClone(typed.buffer, { transfer: [typed.buffer as ArrayBuffer] });
  expect(x.get(999)).toBe(999);
});

test('an abort while a copy runs comes too late, or leaves the target as it was', async () => {
  const x = large();
  for (let turns = 0; turns < 8; turns++) {
    const y = zeros(x.shape);
    const controller = new AbortController();
    const running = y.assignAsync(x.T.reshape(x.shape), { signal: controller.signal });
    for (let n = 0; n < turns; n++) await new Promise(setImmediate);
    controller.abort();
    const copied = await running.then(
      () => true,
      (error) => error !== controller.signal.reason,
    );
    same(y, copied ? x.T.reshape(x.shape) : zeros(x.shape));
  }
});

test('integers that do not fit reject, and nothing has changed', async () => {
  const x = array([1, 2, 300], { dtype: 'int16' });
  const y = zeros(3, { dtype: 'int8' });
  await expect(y.assignAsync(x)).rejects.toThrow(/^value: .*int8.*int16/);
  await expect(y.assignAsync(x)).rejects.toThrow(of('ERR_CAST'));
  await expect(x.asTypeAsync('int8')).rejects.toThrow(of('ERR_CAST'));
  await expect(asArray(new Int8Array(3)).assignAsync(x)).rejects.toThrow(of('ERR_CAST'));
  expect(y.toArray()).toEqual([0, 0, 0]);
  await copyToAsync(y, x, { where: array([true, true, false]) });
  expect(y.toArray()).toEqual([1, 2, 0]);
  await y.assignAsync(x, { casting: 'unsafe' });
  expect(y.toArray()).toEqual([1, 2, 44]);
});

test.each<[string, () => unknown, string, RegExp]>([
  ['signal', () => zeros(3).copyAsync({ signal: bad(1) }), 'ERR_SHAPE', /^signal: .*AbortSignal/],
  ['options', () => zeros(3).assignAsync(1, bad('x')), 'ERR_SHAPE', /^options: /],
  ['options of copyTo', () => copyToAsync(zeros(3), 1, bad(null)), 'ERR_SHAPE', /^options: /],
  ['options of order', () => asFortranArrayAsync(zeros(3), bad(2)), 'ERR_SHAPE', /^options: /],
  ['order', () => zeros(3).copyAsync({ order: bad('X') }), 'ERR_SHAPE', /^order: /],
  ['dtype', () => zeros(3).asTypeAsync(bad('int')), 'ERR_DTYPE', /^dtype: /],
  ['a cast', () => zeros(3).asTypeAsync('int8'), 'ERR_CAST', /^dtype: /],
  ['dst', () => copyToAsync(bad([1]), 1), 'ERR_DTYPE', /^dst: /],
  ['a shape', () => copyToAsync(zeros(3), zeros(2)), 'ERR_BROADCAST', /^src: /],
  ['read-only', () => readOnly(zeros(3)).assignAsync(1), 'ERR_READ_ONLY', /^this array: /],
  ['a scalar', () => zeros(3, { dtype: 'int8' }).assignAsync(0.5), 'ERR_CAST', /^value: /],
  ['released', () => released().copyAsync(), 'ERR_RELEASED', /dispose/],
  ['to released', () => released().assignAsync(1), 'ERR_RELEASED', /dispose/],
])('a wrong call rejects: %s', async (_, call, code, says) => {
  const running = call();
  expect(running).toBeInstanceOf(Promise);
  await expect(running).rejects.toMatchObject({ code, message: expect.stringMatching(says) });
});
