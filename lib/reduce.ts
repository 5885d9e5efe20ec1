/** Reductions along axes: what is asked for, checked, and handed to the addon. */

import {
  checkFit,
  copyAtOnce,
  copyNow,
  copyOf,
  doesNotFit,
  lasting,
  lastingAsItLies,
  maskOf,
  writeFresh,
} from './assign';
import { DTYPES, type DType, type DTypeName, dtypeOf, type Scalar } from './dtype';
import { expected, failure } from './errors';
import { allocate, checkWriteable, describeExtent, describeMask, Extent } from './extent';
import { type AsyncOptions, follow, noMemory, overflow, signalOf } from './jobs';
import { axisOf, contiguousStrides, type Layout } from './layout';
import { describe, describeNothing, FRAME_RESULT, frameResult, native, STATUS } from './native';
import { isScalar, toElement } from './nested';
import { checkOptions, flagOf, optionNames } from './options';
import { mayOverlap } from './overlap';
import type { Row } from './reductions';

/** Options of a reduction; `Out` is the class of arrays. Not every reduction has all of them. */
export interface ReduceOptionsOf<Out> {
  /** The axis or axes to reduce; negative counts from the end. All when left out or null. */
  readonly axis?: number | readonly number[] | null | undefined;
  /** The result's dtype: by default that of `out`, else int64, uint64 or the float's own. */
  readonly dtype?: DTypeName | undefined;
  /** Where the result goes: an array of the result's shape. It is also what is returned. */
  readonly out?: Out | undefined;
  /** Keep reduced axes, with size 1. */
  readonly keepdims?: boolean | undefined;
  /** Which elements count: bool, broadcast to the array's shape. */
  readonly where?: Out | boolean | undefined;
  /** A term that each result starts with. */
  readonly initial?: Scalar | undefined;
}

type Options = ReduceOptionsOf<Extent>;

const NAMES = optionNames<Options>('axis', 'dtype', 'out', 'keepdims', 'where', 'initial');

/** A reduction that has been checked. */
interface Request {
  readonly row: Row;
  readonly source: Extent;
  /** Bit i is set when axis i is reduced. */
  readonly axes: number;
  /** The result's shape without and with the reduced axes. */
  readonly kept: readonly number[];
  readonly shape: readonly number[];
  readonly type: DType;
  readonly mask: Extent | undefined;
  readonly initial: number | bigint | undefined;
  readonly out: Extent | undefined;
  /** The result is a bare element. */
  readonly scalar: boolean;
}

const NONE: readonly number[] = [];

const isReduced = (axes: number, axis: number) => ((axes >>> axis) & 1) === 1;

function allAxes(ndim: number): number {
  return ndim === 32 ? 0xffffffff : (1 << ndim) - 1;
}

function axesOf(axis: Options['axis'], ndim: number, row: Row): number {
  if (axis === undefined || axis === null) return allAxes(ndim);
  if (typeof axis === 'number' || !Array.isArray(axis)) {
    // NumPy lets the only element of an array without axes be reduced along 0 and -1.
    if (ndim === 0 && (axis === 0 || axis === -1)) return 0;
    return (1 << axisOf(axis, ndim)) >>> 0;
  }
  if (!row.takes.has('axes')) throw expected('ERR_AXIS', 'axis', 'one axis, or null', axis);
  let axes = 0;
  for (const [i, item] of axis.entries()) {
    const bit = (1 << axisOf(item, ndim, `axis[${i}]`)) >>> 0;
    if ((axes & bit) !== 0) throw expected('ERR_AXIS', 'axis', 'each axis once', axis);
    axes = (axes | bit) >>> 0;
  }
  return axes;
}

function keptOf(shape: readonly number[], axes: number): readonly number[] {
  if (axes === allAxes(shape.length)) return NONE;
  // An array that is made at once takes less time than one that grows.
  if (shape.length === 2 && axes !== 0) return [shape[axes === 1 ? 1 : 0]!];
  return shape.filter((_, axis) => !isReduced(axes, axis));
}

/** Throws ERR_SHAPE for an option that the reduction does not have. */
function checkTaken(row: Row, options: Options): void {
  const { dtype, where, initial } = options;
  if (dtype !== undefined) checkOne(row, 'dtype');
  if (where !== undefined) checkOne(row, 'where');
  if (initial !== undefined) checkOne(row, 'initial');
}

function checkOne(row: Row, name: 'dtype' | 'where' | 'initial'): void {
  if (row.takes.has(name)) return;
  throw failure('ERR_SHAPE', `${name}: expected no such option of ${row.name}, received one`);
}

function initialOf({ initial, dtype }: Options, type: DType): number | bigint | undefined {
  if (initial === undefined) return undefined;
  if (!isScalar(initial)) throw expected('ERR_DTYPE', 'initial', 'a scalar', initial);
  if (dtype !== undefined) toElement(initial, dtypeOf(dtype), undefined, 'initial');
  const element = toElement(initial, type, undefined, 'initial');
  if (type === DTYPES.float32) return Math.fround(Number(element));
  return type.kind === 'f' ? element : BigInt(element);
}

function checkOut(out: Extent, shape: readonly number[]): void {
  if (!(out instanceof Extent)) throw expected('ERR_DTYPE', 'out', 'an NDArray', out);
  checkWriteable(out, 'out');
  const sizes = out.layout.shape;
  if (sizes.length === shape.length && sizes.every((size, i) => size === shape[i])) return;
  throw expected('ERR_SHAPE', 'out', `an array of shape [${shape.join(', ')}]`, [...sizes]);
}

/** Throws ERR_SHAPE where results have no terms, be there none of them, and that has no result. */
function checkTerms(row: Row, shape: readonly number[], axes: number) {
  if (row.ofNothing || !shape.some((size, axis) => size === 0 && isReduced(axes, axis))) return;
  const instead = row.takes.has('initial') ? ', or an initial one' : '';
  throw failure(
    'ERR_SHAPE',
    `${row.name}: expected at least one element along the reduced axes${instead}, received an ` +
      `array of shape [${shape.join(', ')}]`,
  );
}

function request(
  row: Row,
  given: Extent,
  options: Options,
  convert: (given: Extent, type: DType) => Extent,
): Request {
  checkOptions(options, NAMES);
  checkTaken(row, options);
  const { shape } = given.layout;
  const axes = axesOf(options.axis, shape.length, row);
  const { out } = options;
  const keepdims = flagOf(options.keepdims, 'keepdims', false);
  const kept = keptOf(shape, axes);
  const full = keepdims ? shape.map((size, i) => (isReduced(axes, i) ? 1 : size)) : kept;
  if (out !== undefined) checkOut(out, full);
  const { source, result } = row.dtypes(given.type, options.dtype, out?.type, row.name);
  const initial = initialOf(options, result);
  const mask = maskOf(options.where, shape);
  if (initial === undefined) {
    checkTerms(row, shape, axes);
    if (mask !== undefined && !row.ofNothing) {
      throw expected('ERR_SHAPE', 'initial', `a term of ${row.name} besides where`, undefined);
    }
  }
  return {
    row,
    source: source === given.type ? given : convert(given, source),
    axes,
    kept,
    shape: full,
    type: result,
    mask,
    initial,
    out,
    scalar: out === undefined && !keepdims && kept.length === 0,
  };
}

function converted(extent: Extent, type: DType): Extent {
  const strides = contiguousStrides(extent.layout.shape, type.itemsize, 'C');
  return copyOf({ source: extent, type, strides, casting: 'same_kind' });
}

/** The array that shows the kept axes of a result with or without the reduced ones. */
function withoutReduced({ axes, kept, source }: Request, result: Extent): Extent {
  const { shape, strides, offset } = result.layout;
  if (shape.length === kept.length) return result;
  const left = strides.filter((_, i) => !isReduced(axes, i));
  if (left.length !== kept.length || shape.length !== source.layout.shape.length) return result;
  return new Extent(result.storage, { shape: kept, strides: left, offset }, result.type, true);
}

/** A result's layout with the reduced axes put back, where they were asked for. */
function withShape(shape: readonly number[], result: Extent): Extent {
  if (shape.length === result.layout.shape.length) return result;
  const layout: Layout = {
    shape,
    strides: contiguousStrides(shape, result.type.itemsize, 'C'),
    offset: 0,
  };
  return new Extent(result.storage, layout, result.type, true);
}

function runNow(r: Request, result: Extent | undefined): void {
  const source = r.source.storage.forNative(false);
  const mask = r.mask?.storage.forNative(false);
  const out = result?.storage.forNative(true);
  describeExtent(0, r.source);
  if (result === undefined) describe(1, r.type, 0, NONE, NONE, 8, 0, FRAME_RESULT);
  else describeExtent(1, result);
  describeMask(r.mask);
  const { code } = r.row;
  const plain = r.initial === undefined && !source && !out && !mask; // a short call is a quick one
  const status = plain
    ? native.reduce(code, r.axes)
    : native.reduce(code, r.axes, source, out, mask, r.initial);
  if (status === STATUS.overflow) throw overflow(r.row.name);
}

function scalarInFrame(type: DType): Scalar {
  switch (type.name) {
    case 'float64':
      return frameResult.getFloat64(0, true);
    case 'float32':
      return frameResult.getFloat32(0, true);
    case 'int64':
      return frameResult.getBigInt64(0, true);
    case 'uint64':
      return frameResult.getBigUint64(0, true);
    case 'bool':
      return frameResult.getUint8(0) !== 0;
    default: {
      const [element] = new type.typedArray(frameResult.buffer, frameResult.byteOffset, 1);
      return element as number;
    }
  }
}

/** Whether the result may turn out not to fit when some of it has been written. */
function mayOverflow({ row, type, source, axes, initial }: Request): boolean {
  const { shape } = source.layout;
  const elements = shape.reduce((n, size, axis) => (isReduced(axes, axis) ? n * size : n), 1);
  const terms = initial === undefined ? elements : Number.POSITIVE_INFINITY;
  return row.mayOverflow({ source: source.type, result: type }, terms);
}

/** True when the addon may write the result into `out` itself. */
function isDirect(request: Request, out: Extent): boolean {
  const { type, source, mask } = request;
  return (
    out.type === type &&
    !mayOverflow(request) &&
    !mayOverlap(out, source) &&
    !(mask !== undefined && mayOverlap(out, mask))
  );
}

/** Casts a result to `out`, which has its shape. Throws ERR_CAST, and then nothing has changed. */
function writeOut(out: Extent, result: Extent, copy: typeof copyNow): void {
  checkFit(result, out.type, 'same_kind', 'out', undefined, 'without advice');
  copy(out, result);
}

/** The reduction, at once: a scalar of all elements, `out` when given, else a new array. */
export function reduce(row: Row, source: Extent, options: Options): Scalar | Extent {
  const r = request(row, source, options, converted);
  const { out } = r;
  if (r.scalar) {
    runNow(r, undefined);
    return scalarInFrame(r.type);
  }
  const direct = out !== undefined && isDirect(r, out);
  const result = direct ? withoutReduced(r, out) : allocate(r.type, r.kept, { result: true });
  runNow(r, result);
  if (out === undefined) return withShape(r.shape, result);
  if (!direct) writeOut(out, withShape(r.shape, result), copyNow);
  return out;
}

/** The reduction as a job; the promise gives what {@link reduce} returns. */
export async function reduceAsync(
  row: Row,
  given: Extent,
  options: Options & AsyncOptions,
): Promise<Scalar | Extent> {
  const signal = signalOf(options);
  // An abort does not stop it: the reduction, which runs next, would read elements that are not there.
  let conversion: Promise<void> | undefined;
  const asked = request(row, given, options, (from, type) => {
    const room = allocate(type, from.layout.shape);
    conversion = writeFresh(room, from, 'same_kind', undefined);
    return room;
  });
  const { mask, out } = asked;
  const asItLies = asked.row.inOrder && asked.type.kind === 'f';
  const source = asItLies ? lastingAsItLies(asked.source) : lasting(asked.source);
  const r: Request = { ...asked, source, mask: mask && lasting(mask) };
  const result = allocate(r.type, r.kept, { result: true });
  const late = out?.storage.transferable ?? false;
  const target = out && withoutReduced(r, out);
  const writes = [result.storage.block, ...(out ? [out.storage.block] : [])];
  const reads = [r.source.storage.block, ...(r.mask ? [r.mask.storage.block] : [])];

  const from = r.source.storage.forJob();
  const where = r.mask?.storage.forJob();
  const to = late ? target?.storage.nativeNow() : target?.storage.forJob();
  describeExtent(0, r.source);
  describeExtent(1, result);
  describeMask(r.mask);
  if (target === undefined) describeNothing(3);
  else describeExtent(3, target);
  const own = result.storage.nativeNow();
  const job = native.reduceJob(row.code, r.axes, from, own, where, r.initial, to, late);
  const finish = () => {
    if (target === undefined) return;
    writeOut(target, result, copyAtOnce);
  };
  const uses = { what: row.name, reads, writes };
  const reduction = follow(job, uses, signal, late ? finish : undefined, (status) =>
    status === STATUS.noFit
      ? doesNotFit(r.type, (out as Extent).type, 'out', 'without advice')
      : noMemory('what a reduction keeps beside its results'),
  );
  await Promise.all([conversion, reduction]);
  if (out !== undefined) return out;
  if (r.scalar) return result.storage.read(r.type, 0);
  return withShape(r.shape, result);
}
