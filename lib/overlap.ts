/** Which arrays share memory. */

import type { DType } from './dtype';
import { boundsOf, type Layout } from './layout';
import type { Storage } from './storage';

/** What the overlap of two arrays depends on. */
export interface Extent {
  readonly storage: Storage;
  readonly layout: Layout;
  readonly type: DType;
}

/** True when the bytes that two arrays span overlap, though their elements may lie between. */
export function boundsOverlap(a: Extent, b: Extent): boolean {
  if (a.storage.block !== b.storage.block) return false;
  const [aLow, aHigh] = boundsOf(a.layout, a.type.itemsize);
  const [bLow, bHigh] = boundsOf(b.layout, b.type.itemsize);
  if (aLow === aHigh || bLow === bHigh) return false;
  const shift = b.storage.start - a.storage.start;
  return aLow < bHigh + shift && bLow + shift < aHigh;
}
