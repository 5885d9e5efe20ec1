/** Views and facts of several arrays, or of an array's whole storage. */

import type { ArrayLike, NDArray } from './array';
import { asArray } from './create';
import { checkWriteable } from './extent';
import { boundsOf, commonShape, shapeOf } from './layout';
import { checkOptions, flagOf, optionNames } from './options';
import { type Strides, stridedLayout } from './views';

/** Options of {@link asStrided}; what is left out is as in the array. */
export interface AsStridedOptions extends Strides {
  /** False makes the view read-only; true throws ERR_READ_ONLY when the array is. */
  readonly writeable?: boolean;
}

const AS_STRIDED = optionNames<AsStridedOptions>('shape', 'strides', 'offset', 'writeable');

/**
 * A view of any shape and strides (bytes), which starts `offset` bytes after the first element of
 * `x`, or before it. It may show bytes of the storage that `x` does not, but cannot leave the
 * storage: that throws ERR_INDEX. Throws ERR_SHAPE, ERR_READ_ONLY, ERR_OUT_OF_MEMORY when the
 * view's bytes could not be counted.
 */
export function asStrided(x: ArrayLike, options: AsStridedOptions = {}): NDArray {
  checkOptions(options, AS_STRIDED);
  const array = asArray(x);
  const writeable = flagOf(options.writeable, 'writeable', array.writeable);
  if (writeable) checkWriteable(array, 'x');
  const { layout, type, storage } = array;
  const view = stridedLayout(layout, options, type.itemsize, storage.nbytes);
  return array.derive(view, type, writeable);
}

/** The shape that all of the shapes broadcast to. Throws ERR_BROADCAST, ERR_SHAPE. */
export function broadcastShapes(...shapes: (number | readonly number[])[]): number[] {
  return commonShape(
    shapes.map((shape, i) => shapeOf(shape, `shapes[${i}]`)),
    'shapes',
  );
}

/**
 * The arrays as views of the shape that all broadcast to, read-only ones; those that have it come
 * back themselves. Throws ERR_BROADCAST.
 */
export function broadcastArrays(...arrays: ArrayLike[]): NDArray[] {
  const all = arrays.map((array) => asArray(array));
  const shape = commonShape(
    all.map(({ layout }) => layout.shape),
    'arrays',
  );
  return all.map((array) => {
    const same =
      array.ndim === shape.length && shape.every((size, i) => size === array.layout.shape[i]);
    return same ? array : array.broadcastTo(shape);
  });
}

/**
 * The bytes `[low, high)` that the elements span, counted as `offset` from the start of the storage;
 * `high` equals `low` when there are no elements.
 */
export function byteBounds(x: ArrayLike): [low: number, high: number] {
  const { layout, itemsize } = asArray(x);
  return boundsOf(layout, itemsize);
}
