/** Golden reductions, however the elements lie in memory and however many threads reduce them. */

import { type DTypeName, getNumThreads, NDArray, type Scalar, setNumThreads } from 'strided';
import { DTYPE_NAMES, DTYPES } from '../lib/dtype';
import {
  bitsOf,
  numberOf,
  REDUCTION_NAMES,
  type ReduceCase,
  type ReductionName,
  reduceCases,
  resultDtype,
} from './support/golden';
import { inLayout, LAYOUT_NAMES, laid } from './support/layouts';
import { makeValues } from './support/values';

const threads = getNumThreads();
afterAll(() => setNumThreads(threads));

type Element = number | bigint;

/** What a reduction of a case must be. */
interface Wanted {
  readonly name: ReductionName;
  readonly dtype: DTypeName;
  readonly elements: readonly (Element | null)[] | 'overflow';
  /** Units in the last place that a product of floats may be off. */
  readonly tolerance: number;
}

interface Case {
  readonly golden: ReduceCase;
  readonly x: NDArray;
  readonly wanted: readonly Wanted[];
}

/** Kinds of floats whose products are exact. */
const EXACT_PRODUCTS = ['powers', 'zeros'];

function wantedOf(golden: ReduceCase, terms: number): Wanted[] {
  return REDUCTION_NAMES.flatMap((name) => {
    const expected = golden.expected[name];
    if (expected === undefined) return [];
    const dtype = resultDtype(name, golden.dtype);
    const elements =
      expected === 'overflow'
        ? expected
        : expected.map((text) => (text === null ? null : numberOf(text, dtype)));
    const rounded = name === 'prod' && DTYPES[dtype].kind === 'f';
    const tolerance = rounded && !EXACT_PRODUCTS.includes(golden.kind) ? terms : 0;
    return [{ name, dtype, elements, tolerance }];
  });
}

/** How many floats lie between two of one sign, about. */
function ulpsApart(a: Element, b: Element, dtype: DTypeName): number {
  const [x, y] = [a, b].map((value) => BigInt(`0x${bitsOf(value, dtype)}`));
  return Math.abs(Number(x! - y!));
}

/** What is wrong with a result; nothing when it is right. */
function complaint(result: Scalar | NDArray, shape: readonly number[], wanted: Wanted): string {
  const { dtype, elements, tolerance } = wanted;
  if (elements === 'overflow') return 'no overflow';
  let received: ArrayLike<Element>;
  if (result instanceof NDArray) {
    if (result.dtype !== dtype || shape.length === 0) return `an array of ${result.dtype}`;
    if (String(result.shape) !== String(shape)) return `shape [${result.shape}]`;
    received = result.toTypedArray() as ArrayLike<Element>;
  } else {
    const type = dtype === 'bool' ? 'boolean' : dtype.endsWith('int64') ? 'bigint' : 'number';
    if (shape.length > 0 || typeof result !== type) return `a ${typeof result}`;
    received = [typeof result === 'boolean' ? Number(result) : result];
  }
  for (let i = 0; i < elements.length; i++) {
    const element = elements[i]!;
    if (element === null || Object.is(element, received[i])) continue;
    if (tolerance > 0 && ulpsApart(element, received[i]!, dtype) <= tolerance) continue;
    return `[${i}]: ${received[i]} instead of ${element}`;
  }
  return received.length === elements.length ? '' : `${received.length} elements`;
}

function check(x: NDArray, { golden }: Case, wanted: Wanted): string {
  try {
    const result = x[wanted.name]({ axis: golden.axis });
    return complaint(result, golden.resultShape, wanted);
  } catch (error) {
    const { code } = error as { code?: string };
    const overflow = wanted.elements === 'overflow' && code === 'ERR_INT_OVERFLOW';
    return overflow ? '' : String(error);
  }
}

const CASES = new Map(DTYPE_NAMES.map((name) => [name, [] as Case[]]));
for (const golden of reduceCases()) {
  const { dtype, kind, seed, shape, resultShape } = golden;
  const size = shape.reduce((a, b) => a * b, 1);
  const x = laid(makeValues(kind, dtype, size, seed), dtype, shape);
  const outputs = resultShape.reduce((a, b) => a * b, 1);
  CASES.get(dtype)!.push({ golden, x, wanted: wantedOf(golden, size / Math.max(outputs, 1)) });
}

describe.each(DTYPE_NAMES)('golden reductions of %s elements', (dtype) => {
  const cases = CASES.get(dtype)!;

  test('there are many, of each', () => {
    for (const name of REDUCTION_NAMES) {
      const those = cases.filter(({ wanted }) => wanted.some((other) => other.name === name));
      expect(those.length).toBeGreaterThan(150);
    }
  });

  test.each(LAYOUT_NAMES)('%s', (layout) => {
    const wrong: unknown[] = [];
    for (const one of cases) {
      const x = inLayout(layout, one.x);
      for (const count of [1, 2]) {
        setNumThreads(count);
        for (const wanted of one.wanted) {
          const says = check(x, one, wanted);
          const { kind, seed, shape, axis } = one.golden;
          if (says) wrong.push({ name: wanted.name, kind, seed, shape, axis, count, says });
        }
      }
    }
    expect([wrong.length, ...wrong.slice(0, 3)]).toEqual([0]);
  });
});
