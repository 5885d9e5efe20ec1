/** The layouts of views: other axes over the same elements. Pure. Strides are bytes. */

import type { DType } from './dtype';
import { expected, failure, show } from './errors';
import {
  axesOf,
  axisOf,
  boundsOf,
  broadcastStrides,
  bytesOf,
  type Layout,
  MAX_DIMS,
  shapeOf,
  sizeOf,
} from './layout';
import { reshapedStrides } from './reshape';

/** The layout with the axes in an order. */
export function permuted(layout: Layout, order: readonly number[]): Layout {
  const shape: number[] = [];
  const strides: number[] = [];
  for (let i = 0; i < order.length; i++) {
    shape.push(layout.shape[order[i]!]!);
    strides.push(layout.strides[order[i]!]!);
  }
  return { shape, strides, offset: layout.offset };
}

/** The axes in a new order; reversed when none is given. Throws ERR_AXIS. */
export function transposed(layout: Layout, axes?: readonly number[] | null): Layout {
  const ndim = layout.shape.length;
  if (axes === undefined || axes === null) return mirrored(layout);
  if (!Array.isArray(axes) || axes.length !== ndim) {
    throw expected('ERR_AXIS', 'axes', `an array of ${ndim} axes`, axes);
  }
  return permuted(layout, axesOf(axes, ndim, 'axes'));
}

/** The layout with the axes in reverse order. */
export function mirrored(layout: Layout): Layout {
  const shape: number[] = [];
  const strides: number[] = [];
  for (let i = layout.shape.length - 1; i >= 0; i--) {
    shape.push(layout.shape[i]!);
    strides.push(layout.strides[i]!);
  }
  return { shape, strides, offset: layout.offset };
}

/** The layout with two axes in each other's place. Throws ERR_AXIS. */
export function swapped(layout: Layout, axis1: unknown, axis2: unknown): Layout {
  const ndim = layout.shape.length;
  const a = axisOf(axis1, ndim, 'axis1');
  const b = axisOf(axis2, ndim, 'axis2');
  return permuted(
    layout,
    layout.shape.map((_, i) => (i === a ? b : i === b ? a : i)),
  );
}

/** The layout with axes moved to places, the others keeping their order. Throws ERR_AXIS. */
export function moved(layout: Layout, from: unknown, to: unknown): Layout {
  const ndim = layout.shape.length;
  const sources = axesOf(from, ndim, 'from');
  const places = axesOf(to, ndim, 'to');
  if (sources.length !== places.length) {
    const what = `as many axes as from has, which is ${sources.length}`;
    throw expected('ERR_AXIS', 'to', what, to);
  }
  const others = layout.shape.map((_, i) => i).filter((i) => !sources.includes(i));
  const order = layout.shape.map((_, i) => {
    const which = places.indexOf(i);
    return which < 0 ? others.shift()! : sources[which]!;
  });
  return permuted(layout, order);
}

/** The axes of size 1 that are asked for; all when none is. Throws ERR_AXIS. */
function axesToSqueeze({ shape }: Layout, axis: unknown): number[] {
  const ndim = shape.length;
  if (axis === undefined || axis === null) {
    return shape.map((_, i) => i).filter((i) => shape[i] === 1);
  }
  // NumPy lets the only element of an array without axes be squeezed along 0 and -1.
  if (ndim === 0 && (axis === 0 || axis === -1)) return [];
  const axes = axesOf(axis, ndim);
  for (const one of axes) {
    if (shape[one] === 1) continue;
    throw failure('ERR_AXIS', `axis: expected axes of size 1, received ${one}, of ${shape[one]}`);
  }
  return axes;
}

/** The layout without axes of size 1; the same when there are none. Throws ERR_AXIS. */
export function squeezed(layout: Layout, axis: unknown): Layout {
  const axes = axesToSqueeze(layout, axis);
  if (axes.length === 0) return layout;
  return permuted(
    layout,
    layout.shape.map((_, i) => i).filter((i) => !axes.includes(i)),
  );
}

/** The layout with new axes of size 1, whose places are those in the result. Throws ERR_AXIS. */
export function expanded(layout: Layout, axis: unknown, itemsize: number): Layout {
  const ndim = layout.shape.length + (Array.isArray(axis) ? axis.length : 1);
  if (ndim > MAX_DIMS) {
    throw expected('ERR_AXIS', 'axis', `at most ${MAX_DIMS} axes in all`, ndim);
  }
  const axes = axesOf(axis, ndim);
  const sizes = layout.shape.slice();
  const shape = Array.from({ length: ndim }, (_, i) => (axes.includes(i) ? 1 : sizes.shift()!));
  const strides = axes.length === 0 ? null : reshapedStrides(layout, shape, itemsize, 'C');
  return strides === null ? layout : { shape, strides, offset: layout.offset };
}

/** The layout with axes, by default all, in reverse direction. Throws ERR_AXIS. */
export function flipped(layout: Layout, axis: unknown): Layout {
  const { shape } = layout;
  const all = axis === undefined || axis === null;
  const axes = all ? shape.map((_, i) => i) : axesOf(axis, shape.length);
  const strides = layout.strides.slice();
  let { offset } = layout;
  for (const one of axes) {
    if (shape[one] === 0) continue;
    offset += (shape[one]! - 1) * strides[one]!;
    strides[one] = 0 - strides[one]!;
  }
  return { shape, strides, offset: shape.includes(0) ? layout.offset : offset };
}

/**
 * The layout of the diagonals of the plane of two axes, along a new last axis. Throws ERR_SHAPE for
 * less than two axes and for an offset that is no integer, ERR_AXIS.
 */
export function diagonalOf(layout: Layout, offset: unknown, one: unknown, two: unknown): Layout {
  const { shape, strides } = layout;
  if (shape.length < 2) {
    throw expected('ERR_SHAPE', 'this array', 'at least two axes', [...shape]);
  }
  if (!Number.isSafeInteger(offset)) throw expected('ERR_SHAPE', 'offset', 'an integer', offset);
  const row = axisOf(one, shape.length, 'axis1');
  const column = axisOf(two, shape.length, 'axis2');
  if (row === column) throw expected('ERR_AXIS', 'axis2', 'another axis than axis1', two);
  const above = offset as number;
  const rows = shape[row]! - Math.max(0, -above);
  const columns = shape[column]! - Math.max(0, above);
  const size = Math.max(0, Math.min(rows, columns));
  const others = shape.map((_, i) => i).filter((i) => i !== row && i !== column);
  const rest = permuted(layout, others);
  const first = above >= 0 ? above * strides[column]! : -above * strides[row]!;
  const whole = size > 0 && !shape.includes(0);
  return {
    shape: [...rest.shape, size],
    strides: [...rest.strides, strides[row]! + strides[column]!],
    offset: layout.offset + (whole ? first : 0),
  };
}

/**
 * The layout stretched to a shape: 0 is the stride of what is repeated, and as in NumPy also of an
 * axis that stays of size 1. Throws ERR_BROADCAST, and ERR_OUT_OF_MEMORY for a shape whose bytes
 * could not be counted.
 */
export function broadcasted(layout: Layout, shape: readonly number[], itemsize: number): Layout {
  bytesOf(shape, itemsize);
  const strides = broadcastStrides(layout, shape, 'this array');
  for (let i = 0; i < shape.length; i++) if (shape[i] === 1) strides[i] = 0;
  return { shape, strides, offset: layout.offset };
}

/**
 * The layout of the same bytes as elements of another dtype. When their sizes differ, the last axis
 * takes the difference: it must be contiguous, and hold a whole number of new elements. Throws
 * ERR_SHAPE.
 */
export function reinterpreted(layout: Layout, from: DType, to: DType): Layout {
  if (from.itemsize === to.itemsize) return layout;
  const { shape, strides, offset } = layout;
  const last = shape.length - 1;
  const what = `${from.name} elements to be seen as ${to.name}`;
  if (last < 0) {
    throw failure(
      'ERR_SHAPE',
      `this array: expected at least one axis, as the sizes differ, for ${what}, received []`,
    );
  }
  if (shape[last] !== 1 && strides[last] !== from.itemsize && sizeOf(shape) !== 0) {
    throw failure(
      'ERR_SHAPE',
      `this array: expected a contiguous last axis for ${what}, ` +
        `received strides of ${show([...strides])}`,
    );
  }
  const nbytes = shape[last]! * from.itemsize;
  if (nbytes % to.itemsize !== 0) {
    throw failure(
      'ERR_SHAPE',
      `this array: expected a last axis of a multiple of ${to.itemsize} bytes for ${what}, ` +
        `received one of ${nbytes} bytes`,
    );
  }
  return {
    shape: shape.with(last, nbytes / to.itemsize),
    strides: strides.with(last, to.itemsize),
    offset,
  };
}

/** What {@link stridedLayout} is asked for; what is left out is as in the array. */
export interface Strides {
  readonly shape?: number | readonly number[];
  /** Bytes from one element to the next along each axis. */
  readonly strides?: readonly number[];
  /** Bytes from the first element of the array to that of the view. */
  readonly offset?: number;
}

/**
 * Any layout whose elements lie within `nbytes` bytes of a storage. Throws ERR_INDEX when they do
 * not, ERR_SHAPE for what is no shape, and for strides or an offset that are no integers.
 */
export function stridedLayout(
  layout: Layout,
  asked: Strides,
  itemsize: number,
  nbytes: number,
): Layout {
  const shape = asked.shape === undefined ? layout.shape : shapeOf(asked.shape);
  const strides: unknown = asked.strides ?? layout.strides;
  const offset = asked.offset ?? 0;
  if (!Array.isArray(strides) || strides.length !== shape.length) {
    const what = `an array of ${shape.length} integers, as the shape is ${show([...shape])}`;
    throw expected('ERR_SHAPE', 'strides', what, strides);
  }
  strides.forEach((stride, i) => {
    if (!Number.isSafeInteger(stride)) {
      throw expected('ERR_SHAPE', `strides[${i}]`, 'an integer', stride);
    }
  });
  if (!Number.isSafeInteger(offset)) throw expected('ERR_SHAPE', 'offset', 'an integer', offset);
  bytesOf(shape, itemsize);
  const view = { shape, strides: strides.map((n) => n + 0), offset: layout.offset + offset };
  const [low, high] = boundsOf(view, itemsize);
  if (low < 0 || high > nbytes) {
    throw failure(
      'ERR_INDEX',
      `strides: expected elements within the ${nbytes} bytes of the storage, ` +
        `received some from byte ${low} to ${high}`,
    );
  }
  return view;
}
