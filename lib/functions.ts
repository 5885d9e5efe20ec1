/** What belongs to no array, or to two. */

import type { ArrayLike } from './array';
import { NDArray } from './array';
import { asArray } from './create';
import { expected } from './errors';
import { native } from './native';
import { boundsOverlap } from './overlap';

/**
 * True when the bytes that two arrays span overlap. False is certain; true is not: their elements
 * may lie between each other, as those of `x.slice('::2')` and `x.slice('1::2')` do.
 */
export function mayShareMemory(a: ArrayLike, b: ArrayLike): boolean {
  const extents = ([a, b] as const).map((value, i) => {
    if (value instanceof NDArray) return value;
    if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return asArray(value);
    throw expected('ERR_DTYPE', i === 0 ? 'a' : 'b', 'an array or a TypedArray', value);
  });
  return boundsOverlap(extents[0]!, extents[1]!);
}

/**
 * Sets how many threads operations use, the calling one among them: an integer from 1 to 1024. The
 * default is STRIDED_NUM_THREADS, else the processors that the machine or container grants.
 */
export function setNumThreads(count: number): void {
  if (!Number.isInteger(count) || count < 1 || count > 1024) {
    throw expected('ERR_SHAPE', 'count', 'an integer from 1 to 1024', count);
  }
  native.setNumThreads(count);
}

/** How many threads operations use. */
export function getNumThreads(): number {
  return native.getNumThreads();
}

/** Native memory that is alive in this process: blocks, and their bytes. */
export function memoryUsage(): { blocks: number; bytes: number } {
  return native.memoryUsage();
}
