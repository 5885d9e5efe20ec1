/** The views that an array gives of itself. */

import type { NDArray } from './array';
import { ArrayFacts } from './array-facts';
import { type DType, type DTypeName, dtypeOf } from './dtype';
import { type Layout, shapeOf } from './layout';
import { type Index, sliced } from './slice';
import {
  broadcasted,
  diagonalOf,
  expanded,
  flipped,
  mirrored,
  moved,
  reinterpreted,
  squeezed,
  swapped,
  transposed,
} from './views';

/** The methods of an array that give views, whatever its elements are. */
export abstract class ArrayViews<T extends DTypeName = DTypeName> extends ArrayFacts<T> {
  /** @internal An array over the same memory. */
  abstract derive<U extends DTypeName = T>(
    layout: Layout,
    type?: DType,
    writeable?: boolean,
  ): NDArray<U>;

  /**
   * A view of some elements, always. An integer picks one place of an axis, `'start:stop:step'` a
   * range as in Python, `'...'` stands for all axes left over, `null` adds an axis of size 1.
   * Throws ERR_INDEX.
   */
  slice(...index: Index[]): NDArray<T> {
    return this.derive(sliced(this.layout, index));
  }

  /** A view with the axes in another order, by default the reverse. Throws ERR_AXIS. */
  transpose(axes?: readonly number[] | null): NDArray<T> {
    return this.derive(transposed(this.layout, axes));
  }

  /** The view with the axes in reverse order. */
  get T(): NDArray<T> {
    return this.derive(mirrored(this.layout));
  }

  /** A view with two axes in each other's place. Throws ERR_AXIS. */
  swapAxes(axis1: number, axis2: number): NDArray<T> {
    return this.derive(swapped(this.layout, axis1, axis2));
  }

  /** A view with axes moved to other places; the rest keep their order. Throws ERR_AXIS. */
  moveAxis(from: number | readonly number[], to: number | readonly number[]): NDArray<T> {
    return this.derive(moved(this.layout, from, to));
  }

  /**
   * A view without axes of size 1, or without those that are named. When there is nothing to leave
   * out, the array itself, as in NumPy. Throws ERR_AXIS, also when a named axis has another size.
   */
  squeeze(axis?: number | readonly number[] | null): NDArray<T> {
    const layout = squeezed(this.layout, axis);
    return layout === this.layout ? (this as ArrayViews as NDArray<T>) : this.derive(layout);
  }

  /** A view with new axes of size 1 at those places of its shape. Throws ERR_AXIS. */
  expandDims(axis: number | readonly number[]): NDArray<T> {
    return this.derive(expanded(this.layout, axis, this.type.itemsize));
  }

  /** A view that runs backwards along the axes, or along all. Throws ERR_AXIS. */
  flip(axis?: number | readonly number[] | null): NDArray<T> {
    return this.derive(flipped(this.layout, axis));
  }

  /**
   * A read-only view of the diagonals of the planes that two axes span, along a new last axis;
   * `offset` counts columns to the right of the main diagonal. Throws ERR_SHAPE, ERR_AXIS.
   */
  diagonal(offset = 0, axis1 = 0, axis2 = 1): NDArray<T> {
    return this.derive(diagonalOf(this.layout, offset, axis1, axis2), this.type, false);
  }

  /**
   * A read-only view in which axes of size 1, and axes that are put before the first, repeat their
   * elements. Throws ERR_BROADCAST when the shape does not broadcast to that one, ERR_SHAPE.
   */
  broadcastTo(shape: number | readonly number[]): NDArray<T> {
    return this.derive(broadcasted(this.layout, shapeOf(shape), this.itemsize), this.type, false);
  }

  /**
   * A view of the same bytes as elements of another dtype (NumPy's `a.view(dtype)`). When their
   * sizes differ, the last axis must be contiguous, and its bytes a multiple of the new size.
   * Throws ERR_SHAPE, ERR_DTYPE.
   */
  reinterpret<U extends DTypeName>(dtype: U): NDArray<U> {
    const type = dtypeOf(dtype);
    return this.derive<U>(reinterpreted(this.layout, this.type, type), type);
  }
}
