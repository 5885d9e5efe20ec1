/** The views that an array gives of itself. */

import type { NDArray } from './array';
import { ArrayFacts } from './array-facts';
import { type DType, type DTypeName, dtypeOf } from './dtype';
import { type Layout, shapeOf } from './layout';
import { type Index, sliced } from './slice';
import { broadcasted, reinterpreted, transposed } from './views';

/** The methods of an array that give views, whatever its elements are. */
export abstract class ArrayViews<T extends DTypeName = DTypeName> extends ArrayFacts<T> {
  /** @internal An array over the same memory. */
  protected abstract view<U extends DTypeName = T>(
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
    return this.view(sliced(this.layout, index));
  }

  /** A view with the axes in another order, by default the reverse. Throws ERR_AXIS. */
  transpose(axes?: readonly number[] | null): NDArray<T> {
    return this.view(transposed(this.layout, axes));
  }

  /** The view with the axes in reverse order. */
  get T(): NDArray<T> {
    return this.transpose();
  }

  /**
   * A read-only view in which axes of size 1, and axes that are put before the first, repeat their
   * elements. Throws ERR_BROADCAST when the shape does not broadcast to that one, ERR_SHAPE.
   */
  broadcastTo(shape: number | readonly number[]): NDArray<T> {
    return this.view(broadcasted(this.layout, shapeOf(shape), this.itemsize), this.type, false);
  }

  /**
   * A view of the same bytes as elements of another dtype (NumPy's `a.view(dtype)`). When their
   * sizes differ, the last axis must be contiguous, and its bytes a multiple of the new size.
   * Throws ERR_SHAPE, ERR_DTYPE.
   */
  reinterpret<U extends DTypeName>(dtype: U): NDArray<U> {
    const type = dtypeOf(dtype);
    return this.view<U>(reinterpreted(this.layout, this.type, type), type);
  }
}
