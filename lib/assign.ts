/** Writing whole arrays: copies, casts and fills. */

import { type Casting, canCast, mayNotFit } from './casting';
import { DTYPES, type DType } from './dtype';
import { expected, failure } from './errors';
import { allocate, checkWriteable, describeExtent, Extent } from './extent';
import { broadcastStrides, type Layout } from './layout';
import { native } from './native';
import { Storage } from './storage';

/**
 * Copies between arrays of one shape, where the mask is true; waits for jobs that are in the way.
 * The addon takes care of operands that overlap: native/copy.cpp says how.
 */
function copyNow(target: Extent, source: Extent, mask?: Extent): void {
  const from = source.storage.forNative(false);
  const where = mask?.storage.forNative(false);
  const to = target.storage.forNative(true);
  describeExtent(0, target);
  describeExtent(1, source);
  if (mask !== undefined) describeExtent(2, mask);
  native.copy(to, from, where);
}

/** The same without waiting, for the end of a job. */
export function copyAtOnce(target: Extent, source: Extent): void {
  describeExtent(0, target);
  describeExtent(1, source);
  native.copy(target.storage.nativeNow(), source.storage.nativeNow(), undefined);
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

/** The bool array that `where` stands for, stretched to a shape. Throws ERR_DTYPE, ERR_BROADCAST. */
export function maskOf(where: unknown, shape: readonly number[]): Extent | undefined {
  if (where === undefined || where === true) return undefined;
  const mask = where === false ? allocate(DTYPES.bool, [], { zeroed: true }) : where;
  if (!(mask instanceof Extent)) {
    throw expected('ERR_DTYPE', 'where', 'a boolean or a bool array', where);
  }
  if (mask.type !== DTYPES.bool) {
    throw expected('ERR_DTYPE', 'where', 'a bool array', mask.type.name);
  }
  const strides = broadcastStrides(mask.layout, shape, 'where');
  const layout = { shape, strides, offset: mask.layout.offset };
  return new Extent(mask.storage, layout, mask.type, false);
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

/** Throws ERR_CAST if an integer that is copied has no counterpart in a dtype that a rule allows. */
function checkFit(
  source: Extent,
  to: DType,
  casting: Casting,
  argument: string,
  mask?: Extent,
): void {
  if (casting === 'unsafe' || !mayNotFit(source.type, to)) return;
  const from = source.storage.forNative(false);
  const where = mask?.storage.forNative(false);
  describeExtent(1, source);
  if (mask !== undefined) describeExtent(2, mask);
  if (!native.allFit(from, to.code, where)) throw doesNotFit(source.type, to, argument);
}

function doesNotFit(from: DType, to: DType, argument: string) {
  return failure(
    'ERR_CAST',
    `${argument}: expected integers that fit ${to.name}, received ${from.name} elements ` +
      `beyond it; casting: 'unsafe' takes them modulo 2^${8 * to.itemsize}`,
  );
}

/**
 * Writes the source, broadcast and cast, to the target where the mask, of the target's shape, is
 * true; the result is as if source and mask had been copied first. Throws ERR_READ_ONLY,
 * ERR_BROADCAST, ERR_CAST, and then nothing has changed.
 */
export function assignElements(
  target: Extent,
  source: Extent,
  casting: Casting,
  argument = 'value',
  mask?: Extent,
): void {
  checkWriteable(target, 'this array');
  const from = stretched(source, target.layout.shape, argument);
  checkCast(from.type, target.type, casting, argument);
  checkFit(from, target.type, casting, argument, mask);
  copyNow(target, from, mask);
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
  copyNow(copy, source);
  return copy;
}

/** Room for the element that a fill repeats. */
const one = Storage.over(new ArrayBuffer(8), 0, 8);

/**
 * Writes one element, in the form that TypedArrays take, to all places or where the mask is true.
 * Throws ERR_READ_ONLY.
 */
export function fillElements(target: Extent, element: number | bigint, mask?: Extent): void {
  checkWriteable(target, 'this array');
  const { shape } = target.layout;
  one.write(target.type, 0, element);
  const layout: Layout = { shape, strides: shape.map(() => 0), offset: 0 };
  copyNow(target, new Extent(one, layout, target.type, false), mask);
}
