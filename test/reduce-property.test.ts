/** Reductions of any layout of any elements are what their definitions say. */

import fc from 'fast-check';
import {
  getNumThreads,
  NDArray,
  type ReduceOptions,
  setNumThreads,
  type TypedArray,
} from 'strided';
import { DTYPE_NAMES, DTYPES, type DTypeName } from '../lib/dtype';
import { sizeOf } from '../lib/layout';
import { bitsOf, REDUCTION_NAMES, type ReductionName, resultDtype } from './support/golden';
import { definition, type Element, termsOf } from './support/oracle';
import { placed, placement, shapes } from './support/placement';

const SEED = 20_260_201;

const threads = getNumThreads();
afterAll(() => setNumThreads(threads));

/** Kinds of elements. Those of `exact` have products without roundings in any order. */
function kindsOf(dtype: DTypeName): { readonly [kind: string]: fc.Arbitrary<Element> } {
  const { kind, min, max, itemsize } = DTYPES[dtype];
  if (kind !== 'f') {
    const low = min < 0n ? -2n : 0n;
    const integers = {
      any: fc.bigInt({ min, max }),
      few: fc.bigInt({ min: low, max: max < 2n ? max : 2n }),
      bounds: fc.constantFrom(min, max),
      zeros: fc.oneof({ weight: 50, arbitrary: fc.constant(0n) }, fc.bigInt({ min, max })),
      exact: fc.oneof({ weight: 9, arbitrary: fc.constant(1n) }, fc.bigInt({ min: low, max })),
    };
    const narrow = (x: fc.Arbitrary<bigint>): fc.Arbitrary<Element> =>
      itemsize === 8 ? x : x.map(Number);
    return Object.fromEntries(Object.entries(integers).map(([name, x]) => [name, narrow(x)]));
  }
  const float = fc.double().map((x) => (dtype === 'float32' ? Math.fround(x) : x));
  const special = fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, -0);
  return {
    any: float,
    few: fc.constantFrom(-1, -0.5, -0, 0, 0.5, 1),
    large: fc.constantFrom(1, -1, 0.75).map((x) => x * (dtype === 'float64' ? 1.7e308 : 3e38)),
    zeros: fc.constantFrom(0, -0),
    specials: fc.oneof({ weight: 30, arbitrary: fc.integer({ min: -3, max: 3 }) }, special),
    exact: fc.oneof(
      { weight: 80, arbitrary: fc.constantFrom(1, -1) },
      { weight: 10, arbitrary: fc.constantFrom(2, 0.5) },
      { weight: 1, arbitrary: special },
    ),
  };
}

interface Elements {
  readonly kind: string;
  readonly values: TypedArray;
}

function elements(dtype: DTypeName, size: number): fc.Arbitrary<Elements> {
  const kinds = Object.entries(kindsOf(dtype)).map(([kind, element]) =>
    fc.array(element, { minLength: size, maxLength: size }).map((drawn): Elements => {
      const values = new DTYPES[dtype].typedArray(size);
      drawn.forEach((x, i) => {
        values[i] = (dtype === 'float32' ? Math.fround(Number(x)) : x) as never;
      });
      return { kind, values };
    }),
  );
  return fc.oneof(...kinds);
}

const cases = fc.tuple(fc.constantFrom(...DTYPE_NAMES), shapes).chain(([dtype, shape]) =>
  fc.record({
    dtype: fc.constant(dtype),
    shape: fc.constant(shape),
    axes: fc.subarray(shape.map((_, i) => i)),
    elements: elements(dtype, sizeOf(shape)),
    mask: fc.option(fc.infiniteStream(fc.boolean()).map((bits) => [...bits.take(sizeOf(shape))])),
    place: placement(shape.length),
    maskPlace: placement(shape.length),
    count: fc.integer({ min: 1, max: 4 }),
    initial: fc.option(fc.constantFrom(1, 2, 0)),
  }),
);

const TAKES_INITIAL: readonly ReductionName[] = ['prod', 'min', 'max'];
const NEEDS_TERMS: readonly ReductionName[] = ['min', 'max', 'argmin', 'argmax'];
const PLACES: readonly ReductionName[] = ['argmin', 'argmax'];

function received(x: NDArray, name: ReductionName, options: ReduceOptions): string {
  const dtype = resultDtype(name, x.dtype);
  try {
    const result = x[name](options);
    if (!(result instanceof NDArray)) return bitsOf(result, dtype);
    const values: Iterable<Element> = result.toTypedArray();
    return `${result.dtype} ${Array.from(values, (value) => bitsOf(value, dtype))}`;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

/** The same by definition, of the terms of each result. */
function expected(
  groups: readonly Element[][],
  name: ReductionName,
  dtype: DTypeName,
  scalar: boolean,
): string {
  if (NEEDS_TERMS.includes(name) && groups.some((terms) => terms.length === 0)) return 'ERR_SHAPE';
  const results = groups.map((terms) => definition(name, terms, dtype));
  if (results.includes('overflow')) return 'ERR_INT_OVERFLOW';
  const type = resultDtype(name, dtype);
  const bits = results.map((value) => bitsOf(value as Element, type));
  return scalar ? bits[0]! : `${type} ${bits}`;
}

test.each(REDUCTION_NAMES)('%s', (name) => {
  let checked = 0;
  fc.assert(
    fc.property(cases, ({ dtype, shape, axes, elements, mask, place, maskPlace, ...more }) => {
      const { kind, values } = elements;
      if (name === 'prod' && DTYPES[dtype].kind === 'f' && !['exact', 'zeros'].includes(kind)) {
        return;
      }
      const x = placed(NDArray.over(values, DTYPES[dtype]), dtype, shape, place);
      setNumThreads(more.count);
      if (PLACES.includes(name)) {
        const axis = axes.length === 1 ? axes[0]! : null;
        const reduced = axis === null ? shape.map((_, i) => i) : [axis];
        const groups = termsOf(values, shape, reduced);
        const scalar = reduced.length === shape.length;
        // As in NumPy, no place is looked for in vain, though there be none to look for.
        const none = shape.some((size, i) => size === 0 && reduced.includes(i));
        const right = none ? 'ERR_SHAPE' : expected(groups, name, dtype, scalar);
        expect(received(x, name, { axis })).toBe(right);
        checked++;
        return;
      }
      // Extremes with a mask need an initial term.
      const needed = mask !== null && NEEDS_TERMS.includes(name);
      const given = TAKES_INITIAL.includes(name) && (more.initial !== null || needed);
      const first = given ? Math.min(more.initial ?? 1, Number(DTYPES[dtype].max)) : undefined;
      const groups = termsOf(values, shape, axes, (i) => mask === null || mask[i]!);
      const wide = DTYPES[dtype].itemsize === 8 && DTYPES[dtype].kind !== 'f';
      if (first !== undefined) for (const terms of groups) terms.push(wide ? BigInt(first) : first);
      const bytes = Uint8Array.from(mask ?? [], Number);
      const where = mask
        ? placed(NDArray.over(bytes, DTYPES.bool), 'bool', shape, maskPlace)
        : true;
      const options = { axis: axes, where, ...(first === undefined ? {} : { initial: first }) };
      const right = expected(groups, name, dtype, axes.length === shape.length);
      expect(received(x, name, options)).toBe(right);
      checked++;
    }),
    { seed: SEED, numRuns: name === 'prod' ? 600 : 300 },
  );
  expect(checked).toBeGreaterThan(250);
});
