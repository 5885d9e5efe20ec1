/**
 * Random numbers, bit for bit those of NumPy: generators, and the legacy `np.random` functions (the
 * Mersenne Twister, MT19937). Not for cryptography.
 */

import { randomFillSync } from 'node:crypto';
import { NDArray } from './array';
import { type Draw, drawn, integerBounds } from './draws';
import { DTYPES, type DType, type DTypeName, type Scalar, type TypedArray } from './dtype';
import { expected } from './errors';
import { defaultRng } from './generator';
import { native } from './native';
import { checkOptions, optionNames } from './options';

const WORDS = 624;

/** The generator's key, and how much of it is used up. */
const state = new Uint32Array(WORDS + 1);
let seeded = false;

function seedFromSystem(): void {
  native.randomSeed(state, randomFillSync(new Uint32Array(WORDS)));
  seeded = true;
}

function seedWord(value: unknown, argument: string): number {
  const integer = typeof value === 'bigint' || Number.isInteger(value);
  if (integer && (value as number | bigint) >= 0 && (value as number | bigint) < 2 ** 32) {
    return Number(value);
  }
  throw expected('ERR_CAST', argument, 'an integer from 0 to 2^32 - 1', value);
}

/**
 * One word or a list of them. As in NumPy, axes of size 1 do not count, so that an array of one element
 * is not a list.
 */
function wordOrWords(value: unknown): number | Uint32Array {
  if (value instanceof NDArray) {
    if (value.size === 1) return seedWord(value.item(), 'seed');
    const words = value.squeeze();
    if (words.ndim === 1) return wordOrWords(words.toArray());
    throw expected('ERR_SHAPE', 'seed', 'an array of one axis', [...value.shape]);
  }
  if (!Array.isArray(value) && !(ArrayBuffer.isView(value) && !(value instanceof DataView))) {
    return seedWord(value, 'seed');
  }
  const words = Uint32Array.from(value as number[], (word, i) => seedWord(word, `seed[${i}]`));
  if (words.length === 0) throw expected('ERR_SHAPE', 'seed', 'at least one word', value);
  return words;
}

/** What seeds the legacy functions: integers from 0 to 2^32 - 1. */
type Words = number | bigint | readonly (number | bigint)[] | TypedArray | NDArray;

/**
 * Starts the stream that NumPy gives after `np.random.seed`: for an integer from 0 to 2^32 - 1, or
 * an array of them. Without one, the operating system gives the seed. Throws ERR_CAST, ERR_SHAPE.
 */
function seed(value?: Words | null): void {
  if (value === undefined || value === null) {
    seedFromSystem();
    return;
  }
  native.randomSeed(state, wordOrWords(value));
  seeded = true;
}

function filled(type: DType, shape: unknown, draw: Draw): Scalar | NDArray {
  return drawn(type, shape, (target) => {
    if (!seeded) seedFromSystem();
    draw(target);
  });
}

/** Uniform float64 numbers in [0, 1); a number when there is no shape. Throws ERR_SHAPE. */
function rand(): number;
function rand(shape: number | readonly number[]): NDArray<'float64'>;
function rand(
  shape?: number | readonly number[],
  ...more: readonly unknown[]
): number | NDArray<'float64'> {
  // NumPy's rand takes a size for each axis, as other arguments than the first.
  if (more.length > 0) {
    throw expected('ERR_SHAPE', 'shape', 'one argument, [2, 3] for two axes', [shape, ...more]);
  }
  const draw: Draw = (target) => native.randomDoubles(state, target);
  return filled(DTYPES.float64, shape, draw) as number | NDArray<'float64'>;
}

/** Options of `randint`. */
export interface RandintOptions<T extends DTypeName = DTypeName> {
  /** The elements' type: bool or an integer type; int64 by default, as in NumPy. */
  readonly dtype?: T;
}

const RANDINT = optionNames<RandintOptions>('dtype');

/**
 * Uniform integers from `low` up to but without `high`; from 0 to `low` when `high` is null. A
 * scalar when there is no shape. Throws ERR_CAST, ERR_DTYPE, ERR_SHAPE.
 */
function randint<T extends DTypeName = 'int64'>(
  low: number | bigint,
  high: number | bigint | null | undefined,
  shape: number | readonly number[],
  options?: RandintOptions<T>,
): NDArray<T>;
function randint(
  low: number | bigint,
  high?: number | bigint | null,
  shape?: undefined,
  options?: RandintOptions,
): Scalar;
function randint(
  low: number | bigint,
  high?: number | bigint | null,
  shape?: number | readonly number[],
  options: RandintOptions = {},
): Scalar | NDArray {
  checkOptions(options, RANDINT);
  const { type, low: from, range, none } = integerBounds(low, high, shape, options.dtype, false);
  return filled(type, shape, (target) => {
    if (!none) native.randomIntegers(state, target, type.kind === 'b', from, range);
  });
}

/**
 * NumPy's legacy functions, over one stream of this thread, and its generators. None of them is for
 * cryptography.
 */
export const random = { seed, rand, randint, defaultRng };
