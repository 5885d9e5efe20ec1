import {
  arange,
  array,
  arrayAsync,
  asArray,
  asContiguousArray,
  asFortranArray,
  empty,
  emptyLike,
  full,
  type NDArray,
  ones,
  type Scalar,
  zeros,
  zerosLike,
} from 'strided';
import { DTYPE_NAMES, DTYPES, type DTypeName } from '../lib/dtype';

const of = (code: string) => expect.objectContaining({ code });

describe.each(DTYPE_NAMES)('arrays of %s', (dtype) => {
  const one: Scalar = { number: 1, bigint: 1n, boolean: true }[DTYPES[dtype].scalar];
  const zero: Scalar = { number: 0, bigint: 0n, boolean: false }[DTYPES[dtype].scalar];

  test('are made of a shape', () => {
    expect(zeros([2, 2], { dtype }).toArray()).toEqual([
      [zero, zero],
      [zero, zero],
    ]);
    expect(ones([1, 3], { dtype }).toArray()).toEqual([[one, one, one]]);
    expect(full(2, one, { dtype }).toArray()).toEqual([one, one]);
    expect(full([], 1, { dtype }).item()).toBe(one);
    const x = empty([4, 5], { dtype, order: 'F' });
    const { itemsize } = DTYPES[dtype];
    expect([x.dtype, x.shape, x.strides]).toEqual([dtype, [4, 5], [itemsize, 4 * itemsize]]);
    expect(x.flags).toMatchObject({ ownData: true, writeable: true, aligned: true });
  });

  test('are made of scalars of any type that fit', () => {
    expect(array([[1], [0]], { dtype }).toArray()).toEqual([[one], [zero]]);
    expect(array([1n, 0n], { dtype }).toArray()).toEqual([one, zero]);
    expect(array([true, false], { dtype }).toArray()).toEqual([one, zero]);
    expect(array([true, 0, 1n], { dtype }).toArray()).toEqual([one, zero, one]);
  });

  test('are made after another one', () => {
    const x = zeros([2, 3], { dtype, order: 'F' });
    for (const like of [emptyLike(x), zerosLike(x)]) {
      expect([like.dtype, like.shape, like.strides]).toEqual([dtype, x.shape, x.strides]);
      expect(like.base).toBeNull();
    }
    expect(zerosLike(ones([2, 3]), { dtype }).toArray()).toEqual(x.toArray());
    expect(zerosLike(x, { order: 'C' }).flags.cContiguous).toBe(true);
  });

  test('share the memory of a TypedArray', () => {
    const { typedArray } = DTYPES[dtype];
    const typed = new typedArray(new ArrayBuffer(80), 16, 4);
    const x = asArray(typed);
    expect(x.dtype).toBe(dtype === 'bool' ? 'uint8' : dtype);
    expect([x.shape, x.offset, x.base === typed, x.flags.ownData]).toEqual([[4], 0, true, false]);
    x.set(1, 1);
    typed[2] = typed[1]! as never;
    expect(Array.from(typed, Number)).toEqual([0, 1, 1, 0]);
    expect(x.slice('::-1').toTypedArray()).toEqual(
      new typedArray(typed.buffer, 16, 4).slice().reverse(),
    );
    const copy = array(typed);
    copy.fill(0);
    expect(Array.from(typed, Number)).toEqual([0, 1, 1, 0]);
    const shared = array(typed, { copy: false });
    shared.fill(1);
    expect(Array.from(typed, Number)).toEqual([1, 1, 1, 1]);
  });
});

test('the default dtype is float64, the default order C', () => {
  for (const x of [empty([2, 3]), zeros([2, 3]), ones([2, 3])]) {
    expect([x.dtype, x.strides, x.shape]).toEqual(['float64', [24, 8], [2, 3]]);
  }
  expect(zeros(3).shape).toEqual([3]);
  expect(zeros([]).item()).toBe(0);
  expect(zeros(0).toArray()).toEqual([]);
  expect(zeros([2, 0, 3]).toArray()).toEqual([[], []]);
});

test('a size of -0 is 0', () => {
  expect(zeros(-0).shape).toEqual([0]);
  expect(zeros([2, -0]).shape).toEqual([2, 0]);
});

test.each<[Scalar, DTypeName]>([
  [2, 'float64'],
  [2.5, 'float64'],
  [2n, 'int64'],
  [true, 'bool'],
])('full of %p is of %s', (value, dtype) => {
  const x = full([2, 2], value, { order: 'F' });
  expect([x.dtype, x.toArray(), x.strides[0]]).toEqual([
    dtype,
    [
      [value, value],
      [value, value],
    ],
    DTYPES[dtype].itemsize,
  ]);
});

describe('arange', () => {
  // Lengths, ends and values from NumPy.
  const ranges: [number[], number[]][] = [
    [[5], [0, 1, 2, 3, 4]],
    [[3.2], [0, 1, 2, 3]],
    [[0], []],
    [[-3], []],
    [[10, 0], []],
    [
      [1, 10, 4],
      [1, 5, 9],
    ],
    [
      [-5, 5, 3],
      [-5, -2, 1, 4],
    ],
    [
      [-1.5, 1.5],
      [-1.5, -0.5, 0.5],
    ],
    [
      [0.5, -2, -0.75],
      [0.5, -0.25, -1, -1.75],
    ],
    [
      [1, 1.3, 0.1],
      [1, 1.1, 1.2000000000000002, 1.3000000000000003],
    ],
    [
      [5, 0, -2],
      [5, 3, 1],
    ],
    [
      [0, 1, 0.25],
      [0, 0.25, 0.5, 0.75],
    ],
    [[1, 0, 0.5], []],
    [[0, 1e-300, 1], [0]],
  ];
  test.each(ranges)('%j', (given, values) => {
    const x = (arange as (...all: unknown[]) => NDArray)(...given);
    expect([x.dtype, x.toArray()]).toEqual(['float64', values]);
  });

  test('steps of the second element, which rounding moved', () => {
    const tenths = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
    const x = arange(1e6, 1e6 + 1, 0.1).toTypedArray();
    const numpy = [
      1000000.0, 1000000.1, 1000000.2, 1000000.2999999999, 1000000.3999999999, 1000000.4999999999,
      1000000.5999999999, 1000000.6999999998, 1000000.7999999998, 1000000.8999999998,
    ];
    expect([...x]).toEqual(numpy);
    expect(arange(0, 1, 0.1).toArray()).toEqual(tenths.map((_, i) => i * 0.1));
  });

  test('of float32 is computed in float32', () => {
    const dtype = 'float32';
    expect(arange(0.1, 1, 0.3, { dtype }).toArray()).toEqual([
      0.10000000149011612, 0.4000000059604645, 0.7000000476837158,
    ]);
    const stuck = arange(1e6, 1e6 + 1, 0.01, { dtype });
    expect([stuck.size, stuck.sum()]).toEqual([100, 1e8]);
    const long = arange(0, 3e6, 0.7, { dtype });
    expect([long.size, ...[1, 12345, 2000003, -1].map((i) => long.get(i))]).toEqual([
      4285715, 0.699999988079071, 8641.5, 1400002.125, 2999999.75,
    ]);
    expect(arange(1e3, 1e3 + 0.001, 1e-4, { dtype }).toArray()).toEqual([
      1000, 1000.0001220703125, 1000.000244140625, 1000.0003662109375, 1000.00048828125,
      1000.0006103515625, 1000.000732421875, 1000.0008544921875, 1000.0009765625,
      1000.0010986328125,
    ]);
  });

  test('of integers is exact', () => {
    expect(arange(5n).toArray()).toEqual([0n, 1n, 2n, 3n, 4n]);
    expect(arange(5, { dtype: 'int64' }).toArray()).toEqual([0n, 1n, 2n, 3n, 4n]);
    const big = 2n ** 62n + 1n;
    expect(arange(big, big + 3n).toArray()).toEqual([big, big + 1n, big + 2n]);
    expect(arange(2 ** 53, 2 ** 53 + 4, { dtype: 'int64' }).toArray()).toEqual(
      [0n, 1n, 2n, 3n].map((i) => 2n ** 53n + i),
    );
    const top = 2n ** 64n;
    expect(arange(top - 1n, top, 1n, { dtype: 'uint64' }).toArray()).toEqual([top - 1n]);
    expect(arange(-(2n ** 63n), 2n ** 63n - 1n, 2n ** 63n - 1n).toArray()).toEqual([
      -(2n ** 63n),
      -1n,
      2n ** 63n - 2n,
    ]);
    expect(arange(5, -5, -3, { dtype: 'int8' }).toArray()).toEqual([5, 2, -1, -4]);
    expect(arange(250, 256, { dtype: 'uint8' }).toArray()).toEqual([250, 251, 252, 253, 254, 255]);
    expect(arange(0n, 10n, -1n).toArray()).toEqual([]);
  });

  test('longer than a chunk', () => {
    const x = arange(200_001, { dtype: 'int32' });
    expect(x.sum()).toBe((200_000n * 200_001n) / 2n);
    expect([65535, 65536, 131072, -1].map((i) => x.get(i))).toEqual([65535, 65536, 131072, 200000]);
  });
});

describe('array', () => {
  test.each<[unknown, DTypeName, number[]]>([
    [[1, 2.5], 'float64', [2]],
    [[1n, 2n], 'int64', [2]],
    [[[true], [false]], 'bool', [2, 1]],
    [5, 'float64', []],
    [7n, 'int64', []],
    [false, 'bool', []],
    [[], 'float64', [0]],
    [[[], []], 'float64', [2, 0]],
    [[[[1, 2]], [[3, 4]], [[5, 6]]], 'float64', [3, 1, 2]],
    [new Uint16Array(3), 'uint16', [3]],
    [new BigUint64Array(2), 'uint64', [2]],
    [new Uint8ClampedArray(2), 'uint8', [2]],
    [Buffer.from('abc'), 'uint8', [3]],
  ])('of %p is of %s and shape %j', (value, dtype, shape) => {
    const x = array(value as never);
    expect([x.dtype, x.shape, x.base]).toEqual([dtype, shape, null]);
  });

  test('lays elements out in an order', () => {
    const rows = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    const f = array(rows, { order: 'F', dtype: 'int16' });
    expect([f.strides, f.toArray()]).toEqual([[2, 4], rows]);
    expect([...f.asTypedArray()]).toEqual([1, 4, 2, 5, 3, 6]);
    for (const order of ['C', 'A', 'K'] as const) {
      expect(array(rows, { order }).strides).toEqual([24, 8]);
      expect(array(f, { order }).strides).toEqual(order === 'C' ? [6, 2] : [2, 4]);
      expect(array(f, { order }).toArray()).toEqual(rows);
    }
  });

  test('copies unless told otherwise', () => {
    const x = ones([2, 3]);
    expect(array(x)).not.toBe(x);
    expect(array(x).base).toBeNull();
    expect(array(x, { copy: false })).toBe(x);
    expect(array(x, { copy: false, order: 'F' })).not.toBe(x);
    expect(array(x, { copy: false, dtype: 'float32' }).dtype).toBe('float32');
    expect(array(Int8Array.of(-1), { dtype: 'float64' }).toArray()).toEqual([-1]);
  });

  test('keeps the order of axes of what it copies', () => {
    const x = empty([2, 3, 4]).transpose([1, 0, 2]);
    expect(array(x).strides).toEqual([32, 96, 8]);
    expect(array(x, { order: 'A' }).strides).toEqual([64, 32, 8]);
    expect(emptyLike(x).strides).toEqual([32, 96, 8]);
    expect(emptyLike(empty([4, 3, 5], { order: 'F' }).slice('::-2', ':', '1:')).strides).toEqual([
      8, 16, 48,
    ]);
  });
});

test.each([new ArrayBuffer(3), new SharedArrayBuffer(3)])(
  'array copies %p, as uint8',
  async (raw) => {
    new Uint8Array(raw).set([1, 2, 255]);
    const x = array(raw);
    const later = arrayAsync(raw, { dtype: 'int16' });
    new Uint8Array(raw).fill(9);
    expect([x.dtype, x.toArray(), x.base]).toEqual(['uint8', [1, 2, 255], null]);
    if (raw instanceof ArrayBuffer) expect((await later).toArray()).toEqual([1, 2, 255]);
    expect([(await later).dtype, (await later).base]).toEqual(['int16', null]);
    const shared = array(raw, { copy: false });
    expect([shared.base === raw, shared.toArray()]).toEqual([true, [9, 9, 9]]);
  },
);

describe('asArray', () => {
  test('shares buffers, as uint8', () => {
    for (const buffer of [new ArrayBuffer(6), new SharedArrayBuffer(6)]) {
      const x = asArray(buffer);
      expect([x.dtype, x.shape, x.base === buffer]).toEqual(['uint8', [6], true]);
      x.fill(7);
      expect([...new Uint8Array(buffer)]).toEqual([7, 7, 7, 7, 7, 7]);
    }
  });

  test('shares a TypedArray over a SharedArrayBuffer', () => {
    const typed = new Int32Array(new SharedArrayBuffer(16), 4, 3);
    const x = asArray(typed);
    x.assign([1, -2, 3]);
    expect([...typed]).toEqual([1, -2, 3]);
    expect(x.sum()).toBe(2n);
    expect(x.asTypedArray().buffer).toBe(typed.buffer);
  });

  test('shares a Buffer and a Uint8ClampedArray, which does not clamp', () => {
    const buffer = Buffer.from('abc');
    asArray(buffer)
      .slice('::-1')
      .assign(array([1, 2, 3], { dtype: 'uint8' }));
    expect([...buffer]).toEqual([3, 2, 1]);
    const clamped = new Uint8ClampedArray(2);
    expect(() => asArray(clamped).set(0, 256)).toThrow(of('ERR_CAST'));
    asArray(clamped).set(0, 255);
    expect([...clamped]).toEqual([255, 0]);
  });

  test('rejects a DataView', () => {
    expect(() => asArray(new DataView(new ArrayBuffer(8)))).toThrow(of('ERR_DTYPE'));
  });

  test('takes nested arrays and scalars too', () => {
    expect(asArray([[1, 2]]).toArray()).toEqual([[1, 2]]);
    expect(asArray(3).item()).toBe(3);
    expect(asArray(new Float32Array(0)).shape).toEqual([0]);
  });
});

test('asContiguousArray and asFortranArray copy only what is not in order', () => {
  const c = arange(6).reshape([2, 3]);
  const f = asFortranArray(c);
  expect([f.strides, f.toArray(), f.base]).toEqual([[8, 16], c.toArray(), null]);
  expect(asContiguousArray(c)).toBe(c);
  expect(asFortranArray(f)).toBe(f);
  expect(asContiguousArray(f).strides).toEqual([24, 8]);
  const row = c.slice('1:2');
  expect(asFortranArray(row)).toBe(row);
  expect(asContiguousArray(c.slice(':', '::2')).strides).toEqual([16, 8]);
  const typed = Float64Array.of(1, 2);
  expect(asContiguousArray(typed).base).toBe(typed);
  expect(
    asFortranArray([
      [1, 2],
      [3, 4],
    ]).strides,
  ).toEqual([8, 16]);
});
