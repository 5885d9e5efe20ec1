/** Digits of a number, the first of which counts 10^exponent. */
export interface Decimal {
  readonly digits: string;
  readonly exponent: number;
}

/** A number in decimal notation: what stands before and after the point. */
export type Positional = readonly [whole: string, fraction: string];

/** |value| = mantissa * 2^exponent. */
interface Binary {
  readonly mantissa: bigint;
  readonly exponent: number;
  /** The neighbour below is half as far as the one above: the mantissa is a power of two. */
  readonly lopsided: boolean;
}

/** numerator / denominator, with the part of the numerator that the mantissa's last bit is. */
interface Ratio {
  readonly numerator: bigint;
  readonly denominator: bigint;
  readonly bit: bigint;
}

const scratch = new DataView(new ArrayBuffer(8));

function toBinary(value: number, float32: boolean): Binary {
  const width = float32 ? 23 : 52;
  if (float32) scratch.setFloat32(0, value);
  else scratch.setFloat64(0, value);
  const bits = float32 ? BigInt(scratch.getUint32(0)) : scratch.getBigUint64(0);
  const fraction = BigInt.asUintN(width, bits);
  const biased = Number(BigInt.asUintN(float32 ? 8 : 11, bits >> BigInt(width)));
  return {
    mantissa: biased === 0 ? fraction : fraction | (1n << BigInt(width)),
    exponent: Math.max(biased, 1) - (float32 ? 127 : 1023) - width,
    lopsided: fraction === 0n && biased > 1,
  };
}

const powers: bigint[] = [];

function powerOf10(n: number): bigint {
  powers[n] ??= 10n ** BigInt(n);
  return powers[n];
}

/** The value in units of 10^place. */
function inUnits({ mantissa, exponent }: Binary, place: number): Ratio {
  const bit = powerOf10(Math.max(-place, 0)) << BigInt(Math.max(exponent, 0));
  const denominator = powerOf10(Math.max(place, 0)) << BigInt(Math.max(-exponent, 0));
  return { numerator: mantissa * bit, denominator, bit };
}

const isOdd = (n: bigint): boolean => (n & 1n) === 1n;

/** Whether quotient + remainder / denominator rounds up, ties to even. */
function roundsUp(quotient: bigint, remainder: bigint, denominator: bigint): boolean {
  const twice = 2n * remainder;
  return twice > denominator || (twice === denominator && isOdd(quotient));
}

/**
 * The value rounded to a multiple of 10^place. NumPy's search for unique digits rounds a power of
 * two up whenever only the upper candidate reads back as the value, even where the lower one is
 * nearer; `unique` asks for the same.
 */
function roundAt(value: Binary, place: number, unique: boolean): bigint {
  const { numerator, denominator, bit } = inUnits(value, place);
  const quotient = numerator / denominator;
  const remainder = numerator - quotient * denominator;
  let up = roundsUp(quotient, remainder, denominator);
  if (unique && value.lopsided && !up) {
    up = 4n * remainder > bit && 4n * remainder + 2n * bit >= 4n * denominator;
  }
  return up ? quotient + 1n : quotient;
}

function withoutZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === '0') end--;
  return digits.slice(0, end);
}

/** The power of ten of the first digit, from a guess that is right or one too high. */
function leadingPlace(value: Binary, guess: number): number {
  const { numerator, denominator } = inUnits(value, guess);
  return numerator < denominator ? guess - 1 : guess;
}

/** Fewest digits that no other float32 reads as. JavaScript has these for float64 only. */
function shortestFloat32(value: Binary, guess: number): Decimal {
  const place = leadingPlace(value, guess);
  const { numerator, denominator, bit } = inUnits(value, place);
  // Fourfold, so that a quarter of the last bit is a whole number.
  const scale = 4n * denominator;
  let remainder = 4n * numerator;
  let below = value.lopsided ? bit : 2n * bit;
  let above = 2n * bit;
  let digits = 0n;
  let count = 0;
  for (;;) {
    const digit = remainder / scale;
    remainder -= digit * scale;
    digits = 10n * digits + digit;
    count++;
    const slack = isOdd(value.mantissa) ? 0n : 1n;
    const low = remainder < below + slack;
    const high = remainder + above + slack > scale;
    if (low || high) {
      if (low === high ? roundsUp(digit, remainder, scale) : high) digits += 1n;
      break;
    }
    remainder *= 10n;
    below *= 10n;
    above *= 10n;
  }
  const text = digits.toString();
  return { digits: withoutZeros(text), exponent: place + text.length - count };
}

/** The decimal forms of one finite float; the sign is left to the caller. */
export class FloatDigits {
  /** Fewest digits that tell the value from its neighbours. */
  readonly shortest: Decimal;
  readonly #binary: Binary;

  constructor(value: number, float32: boolean) {
    const [mantissa = '', exponent] = Math.abs(value).toExponential().split('e');
    const binary = toBinary(value, float32);
    this.#binary = binary;
    this.shortest =
      float32 && value !== 0
        ? shortestFloat32(binary, Number(exponent))
        : { digits: mantissa.replace('.', ''), exponent: Number(exponent) };
  }

  /** Decimal notation with exactly so many fraction digits. */
  fixed(length: number, unique: boolean): Positional {
    const place = Math.max(-length, this.#lastPlace());
    const text = roundAt(this.#binary, place, unique)
      .toString()
      .padStart(1 - place, '0');
    const point = text.length + place;
    return [text.slice(0, point), text.slice(point).padEnd(length, '0')];
  }

  /** Decimal notation with as few fraction digits as are unique, and at most `limit`. */
  shortestFixed(limit: number): Positional {
    const { digits, exponent } = this.shortest;
    if (digits.length - 1 - exponent > limit) {
      const [whole, fraction] = this.fixed(limit, true);
      return [whole, withoutZeros(fraction)];
    }
    if (exponent < 0) return ['0', '0'.repeat(-exponent - 1) + digits];
    return [digits.slice(0, exponent + 1).padEnd(exponent + 1, '0'), digits.slice(exponent + 1)];
  }

  /** Exponent form with exactly so many digits after the first. */
  exponential(length: number, unique: boolean): Decimal {
    if (this.#isZero()) return { digits: '0'.repeat(length + 1), exponent: 0 };
    const { digits, exponent } = this.shortest;
    const leading = digits === '1' ? leadingPlace(this.#binary, exponent) : exponent;
    const place = Math.max(leading - length, this.#lastPlace());
    const text = roundAt(this.#binary, place, unique).toString();
    return {
      digits: text.slice(0, length + 1).padEnd(length + 1, '0'),
      exponent: place + text.length - 1,
    };
  }

  /** Exponent form with as few digits as are unique, and at most `limit` after the first. */
  shortestExponential(limit: number): Decimal {
    if (this.shortest.digits.length - 1 <= limit) return this.shortest;
    const { digits, exponent } = this.exponential(limit, true);
    return { digits: digits[0] + withoutZeros(digits.slice(1)), exponent };
  }

  #isZero(): boolean {
    return this.#binary.mantissa === 0n;
  }

  /** No digit is nonzero beyond this place. */
  #lastPlace(): number {
    return Math.min(0, this.#binary.exponent);
  }
}
