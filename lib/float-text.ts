import { FloatDigits } from './float-digits';
import type { PrintOptions } from './print-options';

/** A finite number's text, parted at its decimal point. */
type Parts = readonly [head: string, tail: string];

/** Columns that a text takes: a character beyond the basic plane is one. */
export function columns(text: string): number {
  return /[\ud800-\udfff]/.test(text) ? [...text].length : text.length;
}

const isNegative = (value: number): boolean => value < 0 || Object.is(value, -0);

/** `e+05`, with at least so many digits. */
function exponentText(exponent: number, digits: number): string {
  return `e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(digits, '0')}`;
}

/** The exponent form is for large numbers, small ones and wide ranges, as the dtype counts them. */
function wantsExponents(
  values: readonly number[],
  float32: boolean,
  { suppress, legacy }: PrintOptions,
): boolean {
  let largest = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (const value of values) {
    const size = Math.abs(value);
    if (size > largest) largest = size;
    if (size !== 0 && size < smallest) smallest = size;
  }
  if (largest === 0) return false;
  const round = float32 ? Math.fround : (x: number) => x;
  if (largest >= (float32 && legacy === false ? 1e6 : 1e8)) return true;
  return !suppress && (smallest < round(0.0001) || round(largest / smallest) > 1000);
}

function longest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, text.length), 0);
}

function exponentParts(numbers: readonly FloatDigits[], options: PrintOptions): Parts[] {
  const isFixed = options.floatmode === 'fixed';
  const limit = options.floatmode === 'unique' ? Number.POSITIVE_INFINITY : options.precision;
  const length = isFixed
    ? limit
    : longest(numbers.map((number) => number.shortestExponential(limit).digits)) - 1;
  const decimals = numbers.map((number) => number.exponential(length, !isFixed));
  const width = decimals.reduce((most, { exponent }) => {
    return Math.max(most, String(Math.abs(exponent)).length);
  }, 2);
  return decimals.map(({ digits, exponent }) => [
    digits.slice(0, 1),
    digits.slice(1) + exponentText(exponent, width),
  ]);
}

/** Digits that a float32 is unique by, which zeros may follow; no float64 that is shown so has more. */
const UNIQUE_DIGITS = 7;

/** NumPy shows all digits of a whole number in an array, of a scalar only those that are unique. */
function whole(parts: Parts, number: FloatDigits): Parts {
  return parts[1] === '' && parts[0].length > UNIQUE_DIGITS ? number.fixed(0, true) : parts;
}

function fixedParts(numbers: readonly FloatDigits[], options: PrintOptions): Parts[] {
  const { floatmode, precision } = options;
  if (floatmode === 'fixed') return numbers.map((number) => number.fixed(precision, false));
  const limit = floatmode === 'unique' ? Number.POSITIVE_INFINITY : precision;
  const shortest = numbers.map((number) => number.shortestFixed(limit));
  if (floatmode !== 'maxprec_equal') return shortest.map((parts, i) => whole(parts, numbers[i]!));
  const length = longest(shortest.map(([, fraction]) => fraction));
  return numbers.map((number) => number.fixed(length, true));
}

function specialText(value: number, { sign, nanstr, infstr }: PrintOptions): string {
  const plus = sign === '+' ? '+' : '';
  if (Number.isNaN(value)) return plus + nanstr;
  return (value < 0 ? '-' : plus) + infstr;
}

/** The texts of an array's floats, all of one width where the options ask for it. */
export function floatTexts(
  values: readonly number[],
  float32: boolean,
  options: PrintOptions,
): string[] {
  const { sign, nanstr, infstr } = options;
  const finite = values.filter(Number.isFinite);
  const numbers = finite.map((value) => new FloatDigits(value, float32));
  const parts = wantsExponents(finite, float32, options)
    ? exponentParts(numbers, options)
    : fixedParts(numbers, options);
  const plus = sign === '+' ? '+' : '';
  const heads = parts.map(([head], i) => (isNegative(finite[i]!) ? '-' : plus) + head);
  const right = longest(parts.map(([, tail]) => tail));
  let left = longest(heads);
  if (sign === ' ' && !finite.some(isNegative)) left++;
  if (finite.length !== values.length) {
    const signs = sign !== '-' || values.includes(Number.NEGATIVE_INFINITY) ? 1 : 0;
    left = Math.max(left, columns(nanstr) - right - 1, columns(infstr) + signs - right - 1);
  }
  let at = 0;
  return values.map((value) => {
    if (Number.isFinite(value)) {
      const [, tail] = parts[at]!;
      return `${heads[at++]!.padStart(left)}.${tail.padEnd(right)}`;
    }
    const text = specialText(value, options);
    return ' '.repeat(Math.max(0, left + right + 1 - columns(text))) + text;
  });
}

/** One float by itself: NumPy's `str()` of a scalar. */
export function floatScalarText(
  value: number,
  float32: boolean,
  legacy: PrintOptions['legacy'],
): string {
  if (Number.isNaN(value)) return 'nan';
  const minus = isNegative(value) ? '-' : '';
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return `${minus}inf`;
  const number = new FloatDigits(value, float32);
  if (size === 0 || (size >= 1e-4 && size < (float32 && legacy === false ? 1e6 : 1e16))) {
    const [whole, fraction] = number.shortestFixed(Number.POSITIVE_INFINITY);
    return `${minus}${whole}.${fraction || '0'}`;
  }
  const { digits, exponent } = number.shortest;
  const rest = digits.length > 1 ? `.${digits.slice(1)}` : '';
  return minus + digits.slice(0, 1) + rest + exponentText(exponent, 2);
}
