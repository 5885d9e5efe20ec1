/** Loops over single elements: by `get` and `set`, and by an index computed by hand. */

import type { NDArray } from 'strided';

/** Adds up all elements, a row after the other. */
export function getAll(x: NDArray): number {
  const [rows, columns] = x.shape as [number, number];
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) sum += x.get(i, j) as number;
  }
  return sum;
}

/** Writes to each element the sum of its indices. */
export function setAll(x: NDArray): NDArray {
  const [rows, columns] = x.shape as [number, number];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) x.set(i, j, i + j);
  }
  return x;
}

/** The same of a TypedArray. */
export const BY_HAND = {
  get(elements: Float64Array, rows: number, columns: number): unknown {
    let sum = 0;
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) sum += elements[i * columns + j]!;
    }
    return sum;
  },
  set(elements: Float64Array, rows: number, columns: number): unknown {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) elements[i * columns + j] = i + j;
    }
    return elements;
  },
} as const;
