/** Making arrays. */

import { types } from 'node:util';
import { type ArrayLike, NDArray } from './array';
import { assignElements, copyOf } from './assign';
import {
  DTYPES,
  type DType,
  type DTypeName,
  dtypeOf,
  dtypeOfTypedArray,
  type Scalar,
} from './dtype';
import { expected, failure } from './errors';
import { fromElements } from './export';
import { allocate } from './extent';
import { contiguousStrides, type Order, orderedStrides, orderOf, shapeOf } from './layout';
import { inferDType, isScalar, toElement } from './nested';
import { checkOptions, flagOf } from './options';

/** Elements in memory of their own, in an order, as a dtype. */
function arrayOf(value: unknown, type: DType | undefined, order: 'C' | 'F'): NDArray {
  const source = fromElements(value, type, 'same_kind');
  const { shape } = source.layout;
  const target = type ?? source.type;
  const strides = contiguousStrides(shape, target.itemsize, order);
  return NDArray.owner(copyOf(source, target, strides, 'same_kind'));
}

/** Fresh elements; zeros when asked, else whatever the memory held. */
export function fresh(type: DType, shape: number[], order: 'C' | 'F', zeroed: boolean): NDArray {
  const strides = contiguousStrides(shape, type.itemsize, order);
  return NDArray.owner(allocate(type, shape, { strides, zeroed }));
}

/** Options for new arrays. */
export interface CreateOptions<T extends DTypeName = DTypeName> {
  /** The elements' type; float64 by default. */
  readonly dtype?: T;
  /** C (row-major, the default) or F (column-major). */
  readonly order?: 'C' | 'F';
}

/** Options for arrays made after another one. */
export interface LikeOptions<T extends DTypeName = DTypeName> {
  readonly dtype?: T;
  /** K, the default, keeps the order of the other array. */
  readonly order?: Order;
}

function make(shape: unknown, options: CreateOptions, zeroed: boolean): NDArray {
  checkOptions(options);
  const sizes = shapeOf(shape);
  const type = dtypeOf(options.dtype ?? 'float64');
  const order = orderOf(options.order ?? 'C', 'CF') as 'C' | 'F';
  return fresh(type, sizes, order, zeroed);
}

/**
 * An array whose elements are whatever its memory held, as with `Buffer.allocUnsafe`: write them
 * before you read them. Throws ERR_SHAPE, ERR_DTYPE, ERR_OUT_OF_MEMORY.
 */
export function empty<T extends DTypeName = 'float64'>(
  shape: number | readonly number[],
  options: CreateOptions<T> = {},
): NDArray<T> {
  return make(shape, options, false) as NDArray<T>;
}

/** An array of zeros (false for bool). Throws ERR_SHAPE, ERR_DTYPE, ERR_OUT_OF_MEMORY. */
export function zeros<T extends DTypeName = 'float64'>(
  shape: number | readonly number[],
  options: CreateOptions<T> = {},
): NDArray<T> {
  return make(shape, options, true) as NDArray<T>;
}

/** An array of ones (true for bool). Throws ERR_SHAPE, ERR_DTYPE, ERR_OUT_OF_MEMORY. */
export function ones<T extends DTypeName = 'float64'>(
  shape: number | readonly number[],
  options: CreateOptions<T> = {},
): NDArray<T> {
  return (make(shape, options, false) as NDArray<T>).fill(1);
}

/**
 * An array of one value; its dtype is the value's unless given. Throws ERR_CAST when the dtype does
 * not hold the value, ERR_SHAPE, ERR_DTYPE, ERR_OUT_OF_MEMORY.
 */
export function full<T extends DTypeName = DTypeName>(
  shape: number | readonly number[],
  value: Scalar,
  options: CreateOptions<T> = {},
): NDArray<T> {
  checkOptions(options);
  if (!isScalar(value)) {
    throw expected('ERR_DTYPE', 'value', 'a number, a bigint or a boolean', value);
  }
  const type = options.dtype === undefined ? inferDType([value]) : dtypeOf(options.dtype);
  toElement(value, type);
  const sizes = { ...options, dtype: type.name };
  return make(shape, sizes, false).fill(value) as unknown as NDArray<T>;
}

function like(x: NDArray, options: LikeOptions, zeroed: boolean): NDArray {
  checkOptions(options);
  if (!(x instanceof NDArray)) throw expected('ERR_DTYPE', 'x', 'an NDArray', x);
  const type = options.dtype === undefined ? x.type : dtypeOf(options.dtype);
  const order = orderOf(options.order ?? 'K', 'CFAK');
  const strides = orderedStrides(x.layout.shape, type, order, x.layout, x.itemsize);
  return NDArray.owner(allocate(type, x.layout.shape, { strides, zeroed }));
}

/** {@link empty} of another array's shape, and its dtype and order unless told otherwise. */
export function emptyLike<T extends DTypeName>(
  x: NDArray<T>,
  options: LikeOptions<T> = {},
): NDArray<T> {
  return like(x, options, false) as NDArray<T>;
}

/** {@link zeros} of another array's shape, and its dtype and order unless told otherwise. */
export function zerosLike<T extends DTypeName>(
  x: NDArray<T>,
  options: LikeOptions<T> = {},
): NDArray<T> {
  return like(x, options, true) as NDArray<T>;
}

/** Options of {@link array}. */
export interface ArrayOptions<T extends DTypeName = DTypeName> {
  /** Inferred when left out: numbers are float64, bigints int64, booleans bool. */
  readonly dtype?: T;
  /** K, the default, keeps the order that an array has; others are laid out in C order. */
  readonly order?: Order;
  /** False shares the memory of an array or a TypedArray if nothing has to be changed. */
  readonly copy?: boolean;
}

/**
 * An array of the elements of nested arrays, a TypedArray, or another array, in memory of its own.
 * Throws ERR_SHAPE for ragged nesting, naming the place; ERR_DTYPE for mixed types; ERR_CAST for
 * elements that the dtype does not hold.
 */
export function array<T extends DTypeName = DTypeName>(
  value: ArrayLike,
  options: ArrayOptions<T> = {},
): NDArray<T> {
  checkOptions(options);
  const type = options.dtype === undefined ? undefined : dtypeOf(options.dtype);
  const order = orderOf(options.order ?? 'K', 'CFAK');
  const copy = flagOf(options.copy, 'copy', true);
  if (value instanceof NDArray || (!copy && isBuffer(value))) {
    const x = asArray(value);
    return x.asType((type ?? x.type).name, { order, copy }) as unknown as NDArray<T>;
  }
  return arrayOf(value, type, order === 'F' ? 'F' : 'C') as NDArray<T>;
}

function isBuffer(value: unknown): value is ArrayBufferLike | ArrayBufferView {
  return ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value);
}

/**
 * An array over the memory of a TypedArray, a Buffer, an ArrayBuffer or a SharedArrayBuffer (the
 * last two as uint8), which it shares; an array as it is; nested arrays as {@link array} makes them.
 */
export function asArray(value: ArrayLike | ArrayBufferLike | ArrayBufferView): NDArray {
  if (value instanceof NDArray) return value;
  if (!isBuffer(value)) return arrayOf(value, undefined, 'C');
  return NDArray.over(value, ArrayBuffer.isView(value) ? dtypeOfTypedArray(value) : DTYPES.uint8);
}

/** An array in C order: the one given, if it is, else a copy. */
export function asContiguousArray(value: ArrayLike): NDArray {
  return inOrder(value, 'C');
}

/** An array in F order: the one given, if it is, else a copy. */
export function asFortranArray(value: ArrayLike): NDArray {
  return inOrder(value, 'F');
}

function inOrder(value: ArrayLike, order: 'C' | 'F'): NDArray {
  const x = asArray(value);
  return x.asType(x.dtype, { order, copy: false });
}

type ArangeArguments = (number | bigint | CreateOptions | undefined)[];

/**
 * Evenly spaced values from `start` (0) up to but without `stop`, `step` (1) apart; as many as
 * NumPy has, and computed as NumPy does. Numbers make float64 and bigints int64 unless `dtype` is
 * given; integers are exact. Throws ERR_SHAPE, ERR_DTYPE, ERR_CAST, ERR_OUT_OF_MEMORY.
 */
export function arange<T extends DTypeName = DTypeName>(
  stop: number | bigint,
  options?: { readonly dtype?: T },
): NDArray<T>;
export function arange<T extends DTypeName = DTypeName>(
  start: number | bigint,
  stop: number | bigint,
  options?: { readonly dtype?: T },
): NDArray<T>;
export function arange<T extends DTypeName = DTypeName>(
  start: number | bigint,
  stop: number | bigint,
  step: number | bigint,
  options?: { readonly dtype?: T },
): NDArray<T>;
export function arange(...given: ArangeArguments): NDArray {
  const last = given.at(-1);
  const options = typeof last === 'object' && last !== null ? (given.pop() as CreateOptions) : {};
  while (given.length > 0 && given.at(-1) === undefined) given.pop();
  const names = given.length === 1 ? ['stop'] : ['start', 'stop', 'step'];
  if (given.length === 0 || given.length > 3) {
    throw expected('ERR_SHAPE', 'arange', 'stop, or start, stop and perhaps step', given);
  }
  const numbers = given.map((value, i) => rangeNumber(value, names[i]!));
  const odd = numbers.find((value) => typeof value !== typeof numbers[0]);
  if (odd !== undefined && options.dtype === undefined) {
    throw failure(
      'ERR_DTYPE',
      `arange: expected bounds of one type, or a dtype, received ${typeof numbers[0]} and ${typeof odd}`,
    );
  }
  const type = options.dtype === undefined ? inferDType(numbers) : dtypeOf(options.dtype);
  if (type === DTYPES.bool) throw expected('ERR_DTYPE', 'dtype', 'a dtype of numbers', type.name);
  const [start, stop, step] =
    numbers.length === 1 ? [0, numbers[0]!, 1] : [numbers[0]!, numbers[1]!, numbers[2] ?? 1];
  // biome-ignore lint/suspicious/noDoubleEquals: 0 and 0n alike
  if (step == 0) throw expected('ERR_SHAPE', 'step', 'a number other than 0', step);
  return type.kind === 'f'
    ? floatRange(Number(start), Number(stop), Number(step), type)
    : integerRange(start, stop, step, type);
}

function rangeNumber(value: unknown, name: string): number | bigint {
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value))) {
    return value;
  }
  throw expected('ERR_SHAPE', name, 'a finite number or a bigint', value);
}

/** Elements that are computed at a time. */
const CHUNK = 1 << 16;

function rangeOf(length: number, type: DType, element: (i: number) => number | bigint): NDArray {
  const result = fresh(type, shapeOf(length, 'length'), 'C', false);
  for (let first = 0; first < length; first += CHUNK) {
    const chunk = new type.typedArray(Math.min(CHUNK, length - first));
    for (let i = 0; i < chunk.length; i++) chunk[i] = element(first + i);
    const target = result.slice(`${first}:${first + chunk.length}`);
    assignElements(target, NDArray.over(chunk, type), 'no');
  }
  return result;
}

// As NumPy: the second element settles the distance, in the dtype's own precision.
function floatRange(start: number, stop: number, step: number, type: DType): NDArray {
  const length = Math.max(0, Math.ceil((stop - start) / step));
  const round = type === DTYPES.float32 ? Math.fround : (x: number) => x;
  const first = round(start);
  const distance = round(round(start + step) - first);
  return rangeOf(length, type, (i) => round(first + round(round(i) * distance)));
}

function integerRange(
  start: number | bigint,
  stop: number | bigint,
  step: number | bigint,
  type: DType,
): NDArray {
  const whole = (value: number | bigint, name: string): bigint => {
    if (typeof value === 'number' && !Number.isInteger(value)) {
      throw expected('ERR_CAST', name, `an integer, as the dtype is ${type.name}`, value);
    }
    return BigInt(value);
  };
  const [low, high, by] = [whole(start, 'start'), whole(stop, 'stop'), whole(step, 'step')];
  const span = high - low;
  const steps = (span + by - (by > 0n ? 1n : -1n)) / by;
  const length = Number(steps > 0n ? steps : 0n);
  if (length > 0) {
    toElement(low, type, 'same_kind', 'start');
    toElement(low + BigInt(length - 1) * by, type, 'same_kind', 'stop');
  }
  if (type.scalar === 'bigint') return rangeOf(length, type, (i) => low + BigInt(i) * by);
  const [first, distance] = [Number(low), Number(by)];
  return rangeOf(length, type, (i) => first + i * distance);
}
