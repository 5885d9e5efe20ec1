/** Other shapes of the same elements. Pure: nothing here knows of memory. Strides are bytes. */

import { expected, failure, show } from './errors';
import { bytesOf, contiguousStrides, isContiguous, type Layout, shapeOf, sizeOf } from './layout';

/** The shape that a user asks for with at most one -1, which stands for what is left. */
export function resolveShape(value: unknown, size: number): number[] {
  const given = typeof value === 'number' ? [value] : value;
  if (!Array.isArray(given)) {
    throw expected('ERR_SHAPE', 'shape', 'a size or an array of sizes', value);
  }
  const unknown = given.indexOf(-1);
  if (unknown < 0) {
    const shape = shapeOf(given);
    if (sizeOf(shape) === size) return shape;
    throw expected('ERR_SHAPE', 'shape', `sizes whose product is ${size}`, given);
  }
  if (given.indexOf(-1, unknown + 1) >= 0) {
    throw expected('ERR_SHAPE', 'shape', 'at most one size of -1', given);
  }
  const shape = shapeOf(given.map((item, i) => (i === unknown ? 1 : item)));
  const known = sizeOf(shape);
  if (known === 0 || size % known !== 0) {
    throw expected('ERR_SHAPE', 'shape', `sizes whose product divides ${size}`, given);
  }
  shape[unknown] = size / known;
  return shape;
}

/**
 * The strides with which a new shape of the same size shows the same elements in C or F order, or
 * null when no strides do. Those of axes of size 1 count for nothing, but are NumPy's.
 */
export function reshapedStrides(
  layout: Layout,
  shape: readonly number[],
  itemsize: number,
  order: 'C' | 'F',
): number[] | null {
  if (!isContiguous(layout, itemsize, order)) return matchedStrides(layout, shape, order);
  // An axis without elements hides how large the others are.
  if (shape.includes(0)) bytesOf(shape, itemsize);
  return contiguousStrides(shape, itemsize, order);
}

/**
 * Axes of the old and the new shape are matched, from the first on, in groups of equal product;
 * within a group, the old axes must be walkable as one. Some old axis has neither size 0 nor 1.
 */
function matchedStrides(
  layout: Layout,
  shape: readonly number[],
  order: 'C' | 'F',
): number[] | null {
  const kept = layout.shape.map((_, i) => i).filter((i) => layout.shape[i] !== 1);
  const sizes = kept.map((i) => layout.shape[i]!);
  const steps = kept.map((i) => layout.strides[i]!);
  const strides = new Array<number>(shape.length);
  let o = 0;
  let n = 0;
  while (o < sizes.length) {
    const firstOld = o;
    const firstNew = n;
    let oldSize = sizes[o++]!;
    let newSize = shape[n++]!;
    while (oldSize !== newSize) {
      if (oldSize < newSize) oldSize *= sizes[o++]!;
      else newSize *= shape[n++]!;
    }
    for (let i = firstOld; i + 1 < o; i++) {
      const [outer, inner] = order === 'C' ? [i, i + 1] : [i + 1, i];
      if (steps[outer] !== steps[inner]! * sizes[inner]!) return null;
    }
    if (order === 'C') fillInwards(strides, shape, firstNew, n, steps[o - 1]!);
    else fillOutwards(strides, shape, firstNew, n, steps[firstOld]!);
  }
  // What is left of the new shape has size 1.
  const last = strides[n - 1]! * (order === 'F' ? shape[n - 1]! : 1);
  return strides.fill(last, n);
}

/** Strides of the axes from `first` to `end`, of which the last one has the smallest. */
function fillInwards(
  strides: number[],
  shape: readonly number[],
  first: number,
  end: number,
  smallest: number,
): void {
  let stride = smallest;
  for (let i = end - 1; i >= first; i--) {
    strides[i] = stride;
    stride *= shape[i]!;
  }
}

/** The same with the smallest stride first. */
function fillOutwards(
  strides: number[],
  shape: readonly number[],
  first: number,
  end: number,
  smallest: number,
): void {
  let stride = smallest;
  for (let i = first; i < end; i++) {
    strides[i] = stride;
    stride *= shape[i]!;
  }
}

/** True when a user asks for the shape that is there, all of whose strides a view then keeps. */
export function isShape(value: unknown, shape: readonly number[]): boolean {
  if (!Array.isArray(value)) return shape.length === 1 && value === shape[0];
  if (value.length !== shape.length) return false;
  for (let i = 0; i < shape.length; i++) if (value[i] !== shape[i]) return false;
  return true;
}

export function notAView(layout: Layout, shape: readonly number[]) {
  return failure(
    'ERR_SHAPE',
    `shape: expected one that a view can have (copy: false), received ${show([...shape])} for an ` +
      `array of shape ${show([...layout.shape])} and strides ${show([...layout.strides])}`,
  );
}
