/** Views of one buffer, drawn at random. */

import { type DTypeName, NDArray } from 'strided';
import { DTYPES } from '../../lib/dtype';
import { Extent } from '../../lib/extent';
import { Storage } from '../../lib/storage';

/** A view of any strides; it must lie within the buffer. */
export function viewOf(
  buffer: ArrayBufferLike,
  dtype: DTypeName,
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
): NDArray {
  const storage = Storage.over(buffer, 0, buffer.byteLength);
  return NDArray.owner(new Extent(storage, { shape, strides, offset }, DTYPES[dtype], true));
}

/** Numbers that are the same in every run. */
export class Draws {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  below(n: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * n);
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

/** A view of a shape whose strides (any number of bytes, of both signs, or 0) keep it inside. */
export function drawView(
  draws: Draws,
  buffer: ArrayBufferLike,
  dtype: DTypeName,
  shape: readonly number[],
): NDArray {
  const { itemsize } = DTYPES[dtype];
  const aligned = draws.below(3) > 0;
  const unit = aligned ? itemsize : 1;
  let room = buffer.byteLength - itemsize;
  let low = 0;
  const strides = shape.map((size) => {
    if (size <= 1) return draws.below(1000) - 500;
    const most = Math.floor(room / (size - 1) / unit / (1 + draws.below(3)));
    const stride = unit * draws.below(most + 1);
    room -= stride * (size - 1);
    if (draws.below(2) === 0) return stride;
    low += stride * (size - 1);
    return -stride;
  });
  const offset = low + unit * draws.below(Math.floor(room / unit) + 1);
  return viewOf(buffer, dtype, shape, strides, offset);
}

/** A shape of few elements. */
export function drawShape(draws: Draws, most = 4): number[] {
  return Array.from({ length: draws.below(4) }, () => 1 + draws.below(most));
}
