/** What the options of the reductions besides sums do. */

import {
  all,
  any,
  argmax,
  argmin,
  array,
  countNonzero,
  type DTypeName,
  empty,
  full,
  max,
  mean,
  min,
  NDArray,
  prod,
  type ReduceOptions,
  type Scalar,
} from 'strided';
import { DTYPE_NAMES, DTYPES } from '../lib/dtype';
import { exactMean } from './support/exact';
import { bitsOf, REDUCTION_NAMES, type ReductionName, resultDtype } from './support/golden';
import { definition, termsOf } from './support/oracle';
import { makeValues } from './support/values';

const SHAPE = [6, 5, 8];
const VALUES = makeValues('cents', 'float64', 240, 2) as Float64Array;
const X = array(VALUES).reshape(SHAPE);
// Small enough for products of all that are chosen to be exact.
const SIGNS = array(Float64Array.from(VALUES, (x) => (x < 0 ? -1 : 1))).reshape(SHAPE);

const FUNCTIONS = { mean, prod, min, max, argmin, argmax, any, all, countNonzero };

const AXES: (readonly number[])[] = [[], [0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]];
const PLACES: readonly ReductionName[] = ['argmin', 'argmax'];
const EXTREMES: readonly ReductionName[] = ['min', 'max'];
const takesAxes = (name: ReductionName) => !PLACES.includes(name);

/** An array whose reduction of this name has no roundings that depend on the order. */
const subject = (name: ReductionName) => (name === 'prod' ? SIGNS : X);

function bits(result: Scalar | NDArray, dtype?: DTypeName): string[] {
  if (!(result instanceof NDArray)) return [bitsOf(result, dtype ?? 'float64')];
  const elements: Iterable<number | bigint> = result.toTypedArray();
  return Array.from(elements, (value) => bitsOf(value, result.dtype));
}

/** The results by definition, in C order. */
function defined(
  name: ReductionName,
  axes: readonly number[],
  where?: (i: number) => boolean,
  initial?: number,
): string[] {
  const values = subject(name).toTypedArray() as Float64Array;
  const dtype = resultDtype(name, 'float64');
  return termsOf(values, SHAPE, axes, where).map((terms) => {
    if (initial !== undefined) terms.push(initial);
    return bitsOf(definition(name, terms, 'float64') as number, dtype);
  });
}

const code = (name: string) => expect.objectContaining({ code: name });
const list = (result: unknown) => (result as NDArray).toArray();

describe.each(REDUCTION_NAMES)('%s', (name) => {
  const x = subject(name);
  const dtype = resultDtype(name, 'float64');
  const axesOf = AXES.filter((axes) => takesAxes(name) || axes.length === 1);

  test('reduces along axes, however they are written', () => {
    for (const axes of axesOf) {
      const written: ReduceOptions['axis'][] = takesAxes(name)
        ? [axes, axes.map((axis) => axis - 3).reverse()]
        : [axes[0]!, axes[0]! - 3];
      if (axes.length === 1) written.push(axes[0]!);
      for (const axis of written) {
        const result = x[name]({ axis });
        expect(bits(result, dtype)).toEqual(defined(name, axes));
        if (axes.length === 3) continue;
        expect(result).toMatchObject({ dtype, base: null });
        expect((result as NDArray).shape).toEqual(SHAPE.filter((_, i) => !axes.includes(i)));
      }
    }
    for (const axis of [null, undefined]) {
      expect(bits(x[name]({ axis }), dtype)).toEqual(defined(name, [0, 1, 2]));
    }
  });

  test('is a function of what is like an array, too', () => {
    const all = bits(x[name](), dtype);
    expect(bits(FUNCTIONS[name](x), dtype)).toEqual(all);
    expect(bits(FUNCTIONS[name](x.toArray() as number[]), dtype)).toEqual(all);
    expect(list(FUNCTIONS[name]([[1, 0]], { axis: 1 }))).toEqual(
      list(array([[1, 0]])[name]({ axis: 1 })),
    );
  });

  test('keepdims leaves reduced axes with size 1', () => {
    for (const axes of axesOf) {
      const axis = takesAxes(name) ? axes : axes[0]!;
      const result = x[name]({ axis, keepdims: true }) as NDArray;
      expect(result.shape).toEqual(SHAPE.map((size, i) => (axes.includes(i) ? 1 : size)));
      expect(bits(result)).toEqual(defined(name, axes));
    }
    const all = x[name]({ keepdims: true }) as NDArray;
    expect([all.shape, bits(all)]).toEqual([[1, 1, 1], defined(name, [0, 1, 2])]);
  });

  const outs: { readonly [layout: string]: () => NDArray } = {
    'in C order': () => empty([6, 8], { dtype }),
    'in F order': () => empty([6, 8], { dtype, order: 'F' }),
    'with gaps, backwards': () => empty([6, 16], { dtype }).slice('::-1', '::-2'),
    'at an odd address': () => {
      const bytes = new Uint8Array(new ArrayBuffer(48 * DTYPES[dtype].itemsize + 1), 1);
      return NDArray.over(bytes, DTYPES[dtype]).reshape([6, 8]);
    },
  };
  test.each(Object.keys(outs))('out %s', (layout) => {
    const out = outs[layout]!();
    expect(x[name]({ axis: 1, out })).toBe(out);
    expect(bits(out)).toEqual(defined(name, [1]));
    const kept = outs[layout]!();
    const view = kept.slice(':', null);
    expect(x[name]({ axis: 1, keepdims: true, out: view })).toBe(view);
    expect(bits(kept)).toEqual(defined(name, [1]));
    const scalar = empty([], { dtype });
    expect(x[name]({ out: scalar })).toBe(scalar);
    expect(bits(scalar)).toEqual(defined(name, [0, 1, 2]));
  });

  test.each([
    ['the first row', (y: NDArray) => y.slice(0), 0],
    ['the last row backwards', (y: NDArray) => y.slice(-1, '::-1'), 0],
    ['a column', (y: NDArray) => y.slice(':', 3), 1],
    ['half of a row and of the next', (y: NDArray) => y.ravel().slice('4:13'), 0],
  ] as const)('out that is part of the input: %s', (_, part, axis) => {
    const source = x.ravel().slice(':81').copy().reshape([9, 9]);
    for (const type of ['float64', 'float32', 'int64'] as const) {
      // Means of integers do not fit integers.
      if (name === 'mean' && type === 'int64') continue;
      const y = source.asType(type, { casting: 'unsafe' });
      const expected = list((y[name]({ axis }) as NDArray).asType(type, { casting: 'unsafe' }));
      const out = part(y);
      expect(y[name]({ axis, out })).toBe(out);
      expect(out.toArray()).toEqual(expected);
    }
  });

  test('out that is the whole input, and out over it as another dtype', () => {
    if (!takesAxes(name)) {
      const y = array([[3, 1, 2, 0]], { dtype: 'float32' });
      const out = y.reinterpret('int64').slice(0, ':1');
      y[name]({ axis: 1, out });
      expect(out.toArray()).toEqual([name === 'argmin' ? 3n : 0n]);
      return;
    }
    const y = x.copy();
    const expected = (x[name]({ axis: [] }) as NDArray).asType('float64');
    expect(y[name]({ axis: [], out: y })).toBe(y);
    expect(y.toArray()).toEqual(expected.toArray());
  });

  test('out of other dtypes that hold the results', () => {
    const expected = x[name]({
      axis: 1,
    }) as NDArray;
    for (const type of DTYPE_NAMES) {
      const out = empty([6, 8], { dtype: type });
      const fits = DTYPES[type].kind === 'f' || (dtype === 'int64' && DTYPES[type].kind === 'i');
      if (fits || dtype === 'bool' || type === dtype) {
        x[name]({ axis: 1, out });
        const cast = expected.asType(type, { casting: 'unsafe' });
        expect(bits(out)).toEqual(bits(cast));
      } else {
        expect(() => x[name]({ axis: 1, out })).toThrow(code('ERR_CAST'));
      }
    }
  });

  test('an array without axes', () => {
    const y = array(-2.5);
    const values = { argmin: 0n, argmax: 0n, any: true, all: true, countNonzero: 1n };
    const value = (values as { [key in ReductionName]?: Scalar })[name] ?? -2.5;
    for (const axis of [null, 0, -1]) expect(y[name]({ axis })).toBe(value);
    expect(list(y[name]({ keepdims: true }))).toBe(value);
  });
});

describe('where', () => {
  const random = makeValues('full', 'bool', 240, 4) as Uint8Array;
  const masks: { readonly [name: string]: NDArray } = {
    'of the same shape': NDArray.over(random, DTYPES.bool).reshape(SHAPE),
    'of one row': array([true, false, true, true, false, false, true, false]),
    'of the first axis': array([[[true]], [[true]], [[false]], [[true]], [[false]], [[true]]]),
    'of one element': array(true),
    'in F order': NDArray.over(random, DTYPES.bool).reshape([8, 5, 6]).T,
  };

  test.each(Object.keys(masks))('a mask %s', (which) => {
    const mask = masks[which]!;
    const shown = empty(SHAPE, { dtype: 'bool' }).assign(mask).toTypedArray();
    const where = (i: number) => shown[i] === 1;
    for (const name of REDUCTION_NAMES.filter(takesAxes)) {
      const x = subject(name);
      const initial = EXTREMES.includes(name) ? 3.25 : undefined;
      for (const axis of AXES) {
        const expected = defined(name, axis, where, initial);
        for (const y of [x, x.copy({ order: 'F' }), x.slice('::-1').copy().slice('::-1')]) {
          const options = initial === undefined ? {} : { initial };
          const result = y[name]({ axis, where: mask, ...options });
          expect(bits(result, resultDtype(name, 'float64'))).toEqual(expected);
        }
      }
    }
  });

  test('false is no element, and what it leaves out does not count', () => {
    const x = array([Number.NaN, Infinity, 0]);
    expect(x.mean({ where: false })).toBeNaN();
    expect(x.prod({ where: false })).toBe(1);
    expect(x.any({ where: false })).toBe(false);
    expect(x.all({ where: false })).toBe(true);
    expect(x.countNonzero({ where: false })).toBe(0n);
    expect(x.min({ where: false, initial: 4 })).toBe(4);
    const last = array([false, false, true]);
    expect(x.mean({ where: last })).toBe(0);
    expect(x.max({ where: last, initial: -1 })).toBe(0);
    expect(x.any({ where: last })).toBe(false);
    const large = array([2n ** 62n, 4n, 3n]);
    expect(large.prod({ where: array([true, false, false]) })).toBe(2n ** 62n);
  });

  test('a mean of what no element is left of, beside others, is NaN', () => {
    for (const rows of [3, 70_000]) {
      const x = full([rows, 5], 1e308);
      const where = array([true, false, true, false, true]);
      expect(list(x.mean({ axis: 0, where }))).toEqual([
        1e308,
        Number.NaN,
        1e308,
        Number.NaN,
        1e308,
      ]);
    }
  });

  test('may be the memory of out', () => {
    const x = array([
      [true, true, false],
      [false, true, false],
    ]);
    for (const name of ['any', 'all'] as const) {
      const mask = array([true, false, true]);
      const expected = list(x[name]({ axis: 0, where: mask.copy() }));
      x[name]({ axis: 0, where: mask, out: mask });
      expect(mask.toArray()).toEqual(expected);
    }
  });
});

describe('initial', () => {
  test('is one more term', () => {
    for (const axis of AXES) {
      for (const name of ['min', 'max', 'prod'] as const) {
        for (const initial of name === 'prod' ? [2, -0.5] : [-1e9, 0, 1e9, Infinity, Number.NaN]) {
          const result = subject(name)[name]({ axis, initial });
          expect(bits(result)).toEqual(defined(name, axis, undefined, initial));
        }
      }
    }
    expect(array([2n, 3n]).prod({ initial: 5 })).toBe(30n);
    expect(array([2n ** 62n, 2n ** 62n]).prod({ initial: 0 })).toBe(0n);
    expect(array([-0]).min({ initial: 0 })).toBe(-0);
    expect(array([-0]).max({ initial: 0 })).toBe(0);
    expect(array([1, 2], { dtype: 'uint8' }).max({ initial: 7 })).toBe(7);
    expect(array([0.5], { dtype: 'float32' }).min({ initial: 0.1 })).toBe(Math.fround(0.1));
    expect(array([true]).min({ initial: false })).toBe(false);
  });
});

describe('dtype', () => {
  test('a mean of integers is rounded once to the float', () => {
    const x = array([2n ** 53n + 1n, 2n ** 53n + 1n, 2n ** 53n + 4n]);
    expect(x.mean()).toBe(2 ** 53 + 2);
    const most = full([3], 2n ** 64n - 1n, { dtype: 'uint64' });
    expect([most.mean(), most.mean({ dtype: 'float32' })]).toEqual([2 ** 64, 2 ** 64]);
    // By way of float64 it would be halfway, and go to the even one.
    expect(array([2n ** 60n + 2n ** 36n + 1n]).mean({ dtype: 'float32' })).toBe(2 ** 60 + 2 ** 37);
    expect(array([true, false, true]).mean()).toBe(2 / 3);
    expect(array([-1, 0], { dtype: 'int8' }).mean({ dtype: 'float32' })).toBe(-0.5);
  });

  test('a mean of floats is rounded once, too', () => {
    const float64s = makeValues('uniform', 'float64', 999, 1) as Float64Array;
    const narrow = array(float64s).mean({ dtype: 'float32' });
    expect(narrow).toBe(exactMean(float64s, 24));
    const float32s = makeValues('normal', 'float32', 999, 1) as Float32Array;
    expect(array(float32s).mean({ dtype: 'float64' })).toBe(exactMean(float32s, 53));
    // A tie that only the smallest number breaks.
    expect(array([2 + 2 ** -23, 5e-324]).mean({ dtype: 'float32' })).toBe(1 + 2 ** -23);
    expect(array([2 + 2 ** -23, -5e-324]).mean({ dtype: 'float32' })).toBe(1);
  });

  test('a product may be of another dtype', () => {
    const x = array([3, 5, 7], { dtype: 'int8' });
    expect(x.prod({ dtype: 'int8' })).toBe(105);
    expect(x.prod({ dtype: 'float32' })).toBe(105);
    expect(array([2.5, 2], { dtype: 'float32' }).prod({ dtype: 'float64' })).toBe(5);
    expect(array([1e30, 1e30]).prod({ dtype: 'float32' })).toBe(Infinity);
    expect(array([true, true]).prod({ dtype: 'bool' })).toBe(true);
  });
});

describe('an integer dtype stays exact beside an out of another', () => {
  const most = 2n ** 63n - 1n;
  const [int8s, uint8s] = [array([1, 2], { dtype: 'int8' }), array([200, 100], { dtype: 'uint8' })];
  const one = (dtype: DTypeName) => empty([], { dtype });

  test.each(['float32', 'float64'] as const)('%s', (to) => {
    const error = (code: string) => expect.objectContaining({ code });
    const big = full([4], 2n ** 20n);
    expect(() => big.prod({ dtype: 'int64', out: one(to) })).toThrow(error('ERR_INT_OVERFLOW'));
    const past = array([most, 1n]);
    expect(() => past.sum({ dtype: 'int64', out: one(to) })).toThrow(error('ERR_INT_OVERFLOW'));
    const half = { dtype: 'int32', initial: 0.5, out: one(to) } as const;
    expect(() => int8s.sum(half)).toThrow(error('ERR_CAST'));
    const zero = array([-1, 0], { dtype: 'int32' }).prod({ dtype: 'int32', out: one(to) });
    expect(bits(zero as NDArray)).toEqual([bitsOf(0, to)]);
    expect((int8s.sum({ dtype: 'int8', initial: 3, out: one(to) }) as NDArray).item()).toBe(6);
  });

  test('and the narrower of two integer dtypes decides', () => {
    const fails = (code: string) => expect.objectContaining({ code });
    const sums = (options: ReduceOptions) => () => uint8s.sum(options);
    expect(sums({ dtype: 'uint16', out: one('int8') })).toThrow(fails('ERR_INT_OVERFLOW'));
    expect(sums({ dtype: 'uint8', out: one('int64') })).toThrow(fails('ERR_INT_OVERFLOW'));
    expect(sums({ dtype: 'uint8', initial: -1, out: one('int8') })).toThrow(fails('ERR_CAST'));
  });

  test('and errors advise nothing that a reduction does not have', () => {
    const calls = [
      () => full([3], 0.5).sum({ dtype: 'int32' }),
      () => full([3], 0.5).max({ out: one('int64') }),
      () => array([300], { dtype: 'int32' }).max({ out: one('int8') }),
    ];
    for (const call of calls)
      expect(call).toThrow(/expected (elements|integers) that(?!.*casting)/);
  });
});
