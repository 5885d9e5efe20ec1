import { arange, array, asArray, type NDArray, ones, require, zeros } from 'strided';
import { script } from './support/child';

const code = (name: string) => expect.objectContaining({ code: name });

/** Float64 elements one byte off. */
function unaligned(length: number): NDArray {
  return asArray(new Uint8Array(8 * length + 1))
    .slice('1:')
    .reinterpret('float64');
}

describe('require', () => {
  const x = arange(6).reshape([2, 3], { copy: true });
  const frozen = ones([2, 3]).setFlags({ writeable: false });

  test.each<[string, NDArray, object]>([
    ['nothing', x.T, {}],
    ['what it is', x, { dtype: 'float64', order: 'C', aligned: true, writeable: true }],
    ['its memory', x, { ownData: true }],
    ['any order', x.slice(':', '::2'), { order: 'K' }],
    ['one of the orders', x.T, { order: 'A' }],
    ['F order', x.T, { order: 'F' }],
    ['nothing of a read-only array', frozen, { aligned: true, order: 'C' }],
    ['false', frozen.slice(0), { writeable: false, ownData: false }],
  ])('%s: the array itself', (_, given, options) => {
    expect(require(given, options)).toBe(given);
  });

  test.each<[string, NDArray, object]>([
    ['dtype', array([1, 2], { dtype: 'int8' }), { dtype: 'float32' }],
    ['order C', x.T, { order: 'C' }],
    ['order F', x, { order: 'F' }],
    ['order A', x.slice(':', '::2'), { order: 'A' }],
    ['aligned', unaligned(3), { aligned: true }],
    ['writeable', frozen, { writeable: true }],
    ['writeable for a broadcast', x.broadcastTo([2, 2, 3]), { writeable: true }],
    ['ownData', x.slice(0), { ownData: true }],
    ['ownData of a buffer', asArray(new Float64Array(3)), { ownData: true }],
  ])('%s: a copy that meets it', (_, given, options) => {
    const y = require(given, options);
    expect(y.base).toBeNull();
    expect(y.toArray()).toEqual(given.toArray());
    expect(y.flags).toMatchObject({
      aligned: true,
      writeable: true,
      ownData: true,
      writebackIfCopy: false,
    });
    expect(require(y, options)).toBe(y);
  });

  test('takes what is like an array', () => {
    const typed = Float32Array.of(1, 2);
    expect(require(typed).base).toBe(typed);
    expect(require([[1, 2]], { dtype: 'int32', order: 'F' }).toArray()).toEqual([[1, 2]]);
    expect(require(array([1.7]), { dtype: 'int8', casting: 'unsafe' }).toArray()).toEqual([1]);
  });
});

describe('require with writeback', () => {
  const inF = { order: 'F', writeback: true } as const;

  test('locks the array until its temporary is copied back', () => {
    const x = arange(6).reshape([2, 3], { copy: true });
    const t = require(x, inF);
    expect(t.flags).toMatchObject({ writebackIfCopy: true, fContiguous: true, ownData: true });
    expect(String(t.flags)).toContain('  WRITEBACKIFCOPY : True\n');
    expect(t.base).toBe(x);
    expect(t.slice(0).base).toBe(t);
    expect(t.slice(0).flags.writebackIfCopy).toBe(false);
    expect(x.flags.writeable).toBe(false);
    expect(() => x.fill(0)).toThrow(code('ERR_READ_ONLY'));
    t.set(0, 1, 9).slice(1).fill(-1);
    expect(x.toArray()).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    t.resolveWriteback();
    const written = [
      [0, 9, 2],
      [-1, -1, -1],
    ];
    expect(x.toArray()).toEqual(written);
    expect(x.set(0, 0, 5).flags.writeable).toBe(true);
    expect([t.base, t.flags.writebackIfCopy]).toEqual([null, false]);
    t.fill(7).resolveWriteback(); // nothing is owed any more
    expect(x.toArray()).toEqual([
      [5, 9, 2],
      [-1, -1, -1],
    ]);
    expect(t.sum()).toBe(42);
  });

  test('or until it is discarded', () => {
    const x = zeros([2, 3]);
    const t = require(x, inF).fill(1);
    t.discardWriteback();
    expect([x.sum(), t.sum(), t.base, t.flags.writebackIfCopy]).toEqual([0, 6, null, false]);
    expect(x.fill(2).sum()).toBe(12);
    t.discardWriteback();
    t.resolveWriteback();
    expect(x.sum()).toBe(12);
  });

  test('through a strided, cast and unaligned array', () => {
    const x = unaligned(6);
    x.assign(arange(6));
    const t = require(x.slice('::-2'), { aligned: true, order: 'C', writeback: true });
    expect([t.toArray(), t.flags.aligned, t.strides]).toEqual([[5, 3, 1], true, [8]]);
    t.assign([50, 30, 10]).resolveWriteback();
    expect(x.toArray()).toEqual([0, 10, 2, 30, 4, 50]);
    const small = require(x, { dtype: 'float32', writeback: true });
    small.set(0, 0.1).resolveWriteback();
    expect(x.get(0)).toBe(Math.fround(0.1));
    const cut = require(x, { dtype: 'int8', casting: 'unsafe', writeback: true });
    cut.resolveWriteback();
    expect(x.toArray()).toEqual([0, 10, 2, 30, 4, 50]);
  });

  test('dispose, which `using` calls, copies back and frees the temporary', () => {
    const x = zeros([2, 3]);
    const t = require(x, inF).fill(1);
    const view = t.slice(0);
    t[Symbol.dispose]();
    expect(x.sum()).toBe(6);
    expect(() => t.sum()).toThrow(code('ERR_RELEASED'));
    expect(() => view.fill(1)).toThrow(code('ERR_RELEASED'));
    expect(x.fill(3).sum()).toBe(18);
    t.dispose();
    expect(x.sum()).toBe(18);
  });

  test('that fails leaves everything to be tried again', () => {
    const x = zeros([2], { dtype: 'int8' });
    const t = require(x, { dtype: 'int32', writeback: true }).fill(200);
    for (const attempt of [() => t.resolveWriteback(), () => t.dispose()]) {
      expect(attempt).toThrow(code('ERR_CAST'));
      expect([t.flags.writebackIfCopy, x.flags.writeable, x.toArray()]).toEqual([
        true,
        false,
        [0, 0],
      ]);
    }
    t.fill(100).dispose();
    expect(x.toArray()).toEqual([100, 100]);
  });

  test('gives a view where nothing is to be copied, so that its end takes no memory', () => {
    const x = ones([2, 3]);
    const t = require(x, { order: 'C', writeback: true });
    expect([t.base, t.flags.writebackIfCopy, x.flags.writeable]).toEqual([x, false, true]);
    t.fill(2);
    t[Symbol.dispose]();
    expect(x.sum()).toBe(12);
    const own = require(x, { ownData: true, writeback: true });
    expect([own.base === x, own.flags.ownData, own.flags.writebackIfCopy]).toEqual([
      true,
      true,
      true,
    ]);
    own.fill(3);
    own[Symbol.dispose]();
    expect(x.sum()).toBe(18);
  });

  test('of a view locks that view, as in NumPy', () => {
    const x = zeros([2, 3]);
    const column = x.slice(':', 0);
    const t = require(column, { order: 'C', writeback: true });
    expect([t.base === column, column.flags.writeable, x.flags.writeable]).toEqual([
      true,
      false,
      true,
    ]);
    t.fill(1).resolveWriteback();
    expect(x.toArray()).toEqual([
      [1, 0, 0],
      [1, 0, 0],
    ]);
  });

  test('to a TypedArray', () => {
    const typed = Float64Array.of(1, 2, 3);
    const t = require(typed, { ownData: true, writeback: true }).fill(4);
    expect([...typed]).toEqual([1, 2, 3]);
    t.resolveWriteback();
    expect([...typed]).toEqual([4, 4, 4]);
  });

  test('waits for the jobs that write the temporary', async () => {
    const x = zeros([300]);
    const t = require(x, { dtype: 'float32', writeback: true });
    const sum = ones([2000, 300]).sumAsync({ axis: 0, out: t });
    t.resolveWriteback();
    expect([x.get(0), x.get(-1)]).toEqual([2000, 2000]);
    expect(await sum).toBe(t);
  });
});

// In a process of its own, since jest's `process` hears of no warnings.
test('a temporary that is dropped is reported once, and its base unlocked', () => {
  const out = script(
    `const warnings = [];
    process.on('warning', ({ name, code, message }) => warnings.push(name, code, message));
    const asked = { order: 'F', writeback: true };
    const [x, y] = [s.zeros([2, 3]), s.zeros([2, 3])];
    const kept = s.require(y, asked);
    (() => {
      s.require(x, asked).fill(1);
      s.require(s.zeros([2, 3]), asked).resolveWriteback();
      s.require(s.zeros([2, 3]), asked).discardWriteback();
      s.require(s.zeros([2, 3]), asked).dispose();
    })();
    const locked = x.flags.writeable;
    for (let i = 0; i < 10; i++) { gc(); await new Promise(setImmediate); }
    console.log(locked, x.flags.writeable, y.flags.writeable, kept.flags.writebackIfCopy);
    console.log(x.sum(), x.fill(2).sum(), warnings.length, warnings.slice(0, 2).join());
    console.log(/writebackIfCopy.*resolveWriteback\\(\\)/.test(warnings[2]));`,
    { flags: ['--expose-gc', '--no-warnings'] },
  );
  expect(out).toBe(
    'false true false true\n0 12 3 StridedWarning,STRIDED_WRITEBACK_DROPPED\ntrue\n',
  );
});
