/** Single elements once more: a second access goes another way than the first, with the same answers. */

import { arange, asArray, type DTypeName, empty, NDArray, type Scalar, zeros } from 'strided';
import { DTYPE_NAMES, DTYPES } from '../lib/dtype';
import { LAYOUTS } from './support/layouts';

const shapes = [[], [5], [3, 4], [2, 3, 2], [2, 1, 3, 2]];

/** Values that are elements of any dtype but bool, each another one. */
function numbered(shape: readonly number[], dtype: DTypeName): NDArray {
  const size = shape.reduce((a, b) => a * b, 1);
  return arange(size).asType(dtype, { casting: 'unsafe' }).reshape(shape);
}

function* indicesOf(shape: readonly number[]): Generator<number[]> {
  if (shape.length === 0) yield [];
  else {
    for (let i = 0; i < shape[0]!; i++) {
      for (const rest of indicesOf(shape.slice(1))) yield [i, ...rest];
    }
  }
}

/** What an array of arrays has at an index. */
const at = (nested: unknown, index: readonly number[]) =>
  index.reduce((list, i) => (list as unknown[])[i], nested) as Scalar;

const code = (name: string) => expect.objectContaining({ code: name });

describe.each(DTYPE_NAMES)('elements of %s', (dtype) => {
  const cases = shapes.flatMap((shape) =>
    Object.keys(LAYOUTS)
      .filter(() => shape.length > 0)
      .map((name) => [name, shape] as const),
  );

  test.each([...cases, ['without axes', []] as const])('%s of %j', (name, shape) => {
    const x = (LAYOUTS[name] ?? ((same: NDArray) => same))(numbered(shape, dtype));
    const nested = x.toArray();
    for (const index of [...indicesOf(shape), ...indicesOf(shape)]) {
      expect(x.get(...index)).toBe(at(nested, index));
      expect(x.get(...index.map((i, axis) => i - shape[axis]!))).toBe(at(nested, index));
    }
    const y = x.copy();
    for (const index of indicesOf(shape)) y.set(...index, y.get(...index));
    expect(y.toArray()).toEqual(nested);
    for (const index of indicesOf(shape)) y.set(...index, y.dtype === 'bool' ? true : 1);
    expect(y.toArray()).toEqual(zeros(shape, { dtype }).fill(1).toArray());
  });

  test('that do not fit are refused the second time too', () => {
    const x = zeros([2, 2], { dtype });
    const { kind, min, max, scalar } = DTYPES[dtype];
    const wrong = kind === 'f' ? ['1', null, undefined] : [min - 1n, max + 1n, 0.5, Number.NaN];
    for (let round = 0; round < 3; round++) {
      for (const value of wrong) {
        expect(() => x.set(1, 1, value as Scalar)).toThrow(
          code(kind === 'f' ? 'ERR_DTYPE' : 'ERR_CAST'),
        );
        if (kind === 'f' || typeof value !== 'bigint' || scalar === 'bigint') continue;
        expect(() => x.set(1, 1, Number(value))).toThrow(code('ERR_CAST'));
      }
      x.set(1, 1, 1).set(0, 1, -0);
      expect([Number(x.get(1, 1)), x.toTypedArray()[1]]).toEqual([
        1,
        kind === 'f' ? -0 : x.toTypedArray()[0],
      ]);
    }
  });
});

test('wrong indices are refused by the same words before and after', () => {
  const wrong = [
    [2, 0],
    [0, 3],
    [-3, 0],
    [0.5, 0],
    [0, 1e300],
    ['1', 0],
    [1n, 0],
    [null, 0],
    [Number.NaN, 0],
    [0],
    [0, 0, 0],
    [],
  ];
  const x = arange(6).reshape([2, 3]);
  const errors = (array: NDArray) =>
    wrong.map((index) => {
      try {
        return array.get(...(index as number[]));
      } catch (error) {
        return [(error as { code: string }).code, (error as Error).message];
      }
    });
  const before = errors(arange(6).reshape([2, 3]));
  expect(x.get(1, 2)).toBe(5);
  expect(errors(x)).toEqual(before);
  expect(before.every((error) => Array.isArray(error) && error[0] === 'ERR_INDEX')).toBe(true);
  const setErrors = wrong.map((index) => {
    expect(() => x.set(...([...index, 1] as [number]))).toThrow(code('ERR_INDEX'));
    return x.toArray();
  });
  expect(setErrors.at(-1)).toEqual([
    [0, 1, 2],
    [3, 4, 5],
  ]);
});

test('memory that goes is noticed by arrays whose elements were read before', () => {
  const own = zeros([2, 2]);
  const view = own.slice(0);
  own.set(0, 0, 1).get(0, 0);
  expect([view.get(0), view.get(0)]).toEqual([1, 1]);
  own.dispose();
  for (const use of [() => own.get(0, 0), () => own.set(0, 0, 1), () => view.get(0)]) {
    expect(use).toThrow(code('ERR_RELEASED'));
  }
  const buffer = new ArrayBuffer(32);
  const over = asArray(new Float64Array(buffer));
  expect(over.set(3, 5).get(3)).toBe(5);
  structuredClone(buffer, { transfer: [buffer] });
  expect(() => over.get(3)).toThrow(code('ERR_RELEASED'));
  expect(() => over.set(3, 1)).toThrow(code('ERR_RELEASED'));
});

test('arrays that become read-only are noticed too', () => {
  const x = zeros(3).set(0, 1).set(0, 2);
  x.setFlags({ writeable: false });
  expect(() => x.set(0, 3)).toThrow(code('ERR_READ_ONLY'));
  x.setFlags({ writeable: true });
  expect(x.set(0, 4).get(0)).toBe(4);
});

test('elements wait for jobs that write them', async () => {
  const x = zeros([2000, 1000]);
  x.set(1999, 999, 1).get(1999, 999);
  const job = x.assignAsync(7);
  expect(x.get(1999, 999)).toBe(7);
  const again = x.assignAsync(8);
  x.set(1999, 999, 9);
  await Promise.all([job, again]);
  expect([x.get(1999, 999), x.get(0, 0)]).toEqual([9, 8]);
});

test('elements that are not aligned, or of which a TypedArray ends before, are read bytewise', () => {
  const bytes = new Uint8Array(new ArrayBuffer(35), 3);
  const x = NDArray.over(bytes, DTYPES.float64);
  for (let round = 0; round < 2; round++) {
    x.set(3, round + 0.25);
    expect([x.get(3), x.get(0)]).toEqual([round + 0.25, 0]);
  }
  const odd = empty(24, { dtype: 'uint8' }).slice('1:17').reinterpret('float64');
  expect(odd.set(1, 2.5).set(1, 3.5).get(1)).toBe(3.5);
});
