import {
  arange,
  array,
  asArray,
  asContiguousArray,
  asStrided,
  broadcastArrays,
  broadcastShapes,
  byteBounds,
  type DTypeName,
  type NDArray,
  ones,
  require,
  sum,
  zeros,
} from 'strided';
import { DTYPE_NAMES, DTYPES } from '../lib/dtype';

const code = (name: string) => expect.objectContaining({ code: name });

describe('broadcastTo', () => {
  test('repeats elements without copying them', () => {
    const x = arange(3);
    const view = x.broadcastTo([2, 3]);
    expect([view.shape, view.strides, view.base]).toEqual([[2, 3], [0, 8], x]);
    expect(view.base).toBe(x);
    x.set(1, 7);
    expect(view.toArray()).toEqual([
      [0, 7, 2],
      [0, 7, 2],
    ]);
    expect(view.sum({ axis: 0 })).toMatchObject({ shape: [3] });
    expect(String(view.sum({ axis: 0 }))).toBe('[ 0. 14.  4.]');
  });

  // From NumPy's broadcast_to.
  test.each([
    [[3], 3, [8]],
    [[3], [3, 3], [0, 8]],
    [
      [1, 3],
      [1, 3],
      [0, 8],
    ],
    [
      [1, 3],
      [1, 1, 3],
      [0, 0, 8],
    ],
    [
      [3, 1],
      [3, 0],
      [8, 0],
    ],
    [[], [], []],
    [[], [2, 3], [0, 0]],
    [
      [1, 1],
      [5, 0],
      [0, 0],
    ],
    [
      [2, 1, 3],
      [2, 4, 3],
      [24, 0, 8],
    ],
  ])('shape %j to %j has strides %j', (from, to, strides) => {
    const view = ones(from).broadcastTo(to);
    expect([view.shape, view.strides]).toEqual([[to].flat(), strides]);
  });

  test('is read-only until it is told otherwise', () => {
    const x = arange(3);
    const view = x.broadcastTo([2, 3]);
    expect(view.flags.writeable).toBe(false);
    for (const y of [view, view.T, view.slice(0), view.reshape([2, 3])]) {
      expect(() => y.fill(1)).toThrow(code('ERR_READ_ONLY'));
    }
    view.setFlags({ writeable: true }).set(1, 2, 9);
    expect(x.get(2)).toBe(9);
  });
});

describe('reinterpret', () => {
  test('shows the same bytes', () => {
    const x = array([1, -2]);
    const bytes = x.reinterpret('uint8');
    expect([bytes.shape, bytes.strides, bytes.dtype]).toEqual([[16], [1], 'uint8']);
    expect(bytes.base).toBe(x);
    expect(bytes.slice('-2:').toArray()).toEqual([0, 0xc0]);
    bytes.slice('-2:').assign([0xf0, 0x3f]);
    expect(x.get(1)).toBe(1);
    expect(bytes.slice('8:').reinterpret('float64').toArray()).toEqual([1]);
    expect(x.reinterpret('uint64').get(1)).toBe(0x3ff0000000000000n);
    expect(x.reinterpret('float64').base).toBe(x);
  });

  // From NumPy's a.view(dtype).
  test.each<[string, number[], number[]]>([
    ['float64', [4, 3], [24, 8]],
    ['int16', [4, 12], [24, 2]],
    ['float32', [4, 6], [24, 4]],
    ['bool', [4, 24], [24, 1]],
  ])('float32 of [4, 6] as %s: %j, %j', (dtype, shape, strides) => {
    const view = zeros([4, 6], { dtype: 'float32' }).reinterpret(dtype as DTypeName);
    expect([view.shape, view.strides]).toEqual([shape, strides]);
  });

  test('asks for a contiguous last axis only where it has more than one element', () => {
    const x = zeros([4, 6], { dtype: 'float32' });
    expect(x.slice(':1', '::6').reinterpret('int16')).toMatchObject({ shape: [1, 2] });
    expect(x.slice('::2', '3:4').reinterpret('int16')).toMatchObject({ strides: [48, 2] });
    expect(x.slice(':0', '::2').reinterpret('int16')).toMatchObject({ shape: [0, 6] });
    expect(x.slice('::2', ':2').reinterpret('float64')).toMatchObject({ strides: [48, 8] });
    expect(x.T.reinterpret('int32')).toMatchObject({ shape: [6, 4], strides: [4, 24] });
    for (const y of [x.T, x.slice(':', '::2')]) {
      expect(() => y.reinterpret('int16')).toThrow(code('ERR_SHAPE'));
    }
  });

  test('needs an axis when sizes differ', () => {
    expect(array(1).reinterpret('int64').item()).toBe(0x3ff0000000000000n);
    expect(() => array(1).reinterpret('int32')).toThrow(code('ERR_SHAPE'));
  });

  test('is read-only where its array is', () => {
    const x = ones(3).setFlags({ writeable: false });
    const view = x.reinterpret('int8');
    expect(() => view.fill(0)).toThrow(code('ERR_READ_ONLY'));
    expect(() => view.setFlags({ writeable: true })).toThrow(code('ERR_READ_ONLY'));
  });

  test.each(DTYPE_NAMES)('of bytes at an odd address as %s', (dtype) => {
    const { itemsize } = DTYPES[dtype];
    const bytes = Uint8Array.from({ length: 6 * itemsize + 1 }, (_, i) => (i * 37 + 1) % 251);
    const view = asArray(bytes).slice('1:').reinterpret(dtype);
    const moved = asArray(bytes.slice(1)).reinterpret(dtype);
    expect(view.flags.aligned).toBe(itemsize === 1);
    expect(moved.flags.aligned).toBe(true);
    expect([view.offset, view.size, moved.size]).toEqual([1, 6, 6]);
    expect(view.toArray()).toEqual(moved.toArray());
    expect(view.get(-1)).toEqual(moved.get(-1));
    const cube = view.reshape([3, 2]);
    expect(cube.T.copy().toArray()).toEqual(moved.reshape([3, 2]).T.toArray());
    expect(String(cube.slice('::-1'))).toBe(String(moved.reshape([3, 2]).slice('::-1')));
    if (dtype !== 'int64' && dtype !== 'uint64') {
      const [a, b] = [cube, moved.reshape([3, 2])].map((y) => String(y.sum({ axis: 0 })));
      expect(a).toBe(b);
    }
    view.slice('::-1').assign(moved);
    expect(asArray(bytes).slice('1:').reinterpret(dtype).toArray()).toEqual(
      [...(moved.toArray() as unknown[])].reverse(),
    );
  });
});

describe('asStrided', () => {
  const x = arange(12).reshape([3, 4], { copy: true });

  test('shows windows, repeats, and what lies outside of a view', () => {
    const row = arange(5);
    const windows = asStrided(row, { shape: [3, 3], strides: [8, 8] });
    expect(windows.toArray()).toEqual([
      [0, 1, 2],
      [1, 2, 3],
      [2, 3, 4],
    ]);
    expect(windows.base).toBe(row);
    const column = x.slice(1, '1:2');
    expect(asStrided(column, { shape: [3], strides: [-8], offset: 16 }).toArray()).toEqual([
      7, 6, 5,
    ]);
    const back = asStrided(column, { shape: [12], strides: [8], offset: -column.offset });
    expect(back.toArray()).toEqual(arange(12).toArray());
    expect(asStrided(column, { offset: 4 }).flags.aligned).toBe(false);
    expect(asStrided(Uint8Array.of(1, 2, 3), { shape: 2, strides: [2] }).toArray()).toEqual([1, 3]);
  });

  test('is as writeable as its array, or less', () => {
    const y = ones(3);
    expect(asStrided(y).fill(2).flags.writeable).toBe(true);
    expect(y.sum()).toBe(6);
    const closed = asStrided(y, { writeable: false });
    expect(() => closed.fill(1)).toThrow(code('ERR_READ_ONLY'));
    y.setFlags({ writeable: false });
    expect(asStrided(y).flags.writeable).toBe(false);
    expect(() => asStrided(y, { writeable: true })).toThrow(code('ERR_READ_ONLY'));
  });

  test('cannot leave the part of a buffer that was given', () => {
    const part = asArray(new Float64Array(8).subarray(2, 5));
    expect(asStrided(part, { shape: [3], strides: [8] }).size).toBe(3);
    for (const outside of [
      { shape: [4], strides: [8] },
      { shape: [1], strides: [8], offset: -1 },
      { shape: [3], strides: [-8], offset: 8 },
    ]) {
      expect(() => asStrided(part, outside)).toThrow(code('ERR_INDEX'));
    }
    expect(asStrided(part, { shape: [0, 9], strides: [800, 800], offset: 24 }).toArray()).toEqual(
      [],
    );
  });
});

test('byteBounds are the bytes from the first to the last, in the storage', () => {
  const x = zeros([3, 4], { dtype: 'int16' });
  expect(byteBounds(x)).toEqual([0, 24]);
  expect(byteBounds(x.slice('::-1', 1))).toEqual([2, 20]);
  expect(byteBounds(x.slice(1, ':0'))).toEqual([0, 0]);
  expect(byteBounds(new Uint8Array(9).subarray(4))).toEqual([0, 5]);
});

describe('broadcastArrays and broadcastShapes', () => {
  // From NumPy's broadcast_shapes.
  test.each<[(number | number[])[], number[]]>([
    [[], []],
    [[[]], []],
    [[3], [3]],
    [
      [[2, 1], 3, []],
      [2, 3],
    ],
    [
      [
        [1, 0],
        [4, 1],
      ],
      [4, 0],
    ],
    [
      [[6, 7], [5, 6, 1], 7, [5, 1, 7]],
      [5, 6, 7],
    ],
  ])('%j: %j', (shapes, shape) => {
    expect(broadcastShapes(...shapes)).toEqual(shape);
  });

  test('give read-only views, and arrays that have the shape themselves', () => {
    const [row, matrix] = [arange(3), ones([2, 3])];
    const [a, b, c] = broadcastArrays(row, matrix, 5) as [NDArray, NDArray, NDArray];
    expect([a.strides, a.base === row, a.flags.writeable]).toEqual([[0, 8], true, false]);
    expect(b).toBe(matrix);
    expect(c.toArray()).toEqual([
      [5, 5, 5],
      [5, 5, 5],
    ]);
    expect(broadcastArrays()).toEqual([]);
  });
});

test('ravel and flatten in memory order', () => {
  const x = arange(6).reshape([2, 3]).T.slice('::-1');
  expect(x.flatten({ order: 'K' }).toArray()).toEqual([2, 1, 0, 5, 4, 3]);
  expect(x.flatten().toArray()).toEqual([2, 5, 1, 4, 0, 3]);
  const turned = arange(24).reshape([2, 3, 4]).transpose([1, 2, 0]);
  expect(turned.ravel({ order: 'K' }).base).toBe(turned.base);
  expect(turned.ravel({ order: 'K' }).toArray()).toEqual(arange(24).toArray());
  expect(turned.ravel().base).toBeNull();
  expect(arange(6).slice('::2').ravel().base).toBeNull(); // as in NumPy
});

describe('after dispose', () => {
  const views: [string, (x: NDArray) => NDArray][] = [
    ['slice', (x) => x.slice(0)],
    ['reshape', (x) => x.reshape([3, 2])],
    ['ravel', (x) => x.ravel()],
    ['T', (x) => x.T],
    ['swapAxes', (x) => x.swapAxes(0, 1)],
    ['moveAxis', (x) => x.moveAxis(0, 1)],
    ['squeeze', (x) => x.slice(null).squeeze()],
    ['expandDims', (x) => x.expandDims(0)],
    ['flip', (x) => x.flip()],
    ['diagonal', (x) => x.diagonal()],
    ['broadcastTo', (x) => x.broadcastTo([2, 2, 3])],
    ['reinterpret', (x) => x.reinterpret('uint8')],
    ['asStrided', (x) => asStrided(x, { shape: [2], strides: [8] })],
    ['require', (x) => require(x, { writeback: true })],
    ['a view of a view', (x) => x.T.slice('1:').flip(0)],
  ];
  const uses: [string, (y: NDArray) => unknown][] = [
    ['get', (y) => y.get(...y.shape.map(() => 0))],
    ['set', (y) => y.set(...y.shape.map(() => 0), 1)],
    ['fill', (y) => y.fill(1)],
    ['assign', (y) => y.assign(1)],
    ['copy', (y) => y.copy()],
    ['flatten', (y) => y.flatten()],
    ['asType', (y) => y.asType('float64')],
    ['toArray', (y) => y.toArray()],
    ['sum', (y) => y.sum()],
    ['sum function', (y) => sum(y)],
    ['String', (y) => String(y)],
    ['require', (y) => require(y, { ownData: true })],
    ['asContiguousArray', (y) => asContiguousArray(y.slice(null, '...').T).copy()],
    ['a view of it', (y) => y.T.slice(null, '...').sum()],
  ];
  test.each(views)('%s throws ERR_RELEASED on every use', (_, make) => {
    const x = ones([2, 3]);
    const y = make(x);
    const { writeable } = y.flags;
    expect(y.sum()).toBeDefined();
    x.dispose();
    for (const [name, use] of uses) {
      const writes = ['set', 'fill', 'assign'].includes(name);
      const released = !writes || writeable ? 'ERR_RELEASED' : 'ERR_READ_ONLY';
      expect(() => use(y)).toThrow(code(released));
    }
    expect(y.shape.length).toBe(y.ndim);
  });
});
