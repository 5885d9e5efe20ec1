/** Reductions by their definitions, a term at a time. */

import { DTYPES, type DTypeName } from '../../lib/dtype';
import { exactMean } from './exact';
import { type ReductionName, resultDtype } from './golden';

export type Element = number | bigint;

/** The terms of each result, in C order, of values that lie in `shape` in C order. */
export function termsOf(
  values: ArrayLike<Element>,
  shape: readonly number[],
  axes: readonly number[],
  where: (i: number) => boolean = () => true,
): Element[][] {
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const strides = kept.map((_, axis) => kept.slice(axis + 1).reduce((a, b) => a * b, 1));
  const groups = Array.from({ length: kept.reduce((a, b) => a * b, 1) }, (): Element[] => []);
  const index = shape.map(() => 0);
  for (let i = 0; i < values.length; i++) {
    let place = 0;
    shape.forEach((_, axis) => {
      if (!axes.includes(axis)) place += index[axis]! * strides[axis]!;
    });
    if (where(i)) groups[place]!.push(values[i]!);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
  return groups;
}

const isNaNumber = (x: Element) => typeof x === 'number' && Number.isNaN(x);
const isTrue = (x: Element) => x !== 0 && x !== 0n;

/** Whether a is before b among least (or greatest) elements, of which NaN is first. */
function precedes(a: Element, b: Element, least: boolean): boolean {
  if (isNaNumber(a) || isNaNumber(b)) return isNaNumber(a) && !isNaNumber(b);
  return least ? a < b : a > b;
}

function firstExtreme(terms: readonly Element[], least: boolean): number {
  let best = 0;
  terms.forEach((x, i) => {
    if (precedes(x, terms[best]!, least)) best = i;
  });
  return best;
}

/** The least (or greatest): of zeros that are, -0 is the least and +0 the greatest. */
function extreme(terms: readonly Element[], least: boolean): Element {
  const found = terms[firstExtreme(terms, least)]!;
  if (found !== 0) return found;
  return terms.some((x) => Object.is(x, least ? -0 : 0)) ? (least ? -0 : 0) : found;
}

/** Exact for integers; for floats in the order of the terms. */
function product(terms: readonly Element[], dtype: DTypeName): Element | 'overflow' {
  const { kind, min, max } = DTYPES[dtype];
  if (kind === 'f') return terms.reduce((a: number, b) => a * Number(b), 1);
  if (!terms.every(isTrue)) return 0n;
  let total = 1n;
  for (const x of terms) {
    total *= BigInt(x);
    // No term but zero makes it smaller.
    if (total < -(2n ** 65n) || total > 2n ** 65n) return 'overflow';
  }
  return total < min || total > max ? 'overflow' : total;
}

function integerMean(terms: readonly Element[]): number {
  // In pieces that are exact.
  const pieces = terms.flatMap((x) => {
    const whole = BigInt(x);
    const high = (whole >> 32n) << 32n;
    return [Number(high), Number(whole - high)];
  });
  return exactMean(pieces, 53, terms.length);
}

/** The result for some terms of a dtype, with the dtype that results have. */
export function definition(
  name: ReductionName,
  terms: readonly Element[],
  dtype: DTypeName,
): Element | 'overflow' {
  switch (name) {
    case 'mean':
      if (DTYPES[dtype].kind !== 'f') return integerMean(terms);
      return exactMean(terms.map(Number), dtype === 'float64' ? 53 : 24);
    case 'prod':
      return product(terms, resultDtype(name, dtype));
    case 'min':
    case 'max':
      return extreme(terms, name === 'min');
    case 'argmin':
    case 'argmax':
      return BigInt(firstExtreme(terms, name === 'argmin'));
    case 'any':
      return Number(terms.some(isTrue));
    case 'all':
      return Number(terms.every(isTrue));
    default:
      return BigInt(terms.filter(isTrue).length);
  }
}
