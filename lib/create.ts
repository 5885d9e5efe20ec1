/** Making arrays. */

import { types } from 'node:util';
import { type ArrayLike, NDArray } from './array';
import { cast, type Wanted } from './array-copies';
import { type CopyRequest, copyOf, copyOfAsync } from './assign';
import {
  DTYPES,
  type DType,
  type DTypeName,
  dtypeOf,
  dtypeOfTypedArray,
  type Scalar,
} from './dtype';
import { expected } from './errors';
import { fromElements, passingElements } from './export';
import { allocate, type Extent } from './extent';
import { type AsyncOptions, onlySignalOf, signalOf } from './jobs';
import { type JSONArray, parsed } from './json';
import { contiguousStrides, type Order, orderedStrides, orderOf, shapeOf } from './layout';
import { inferDType, isScalar, toElement } from './nested';
import { checkOptions, flagOf, optionNames } from './options';

/** An array that is there, or the copy that is wanted. */
export function made<T extends DTypeName>(wanted: Wanted<T>): NDArray<T> {
  return wanted instanceof NDArray ? wanted : NDArray.owner(copyOf(wanted));
}

/** {@link made} by a job, where there is something to copy. */
export async function madeAsync<T extends DTypeName>(
  wanted: Wanted<T>,
  signal: AbortSignal | undefined,
): Promise<NDArray<T>> {
  return wanted instanceof NDArray ? wanted : NDArray.owner(await copyOfAsync(wanted, signal));
}

/** Elements that are to be copied to memory of their own, in an order, as a dtype. */
function copying(source: Extent, type: DType | undefined, order: 'C' | 'F'): CopyRequest {
  const target = type ?? source.type;
  const strides = contiguousStrides(source.layout.shape, target.itemsize, order);
  return { source, type: target, strides, casting: 'same_kind' };
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
  /** The other array's unless given; with another number of axes, the order K means C. */
  readonly shape?: number | readonly number[];
}

const CREATE = optionNames<CreateOptions>('dtype', 'order');
const LIKE = optionNames<LikeOptions>('dtype', 'order', 'shape');

function make(shape: unknown, options: CreateOptions, zeroed: boolean): NDArray {
  checkOptions(options, CREATE);
  const sizes = shapeOf(shape);
  const type = dtypeOf(options.dtype ?? 'float64');
  const order = orderOf(options.order ?? 'C', 'CF') as 'C' | 'F';
  return fresh(type, sizes, order, zeroed);
}

/**
 * An array whose elements are whatever its memory held: as with `Buffer.allocUnsafe`, that may be
 * old data of this process, secrets among them, and zeros are no promise. Write every element before
 * you read or send any. Throws ERR_SHAPE, ERR_DTYPE, ERR_OUT_OF_MEMORY.
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
  checkOptions(options, CREATE);
  if (!isScalar(value)) {
    throw expected('ERR_DTYPE', 'value', 'a number, a bigint or a boolean', value);
  }
  const type = options.dtype === undefined ? inferDType([value]) : dtypeOf(options.dtype);
  toElement(value, type);
  const sizes = { ...options, dtype: type.name };
  return make(shape, sizes, false).fill(value) as unknown as NDArray<T>;
}

function like(x: NDArray, options: LikeOptions, zeroed: boolean): NDArray {
  checkOptions(options, LIKE);
  if (!(x instanceof NDArray)) throw expected('ERR_DTYPE', 'x', 'an NDArray', x);
  const type = options.dtype === undefined ? x.type : dtypeOf(options.dtype);
  const asked = orderOf(options.order ?? 'K', 'CFAK');
  const shape = options.shape === undefined ? x.layout.shape : shapeOf(options.shape);
  const order = asked === 'K' && shape.length !== x.ndim ? 'C' : asked;
  const strides = orderedStrides(shape, type, order, x.layout, x.itemsize);
  return NDArray.owner(allocate(type, shape, { strides, zeroed }));
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

/** {@link ones} of another array's shape, and its dtype and order unless told otherwise. */
export function onesLike<T extends DTypeName>(
  x: NDArray<T>,
  options: LikeOptions<T> = {},
): NDArray<T> {
  return (like(x, options, false) as NDArray<T>).fill(1);
}

/**
 * One value in another array's shape, and its dtype and order unless told otherwise. Throws
 * ERR_CAST when the dtype does not hold the value.
 */
export function fullLike<T extends DTypeName>(
  x: NDArray<T>,
  value: Scalar,
  options: LikeOptions<T> = {},
): NDArray<T> {
  return (like(x, options, false) as NDArray<T>).fill(value);
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

const ARRAY = optionNames<ArrayOptions>('dtype', 'order', 'copy');

/** What {@link array} gives. `elements` gathers those of what is no array. */
function arrayFrom<T extends DTypeName>(
  value: ArrayLike | ArrayBufferLike,
  options: ArrayOptions<T>,
  elements: typeof fromElements,
): Wanted<T> {
  checkOptions(options, ARRAY);
  const type = options.dtype === undefined ? undefined : dtypeOf(options.dtype);
  const order = orderOf(options.order ?? 'K', 'CFAK');
  const copy = flagOf(options.copy, 'copy', true);
  if (value instanceof NDArray || (!copy && isBuffer(value))) {
    const x = asArray(value);
    return cast(x, (type ?? x.type).name as T, { order, copy });
  }
  const given = types.isAnyArrayBuffer(value) ? new Uint8Array(value) : value;
  return copying(elements(given, type, undefined), type, order === 'F' ? 'F' : 'C');
}

/**
 * An array of the elements of another array, a TypedArray, an ArrayBuffer or SharedArrayBuffer (as
 * uint8), or nested arrays and other iterables, in memory of its own. The dtype is that of the
 * arrays within; numbers are float64, bigints int64, booleans bool. Throws ERR_SHAPE for ragged
 * nesting, naming the place; ERR_DTYPE for mixed types; ERR_CAST for elements that the dtype does
 * not hold.
 */
export function array<T extends DTypeName = DTypeName>(
  value: ArrayLike | ArrayBufferLike,
  options: ArrayOptions<T> = {},
): NDArray<T> {
  return made(arrayFrom(value, options, passingElements));
}

/**
 * {@link array}, where the copy of an array, or of elements over a SharedArrayBuffer, is a job. Those
 * of nested arrays are gathered in JavaScript, at the call, as no other thread could. Elements over an
 * ArrayBuffer are copied at the call too, since it could be transferred away; a cast of them is a job.
 */
export async function arrayAsync<T extends DTypeName = DTypeName>(
  value: ArrayLike | ArrayBufferLike,
  options: ArrayOptions<T> & AsyncOptions = {},
): Promise<NDArray<T>> {
  const signal = signalOf(options);
  return madeAsync(arrayFrom(value, options, fromElements), signal);
}

function isBuffer(value: unknown): value is ArrayBufferLike | ArrayBufferView {
  return ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value);
}

/**
 * An array over the memory of a TypedArray, a Buffer, an ArrayBuffer or a SharedArrayBuffer (the
 * last two as uint8), which it shares; an array as it is; nested arrays as {@link array} makes them. It
 * copies no memory, and has no twin.
 */
export function asArray(value: ArrayLike | ArrayBufferLike | ArrayBufferView): NDArray {
  if (value instanceof NDArray) return value;
  if (!isBuffer(value)) return array(value);
  return NDArray.over(value, ArrayBuffer.isView(value) ? dtypeOfTypedArray(value) : DTYPES.uint8);
}

/** An array in C order: the one given, if it is, else a copy. */
export function asContiguousArray(value: ArrayLike): NDArray {
  return made(inOrder(value, 'C'));
}

/** {@link asContiguousArray}, where a copy is a job. */
export async function asContiguousArrayAsync(
  value: ArrayLike,
  options: AsyncOptions = {},
): Promise<NDArray> {
  const signal = onlySignalOf(options);
  return madeAsync(inOrder(value, 'C'), signal);
}

/** An array in F order: the one given, if it is, else a copy. */
export function asFortranArray(value: ArrayLike): NDArray {
  return made(inOrder(value, 'F'));
}

/** {@link asFortranArray}, where a copy is a job. */
export async function asFortranArrayAsync(
  value: ArrayLike,
  options: AsyncOptions = {},
): Promise<NDArray> {
  const signal = onlySignalOf(options);
  return madeAsync(inOrder(value, 'F'), signal);
}

function inOrder(value: ArrayLike, order: 'C' | 'F'): Wanted<DTypeName> {
  const x = asArray(value);
  return cast(x, x.dtype, { order, copy: false });
}

/**
 * The array that `toJSON` gave, after a way through JSON: the same dtype, shape and elements, in
 * memory of its own in C order. Throws ERR_FORMAT, ERR_DTYPE, ERR_SHAPE, ERR_CAST.
 */
export function fromJSON<T extends DTypeName = DTypeName>(json: JSONArray<T>): NDArray<T> {
  const { type, shape, elements } = parsed(json);
  return NDArray.over(elements, type).reshape(shape).copy() as NDArray<T>;
}
