/** The layouts of views: other axes over the same elements. Pure. Strides are bytes. */

import type { DType } from './dtype';
import { expected, failure, show } from './errors';
import { axisOf, broadcastStrides, bytesOf, type Layout, sizeOf } from './layout';

/** The axes in a new order; reversed when none is given. Throws ERR_AXIS. */
export function transposed(layout: Layout, axes?: readonly number[] | null): Layout {
  const ndim = layout.shape.length;
  let order: number[];
  if (axes === undefined || axes === null) {
    order = Array.from({ length: ndim }, (_, i) => ndim - 1 - i);
  } else {
    if (!Array.isArray(axes) || axes.length !== ndim) {
      throw expected('ERR_AXIS', 'axes', `an array of ${ndim} axes`, axes);
    }
    order = axes.map((axis, i) => axisOf(axis, ndim, `axes[${i}]`));
    if (new Set(order).size !== ndim) {
      throw expected('ERR_AXIS', 'axes', 'each axis once', axes);
    }
  }
  return {
    shape: order.map((axis) => layout.shape[axis]!),
    strides: order.map((axis) => layout.strides[axis]!),
    offset: layout.offset,
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
