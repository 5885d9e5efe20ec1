/** Which dtype may become which: NumPy's casting rules. */

import type { DType, Kind } from './dtype';
import { expected } from './errors';

/**
 * NumPy's casting rules: `no` and `equiv` allow the same dtype only, `safe` what keeps every value,
 * `same_kind` also narrower types of the same or a wider kind, `unsafe` everything.
 */
export type Casting = 'no' | 'equiv' | 'safe' | 'same_kind' | 'unsafe';

const RULES = ['no', 'equiv', 'safe', 'same_kind', 'unsafe'];
const WIDTH_OF_KIND: { readonly [kind in Kind]: number } = { b: 0, u: 1, i: 2, f: 3 };

export function castingOf(value: unknown): Casting {
  if (typeof value === 'string' && RULES.includes(value)) return value as Casting;
  throw expected('ERR_CAST', 'casting', `one of ${RULES.join(', ')}`, value);
}

function isSafe(from: DType, to: DType): boolean {
  if (from === to || from.kind === 'b') return true;
  if (from.kind === to.kind) return from.itemsize <= to.itemsize;
  if (from.kind === 'u' && to.kind === 'i') return from.itemsize < to.itemsize;
  // A float holds the integers of half its size; NumPy lets float64 have those of 64 bits too.
  return from.kind !== 'f' && to.kind === 'f' && (from.itemsize < to.itemsize || to.itemsize === 8);
}

/** True when a rule allows elements of one dtype to become those of another. */
export function canCast(from: DType, to: DType, casting: Casting): boolean {
  switch (casting) {
    case 'unsafe':
      return true;
    case 'same_kind':
      return WIDTH_OF_KIND[from.kind] <= WIDTH_OF_KIND[to.kind];
    case 'safe':
      return isSafe(from, to);
    default:
      return from === to;
  }
}

/** True when the rule lets an integer through whose value may still not fit. */
export function mayNotFit(from: DType, to: DType): boolean {
  const integers = 'iu'.includes(from.kind) && 'iu'.includes(to.kind);
  return integers && !isSafe(from, to);
}
