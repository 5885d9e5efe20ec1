/** The views that an array gives of itself. */

import type { NDArray } from './array';
import { ArrayFacts } from './array-facts';
import type { DType, DTypeName } from './dtype';
import type { Layout } from './layout';
import { type Index, sliced } from './slice';
import { transposed } from './views';

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
}
