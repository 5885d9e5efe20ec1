/** The rules for integer values. */

import { DTYPES, type DTypeName } from '../../lib/dtype';
import { type Random, shuffle } from './draws';

/** What a rule for integers knows: the bounds of the dtype, and its full range by draws. */
export interface Integers {
  readonly min: bigint;
  readonly max: bigint;
  readonly random: Random;
  full(): bigint;
}

/** The n values of a kind. */
export type IntegerRule = (t: Integers, n: number, seed: number) => bigint[];

function eachInteger(n: number, draw: (i: number) => bigint): bigint[] {
  return Array.from({ length: n }, (_, i) => draw(i));
}

const INTEGER_RULES: { readonly [kind: string]: IntegerRule } = {
  full: (t, n) => eachInteger(n, () => t.full()),

  max: (t, n) => eachInteger(n, () => t.max),

  min: (t, n) => eachInteger(n, () => t.min),

  small: (t, n) =>
    eachInteger(n, () => {
      if (t.max === 1n) return t.random.below(16) === 0 ? 1n : 0n;
      return BigInt(t.random.below(7)) - (t.min < 0n ? 3n : 0n);
    }),

  alternating: (t, n) => eachInteger(n, (i) => (i % 2 === 0 ? t.max : t.min)),
};

const SIGNED_RULES: { readonly [kind: string]: IntegerRule } = {
  // x and -1 - x shuffled, and one more when n is odd.
  paired: (t, n) => {
    const values: bigint[] = n % 2 === 1 ? [t.full()] : [];
    while (values.length < n) {
      const x = t.full();
      values.push(x, ~x);
    }
    shuffle(values, t.random);
    return values;
  },
};

const LONG_RULES: { readonly [kind: string]: IntegerRule } = {
  // 8192 of them do not overflow.
  medium: (t, n) => eachInteger(n, () => t.full() >> 13n),

  // Sums exactly at the result type's bounds, or (odd seeds) one beyond.
  edge: (t, n, seed) => {
    const down = t.min < 0n && (seed & 2) !== 0;
    const bound = down ? t.min : t.max;
    const beyond = seed & 1 ? (down ? -1n : 1n) : 0n;
    if (n < 2) return eachInteger(n, () => bound);
    const values = eachInteger(n - 1, () => {
      const x = (t.random.bits64() >> 14n) + 1n;
      return down ? -x : x;
    });
    let last = bound + beyond;
    for (const x of values) last -= x;
    values.push(last);
    shuffle(values, t.random);
    return values;
  },
};

/** The rules that an integer dtype has. */
export function integerRules(dtype: DTypeName): { readonly [kind: string]: IntegerRule } {
  const { kind, itemsize } = DTYPES[dtype];
  return {
    ...INTEGER_RULES,
    ...(kind === 'i' ? SIGNED_RULES : {}),
    ...(itemsize === 8 ? LONG_RULES : {}),
  };
}
