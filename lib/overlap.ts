/**
 * Which arrays share memory.
 *
 * Whether two arrays have a byte in common is a bounded linear equation in integers:
 * `native/overlap.cpp` says which one, and solves it. Most are easy, and those are solved here, since
 * a call across the border costs more than they do: the terms are taken from the largest stride to
 * the smallest, and as long as bounds leave one multiple of a stride only, there is nothing to
 * search. No number here passes 2^53, as all of them are distances within memory.
 */

import type { Extent } from './extent';
import { MAX_DIMS } from './layout';
import { describe, native } from './native';

/** Values of `maxWork` with a meaning of their own, as in NumPy: no limit, and bounds only. */
export const EXACT = -1;
export const BOUNDS = 0;

/** The first byte of what {@link measure} looked at, and the byte after the last. */
let low = 0;
let high = 0;

/** Finds the bytes from the first to the last element; false when there is none. */
function measure({ layout, storage, type }: Extent): boolean {
  const { shape, strides } = layout;
  low = storage.start + layout.offset;
  high = low + type.itemsize;
  for (let i = 0; i < shape.length; i++) {
    const size = shape[i]!;
    if (size === 0) return false;
    const span = (size - 1) * strides[i]!;
    if (span < 0) low += span;
    else high += span;
  }
  return true;
}

/**
 * How many bytes come into the sum of two arrays' strides (see native/overlap.cpp) at the most: 0
 * when the bytes that they span are apart.
 */
function commonSpan(a: Extent, b: Extent): number {
  if (a.storage.block !== b.storage.block || !measure(a)) return 0;
  const aLow = low;
  const aHigh = high;
  if (!measure(b) || aLow >= high || low >= aHigh) return 0;
  return Math.min(aHigh - low, high - aLow);
}

/** Strides, the largest first and each once, and how often each may be taken. */
const steps: number[] = new Array(2 * MAX_DIMS + 1).fill(0);
const limits: number[] = new Array(2 * MAX_DIMS + 1).fill(0);
let count = 0;

function addTerm(step: number, limit: number): void {
  let place = count;
  while (place > 0 && steps[place - 1]! < step) place--;
  if (place > 0 && steps[place - 1] === step) {
    limits[place - 1]! += limit;
    return;
  }
  for (let i = count++; i > place; i--) {
    steps[i] = steps[i - 1]!;
    limits[i] = limits[i - 1]!;
  }
  steps[place] = step;
  limits[place] = limit;
}

function addTerms({ layout: { shape, strides } }: Extent): void {
  for (let i = 0; i < shape.length; i++) {
    const stride = strides[i]!;
    if (shape[i]! > 1 && stride !== 0) addTerm(stride < 0 ? -stride : stride, shape[i]! - 1);
  }
}

function commonDivisor(): number {
  let divisor = steps[count - 1]!;
  for (let i = count - 2; i >= 0 && divisor > 1; i--) {
    let rest = steps[i]! % divisor;
    while (rest !== 0) {
      const next = divisor % rest;
      divisor = rest;
      rest = next;
    }
  }
  return divisor;
}

/** How many multiples of a stride are worth trying here. */
const FEW = 64;

/** Whether the terms can make a sum; undefined when that takes a search. */
function solveEasily(wanted: number): boolean | undefined {
  // From the term number `full` on, every multiple of the last step is a sum.
  let full = count - 1;
  const unit = steps[full]!;
  let reach = unit * limits[full]!;
  while (full > 0 && steps[full - 1]! % unit === 0 && steps[full - 1]! <= reach + unit) {
    full--;
    reach += steps[full]! * limits[full]!;
  }
  for (let i = 0; i < full; i++) reach += steps[i]! * limits[i]!;
  let sum = wanted;
  for (let i = 0; i < full; i++) {
    const step = steps[i]!;
    reach -= step * limits[i]!;
    const least = sum <= reach ? 0 : Math.ceil((sum - reach) / step);
    const most = Math.min(limits[i]!, Math.floor(sum / step));
    if (least > most) return false;
    if (least < most) return i + 1 === full ? tryFew(sum, step, least, most, unit) : undefined;
    sum -= least * step;
  }
  return sum <= reach && sum % unit === 0;
}

/** The same for one term above those that make every multiple of a unit. */
function tryFew(sum: number, step: number, least: number, most: number, unit: number) {
  const last = Math.min(most, least + FEW);
  for (let x = least; x <= last; x++) if ((sum - x * step) % unit === 0) return true;
  return last === most ? false : undefined;
}

/**
 * Whether two arrays have a byte in common. Undefined when that is not known after `maxWork`
 * candidates: {@link BOUNDS} looks at no candidate, {@link EXACT} at as many as it takes.
 */
export function shareMemory(a: Extent, b: Extent, maxWork: number): boolean | undefined {
  const span = commonSpan(a, b);
  if (span === 0) return false;
  if (maxWork === BOUNDS) return undefined;
  count = 0;
  addTerms(a);
  addTerms(b);
  if (count === 0) return true;
  // The bytes within two elements make up for what is left to a multiple of the common divisor.
  const divisor = commonDivisor();
  const slack = a.type.itemsize + b.type.itemsize - 2;
  const most = Math.floor((span - 1) / divisor);
  const least = span - 1 <= slack ? 0 : Math.ceil((span - 1 - slack) / divisor);
  if (least > most) return false;
  if (least < most) addTerm(divisor, most - least);
  const easy = solveEasily(most * divisor);
  if (easy !== undefined) return easy;
  describePlace(0, a);
  describePlace(1, b);
  return [false, true, undefined][native.sharesMemory(maxWork)];
}

/** Candidates that are worth a look, where a temporary is made when they leave it open. */
const LITTLE = 1000;

/** False when it takes little to know that two arrays have no byte in common. */
export function mayOverlap(a: Extent, b: Extent): boolean {
  return shareMemory(a, b, LITTLE) ?? true;
}

/** Describes where an array lies in its block, of which the addon needs no more than that. */
function describePlace(slot: number, { layout, storage, type }: Extent): void {
  describe(slot, type, storage.start + layout.offset, layout.shape, layout.strides);
}

/** Whether two elements of an array have a byte in common. */
export function overlapsItself(x: Extent): boolean {
  const { shape, strides } = x.layout;
  if (shape.includes(0)) return false;
  count = 0;
  for (let i = 0; i < shape.length; i++) {
    if (shape[i] === 1) continue;
    if (strides[i] === 0) return true;
    const before = count;
    addTerm(Math.abs(strides[i]!), shape[i]! - 1);
    if (count === before) return true; // one step along either of two axes
  }
  // As long as each step is longer than all that is inside it, elements are apart.
  let inside = x.type.itemsize;
  let axis = count - 1;
  while (axis >= 0 && steps[axis]! >= inside) {
    inside += steps[axis]! * limits[axis]!;
    axis--;
  }
  if (axis < 0) return false;
  describePlace(0, x);
  return native.overlapsItself();
}
