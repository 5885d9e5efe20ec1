/** What a side is asked, and answers: JSON, one line each. */

import type { Case } from './cases.js';

export type Request =
  /** Make the arrays of these cases; asked once, before the clock starts. */
  | { readonly do: 'prepare'; readonly cases: readonly Case[]; readonly seed: number }
  /** The result of a case. */
  | { readonly do: 'result'; readonly name: string; readonly threads: number }
  /** The time of a case: the median of so many samples. */
  | {
      readonly do: 'time';
      readonly name: string;
      readonly threads: number;
      readonly samples: number;
    };

export interface Answer {
  /** The elements of a result in C order, little-endian, in base64. */
  readonly bytes?: string;
  /** Seconds of one call. */
  readonly seconds?: number;
  /** What went wrong. */
  readonly error?: string;
}

/** The middle value, or the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
