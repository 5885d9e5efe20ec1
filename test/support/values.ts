import { DTYPES, type DTypeName, type TypedArray } from '../../lib/dtype';
import { Random, shuffle } from './draws';
import { integerRules } from './integer-values';

/*
 * Test values by rule, so that golden files need not hold them. `test/golden/sum.py` has the same
 * rules, and the golden file holds hashes by which `test/values.test.ts` compares the two halves:
 * a change here is a change there. For that reason everything is made of uint32 draws, bit
 * patterns, powers of two and single IEEE operations in a fixed order, never of exp, log or pow.
 * Bytes are little-endian.
 */

const scratch = new DataView(new ArrayBuffer(8));

function fromBits64(high: number, low: number): number {
  scratch.setUint32(0, high);
  scratch.setUint32(4, low);
  return scratch.getFloat64(0);
}

function fromBits32(bits: number): number {
  scratch.setUint32(0, bits);
  return scratch.getFloat32(0);
}

/** 2^k for -1022 <= k <= 1023. */
function pow2(k: number): number {
  return fromBits64((k + 1023) << 20, 0);
}

/** Draws floats of one format; float32 values are held as the doubles they equal. */
class Floats {
  /** Bits of the significand, the hidden one too. */
  readonly digits: number;
  readonly bias: number;
  /** The biased exponent of the largest numbers. */
  readonly top: number;
  readonly max: number;
  readonly tiniest: number;

  constructor(
    private readonly wide: boolean,
    readonly random: Random,
  ) {
    this.digits = wide ? 53 : 24;
    this.bias = wide ? 1023 : 127;
    this.top = 2 * this.bias;
    this.max = wide ? fromBits64(0x7fefffff, 0xffffffff) : fromBits32(0x7f7fffff);
    this.tiniest = wide ? fromBits64(0, 1) : fromBits32(1);
  }

  below(end: number): number {
    return this.random.below(end);
  }

  /** The format's number nearest to a double. */
  round(x: number): number {
    return this.wide ? x : Math.fround(x);
  }

  /** An integer of as many random bits as a significand has. */
  significand(): number {
    if (!this.wide) return this.random.next() >>> 8;
    const high = this.random.next() >>> 5;
    return high * 0x4000000 + (this.random.next() >>> 6);
  }

  /** Uniform in [0, 1). */
  fraction(): number {
    return this.significand() * pow2(-this.digits);
  }

  /** The numbers of one sign and exponent, uniformly; `last` sets the significand's last bit. */
  compose(sign: number, biased: number, last?: number): number {
    const first = this.random.next();
    if (!this.wide) {
      let bits = (sign << 31) | (biased << 23) | (first >>> 9);
      if (last !== undefined) bits = (bits & ~1) | last;
      return fromBits32(bits);
    }
    let low = this.random.next();
    if (last !== undefined) low = (low & ~1) | last;
    return fromBits64((sign << 31) | (biased << 20) | (first >>> 12), low);
  }

  /** Bell-shaped in (-2, 2). */
  bell(): number {
    const a = this.fraction();
    const b = this.fraction();
    const c = this.fraction();
    const d = this.fraction();
    return this.round(a - b + (c - d));
  }

  /** Positive, its exponent bell-shaped over the whole range. */
  lognormal(): number {
    const quarter = (this.top - 16) >> 2;
    const a = this.below(quarter);
    const b = this.below(quarter);
    const c = this.below(quarter);
    const d = this.below(quarter);
    return this.compose(0, 1 + a + b + c + d);
  }

  /** Any exponent and sign, but 8192 of them do not overflow. */
  any(): number {
    const sign = this.below(2);
    return this.compose(sign, this.below(this.top - 14));
  }
}

function each(n: number, draw: () => number): Float64Array {
  const values = new Float64Array(n);
  for (let i = 0; i < n; i++) values[i] = draw();
  return values;
}

/** Fills from `start` with x, -x; a single place left at the end stays 0. */
function pairs(values: Float64Array, start: number, draw: () => number): void {
  for (let i = start; i + 1 < values.length; i += 2) {
    const x = draw();
    values[i] = x;
    values[i + 1] = -x;
  }
}

/** The first terms, as many as there is room for, and x, -x after them, all shuffled. */
function among(f: Floats, n: number, terms: number[], draw: () => number): Float64Array {
  const values = new Float64Array(n);
  values.set(terms.slice(0, n));
  pairs(values, terms.length, draw);
  shuffle(values, f.random);
  return values;
}

/** A sum exactly halfway between two floats; `broken` by a term far smaller than the half. */
function tie(f: Floats, n: number, seed: number, broken: boolean): Float64Array {
  const low = f.digits + 40;
  const biased = low + f.below(f.top - 16 - low);
  const sign = f.below(2);
  const base = f.compose(sign, biased, seed & 1);
  const half = pow2(biased - f.bias - f.digits);
  const towards = seed & 2 ? 1 - sign : sign;
  const terms = [base, towards ? -half : half];
  if (broken) {
    const tinySign = f.below(2);
    terms.push(f.compose(tinySign, f.below(biased - f.digits - 1)));
  }
  return among(f, n, terms, () => f.any());
}

type FloatRule = (f: Floats, n: number, seed: number) => Float64Array;

const FLOAT_RULES: { readonly [kind: string]: FloatRule } = {
  uniform: (f, n) => each(n, () => f.fraction()),

  normal: (f, n) => each(n, () => f.bell()),

  lognormal: (f, n) => each(n, () => f.lognormal()),

  // Any exponent and sign.
  wide: (f, n) => each(n, () => f.any()),

  subnormal: (f, n) =>
    each(n, () => {
      const sign = f.below(2);
      return f.compose(sign, f.below(8) === 0 ? 1 : 0);
    }),

  // Overflow on the way; odd seeds cancel, so that the sum is small.
  huge: (f, n, seed) => {
    const draw = () => {
      const sign = f.below(2);
      return f.compose(sign, f.top - f.below(4));
    };
    if ((seed & 1) === 0) return each(n, draw);
    return among(f, n, n % 2 === 1 ? [draw()] : [], draw);
  },

  // Sums at the border between the largest float and infinity, which is a tie.
  edge: (f, n, seed) => {
    const mode = seed & 3;
    const sign = f.below(2) ? -1 : 1;
    const half = pow2(f.top - f.bias - f.digits);
    const less = half - pow2(f.top - f.bias - 2 * f.digits);
    const tiny = f.compose(0, f.below(f.top - 2 * f.digits));
    const terms = [sign * f.max, sign * (mode === 2 ? less : half)];
    if (mode === 1) terms.push(-sign * tiny);
    if (mode === 3) terms.push(sign * tiny);
    return among(f, n, terms, () => {
      const s = f.below(2);
      return f.compose(s, f.top - f.below(30));
    });
  },

  // Infinities of one sign or of both, among numbers that overflow the other way.
  infinities: (f, n, seed) => {
    const mode = seed & 3;
    const infinity = () =>
      mode === 1 || (mode === 2 && f.below(2) === 1)
        ? Number.NEGATIVE_INFINITY
        : Number.POSITIVE_INFINITY;
    const values = each(n, () => {
      const r = f.below(16);
      if (r === 0) return infinity();
      return r < 5 ? f.compose(mode === 1 ? 0 : 1, f.top) : f.bell();
    });
    if (n > 0) {
      const place = f.below(n);
      values[place] = infinity();
    }
    return values;
  },

  // NaNs (of any bits: see makeValues) and infinities among ordinary numbers.
  nan: (f, n) => {
    const values = each(n, () => {
      const r = f.below(16);
      if (r === 0) return Number.NaN;
      if (r === 1) return Number.POSITIVE_INFINITY;
      return r === 2 ? Number.NEGATIVE_INFINITY : f.bell();
    });
    if (n > 0) values[f.below(n)] = Number.NaN;
    return values;
  },

  zeros: (f, n, seed) => each(n, () => ((seed & 3) === 0 || f.below(2) === 1 ? -0 : 0)),

  // Each minus the rounded mean; odd seeds multiply by 1.1 to fill the significands.
  centred: (f, n, seed) => {
    const values = each(n, () => f.round(f.bell() + 3));
    let sum = 0n;
    for (const x of values) sum += BigInt(x * 0x20000000000000);
    const mean = f.round(Number(sum) / n / 0x20000000000000);
    return values.map((x) => {
      const residual = f.round(x - mean);
      return seed & 1 ? f.round(residual * 1.1) : residual;
    });
  },

  // x and -x, and one more when n is odd.
  antisymmetric: (f, n, seed) => {
    const terms: number[] = [];
    if (n % 2 === 1) terms.push([0, f.tiniest, f.bell()][f.below(3)]!);
    return among(f, n, terms, () => (seed & 1 ? f.bell() : f.lognormal()));
  },

  // By seed: towards and away from zero, and both parities of the last bit.
  tie: (f, n, seed) => tie(f, n, seed, false),

  tieBroken: (f, n, seed) => tie(f, n, seed, true),

  // A tie without cancellation; by seed exact, a unit more or less, or with a far-away term.
  uniformTie: (f, n, seed) => {
    const mode = seed & 3;
    const offset = pow2(f.digits - 2);
    const values = each(n, () => offset + Math.floor(f.significand() / 4));
    const far = mode === 3 && n > 1;
    const tiny = far ? f.compose(f.below(2), f.below(f.bias - f.digits)) : 0;
    if (n > 0) {
      if (far) values[1] = 0;
      let sum = 0n;
      for (const x of values) sum += BigInt(x);
      const excess = sum.toString(2).length - f.digits;
      if (excess > 0) {
        const ulp = 1n << BigInt(excess);
        values[0]! += Number((ulp >> 1n) - (sum & (ulp - 1n)));
      }
      if (mode === 1) values[0]! += 1;
      if (mode === 2) values[0]! -= 1;
      if (far) values[1] = tiny;
    }
    shuffle(values, f.random);
    return values;
  },

  // A few units and now and then 2^digits: about one in four of any sums is a tie. Odd seeds break
  // some of them with far-away terms.
  lattice: (f, n, seed) => {
    const scale = pow2(20 * (seed & 3) - 30);
    const base = pow2(f.digits);
    return each(n, () => {
      if (seed & 1 && f.below(8) === 0) {
        const sign = f.below(2);
        return f.compose(sign, f.below(f.digits === 53 ? 900 : 60));
      }
      const r = f.below(8);
      if (r > 0) return [0, 1, 1, 1, -1, 2, 0, 3][r]! * scale;
      const x = (base + 2 * f.below(1000)) * scale;
      return f.below(4) === 0 ? -x : x;
    });
  },

  // Integers near 2^digits; odd seeds have no negative ones.
  nearLimit: (f, n, seed) =>
    each(n, () => {
      const r = f.below(24);
      const x = pow2(f.digits) + (r < 16 ? -r : 2 * (r - 15));
      return seed & 1 || f.below(2) === 0 ? x : -x;
    }),

  // Hundredths; odd seeds have no negative ones.
  cents: (f, n, seed) =>
    each(n, () => {
      const x = f.round(f.below(1_000_000) / 100);
      return seed & 1 || f.below(2) === 0 ? x : -x;
    }),

  // One number with an ulp of 1, and many fractions.
  oneHuge: (f, n, seed) => {
    const scale = pow2(-4 * (seed & 3));
    const values = each(n, () => {
      const x = f.fraction() * scale;
      return f.below(4) === 0 ? -x : x;
    });
    if (n > 0) {
      const place = f.below(n);
      values[place] = f.compose(0, f.bias + f.digits - 1);
    }
    return values;
  },

  equal: (f, n, seed) => {
    const sign = f.below(2);
    const x = f.compose(sign, 1 + f.below(f.top - 16));
    return new Float64Array(n).fill(seed & 1 ? f.round(0.1) : x);
  },

  powers: (f, n) => {
    const range = f.digits === 53 ? 120 : 60;
    return each(n, () => {
      const x = pow2(f.below(range) - range / 2);
      return f.below(2) === 1 ? -x : x;
    });
  },
};

function isFloat(dtype: DTypeName): boolean {
  return DTYPES[dtype].kind === 'f';
}

/** The kinds of values that a dtype has. */
export function valueKinds(dtype: DTypeName): string[] {
  return Object.keys(isFloat(dtype) ? FLOAT_RULES : integerRules(dtype));
}

/** Gives the NaNs all sorts of bits: quiet, negative, with a payload, signalling. */
function varyNaNs(array: Float32Array | Float64Array, random: Random): void {
  const view = new DataView(array.buffer, array.byteOffset, array.byteLength);
  const { length, BYTES_PER_ELEMENT: size } = array;
  for (let i = 0; i < length; i++) {
    if (!Number.isNaN(array[i])) continue;
    const r = random.below(4);
    const payload = random.next();
    const sign = r & 1 ? 0x80000000 : 0;
    if (size === 8) {
      view.setUint32(8 * i, r < 2 ? 0 : payload | 1, true);
      view.setUint32(8 * i + 4, (sign | (r === 3 ? 0x7ff00000 : 0x7ff80000)) >>> 0, true);
    } else {
      const low = r < 2 ? 0 : (payload >>> 10) | 1;
      view.setUint32(4 * i, (sign | (r === 3 ? 0x7f800000 : 0x7fc00000) | low) >>> 0, true);
    }
  }
}

function makeFloats(kind: string, dtype: DTypeName, n: number, seed: number, random: Random) {
  const rule = FLOAT_RULES[kind];
  if (rule === undefined) throw new Error(`no kind ${kind} of ${dtype} values`);
  const values = rule(new Floats(dtype === 'float64', random), n, seed);
  const array = dtype === 'float64' ? values : new Float32Array(values);
  if (kind === 'nan') varyNaNs(array, random);
  return array;
}

function makeIntegers(kind: string, dtype: DTypeName, n: number, seed: number, random: Random) {
  const rule = integerRules(dtype)[kind];
  if (rule === undefined) throw new Error(`no kind ${kind} of ${dtype} values`);
  const { min, max, typedArray } = DTYPES[dtype];
  const full = () => min + (random.bits64() & (max - min));
  const values = rule({ min, max, random, full }, n, seed);
  const array = new typedArray(n);
  if (array instanceof BigInt64Array || array instanceof BigUint64Array) array.set(values);
  else array.set(values.map(Number));
  return array;
}

/** The n values of a kind, dtype and seed. The same arguments give the same bytes, always. */
export function makeValues(kind: string, dtype: DTypeName, n: number, seed: number): TypedArray {
  const random = new Random(`${kind} ${dtype}`, n, seed);
  return isFloat(dtype)
    ? makeFloats(kind, dtype, n, seed, random)
    : makeIntegers(kind, dtype, n, seed, random);
}
