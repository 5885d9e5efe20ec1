/** Temporaries that jobs fill and copy back: what is locked, and from when. */

import {
  arange,
  array,
  asArray,
  getNumThreads,
  type NDArray,
  ones,
  require,
  requireAsync,
  setNumThreads,
  zeros,
} from 'strided';
import { holdAll } from './support/busy';
import { script } from './support/child';
import { transfer } from './support/operands';

const threads = getNumThreads();
beforeAll(() => setNumThreads(2));
afterAll(() => setNumThreads(threads));

const code = (name: string) => expect.objectContaining({ code: name });
const inF = { order: 'F', writeback: true } as const;
const abortable = () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  return { signal: controller.signal, reason, abort: () => controller.abort(reason) };
};

/** Holds all jobs back that are started after it, over memory that nothing else uses. */

/** Whether an array is writeable, and whether a temporary owes something. */
const state = (x: NDArray, t: NDArray) => [x.flags.writeable, t.flags.writebackIfCopy];

test('locks the array from the call on, until its temporary is copied back', async () => {
  const x = arange(6).reshape([2, 3], { copy: true });
  const held = holdAll();
  const requiring = requireAsync(x, inF);
  expect(x.flags.writeable).toBe(false);
  expect(() => x.fill(0)).toThrow(code('ERR_READ_ONLY'));
  expect(() => x.setFlags({ writeable: true })).toThrow(code('ERR_READ_ONLY'));
  await expect(requireAsync(x, inF)).rejects.toThrow(code('ERR_READ_ONLY'));
  await held.release();
  const t = await requiring;
  expect([t.base === x, ...state(x, t), t.flags.fContiguous]).toEqual([true, false, true, true]);
  t.set(0, 1, 9).slice(1).fill(-1);
  expect(x.sum()).toBe(15);
  expect(await t.resolveWritebackAsync()).toBeUndefined();
  expect(x.toArray()).toEqual([
    [0, 9, 2],
    [-1, -1, -1],
  ]);
  expect([t.base, ...state(x, t)]).toEqual([null, true, false]);
  t.fill(7);
  await t.resolveWritebackAsync(); // nothing is owed any more
  expect(x.set(0, 0, 5).sum()).toBe(13);
});

test('what is written through a view waits until the temporary has its elements', async () => {
  const x = arange(6).reshape([2, 3], { copy: true });
  const row = x.slice(0);
  const requiring = requireAsync(x, inF);
  row.fill(-5);
  expect((await requiring).sum()).toBe(15);
});

test('an error unlocks the array', async () => {
  const x = array([1, 300], { dtype: 'int16' });
  const running = requireAsync(x, { dtype: 'int8', writeback: true });
  expect(x.flags.writeable).toBe(false);
  await expect(running).rejects.toThrow(code('ERR_CAST'));
  expect(x.fill(1).flags.writeable).toBe(true);
  const gone = ones([2, 3]);
  gone.dispose();
  await expect(requireAsync(gone, inF)).rejects.toThrow(code('ERR_RELEASED'));
  expect(gone.flags.writeable).toBe(true);
});

test('an abort unlocks the array', async () => {
  const x = zeros([2, 3]);
  const held = holdAll();
  const { signal, reason, abort } = abortable();
  const requiring = requireAsync(x, { ...inF, signal });
  expect(x.flags.writeable).toBe(false);
  const rejected = expect(requiring).rejects.toBe(reason);
  abort();
  await held.release();
  await rejected;
  await expect(requireAsync(x, { ...inF, signal })).rejects.toBe(reason);
  expect(x.fill(1).sum()).toBe(6);
});

test('nothing to copy: the array, or with writeback a view of it', async () => {
  const x = ones([2, 3]);
  expect(await requireAsync(x, { order: 'C' })).toBe(x);
  const view = await requireAsync(x, { order: 'C', writeback: true });
  expect([view.base, ...state(x, view)]).toEqual([x, true, false]);
  await view.disposeAsync();
  await view.resolveWritebackAsync();
  expect(x.sum()).toBe(6);
});

describe('a writeback as a job', () => {
  test('behaves as if it ran at its call', async () => {
    const x = zeros([2, 3]);
    const t = (await requireAsync(x, inF)).fill(1);
    const running = t.resolveWritebackAsync();
    expect([t.base, ...state(x, t)]).toEqual([null, true, false]);
    t.fill(100); // waits, as do the others
    expect(x.sum()).toBe(6);
    x.set(0, 0, 5).setFlags({ writeable: false });
    await running;
    expect([x.sum(), x.flags.writeable]).toEqual([10, false]);
  });

  test('keeps the memory of both arrays while it runs', async () => {
    const typed = new Float64Array(new SharedArrayBuffer(48));
    const t = (await requireAsync(asArray(typed).reshape([2, 3]), inF)).fill(1);
    const x = zeros([2, 3]);
    const other = await requireAsync(x, inF);
    const held = holdAll();
    const running = [t.resolveWritebackAsync(), other.resolveWritebackAsync()];
    t.dispose();
    x.dispose();
    other.dispose();
    await held.release();
    await Promise.all(running);
    expect([...typed]).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test('that fails locks the array again, and can be tried again', async () => {
    const x = zeros([2], { dtype: 'int8' });
    const t = (await requireAsync(x, { dtype: 'int32', writeback: true })).fill(200);
    for (const attempt of [() => t.resolveWritebackAsync(), () => t.disposeAsync()]) {
      await expect(attempt()).rejects.toThrow(code('ERR_CAST'));
      expect([...state(x, t), x.toArray()]).toEqual([false, true, [0, 0]]);
    }
    await t.fill(100).disposeAsync();
    expect([x.toArray(), x.flags.writeable]).toEqual([[100, 100], true]);
    expect(() => t.sum()).toThrow(code('ERR_RELEASED'));
  });

  test('does not begin once it is aborted', async () => {
    const x = zeros([2, 3]);
    const t = (await requireAsync(x, inF)).fill(1);
    for (const name of ['resolveWritebackAsync', 'disposeAsync'] as const) {
      const held = holdAll();
      const { signal, reason, abort } = abortable();
      const running = t[name]({ signal });
      expect(state(x, t)).toEqual([true, false]);
      const rejected = expect(running).rejects.toBe(reason);
      abort();
      await held.release();
      await rejected;
      await expect(t[name]({ signal })).rejects.toBe(reason);
      expect([x.sum(), t.sum(), ...state(x, t)]).toEqual([0, 6, false, true]);
    }
    t.resolveWriteback();
    expect(x.sum()).toBe(6);
  });

  test('leaves the array as others have locked it meanwhile', async () => {
    const x = zeros([2, 3]);
    const first = (await requireAsync(x, inF)).fill(1);
    const held = holdAll();
    const { signal, reason, abort } = abortable();
    const running = first.resolveWritebackAsync({ signal });
    const requiring = requireAsync(x, inF);
    const rejected = expect(running).rejects.toBe(reason);
    abort();
    await held.release();
    await rejected;
    const second = (await requiring).fill(2);
    expect([...state(x, first), ...state(x, second)]).toEqual([false, true, false, true]);
    expect(() => first.resolveWriteback()).toThrow(code('ERR_READ_ONLY'));
    expect(state(x, first)).toEqual([false, true]);
    second.discardWriteback();
    expect(state(x, second)).toEqual([false, false]);
    await first.resolveWritebackAsync();
    expect([x.sum(), x.flags.writeable]).toEqual([6, true]);
  });

  test('that fails leaves an array read-only that was made so meanwhile', async () => {
    const x = zeros([2, 3]);
    const t = (await requireAsync(x, inF)).fill(1);
    const held = holdAll();
    const { signal, reason, abort } = abortable();
    const running = t.resolveWritebackAsync({ signal });
    x.setFlags({ writeable: false });
    const rejected = expect(running).rejects.toBe(reason);
    abort();
    await held.release();
    await rejected;
    await expect(t.resolveWritebackAsync()).rejects.toThrow(code('ERR_READ_ONLY'));
    t.discardWriteback();
    expect([x.sum(), x.flags.writeable]).toEqual([0, false]);
    expect(x.setFlags({ writeable: true }).fill(1).sum()).toBe(6);
  });

  test('that fails owes nothing for a temporary that is gone', async () => {
    const x = zeros([2, 3]);
    const t = (await requireAsync(x, inF)).fill(1);
    const held = holdAll();
    const { signal, reason, abort } = abortable();
    const running = t.resolveWritebackAsync({ signal });
    t.dispose();
    const rejected = expect(running).rejects.toBe(reason);
    abort();
    await held.release();
    await rejected;
    expect([...state(x, t), x.fill(2).sum()]).toEqual([true, false, 12]);
  });

  test('to a TypedArray, and to one whose buffer was taken away', async () => {
    const typed = Float64Array.of(1, 2, 3);
    const t = (await requireAsync(typed, { ownData: true, writeback: true })).fill(4);
    expect([...typed]).toEqual([1, 2, 3]);
    const running = t.resolveWritebackAsync();
    expect(asArray(typed).sum()).toBe(12); // waits
    expect([...typed]).toEqual([4, 4, 4]);
    await running;
    const again = await requireAsync(typed, { ownData: true, writeback: true });
    const late = again.resolveWritebackAsync();
    transfer(typed.buffer);
    await expect(late).rejects.toThrow(code('ERR_RELEASED'));
    expect(again.flags.writebackIfCopy).toBe(true);
    again.discardWriteback();
    await again.disposeAsync();
  });
});

describe('disposeAsync', () => {
  test('ends a block with `await using`', async () => {
    const x = zeros([2, 3]);
    let outside: NDArray;
    {
      await using t = await requireAsync(x, inF);
      outside = t.fill(1);
    }
    expect([x.sum(), x.flags.writeable]).toEqual([6, true]);
    expect(() => outside.sum()).toThrow(code('ERR_RELEASED'));
  });

  test('releases what owes nothing at the call, and no view', async () => {
    const x = ones([2, 3]);
    await x.slice(0).disposeAsync();
    await x.T[Symbol.asyncDispose]();
    expect(x.sum()).toBe(6);
    const copying = x.T.copyAsync({ order: 'C' });
    const gone = x.disposeAsync();
    expect(() => x.sum()).toThrow(code('ERR_RELEASED'));
    await gone;
    await x.disposeAsync();
    expect((await copying).sum()).toBe(6);
    const resolved = require(ones([2, 3]), inF);
    resolved.resolveWriteback();
    void resolved.disposeAsync();
    expect(() => resolved.sum()).toThrow(code('ERR_RELEASED'));
  });
});

// In a process of its own, since jest's `process` hears of no warnings.
test('a temporary that is dropped before or after its promise resolves is reported', () => {
  const out = script(
    `const warnings = [];
    process.on('warning', ({ code }) => warnings.push(code));
    const asked = { order: 'F', writeback: true };
    const [x, y, z] = [s.zeros([2, 3]), s.zeros([2, 3]), s.zeros([2, 3])];
    void s.requireAsync(x, asked);
    await (async () => { (await s.requireAsync(y, asked)).fill(1); })();
    await (async () => { await (await s.requireAsync(z, asked)).fill(1).resolveWritebackAsync(); })();
    const locked = [x, y, z].map((of) => of.flags.writeable);
    for (let i = 0; i < 10; i++) { gc(); await new Promise(setImmediate); }
    const now = [x, y, z].map((of) => of.flags.writeable);
    console.log(locked.join(), now.join(), [x, y, z].map((of) => of.sum()).join(), warnings.join());`,
    { flags: ['--expose-gc', '--no-warnings'] },
  );
  const warning = 'STRIDED_WRITEBACK_DROPPED';
  expect(out).toBe(`false,false,true true,true,true 0,0,6 ${warning},${warning}\n`);
});
