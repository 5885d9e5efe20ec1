/** The limits of a case: of as many bytes as it reads, or of single elements of a TypedArray. */

import type { TypedArray } from 'strided';
import { bytesOf, limitOf } from './cases';
import { BY_HAND } from './elements';
import type { Facts } from './facts';

/** The seconds that one pass takes, in a round of 50 ms. */
export type LimitTime = (threads: number) => number;

/** native/limits_addon.cpp. */
interface Addon {
  /** The number of the fastest way. */
  fastest(limit: 'read' | 'copy', bytes: Uint8Array, threads: number): number;
  timeRound(limit: 'read' | 'copy', bytes: Uint8Array, threads: number, way: number): number;
}

const ROUND_SECONDS = 0.05;

/** That of a loop over all elements of a TypedArray of so many bytes, by an index computed by hand. */
function byHand(name: keyof typeof BY_HAND, nbytes: number): LimitTime {
  const count = nbytes / Float64Array.BYTES_PER_ELEMENT;
  const rows = Math.floor(Math.sqrt(count));
  const elements = Float64Array.from({ length: count }, (_, i) => i);
  const work = BY_HAND[name];
  return () => {
    const start = performance.now();
    let seconds = 0;
    let times = 0;
    for (; seconds < ROUND_SECONDS; times++) {
      work(elements, rows, count / rows);
      seconds = (performance.now() - start) / 1e3;
    }
    return seconds / times;
  };
}

/**
 * The limit of a case whose array was made in this memory, of which as many bytes are read as the case
 * reads, from the first one on; `path` is the addon's.
 */
export function limitOn(facts: Facts, memory: TypedArray, path: string): LimitTime | undefined {
  const limit = limitOf(facts);
  if (limit === undefined) return undefined;
  const nbytes = bytesOf(facts);
  if (limit === 'get' || limit === 'set') return byHand(limit, nbytes);
  const addon: Addon = require(path);
  const bytes = new Uint8Array(memory.buffer, memory.byteOffset, nbytes);
  const ways = new Map<number, number>();
  return (threads) => {
    const way = ways.get(threads) ?? addon.fastest(limit, bytes, threads);
    ways.set(threads, way);
    return addon.timeRound(limit, bytes, threads, way);
  };
}
