/** Other shapes of the same elements. Pure: nothing here knows of memory. Strides are bytes. */

import { expected, failure, show } from './errors';
import { contiguousStrides, type Layout, shapeOf, sizeOf } from './layout';

/** The shape that a user asks for with at most one -1, which stands for what is left. */
export function resolveShape(value: unknown, size: number): number[] {
  const given = typeof value === 'number' ? [value] : value;
  if (!Array.isArray(given)) {
    throw expected('ERR_SHAPE', 'shape', 'a size or an array of sizes', value);
  }
  const unknown = given.indexOf(-1);
  if (unknown >= 0 && given.indexOf(-1, unknown + 1) >= 0) {
    throw expected('ERR_SHAPE', 'shape', 'at most one size of -1', given);
  }
  const shape = shapeOf(given.map((item, i) => (i === unknown ? 1 : item)));
  const known = sizeOf(shape);
  if (unknown >= 0) {
    if (known === 0 || size % known !== 0) {
      throw expected('ERR_SHAPE', 'shape', `sizes whose product divides ${size}`, given);
    }
    shape[unknown] = size / known;
  } else if (known !== size) {
    throw expected('ERR_SHAPE', 'shape', `sizes whose product is ${size}`, given);
  }
  return shape;
}

/**
 * The strides with which a new shape of the same size shows the same elements in C or F order, or
 * null when no strides do. Axes of the old and the new shape are matched in groups of equal
 * product; within a group, the old axes must be walkable as one.
 */
export function reshapedStrides(
  layout: Layout,
  shape: readonly number[],
  itemsize: number,
  order: 'C' | 'F',
): number[] | null {
  if (shape.includes(0)) return contiguousStrides(shape, itemsize, order);
  // In F order everything is the mirror image of C order.
  const mirror = <T>(items: readonly T[]) => (order === 'C' ? [...items] : [...items].reverse());
  const kept = layout.shape.map((_, i) => i).filter((i) => layout.shape[i] !== 1);
  const oldShape = mirror(kept.map((i) => layout.shape[i]!));
  const oldStrides = mirror(kept.map((i) => layout.strides[i]!));
  const newShape = mirror(shape);
  const strides = new Array<number>(shape.length).fill(itemsize);
  let o = 0;
  let n = 0;
  while (o < oldShape.length) {
    const firstOld = o;
    const firstNew = n;
    let oldSize = oldShape[o++]!;
    let newSize = newShape[n++]!;
    while (oldSize !== newSize) {
      if (oldSize < newSize) oldSize *= oldShape[o++]!;
      else newSize *= newShape[n++]!;
    }
    for (let i = firstOld; i + 1 < o; i++) {
      if (oldStrides[i] !== oldStrides[i + 1]! * oldShape[i + 1]!) return null;
    }
    let stride = oldStrides[o - 1]!;
    for (let i = n - 1; i >= firstNew; i--) {
      strides[i] = stride;
      stride *= newShape[i]!;
    }
  }
  // What is left of the new shape has size 1; its strides count for nothing.
  for (let i = n; i < newShape.length; i++) strides[i] = n > 0 ? strides[n - 1]! : itemsize;
  return mirror(strides);
}

export function notAView(layout: Layout, shape: readonly number[]) {
  return failure(
    'ERR_SHAPE',
    `shape: expected one that a view can have (copy: false), received ${show([...shape])} for an ` +
      `array of shape ${show([...layout.shape])} and strides ${show([...layout.strides])}`,
  );
}
