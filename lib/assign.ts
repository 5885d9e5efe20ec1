/** Writing whole arrays: copies, casts and fills. */

import { type Casting, canCast, mayNotFit } from './casting';
import type { DType } from './dtype';
import { failure } from './errors';
import { allocate, checkWriteable, describeExtent, Extent } from './extent';
import {
  broadcastStrides,
  contiguousStrides,
  type Layout,
  memoryOrder,
  type Order,
  orderAfter,
  sizeOf,
} from './layout';
import { native } from './native';
import { boundsOverlap } from './overlap';
import { Storage } from './storage';
import { permuted } from './views';

/** Copies between arrays of one shape that do not overlap; waits for jobs that are in the way. */
function copyApart(target: Extent, source: Extent): void {
  const from = source.storage.forNative(false);
  const to = target.storage.forNative(true);
  describeExtent(0, target);
  describeExtent(1, source);
  native.copy(to, from);
}

/** The same without waiting, for the end of a job. */
export function copyAtOnce(target: Extent, source: Extent): void {
  describeExtent(0, target);
  describeExtent(1, source);
  native.copy(target.storage.nativeNow(), source.storage.nativeNow());
}

/** A view of the source with the target's shape. Throws ERR_BROADCAST. */
function stretched(source: Extent, shape: readonly number[], argument: string): Extent {
  let { layout } = source;
  const extra = layout.shape.length - shape.length;
  if (extra > 0 && layout.shape.slice(0, extra).every((size) => size === 1)) {
    // As in NumPy, leading axes of size 1 do not hinder an assignment.
    const { shape: sizes, strides, offset } = layout;
    layout = { shape: sizes.slice(extra), strides: strides.slice(extra), offset };
  }
  const strides = broadcastStrides(layout, shape, argument);
  return new Extent(source.storage, { shape, strides, offset: layout.offset }, source.type, false);
}

function sameElements(a: Extent, b: Extent): boolean {
  return (
    a.type === b.type &&
    a.storage.start + a.layout.offset === b.storage.start + b.layout.offset &&
    a.layout.strides.every((stride, i) => stride === b.layout.strides[i])
  );
}

/** Throws ERR_CAST unless the rule lets the elements of a dtype become those of another. */
export function checkCast(from: DType, to: DType, casting: Casting, argument: string): void {
  if (canCast(from, to, casting)) return;
  throw failure(
    'ERR_CAST',
    `${argument}: expected elements that can be cast to ${to.name} by the rule '${casting}', ` +
      `received ${from.name}; casting: 'unsafe' casts them all the same`,
  );
}

/** Throws ERR_CAST if an integer of the source has no counterpart in a dtype that a rule allows. */
function checkFit(source: Extent, to: DType, casting: Casting, argument: string): void {
  if (casting === 'unsafe' || !mayNotFit(source.type, to)) return;
  const from = source.storage.forNative(false);
  describeExtent(1, source);
  if (native.allFit(from, to.code)) return;
  throw failure(
    'ERR_CAST',
    `${argument}: expected integers that fit ${to.name}, received ${source.type.name} elements ` +
      `beyond it; casting: 'unsafe' takes them modulo 2^${8 * to.itemsize}`,
  );
}

/**
 * Writes the source, broadcast and cast, to the target; the result is as if the source had been
 * copied first. Throws ERR_READ_ONLY, ERR_BROADCAST, ERR_CAST, and then nothing has changed.
 */
export function assignElements(
  target: Extent,
  source: Extent,
  casting: Casting,
  argument = 'value',
): void {
  checkWriteable(target, 'this array');
  let from = stretched(source, target.layout.shape, argument);
  checkCast(from.type, target.type, casting, argument);
  checkFit(from, target.type, casting, argument);
  if (boundsOverlap(target, from)) {
    if (sameElements(target, from)) {
      target.storage.forNative(true); // an error, when the memory is gone
      return;
    }
    const copy = allocate(source.type, source.layout.shape);
    copyApart(copy, source);
    from = stretched(copy, target.layout.shape, argument);
  }
  copyApart(target, from);
}

/** A copy in fresh memory, of a dtype and with strides of one's own. Throws ERR_CAST. */
export function copyOf(
  source: Extent,
  type: DType,
  strides: readonly number[],
  casting: Casting,
): Extent {
  checkCast(source.type, type, casting, 'dtype');
  checkFit(source, type, casting, 'this array');
  const copy = allocate(type, source.layout.shape, { strides });
  copyApart(copy, source);
  return copy;
}

/** The elements, read in C or F order, in fresh memory and another shape in that same order. */
export function copyInShape(source: Extent, shape: readonly number[], order: 'C' | 'F'): Extent {
  const { layout, type } = source;
  const flat = contiguousStrides(layout.shape, type.itemsize, order);
  const { storage } = copyOf(source, type, flat, 'no');
  const strides = contiguousStrides(shape, type.itemsize, order);
  return new Extent(storage, { shape, strides, offset: 0 }, type, true);
}

/** The elements along one axis, read in an order, in fresh memory. */
export function flatCopy(source: Extent, order: Order): Extent {
  const { storage, layout, type } = source;
  const size = sizeOf(layout.shape);
  if (size === 0) return allocate(type, [0]);
  if (order !== 'K') return copyInShape(source, [size], orderAfter(order, layout, type.itemsize));
  const walked = permuted(layout, memoryOrder(layout));
  return copyInShape(new Extent(storage, walked, type, false), [size], 'C');
}

/** Room for the element that a fill repeats. */
const one = Storage.over(new ArrayBuffer(8), 0, 8);

/** Writes one element, in the form that TypedArrays take, to all places. Throws ERR_READ_ONLY. */
export function fillElements(target: Extent, element: number | bigint): void {
  checkWriteable(target, 'this array');
  const { shape } = target.layout;
  one.write(target.type, 0, element);
  const layout: Layout = { shape, strides: shape.map(() => 0), offset: 0 };
  copyApart(target, new Extent(one, layout, target.type, false));
}
