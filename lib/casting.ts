/** Which dtype may become which: NumPy's casting rules. */

import type { DType, DTypeName } from './dtype';
import { expected } from './errors';

/**
 * NumPy's casting rules: `no` and `equiv` allow the same dtype only, `safe` what keeps every value,
 * `same_kind` also narrower types of the same or a wider kind, `unsafe` everything.
 */
export type Casting = 'no' | 'equiv' | 'safe' | 'same_kind' | 'unsafe';

/** The rules, and the casts of the table below that each allows. */
const ALLOWS: { readonly [rule in Casting]: string } = {
  no: '=',
  equiv: '=',
  safe: '=s',
  same_kind: '=sk',
  unsafe: '=sku',
};

/**
 * The table: what a row's dtype has to do to become each of the dtypes, in the order of their codes.
 * `=` nothing, `s` is safe, `k` stays within the kind or goes to a wider one, `u` is unsafe. As in
 * NumPy, int64 and uint64 become float64 safely, though not all of their values are its.
 */
const CASTS: { readonly [from in DTypeName]: string } = {
  bool: '=ssssssssss',
  int8: 'u=ususususs',
  uint8: 'uk=ssssssss',
  int16: 'uku=usususs',
  uint16: 'ukkk=ssssss',
  int32: 'ukuku=usuks',
  uint32: 'ukkkkk=ssks',
  int64: 'ukukuku=uks',
  uint64: 'ukkkkkkk=ks',
  float32: 'uuuuuuuuu=s',
  float64: 'uuuuuuuuuk=',
};

export function castingOf(value: unknown): Casting {
  if (typeof value === 'string' && Object.hasOwn(ALLOWS, value)) return value as Casting;
  throw expected('ERR_CAST', 'casting', `one of ${Object.keys(ALLOWS).join(', ')}`, value);
}

/** True when a rule allows elements of one dtype to become those of another. */
export function canCast(from: DType, to: DType, casting: Casting): boolean {
  return ALLOWS[casting].includes(CASTS[from.name][to.code]!);
}

/** True when the rule lets an integer through whose value may still not fit. */
export function mayNotFit(from: DType, to: DType): boolean {
  const integers = 'iu'.includes(from.kind) && 'iu'.includes(to.kind);
  return integers && !canCast(from, to, 'safe');
}
