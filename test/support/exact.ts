/**
 * Correctly rounded sums by integer arithmetic: every double is an integer times 2^-1074, so the
 * exact sum is one BigInt, which is rounded once. Slow, short, and unlike the way of the addon.
 */

/** Bits of a significand: those of float64 or of float32. */
export type Digits = 53 | 24;

const EXPONENTS = 2048;
/** More terms than this could make a slot's sum inexact. */
const MOST_TERMS = 2 ** 25;

/** The exact sum of finite doubles, in units of 2^-1074. */
function exactTotal(values: Float64Array): bigint {
  if (values.length > MOST_TERMS) throw new Error(`at most ${MOST_TERMS} terms`);
  const words = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  // Significands, as a high and a low half, added by exponent: all of them integers below 2^53.
  const high = new Float64Array(EXPONENTS);
  const low = new Float64Array(EXPONENTS);
  for (let i = 0; i < values.length; i++) {
    const word = words[2 * i + 1]!;
    const exponent = (word >>> 20) & 0x7ff;
    const hidden = exponent === 0 ? 0 : 0x100000;
    const sign = word >>> 31 === 1 ? -1 : 1;
    high[exponent]! += sign * ((word & 0xfffff) | hidden);
    low[exponent]! += sign * words[2 * i]!;
  }
  let total = 0n;
  for (let exponent = 0; exponent < EXPONENTS; exponent++) {
    if (high[exponent] === 0 && low[exponent] === 0) continue;
    const sum = (BigInt(high[exponent]!) << 32n) + BigInt(low[exponent]!);
    total += sum << BigInt(Math.max(exponent - 1, 0));
  }
  return total;
}

const scratch = new DataView(new ArrayBuffer(8));

/** An integer times 2^(-1074 - extra) as the nearest float, ties to even. */
function rounded(total: bigint, digits: Digits, extra = 0): number {
  const sign = total < 0n ? -1 : 1;
  const magnitude = total < 0n ? -total : total;
  const least = extra + (digits === 53 ? 0 : 1074 - 149); // the last bit of subnormal numbers
  const shift = BigInt(Math.max(magnitude.toString(2).length - digits, least));
  let kept = magnitude >> shift;
  const twice = (magnitude - (kept << shift)) * 2n;
  const unit = 1n << shift;
  if (twice > unit || (twice === unit && (kept & 1n) === 1n)) kept += 1n;
  // The hidden bit, and a carry into it, adds one to the exponent: the formats are made so.
  const bits = ((shift - BigInt(least)) << BigInt(digits - 1)) + kept;
  const infinity = digits === 53 ? 0x7ff0000000000000n : 0x7f800000n;
  const pattern = bits < infinity ? bits : infinity;
  if (digits === 53) {
    scratch.setBigUint64(0, pattern);
    return sign * scratch.getFloat64(0);
  }
  scratch.setUint32(0, Number(pattern));
  return sign * scratch.getFloat32(0);
}

/** What infinities and NaN make of a sum, if there are any. */
function specialSum(terms: Float64Array): number | undefined {
  let special: number | undefined;
  for (const x of terms) {
    if (x - x !== 0) special = (special ?? 0) + x;
  }
  return special;
}

const asTerms = (values: Iterable<number>) =>
  values instanceof Float64Array ? values : new Float64Array(values);

/** The correctly rounded sum of doubles, each `times` times; +0 when it is exactly zero. */
export function exactSum(values: Iterable<number>, digits: Digits, times = 1): number {
  const terms = asTerms(values);
  const special = specialSum(terms);
  if (special !== undefined) return special;
  const total = exactTotal(terms) * BigInt(times);
  return total === 0n ? 0 : rounded(total, digits);
}

/** The exact sum of doubles divided by their number, or by `count`, correctly rounded. */
export function exactMean(values: Iterable<number>, digits: Digits, count?: number): number {
  const terms = asTerms(values);
  const special = specialSum(terms);
  const divisor = BigInt(count ?? terms.length);
  if (divisor === 0n) return Number.NaN;
  if (special !== undefined) return special;
  const total = exactTotal(terms);
  if (total === 0n) return 0;
  const extra = 64;
  const magnitude = (total < 0n ? -total : total) << BigInt(extra);
  let quotient = magnitude / divisor;
  // What is left over is something below the bits that decide.
  if (quotient * divisor !== magnitude) quotient |= 1n;
  return rounded(total < 0n ? -quotient : quotient, digits, extra);
}

/** Which elements are terms, and a term that each sum has besides. */
export interface Terms {
  readonly where?: (i: number) => boolean;
  readonly initial?: number;
}

/** The sums along axes (not negative) of values that lie in `shape` in C order, in C order. */
export function exactSums(
  values: ArrayLike<number>,
  shape: readonly number[],
  axes: readonly number[],
  digits: Digits,
  { where = () => true, initial }: Terms = {},
): number[] {
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const strides = kept.map((_, axis) => kept.slice(axis + 1).reduce((a, b) => a * b, 1));
  const groups = Array.from({ length: kept.reduce((a, b) => a * b, 1) }, (): number[] =>
    initial === undefined ? [] : [initial],
  );
  const index = shape.map(() => 0);
  for (let i = 0; i < values.length; i++) {
    const place = index.reduce(
      (sum, at, axis) => sum + (axes.includes(axis) ? 0 : at * strides[axis]!),
      0,
    );
    if (where(i)) groups[place]!.push(values[i]!);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
  return groups.map((group) => exactSum(group, digits));
}
