/** Reductions along axes: what is asked for, checked, and handed to the addon. */

import { assignElements, checkCast, copyAtOnce, copyOf } from './assign';
import { canCast } from './casting';
import { DTYPES, type DType, type DTypeName, dtypeOf, type Scalar } from './dtype';
import { expected } from './errors';
import { allocate, checkWriteable, describeExtent, Extent } from './extent';
import { type AsyncOptions, follow, overflow } from './jobs';
import { axisOf, broadcastStrides, contiguousStrides, type Layout } from './layout';
import { describe, frameResult, native, STATUS } from './native';
import { isScalar, toElement } from './nested';
import { checkOptions, flagOf } from './options';
import { boundsOverlap } from './overlap';

/** Options of a reduction; `Out` is the class of arrays. */
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

/** A reduction that has been checked. */
interface Request {
  readonly source: Extent;
  readonly axes: number;
  /** The result's shape without and with the reduced axes. */
  readonly kept: readonly number[];
  readonly shape: readonly number[];
  readonly type: DType;
  readonly mask: Extent | undefined;
  readonly initial: number | bigint;
  readonly out: Extent | undefined;
  /** The result is a bare element. */
  readonly scalar: boolean;
}

function axesOf(axis: Options['axis'], ndim: number): number[] {
  if (axis === undefined || axis === null) return Array.from({ length: ndim }, (_, i) => i);
  if (!Array.isArray(axis)) {
    // NumPy lets the only element of an array without axes be reduced along 0 and -1.
    if (ndim === 0 && (axis === 0 || axis === -1)) return [];
    return [axisOf(axis, ndim)];
  }
  const axes = axis.map((item, i) => axisOf(item, ndim, `axis[${i}]`));
  if (new Set(axes).size !== axes.length)
    throw expected('ERR_AXIS', 'axis', 'each axis once', axis);
  return axes;
}

/** The dtype of a sum: exact sums may become a wider kind or narrower type, but no narrower kind. */
function resultType(source: DType, options: Options): DType {
  const usual = dtypeOf(source.sumsTo);
  const out = options.out?.type;
  if (options.dtype === undefined) {
    if (out === undefined) return usual;
    checkCast(usual, out, 'same_kind', 'out');
    return out;
  }
  const asked = dtypeOf(options.dtype);
  checkCast(source, asked, 'same_kind', 'dtype');
  if (asked === DTYPES.bool && source !== DTYPES.bool) {
    throw expected('ERR_CAST', 'dtype', `a dtype that sums of ${source.name} have`, asked.name);
  }
  if (out !== undefined) checkCast(asked, out, 'same_kind', 'out');
  // Where an exact integer must fit both, the narrower of them decides.
  const narrower = out !== undefined && asked.kind !== 'f' && !canCast(asked, out, 'safe');
  return narrower ? out : asked;
}

function maskOf(where: Options['where'], shape: readonly number[]): Extent | undefined {
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

function initialOf(initial: Scalar | undefined, type: DType): number | bigint {
  if (initial === undefined) return type.kind === 'f' ? 0 : 0n;
  if (!isScalar(initial)) {
    throw expected('ERR_DTYPE', 'initial', 'a number, a bigint or a boolean', initial);
  }
  const element = toElement(initial, type, 'same_kind', 'initial');
  if (type === DTYPES.float32) return Math.fround(Number(element));
  return type.kind === 'f' ? element : BigInt(element);
}

function request(source: Extent, options: Options): Request {
  checkOptions(options);
  const { shape } = source.layout;
  const reduced = axesOf(options.axis, shape.length);
  const { out } = options;
  const keepdims = flagOf(options.keepdims, 'keepdims', false);
  if (out !== undefined && !(out instanceof Extent)) {
    throw expected('ERR_DTYPE', 'out', 'an NDArray', out);
  }
  const kept = shape.filter((_, i) => !reduced.includes(i));
  const full = keepdims ? shape.map((size, i) => (reduced.includes(i) ? 1 : size)) : kept;
  const type = resultType(source.type, options);
  if (out !== undefined) {
    checkWriteable(out, 'out');
    const same = out.layout.shape.length === full.length;
    if (!same || out.layout.shape.some((size, i) => size !== full[i])) {
      throw expected('ERR_SHAPE', 'out', `an array of shape [${full.join(', ')}]`, [
        ...out.layout.shape,
      ]);
    }
  }
  return {
    source,
    axes: reduced.reduce((bits, axis) => (bits | (1 << axis)) >>> 0, 0),
    kept,
    shape: full,
    type,
    mask: maskOf(options.where, shape),
    initial: initialOf(options.initial, type),
    out,
    scalar: out === undefined && !keepdims && kept.length === 0,
  };
}

/** The array that shows the kept axes of a result with or without the reduced ones. */
function withoutReduced({ axes, kept, source }: Request, result: Extent): Extent {
  const { shape, strides, offset } = result.layout;
  if (shape.length === kept.length) return result;
  const left = strides.filter((_, i) => ((axes >>> i) & 1) === 0);
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
  if (result === undefined) describe(1, r.type, 0, [], []);
  else describeExtent(1, result);
  if (r.mask !== undefined) describeExtent(2, r.mask);
  if (native.reduce(0, source, out, mask, r.axes, r.initial) === STATUS.overflow) throw overflow();
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

/** The sum, at once: a scalar for a full reduction, `out` when given, else a new array. */
export function sum(source: Extent, options: Options): Scalar | Extent {
  const r = request(source, options);
  const { out } = r;
  if (r.scalar) {
    runNow(r, undefined);
    return scalarInFrame(r.type);
  }
  const direct =
    out !== undefined &&
    out.type === r.type &&
    r.type.kind === 'f' &&
    !boundsOverlap(out, source) &&
    !(r.mask !== undefined && boundsOverlap(out, r.mask));
  const result = direct ? withoutReduced(r, out) : allocate(r.type, r.kept);
  runNow(r, result);
  if (out === undefined) return withShape(r.shape, result);
  if (!direct) assignElements(out, withShape(r.shape, result), 'same_kind', 'out');
  return out;
}

/** An input that a job may use: memory that a buffer's transfer could take away is copied. */
function lasting(extent: Extent): Extent {
  if (!extent.storage.transferable) return extent;
  const { type, layout } = extent;
  return copyOf(extent, type, contiguousStrides(layout.shape, type.itemsize, 'C'), 'no');
}

/** The sum as a job; the promise gives what {@link sum} returns. */
export async function sumAsync(
  source: Extent,
  options: Options & AsyncOptions,
): Promise<Scalar | Extent> {
  checkOptions(options);
  const { signal } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw expected('ERR_SHAPE', 'signal', 'an AbortSignal', signal);
  }
  signal?.throwIfAborted();
  const asked = request(source, options);
  const { mask, out } = asked;
  const r: Request = { ...asked, source: lasting(source), mask: mask && lasting(mask) };
  const result = allocate(r.type, r.kept);
  const late = out?.storage.transferable ?? false;
  const target = out && !late ? withoutReduced(r, out) : undefined;
  const blocks = [result.storage.block, ...(out ? [out.storage.block] : [])];
  const reads = [r.source.storage.block, ...(r.mask ? [r.mask.storage.block] : [])];

  describeExtent(0, r.source);
  describeExtent(1, result);
  if (r.mask !== undefined) describeExtent(2, r.mask);
  if (target !== undefined) describeExtent(3, target);
  const job = native.reduceJob(
    0,
    r.source.storage.nativeNow(),
    result.storage.nativeNow(),
    r.mask?.storage.nativeNow(),
    r.axes,
    r.initial,
    target?.storage.nativeNow(),
  );
  await follow(job, { reads, writes: blocks }, signal, () => {
    if (out !== undefined && late) copyAtOnce(out, withShape(r.shape, result));
  });
  if (out !== undefined) return out;
  if (r.scalar) return result.storage.read(r.type, 0);
  return withShape(r.shape, result);
}
