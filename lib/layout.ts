/** Arithmetic on shapes and strides. Pure: nothing here knows of memory. Strides are bytes. */

import type { DType } from './dtype';
import { expected, failure, show } from './errors';

/** Memory orders: C is row-major, F column-major, A keeps F if that is what there is, K keeps all. */
export type Order = 'C' | 'F' | 'A' | 'K';

/** Where elements lie: `offset` is in bytes from the start of the storage. */
export interface Layout {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

export const MAX_DIMS = 32;

/** How many elements a shape has. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i]!;
  return size;
}

const COUNTS = 'an integer from 0 to 2^53 - 1';
const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

/** A shape as users give it: a number, or an array of sizes. Throws ERR_SHAPE. */
export function shapeOf(value: unknown, argument = 'shape'): number[] {
  const shape = typeof value === 'number' ? [value] : value;
  if (!Array.isArray(shape)) {
    throw expected('ERR_SHAPE', argument, 'a size or an array of sizes', value);
  }
  if (shape.length > MAX_DIMS) {
    throw expected('ERR_SHAPE', argument, `at most ${MAX_DIMS} dimensions`, shape.length);
  }
  const sizes: number[] = [];
  for (let i = 0; i < shape.length; i++) {
    if (!isCount(shape[i])) throw expected('ERR_SHAPE', `${argument}[${i}]`, COUNTS, shape[i]);
    sizes.push(shape[i] + 0); // -0 becomes 0
  }
  return sizes;
}

/** One size. Throws ERR_SHAPE. */
export function countOf(value: unknown, argument: string): number {
  if (!isCount(value)) throw expected('ERR_SHAPE', argument, COUNTS, value);
  return value + 0;
}

/** Bytes that a shape's elements take. Throws ERR_OUT_OF_MEMORY when no memory is so large. */
export function bytesOf(shape: readonly number[], itemsize: number): number {
  // An axis without elements does not excuse the others: their strides must be numbers too.
  let nonzero = itemsize;
  let isEmpty = false;
  for (let i = 0; i < shape.length; i++) {
    if (shape[i] === 0) isEmpty = true;
    else nonzero *= shape[i]!;
  }
  if (nonzero > Number.MAX_SAFE_INTEGER) {
    throw failure(
      'ERR_OUT_OF_MEMORY',
      `shape: expected an array of at most 2^53 - 1 bytes, received ${show([...shape])}, ` +
        `which takes ${nonzero.toPrecision(3)}`,
    );
  }
  return isEmpty ? 0 : nonzero;
}

export function orderOf(value: unknown, allowed: string, argument = 'order'): Order {
  if (typeof value === 'string' && value.length === 1 && allowed.includes(value)) {
    return value as Order;
  }
  throw expected('ERR_SHAPE', argument, `one of ${[...allowed].join(', ')}`, value);
}

/** The strides of a contiguous array in C or F order. */
export function contiguousStrides(
  shape: readonly number[],
  itemsize: number,
  order: 'C' | 'F',
): number[] {
  const ndim = shape.length;
  const strides = new Array<number>(ndim);
  let stride = itemsize;
  for (let i = 0; i < ndim; i++) {
    const axis = order === 'C' ? ndim - 1 - i : i;
    strides[axis] = stride;
    stride *= shape[axis] || 1;
  }
  return strides;
}

/** True when elements lie one after another in that order; axes of size 1 do not count. */
export function isContiguous(layout: Layout, itemsize: number, order: 'C' | 'F'): boolean {
  const { shape, strides } = layout;
  const ndim = shape.length;
  let stride = itemsize;
  let contiguous = true;
  for (let i = 0; i < ndim; i++) {
    const axis = order === 'C' ? ndim - 1 - i : i;
    const size = shape[axis]!;
    if (size === 0) return true;
    if (size === 1) continue;
    if (strides[axis] !== stride) contiguous = false;
    stride *= size;
  }
  return contiguous;
}

/** True when each element's address is a multiple of its size, `start` being the storage's. */
export function isAligned(layout: Layout, itemsize: number, start: number): boolean {
  if (layout.shape.includes(0)) return true;
  if ((start + layout.offset) % itemsize !== 0) return false;
  return layout.strides.every((stride, i) => layout.shape[i] === 1 || stride % itemsize === 0);
}

/** The bytes `[low, high)` that the elements span, from the start of the storage. */
export function boundsOf(layout: Layout, itemsize: number): [number, number] {
  let low = layout.offset;
  let high = layout.offset;
  for (let i = 0; i < layout.shape.length; i++) {
    const size = layout.shape[i]!;
    if (size === 0) return [layout.offset, layout.offset];
    const span = (size - 1) * layout.strides[i]!;
    if (span < 0) low += span;
    else high += span;
  }
  return [low, high + itemsize];
}

/** An axis counted from the end when negative. Throws ERR_AXIS. */
export function axisOf(value: unknown, ndim: number, argument = 'axis'): number {
  if (!Number.isInteger(value) || (value as number) < -ndim || (value as number) >= ndim) {
    const range = ndim === 0 ? 'no axis, as the array has none' : `${-ndim} to ${ndim - 1}`;
    throw expected('ERR_AXIS', argument, ndim === 0 ? range : `an integer from ${range}`, value);
  }
  return (value as number) < 0 ? (value as number) + ndim : (value as number);
}

/** Axes that a user gives: one, or an array of different ones. Throws ERR_AXIS. */
export function axesOf(value: unknown, ndim: number, argument = 'axis'): number[] {
  if (!Array.isArray(value)) return [axisOf(value, ndim, argument)];
  const axes = value.map((axis, i) => axisOf(axis, ndim, `${argument}[${i}]`));
  if (new Set(axes).size !== axes.length) {
    throw expected('ERR_AXIS', argument, 'each axis once', value);
  }
  return axes;
}

/** The shape that all of several shapes broadcast to. Throws ERR_BROADCAST. */
export function commonShape(shapes: readonly (readonly number[])[], argument: string): number[] {
  const ndim = shapes.reduce((most, shape) => Math.max(most, shape.length), 0);
  const common = new Array<number>(ndim).fill(1);
  shapes.forEach((shape, which) => {
    const added = ndim - shape.length;
    for (let i = 0; i < shape.length; i++) {
      if (shape[i] === 1 || shape[i] === common[added + i]) continue;
      if (common[added + i] !== 1) {
        const what = `a shape that broadcasts together with ${show(common)}`;
        throw expected('ERR_BROADCAST', `${argument}[${which}]`, what, [...shape]);
      }
      common[added + i] = shape[i]!;
    }
  });
  return common;
}

/** The strides that stretch a layout to a shape, 0 along what is repeated. Throws ERR_BROADCAST. */
export function broadcastStrides(
  layout: Layout,
  shape: readonly number[],
  argument: string,
): number[] {
  const added = shape.length - layout.shape.length;
  const strides = new Array<number>(shape.length).fill(0);
  let fits = added >= 0;
  for (let i = 0; i < layout.shape.length && fits; i++) {
    const size = layout.shape[i]!;
    if (size === shape[added + i]) strides[added + i] = layout.strides[i]!;
    else fits = size === 1;
  }
  if (!fits) {
    throw expected(
      'ERR_BROADCAST',
      argument,
      `a shape that broadcasts to ${show([...shape])}`,
      layout.shape.slice(),
    );
  }
  return strides;
}

/** The axes by the size of their strides, the largest first. */
function strideOrder({ strides }: Layout): number[] {
  const axes = strides.map((_, i) => i);
  return axes.sort((a, b) => Math.abs(strides[b]!) - Math.abs(strides[a]!) || a - b);
}

/** The strides of a fresh copy that keeps a layout's order of axes as well as it can (order K). */
export function keptStrides(layout: Layout, itemsize: number): number[] {
  const { shape } = layout;
  const result = new Array<number>(shape.length);
  let stride = itemsize;
  for (const axis of strideOrder(layout).reverse()) {
    result[axis] = stride;
    stride *= shape[axis] || 1;
  }
  return result;
}

/** C or F, where A and K stand for F when a layout is in that order only. */
export function orderAfter(order: Order, like: Layout, itemsize: number): 'C' | 'F' {
  if (order === 'C' || order === 'F') return order;
  return isContiguous(like, itemsize, 'F') && !isContiguous(like, itemsize, 'C') ? 'F' : 'C';
}

/**
 * The axes from the outermost to the innermost in which NumPy walks through memory: by the size of
 * their strides. An axis whose stride is 0 or counts for nothing stays after those before it.
 */
export function memoryOrder({ shape, strides }: Layout): number[] {
  const reach = (axis: number) => (shape[axis] === 1 ? 0 : Math.abs(strides[axis]!));
  const inwards: number[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    let place = inwards.length;
    for (let i = place - 1; i >= 0; i--) {
      const inner = reach(inwards[i]!);
      if (inner === 0 || reach(axis) === 0) continue;
      if (inner <= reach(axis)) break;
      place = i;
    }
    inwards.splice(place, 0, axis);
  }
  return inwards.reverse();
}

/** The strides of a fresh array in an order, which A and K take from the array it is made after. */
export function orderedStrides(
  shape: readonly number[],
  dtype: DType,
  order: Order,
  like: Layout,
  likeItemsize: number,
): number[] {
  if (order === 'K' && !isOrdered(like, likeItemsize, 'A')) {
    return keptStrides({ ...like, shape }, dtype.itemsize);
  }
  return contiguousStrides(shape, dtype.itemsize, orderAfter(order, like, likeItemsize));
}

/** True when a layout is in an order already: K takes any, A takes C and F. */
export function isOrdered(layout: Layout, itemsize: number, order: Order): boolean {
  if (order === 'K') return true;
  if (order !== 'C' && isContiguous(layout, itemsize, 'F')) return true;
  return order !== 'F' && isContiguous(layout, itemsize, 'C');
}

/** True when elements lie one after another in C or F order, or for K in some order of the axes. */
export function isDense(layout: Layout, itemsize: number, order: 'C' | 'F' | 'K'): boolean {
  if (order !== 'K') return isContiguous(layout, itemsize, order);
  if (isOrdered(layout, itemsize, 'A')) return true;
  const { shape, strides } = layout;
  let stride = itemsize;
  for (const axis of strideOrder(layout).reverse()) {
    if (shape[axis] === 1) continue;
    if (strides[axis] !== stride) return false;
    stride *= shape[axis]!;
  }
  return true;
}
