/** The layouts of views: other axes over the same elements. Pure. Strides are bytes. */

import { expected } from './errors';
import { axisOf, type Layout } from './layout';

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
