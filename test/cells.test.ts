/** Single elements once more: a third access goes another way than the first, with the same answers. */

import {
  arange,
  asArray,
  asStrided,
  type DTypeName,
  empty,
  NDArray,
  ones,
  type Scalar,
  zeros,
} from 'strided';
import { DTYPE_NAMES, DTYPES } from '../lib/dtype';
import { LAYOUTS } from './support/layouts';

const shapes = [[], [5], [3, 4], [2, 3, 2], [2, 1, 3, 2], [1, 2, 1, 2, 2]];

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

/** An array with some of its elements read and written before. */
function known(x: NDArray): NDArray {
  const index = x.shape.map(() => 0);
  for (let round = 0; round < 4; round++) x.set(...index, x.get(...index));
  return x;
}

/** Dtypes that are stored and read by different lines. */
const KINDS = ['float64', 'float32', 'int32', 'uint8', 'bool', 'int64', 'uint64'] as const;

/** What is no index of an axis of 2 or 3. */
const NO_INDICES = [
  3,
  -4,
  0.5,
  1e300,
  2 ** 32,
  -(2 ** 32),
  '1',
  1n,
  null,
  undefined,
  Number.NaN,
].concat([Symbol('1'), { valueOf: () => 1 }, [1], true] as never[]);

describe.each(KINDS)('wrong accesses to %s', (dtype) => {
  test.each([[[3]], [[2, 3]], [[2, 3, 2]], [[2, 3, 2, 3]], [[2, 3, 2, 3, 2]]])(
    'to %j are refused by the same words before and after',
    (shape) => {
      const right = shape.map(() => 1);
      const wrong: unknown[][] = [[], [...right, 1], [...right, undefined], right.slice(1)];
      for (const value of NO_INDICES) {
        for (let axis = 0; axis < shape.length; axis++)
          wrong.push(right.with(axis, value as number));
      }
      const failures = (x: NDArray) =>
        wrong.flatMap((index) =>
          [() => x.get(...(index as number[])), () => x.set(...(index as number[]), true)].map(
            (access) => {
              try {
                return access();
              } catch (error) {
                return [(error as { code: string }).code, (error as Error).message];
              }
            },
          ),
        );
      const x = ones(shape, { dtype });
      const before = failures(x);
      expect(before.filter((failure) => (failure as string[])[0] !== 'ERR_INDEX')).toEqual([]);
      expect(failures(known(x))).toEqual(before);
      expect(x.toArray()).toEqual(ones(shape, { dtype }).toArray());
    },
  );

  test.each([[[3]], [[2, 3]], [[2, 3, 2]], [[2, 3, 2, 3]]])(
    'to %j that is read-only, released or detached are refused',
    (shape) => {
      const index = shape.map(() => 1);
      const x = known(zeros(shape, { dtype }));
      const y = known(x.slice('...'));
      x.setFlags({ writeable: false });
      expect(() => x.set(...index, 1)).toThrow(code('ERR_READ_ONLY'));
      expect(() => x.set(...index, true)).toThrow(code('ERR_READ_ONLY'));
      x.dispose();
      const typed = zeros(shape, { dtype: 'float64' }).toTypedArray();
      const z = known(asArray(typed).reinterpret(dtype).slice(`:${typed.length}`).reshape(shape));
      structuredClone(typed.buffer, { transfer: [typed.buffer as ArrayBuffer] });
      for (const gone of [y, z]) {
        for (const value of [1, 1n, true]) {
          expect(() => gone.get(...index)).toThrow(code('ERR_RELEASED'));
          expect(() => gone.set(...index, value)).toThrow(code('ERR_RELEASED'));
        }
      }
    },
  );

  test.each([[[2_000_000]], [[2000, 1000]], [[2000, 10, 100]], [[20, 100, 10, 100]]])(
    'to %j wait for jobs',
    async (shape) => {
      const last = shape.map((size) => size - 1);
      const value = (x: number) =>
        dtype === 'bool' ? x === 1 : dtype.endsWith('nt64') ? BigInt(x) : x;
      const x = known(zeros(shape, { dtype }));
      const job = x.assignAsync(1);
      expect(x.get(...last)).toBe(value(1));
      const again = x.assignAsync(1);
      x.set(...last, value(0));
      await Promise.all([job, again]);
      expect([x.get(...last), x.get(...shape.map(() => 0))]).toEqual([value(0), value(1)]);
    },
  );
});

test('arrays of all dtypes are of one class to those who ask', () => {
  for (const dtype of DTYPE_NAMES) {
    const x = zeros(2, { dtype });
    expect(x).toBeInstanceOf(NDArray);
    expect(x.constructor).toBe(NDArray);
  }
});

test('bools take booleans and the numbers and bigints 0 and 1', () => {
  const x = known(zeros([2, 2], { dtype: 'bool' }));
  for (const value of [true, 1, 1n]) {
    expect(x.set(1, 0, value).get(1, 0)).toBe(true);
    expect(x.set(1, 0, 0).get(1, 0)).toBe(false);
  }
  for (const value of [2, -1, 2n, 0.5]) expect(() => x.set(1, 0, value)).toThrow(code('ERR_CAST'));
  const bytes = known(asArray(Uint8Array.of(0, 1, 2, 255)).reinterpret('bool'));
  expect([0, 1, 2, 3].map((i) => bytes.get(i))).toEqual([false, true, true, true]);
});

test('axes and steps beyond 32 bits count as what they are', () => {
  const x = arange(2).broadcastTo([2 ** 33, 2]);
  for (let round = 0; round < 4; round++) {
    expect([x.get(0, 1), x.get(2 ** 31, 1), x.get(2 ** 32 + 1, 1), x.get(-1, 1)]).toEqual([
      1, 1, 1, 1,
    ]);
    expect(() => x.get(2 ** 33, 0)).toThrow(code('ERR_INDEX'));
  }
  const y = asStrided(arange(3), { shape: [1, 3], strides: [2 ** 40, 8] });
  for (let round = 0; round < 4; round++) expect(y.get(0, 2)).toBe(2);
});

test('memory that goes is noticed by arrays whose elements were read before', () => {
  const own = zeros([2, 2]);
  const view = own.slice(0);
  known(own.set(0, 0, 1));
  expect(known(view).get(0)).toBe(1);
  own.dispose();
  for (const use of [() => own.get(0, 0), () => own.set(0, 0, 1), () => view.get(0)]) {
    expect(use).toThrow(code('ERR_RELEASED'));
  }
  const buffer = new ArrayBuffer(32);
  const over = known(asArray(new Float64Array(buffer)));
  expect(over.set(3, 5).get(3)).toBe(5);
  structuredClone(buffer, { transfer: [buffer] });
  expect(() => over.get(3)).toThrow(code('ERR_RELEASED'));
  expect(() => over.set(3, 1)).toThrow(code('ERR_RELEASED'));
});

test('arrays that become read-only are noticed too', () => {
  const x = known(zeros(3).set(0, 2));
  x.setFlags({ writeable: false });
  expect(() => x.set(0, 3)).toThrow(code('ERR_READ_ONLY'));
  x.setFlags({ writeable: true });
  expect(x.set(0, 4).get(0)).toBe(4);
});

test('elements that are not aligned, or of which a TypedArray ends before, are read bytewise', () => {
  const bytes = new Uint8Array(new ArrayBuffer(35), 3);
  const x = NDArray.over(bytes, DTYPES.float64);
  for (let round = 0; round < 4; round++) {
    x.set(3, round + 0.25);
    expect([x.get(3), x.get(0)]).toEqual([round + 0.25, 0]);
  }
  const odd = empty(24, { dtype: 'uint8' }).slice('1:17').reinterpret('float64');
  expect(known(odd).set(1, 2.5).set(1, 3.5).get(1)).toBe(3.5);
});
