/** What a side is asked, and answers: JSON, one line each. */

import type { DTypeName, Facts } from './facts';

export type Request =
  /** Make the arrays of a case that are not there yet; what is asked next is of this case. */
  | { readonly do: 'prepare'; readonly facts: Facts; readonly seed: number }
  /** The result of the case. */
  | { readonly do: 'result'; readonly threads: number }
  /** The time of the case, or of its limit: the median of so many samples. */
  | { readonly do: 'time' | 'limit'; readonly threads: number; readonly samples: number };

/** The elements of a result in C order, little-endian: in base64, or the SHA-256 of many. */
export interface Result {
  readonly dtype: DTypeName;
  readonly bytes?: string;
  readonly sha256?: string;
  /**
   * From NumPy, for float results that are not exact: float64 numbers in base64, one for each
   * element, in proportion to which it may be wrong.
   */
  readonly scale?: string;
}

export interface Answer {
  /** The SHA-256 of the filled array's first and last bytes. */
  readonly filled?: string;
  readonly result?: Result;
  /** Seconds of one call. */
  readonly seconds?: number;
  /** What this side does not have, so that the case cannot run. */
  readonly missing?: string;
  /** What went wrong. */
  readonly error?: string;
}

/** Results above so many bytes are sent as a hash: they have to be equal. */
export const LARGEST_SENT = 1 << 24;

/** So many bytes of the filled array, at either end, are compared. */
export const ENDS = 1 << 20;

/** The middle value, or the mean of the middle two. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('expected at least one value');
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

export function geometricMean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('expected at least one value');
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
