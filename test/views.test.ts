import { arange, array, asArray, type DTypeName, ones, zeros } from 'strided';
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
