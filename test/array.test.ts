import fc from 'fast-check';
import {
  arange,
  array,
  asArray,
  empty,
  memoryUsage,
  NDArray,
  ones,
  type Scalar,
  sharesMemory,
  zeros,
  zerosLike,
} from 'strided';
import { DTYPE_NAMES, DTYPES, type DTypeName } from '../lib/dtype';

/** Elements that tell bytes, signs and widths apart. */
const SAMPLES: { readonly [name in DTypeName]: Scalar[] } = {
  bool: [true, false, true],
  int8: [-128, 127, -1],
  uint8: [255, 0, 129],
  int16: [-32768, 32767, 0x1234],
  uint16: [65535, 0x1234, 256],
  int32: [-(2 ** 31), 2 ** 31 - 1, 0x12345678],
  uint32: [2 ** 32 - 1, 0x89abcdef, 1],
  int64: [-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n],
  uint64: [2n ** 64n - 1n, 2n ** 53n + 1n, 0x0123456789abcdefn],
  float32: [Math.fround(0.1), -3.4028234663852886e38, -0],
  float64: [0.1, Number.MIN_VALUE, -Number.MAX_VALUE],
};

const readOnlyError = expect.objectContaining({ code: 'ERR_READ_ONLY' });
const releasedError = expect.objectContaining({ code: 'ERR_RELEASED' });

/** Elements of a dtype at any byte of a buffer. */
function overBytes(dtype: DTypeName, start: number, length: number): NDArray {
  const type = DTYPES[dtype];
  const bytes = new Uint8Array(new ArrayBuffer(start + length * type.itemsize + 3), start);
  return NDArray.over(bytes.subarray(0, length * type.itemsize), type);
}

describe.each(DTYPE_NAMES)('elements of %s', (dtype) => {
  const samples = SAMPLES[dtype];
  const { itemsize, scalar, typedArray } = DTYPES[dtype];

  test('come back as they were set, by their JavaScript type', () => {
    const x = zeros(samples.length, { dtype });
    samples.forEach((value, i) => {
      x.set(i, value);
    });
    expect(samples.map((_, i) => x.get(i - samples.length))).toEqual(samples);
    expect(typeof x.get(0)).toBe(scalar);
    expect(x.slice(1).item()).toEqual(samples[1]);
    expect(x.toArray()).toEqual(samples);
    expect(x).toMatchObject({ dtype, itemsize, nbytes: itemsize * 3, size: 3, ndim: 1 });
  });

  test('are zeros at first, and lie in memory as in a TypedArray', () => {
    const x = zeros(samples.length, { dtype });
    const zero = { number: 0, bigint: 0n, boolean: false }[scalar];
    expect(x.toArray()).toEqual([zero, zero, zero]);
    const typed = x.asTypedArray();
    expect(typed).toBeInstanceOf(typedArray);
    samples.forEach((value, i) => {
      typed[i] = (typeof value === 'boolean' ? +value : value) as never;
    });
    expect(x.toArray()).toEqual(samples);
    expect(x.toTypedArray()).toEqual(typed);
    expect(x.toTypedArray().buffer).not.toBe(typed.buffer);
  });

  test.each([1, 2, 3, 5])('are read and written %d bytes off', (start) => {
    const x = overBytes(dtype, start, 3);
    samples.forEach((value, i) => {
      x.set(i, value);
    });
    expect(x.toArray()).toEqual(samples);
    expect(samples.map((_, i) => x.get(i))).toEqual(samples);
    const aligned = start % itemsize === 0;
    expect(x.flags.aligned).toBe(aligned);
    const { buffer, byteOffset, byteLength } = x.base as Uint8Array;
    const bytes = new Uint8Array(x.toTypedArray().buffer);
    expect(new Uint8Array(buffer, byteOffset, byteLength)).toEqual(bytes);
    expect(x.slice('::-1').copy().toArray()).toEqual([...samples].reverse());
    x.assign(x.slice('::-1').copy());
    expect(x.toArray()).toEqual([...samples].reverse());
    if (aligned) expect(x.asTypedArray().byteOffset).toBe(start);
    else expect(() => x.asTypedArray()).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }));
  });
});

test('get and set reach every element, from both ends', () => {
  const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(
      shapes,
      fc.constantFrom('C', 'F'),
      fc.infiniteStream(fc.nat()),
      (shape, order, n) => {
        const x = zeros(shape, { order, dtype: 'int32' });
        const index = shape.map((size) => n.next().value! % size);
        const place = index.reduce((at, i, axis) => at * shape[axis]! + i, 0);
        x.set(...index, 7);
        expect(Array.from(x.toTypedArray(), Number).indexOf(7)).toBe(place);
        expect(x.get(...index.map((i, axis) => i - shape[axis]!))).toBe(7);
        expect(x.sum()).toBe(7n);
      },
    ),
  );
});

test('an array without axes has one element', () => {
  const x = array(2.5);
  expect([x.get(), x.item(), x.toArray(), x.ndim, x.size]).toEqual([2.5, 2.5, 2.5, 0, 1]);
  expect(x.set(4).get()).toBe(4);
  expect([x.shape, x.strides]).toEqual([[], []]);
});

test('shape and strides are frozen', () => {
  const x = zeros([2, 3]);
  expect(Object.isFrozen(x.shape) && Object.isFrozen(x.strides)).toBe(true);
  expect(x.shape).toBe(x.shape);
});

describe('flags', () => {
  const x = zeros([4, 6]);
  const cube = zeros([2, 3, 4]);
  // cContiguous, fContiguous, ownData as NumPy has them.
  const layouts: [string, NDArray, boolean, boolean, boolean][] = [
    ['C', x, true, false, true],
    ['F', zeros([4, 6], { order: 'F' }), false, true, true],
    ['one axis', zeros(5), true, true, true],
    ['no axes', zeros([]), true, true, true],
    ['nothing', zeros([0, 3]), true, true, true],
    ['transposed', x.T, false, true, false],
    ['rows', x.slice('1:3'), true, false, false],
    ['every other row', x.slice('::2'), false, false, false],
    ['one of every other row', x.slice('::4'), true, true, false],
    ['a row', x.slice(1), true, true, false],
    ['a column', x.slice(':', 1), false, false, false],
    ['a column kept', x.slice(':', '1:2'), false, false, false],
    ['one element', x.slice('1:2', '3:4'), true, true, false],
    ['reversed', x.slice('::-1'), false, false, false],
    ['a part of rows', x.slice('1:2', '2:4'), true, true, false],
    ['a new axis first', x.slice(null), true, false, false],
    ['a new axis amid', x.slice(':', null), true, false, false],
    ['axes rotated', cube.transpose([1, 2, 0]), false, false, false],
    ['axes reversed', cube.transpose([2, 1, 0]), false, true, false],
    ['an empty slice', x.slice('2:2', '::2'), true, true, false],
    ['reshaped', x.reshape([2, 12]), true, false, false],
    ['flat', x.ravel(), true, true, false],
    ['a copy of the transposed', x.T.copy(), true, false, true],
    ['the same kept', x.T.copy({ order: 'K' }), false, true, true],
    ['a shared buffer', asArray(new Float64Array(4)), true, true, false],
  ];
  test.each(layouts)('%s', (_, { flags }, cContiguous, fContiguous, ownData) => {
    expect({ ...flags }).toEqual({
      cContiguous,
      fContiguous,
      ownData,
      writeable: true,
      aligned: true,
      writebackIfCopy: false,
    });
    expect([flags.C_CONTIGUOUS, flags.F_CONTIGUOUS]).toEqual([cContiguous, fContiguous]);
    expect([flags.OWNDATA, flags.WRITEABLE]).toEqual([ownData, true]);
    expect([flags.ALIGNED, flags.WRITEBACKIFCOPY]).toEqual([true, false]);
  });

  test('print as a table', () => {
    expect(String(x.T.flags)).toBe(
      '  C_CONTIGUOUS : False\n  F_CONTIGUOUS : True\n  OWNDATA : False\n' +
        '  WRITEABLE : True\n  ALIGNED : True\n  WRITEBACKIFCOPY : False\n',
    );
  });
});

describe('setFlags', () => {
  test('makes an array read-only, and writeable again', () => {
    const x = ones(3);
    expect(x.setFlags({ writeable: false })).toBe(x);
    expect(x.flags.writeable).toBe(false);
    expect(() => x.set(0, 2)).toThrow(readOnlyError);
    expect(x.setFlags({}).flags.writeable).toBe(false);
    x.setFlags({ writeable: true }).set(0, 2);
    expect(x.toArray()).toEqual([2, 1, 1]);
  });

  test('views take the flag at their birth, and keep it', () => {
    const x = ones(3);
    const before = x.slice('1:');
    x.setFlags({ writeable: false });
    const after = x.slice('1:');
    expect([before.flags.writeable, after.flags.writeable]).toEqual([true, false]);
    before.set(0, 5); // as in NumPy
    expect(x.toArray()).toEqual([1, 5, 1]);
    expect(() => after.setFlags({ writeable: true })).toThrow(readOnlyError);
    x.setFlags({ writeable: true });
    expect(after.flags.writeable).toBe(false);
    after.setFlags({ writeable: true }).set(0, 6);
    expect(x.get(1)).toBe(6);
  });

  test('a read-only view of a writeable array leaves the array and other views alone', () => {
    const x = ones(3);
    const view = x.slice(':').setFlags({ writeable: false });
    expect(view.slice('1:').flags.writeable).toBe(false);
    expect(() => view.slice('1:').fill(0)).toThrow(readOnlyError);
    expect(view.slice('1:').setFlags({ writeable: true }).flags.writeable).toBe(true);
    expect(x.slice('1:').flags.writeable).toBe(true);
    expect(x.toArray()).toEqual([1, 1, 1]);
  });

  test('copies of read-only arrays are writeable', () => {
    const x = ones([2, 3]).setFlags({ writeable: false });
    for (const y of [
      x.copy(),
      x.asType('int8', { casting: 'unsafe' }),
      x.T.ravel(),
      zerosLike(x),
    ]) {
      expect(y.flags.writeable).toBe(true);
    }
    expect(x.reshape(6).flags.writeable).toBe(false);
    expect(x.T.flags.writeable).toBe(false);
  });

  test('the array over a buffer may be read-only while the buffer is not', () => {
    const typed = new Int8Array(2);
    const x = asArray(typed).setFlags({ writeable: false });
    typed[0] = 5;
    expect(x.get(0)).toBe(5);
    expect(() => x.set(0, 1)).toThrow(readOnlyError);
    expect(x.slice(':').setFlags({ writeable: true }).set(0, 1).get(0)).toBe(1);
  });
});

describe('base', () => {
  test('is the ultimate owner', () => {
    const x = arange(24);
    expect(x.base).toBeNull();
    const views = [x.slice(':'), x.reshape([2, 12]), x.reshape([4, 6]).T, x.ravel()];
    for (const view of views) {
      expect(view.base).toBe(x);
      expect(view.slice('1:').base).toBe(x);
      expect(view.T.slice('::-1').base).toBe(x);
    }
    expect(x.copy().base).toBeNull();
    expect(x.reshape([4, 6]).T.reshape(24).base).toBeNull();
  });

  test('is the buffer that was given', () => {
    const typed = new Float32Array(8).subarray(2, 6);
    const x = asArray(typed);
    expect(x.base).toBe(typed);
    expect(x.slice('::2').slice(0).base).toBe(typed);
    expect(asArray(x)).toBe(x);
  });
});

describe('dispose', () => {
  test('frees the memory at once, for views too', () => {
    const x = ones([1000, 1000]);
    const view = x.slice(':', '::2');
    const typed = x.asTypedArray();
    const before = memoryUsage();
    expect(before.bytes).toBeGreaterThanOrEqual(8e6);
    x.dispose();
    const after = memoryUsage();
    expect(after.bytes).toBeLessThanOrEqual(before.bytes - 8e6);
    expect(after.blocks).toBeLessThan(before.blocks);
    expect(typed).toHaveLength(0);
    expect(() => x.get(0, 0)).toThrow(releasedError);
    expect(() => view.sum()).toThrow(releasedError);
    x.dispose();
    view.dispose();
    expect(memoryUsage().bytes).toBeGreaterThanOrEqual(0);
  });

  test('results of some KiB share blocks, but no bytes', () => {
    const x = ones([3, 1000]);
    const { blocks } = memoryUsage();
    const sums = Array.from({ length: 64 }, () => x.sum({ axis: 0 }) as NDArray);
    expect(memoryUsage().blocks).toBeLessThanOrEqual(blocks + 3);
    const [first, second, third] = sums as [NDArray, NDArray, NDArray, ...NDArray[]];
    expect(sharesMemory(first, second)).toBe(false);
    expect(second.asTypedArray().buffer.byteLength).toBe(8000);
    first.fill(7);
    third.dispose();
    expect([first.get(999), second.get(0), second.get(999)]).toEqual([7, 3, 3]);
    expect(() => third.get(0)).toThrow(releasedError);
    expect(sums.slice(3).every((sum) => sum.sum() === 3000)).toBe(true);
  });

  test('what needs no memory still works', () => {
    const x = ones([2, 3]);
    x.dispose();
    expect([x.shape, x.strides, x.dtype, x.nbytes]).toEqual([[2, 3], [24, 8], 'float64', 48]);
    expect(x.T.shape).toEqual([3, 2]);
    expect(x.flags.cContiguous).toBe(true);
    expect(zerosLike(x).sum()).toBe(0);
  });

  test('of a view or of an array over a buffer does nothing', () => {
    const x = ones(4);
    x.slice('1:').dispose();
    expect(x.sum()).toBe(4);
    const shared = asArray(Float64Array.of(1, 2));
    shared.dispose();
    expect(shared.sum()).toBe(3);
  });

  test('is what `using` calls', () => {
    const x = ones(4);
    x[Symbol.dispose]();
    expect(() => x.sum()).toThrow(releasedError);
  });

  test('waits for no job, and takes no memory from one', async () => {
    const x = ones([500, 500]);
    const sum = x.sumAsync();
    x.dispose();
    expect(await sum).toBe(250000);
    await expect(x.sumAsync()).rejects.toThrow(releasedError);
  });
});

test('a block beyond 4 GiB is read and written everywhere', () => {
  const length = 5e9;
  const x = empty([length], { dtype: 'uint8' });
  try {
    const places = [0, 2 ** 31, 2 ** 32 - 65, 2 ** 32 - 64, 2 ** 32 - 1, 2 ** 32, length - 1];
    places.forEach((place, i) => {
      x.set(place, 10 + i);
    });
    expect(places.map((place) => x.get(place))).toEqual(places.map((_, i) => 10 + i));
    expect(x.get(-1)).toBe(16);
    const across = x.slice(`${2 ** 32 - 4}:${2 ** 32 + 4}`);
    expect(across.offset).toBe(2 ** 32 - 4);
    across.assign([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(across.toArray()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect([2 ** 32 - 1, 2 ** 32].map((place) => x.get(place))).toEqual([4, 5]);
    x.slice('-3:').assign(x.slice(`${2 ** 32 - 1}:${2 ** 32 + 2}`));
    expect(x.slice('-3:').toArray()).toEqual([4, 5, 6]);
    expect(x.slice('-3:').sum()).toBe(15n);
    expect(x.slice('::2500000000').shape).toEqual([2]);
    expect(x.reshape([5, 1e9]).slice(':', 0).strides).toEqual([1e9]);
  } finally {
    x.dispose();
  }
});

test('wide elements beyond 4 GiB are whole where windows meet', () => {
  const x = empty([540_000_000], { dtype: 'float64' });
  try {
    const border = 2 ** 29;
    for (let i = border - 12; i < border + 12; i++) x.set(i, i + 0.5);
    for (let i = border - 12; i < border + 12; i++) expect(x.get(i)).toBe(i + 0.5);
    const near = x.slice(`${border - 12}:${border + 12}`);
    expect(near.toArray()).toEqual(Array.from({ length: 24 }, (_, i) => border - 12 + i + 0.5));
    expect(x.set(-1, 7).get(539_999_999)).toBe(7);
  } finally {
    x.dispose();
  }
});
