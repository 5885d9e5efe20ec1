/** Writing whole arrays: copies, casts and fills. */

import { type Casting, canCast, mayNotFit } from './casting';
import { DTYPES, type DType } from './dtype';
import { expected, failure } from './errors';
import { allocate, checkWriteable, describeExtent, describeMask, Extent } from './extent';
import { follow, noMemory } from './jobs';
import {
  boundsOf,
  broadcastStrides,
  contiguousStrides,
  type Layout,
  memoryOrder,
  type Order,
  orderAfter,
  sizeOf,
} from './layout';
import { describeNothing, native, STATUS } from './native';
import { Storage } from './storage';
import { permuted } from './views';

/**
 * Copies between arrays of one shape, where the mask is true; waits for jobs that are in the way.
 * The addon takes care of operands that overlap: native/copy.cpp says how.
 */
export function copyNow(target: Extent, source: Extent, mask?: Extent): void {
  const from = source.storage.forNative(false);
  const where = mask?.storage.forNative(false);
  const to = target.storage.forNative(true);
  describeExtent(0, target);
  describeExtent(1, source);
  describeMask(mask);
  native.copy(to, from, where);
}

/** The same without waiting, for the end of a job. */
export function copyAtOnce(target: Extent, source: Extent, mask?: Extent): void {
  describeExtent(0, target);
  describeExtent(1, source);
  describeMask(mask);
  native.copy(target.storage.nativeNow(), source.storage.nativeNow(), mask?.storage.nativeNow());
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

/** Where the caller has an option `casting`, an error says what that could do. */
type Advice = 'with advice' | 'without advice';

/** Throws ERR_CAST unless the rule lets the elements of a dtype become those of another. */
export function checkCast(
  from: DType,
  to: DType,
  casting: Casting,
  argument: string,
  advice: Advice = 'with advice',
): void {
  if (canCast(from, to, casting)) return;
  const forced = advice === 'with advice' ? "; casting: 'unsafe' casts them all the same" : '';
  throw failure(
    'ERR_CAST',
    `${argument}: expected elements that can be cast to ${to.name} by the rule '${casting}', ` +
      `received ${from.name}${forced}`,
  );
}

/** Throws ERR_CAST if an integer that is copied has no counterpart in a dtype that a rule allows. */
export function checkFit(
  source: Extent,
  to: DType,
  casting: Casting,
  argument: string,
  mask?: Extent,
  advice?: Advice,
): void {
  if (casting === 'unsafe' || !mayNotFit(source.type, to)) return;
  const from = source.storage.forNative(false);
  const where = mask?.storage.forNative(false);
  describeExtent(1, source);
  describeMask(mask);
  if (!native.allFit(from, to.code, where)) throw doesNotFit(source.type, to, argument, advice);
}

/** The error for integers that do not fit a dtype. */
export function doesNotFit(
  from: DType,
  to: DType,
  argument: string,
  advice: Advice = 'with advice',
) {
  const taken = `; casting: 'unsafe' takes them modulo 2^${8 * to.itemsize}`;
  return failure(
    'ERR_CAST',
    `${argument}: expected integers that fit ${to.name}, received ${from.name} elements ` +
      `beyond it${advice === 'with advice' ? taken : ''}`,
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

/** A copy in fresh memory that is still to be made, now or by a job. */
export interface CopyRequest {
  readonly source: Extent;
  readonly type: DType;
  /** Of the copy, in the source's shape. */
  readonly strides: readonly number[];
  readonly casting: Casting;
  /** What the copy's memory is shown as, when not in the source's shape. */
  readonly layout?: Layout;
}

/** The copy that was asked for. Throws ERR_CAST, ERR_OUT_OF_MEMORY. */
export function copyOf(request: CopyRequest): Extent {
  const { source, type, strides, casting } = request;
  checkCast(source.type, type, casting, 'dtype');
  checkFit(source, type, casting, 'this array');
  const copy = allocate(type, source.layout.shape, { strides });
  copyNow(copy, source);
  return shown(copy, request);
}

function shown(copy: Extent, { layout }: CopyRequest): Extent {
  return layout === undefined ? copy : new Extent(copy.storage, layout, copy.type, true);
}

/** The elements, read in C or F order, in another shape in that same order. */
export function copyInShape(
  source: Extent,
  shape: readonly number[],
  order: 'C' | 'F',
): CopyRequest {
  const { type } = source;
  const strides = contiguousStrides(source.layout.shape, type.itemsize, order);
  const layout = { shape, strides: contiguousStrides(shape, type.itemsize, order), offset: 0 };
  return { source, type, strides, casting: 'no', layout };
}

/** The elements along one axis, read in an order. */
export function flatCopy(source: Extent, order: Order): CopyRequest {
  const { storage, layout, type } = source;
  const as = (walked: Layout) => new Extent(storage, walked, type, false);
  const size = sizeOf(layout.shape);
  if (size === 0) {
    const none = { shape: [0], strides: [0], offset: layout.offset };
    return { source: as(none), type, strides: [0], casting: 'no' };
  }
  if (order !== 'K') return copyInShape(source, [size], orderAfter(order, layout, type.itemsize));
  return copyInShape(as(permuted(layout, memoryOrder(layout))), [size], 'C');
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

/** One element, in the form that TypedArrays take, in memory of its own. */
export function elementOf(type: DType, element: number | bigint): Extent {
  const extent = allocate(type, []);
  extent.storage.write(type, 0, element);
  return extent;
}

/** An operand that a job may use: memory that a buffer's transfer could take away is copied. */
export function lasting(extent: Extent): Extent {
  return extent.storage.transferable ? ownCopy(extent) : extent;
}

/** {@link lasting} where it shows how the elements lie: with all bytes that they span. */
export function lastingAsItLies(extent: Extent): Extent {
  if (!extent.storage.transferable) return extent;
  const { layout, storage, type } = extent;
  const [low, high] = boundsOf(layout, type.itemsize);
  if (high === low) return ownCopy(extent);
  const bytes: Layout = { shape: [high - low], strides: [1], offset: low };
  const copy = ownCopy(new Extent(storage, bytes, DTYPES.uint8, false));
  return new Extent(copy.storage, { ...layout, offset: layout.offset - low }, type, false);
}

function ownCopy(extent: Extent): Extent {
  const { type, layout } = extent;
  const strides = contiguousStrides(layout.shape, type.itemsize, 'C');
  return copyOf({ source: extent, type, strides, casting: 'no' });
}

/** Starts a copy as a job. `late` is a target that is written at its end, if there is one. */
function copyJob(
  target: Extent,
  source: Extent,
  mask: Extent | undefined,
  how: { casting: Casting; argument: string; signal: AbortSignal | undefined },
  late?: Extent,
): Promise<void> {
  const checked = how.casting !== 'unsafe' && mayNotFit(source.type, target.type);
  const to = target.storage.forJob();
  const from = source.storage.forJob();
  const where = mask?.storage.forJob();
  describeExtent(0, target);
  describeExtent(1, source);
  describeMask(mask);
  if (late === undefined) describeNothing(3);
  else describeExtent(3, late);
  const fit = checked ? target.type.code : undefined;
  const job = native.copyJob(to, from, where, fit, late?.storage.nativeNow());
  const reads = [source, mask].flatMap((use) => (use ? [use.storage.block] : []));
  const writes = [target, late].flatMap((use) => (use ? [use.storage.block] : []));
  return follow(
    job,
    { what: 'copy', reads, writes },
    how.signal,
    late && (() => copyAtOnce(late, target, mask)),
    (status) =>
      status === STATUS.noFit
        ? doesNotFit(source.type, target.type, how.argument)
        : noMemory('a temporary'),
  );
}

/** {@link assignElements} as a job, which behaves as if it ran when it was called. */
export async function assignElementsAsync(
  target: Extent,
  source: Extent,
  casting: Casting,
  signal: AbortSignal | undefined,
  argument = 'value',
  mask?: Extent,
): Promise<void> {
  checkWriteable(target, 'this array');
  const { shape } = target.layout;
  stretched(source, shape, argument);
  checkCast(source.type, target.type, casting, argument);
  const from = stretched(lasting(source), shape, argument);
  const how = { casting, argument, signal };
  if (!target.storage.transferable) return copyJob(target, from, mask && lasting(mask), how);
  // The job must not write to memory that may go: it works on a copy, which is copied at its end.
  // Another job may write the mask before that.
  target.storage.nativeNow();
  return copyJob(allocate(target.type, shape), from, mask && ownCopy(mask), how, target);
}

/**
 * Writes a source, of the target's shape, to memory that nobody else has seen yet, as a job. The
 * copy that a job would need of memory that may go is all that is wanted, unless there is a cast.
 * What keeps the job from being started is thrown at once.
 */
export function writeFresh(
  target: Extent,
  source: Extent,
  casting: Casting,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (source.storage.transferable && source.type === target.type) {
    copyNow(target, source);
    return Promise.resolve();
  }
  const how = { casting, argument: 'this array', signal };
  return copyJob(target, lasting(source), undefined, how);
}

/** {@link copyOf} as a job. */
export async function copyOfAsync(
  request: CopyRequest,
  signal: AbortSignal | undefined,
): Promise<Extent> {
  const { source, type, strides, casting } = request;
  checkCast(source.type, type, casting, 'dtype');
  const copy = allocate(type, source.layout.shape, { strides });
  await writeFresh(copy, source, casting, signal);
  return shown(copy, request);
}
