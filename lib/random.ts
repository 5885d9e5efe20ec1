/**
 * Random numbers, bit for bit those of NumPy's legacy `np.random` functions (the Mersenne Twister,
 * MT19937). Not for cryptography.
 */

import { randomFillSync } from 'node:crypto';
import type { NDArray } from './array';
import { fresh } from './create';
import { DTYPES, type DType, type DTypeName, dtypeOf, type Scalar } from './dtype';
import { expected, failure } from './errors';
import { shapeOf } from './layout';
import { describe, native } from './native';
import { checkOptions } from './options';

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
 * Starts the stream that NumPy gives after `np.random.seed`: for an integer from 0 to 2^32 - 1, or
 * an array of them. Without one, the operating system gives the seed. Throws ERR_CAST, ERR_SHAPE.
 */
function seed(value?: number | bigint | readonly (number | bigint)[] | Uint32Array | null): void {
  if (value === undefined || value === null) {
    seedFromSystem();
    return;
  }
  if (Array.isArray(value) || value instanceof Uint32Array) {
    const words = Uint32Array.from(value as number[], (word, i) => seedWord(word, `seed[${i}]`));
    if (words.length === 0) throw expected('ERR_SHAPE', 'seed', 'at least one word', value);
    native.randomSeed(state, words);
  } else {
    native.randomSeed(state, seedWord(value, 'seed'));
  }
  seeded = true;
}

/** A fresh array that a native stream fills; `draw` gets its memory, described in slot 0. */
function filled(type: DType, shape: number[], draw: (target: never) => void): NDArray {
  if (!seeded) seedFromSystem();
  const result = fresh(type, shape, 'C', false);
  const storage = result.storage.forNative(true);
  describe(0, type, 0, [result.size], [type.itemsize]);
  draw(storage as never);
  return result;
}

/** Uniform float64 numbers in [0, 1); a number when there is no shape. Throws ERR_SHAPE. */
function rand(): number;
function rand(shape: number | readonly number[]): NDArray<'float64'>;
function rand(shape?: number | readonly number[]): number | NDArray<'float64'> {
  const sizes = shape === undefined ? [] : shapeOf(shape);
  const result = filled(DTYPES.float64, sizes, (target) => native.randomDoubles(state, target));
  return shape === undefined ? (result.item() as number) : (result as NDArray<'float64'>);
}

/** Options of `randint`. */
export interface RandintOptions<T extends DTypeName = DTypeName> {
  /** The elements' type: bool or an integer type; int64 by default, as in NumPy. */
  readonly dtype?: T;
}

function bound(value: unknown, argument: string): bigint {
  if (typeof value === 'bigint') return value;
  if (Number.isSafeInteger(value)) return BigInt(value as number);
  throw expected('ERR_CAST', argument, 'a safe integer or a bigint', value);
}

function within(value: bigint, type: DType, argument: string, beyond: bigint): void {
  if (value < type.min + beyond || value > type.max + beyond) {
    const range = `${type.min + beyond} to ${type.max + beyond}`;
    throw expected('ERR_CAST', argument, `an integer from ${range} (${type.name})`, value);
  }
}

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
  checkOptions(options);
  const type = dtypeOf(options.dtype ?? 'int64');
  if (type.kind === 'f') {
    throw expected('ERR_DTYPE', 'dtype', 'bool or an integer type', type.name);
  }
  const oneBound = high === undefined || high === null;
  const from = oneBound ? 0n : bound(low, 'low');
  const to = oneBound ? bound(low, 'high') : bound(high, 'high');
  const sizes = shape === undefined ? [] : shapeOf(shape);
  if (!sizes.includes(0)) {
    within(from, type, 'low', 0n);
    within(to, type, 'high', 1n);
    if (from >= to) {
      throw failure('ERR_CAST', `high: expected an integer above low (${from}), received ${to}`);
    }
  }
  const draw = (target: never) =>
    native.randomIntegers(
      state,
      target,
      type.kind === 'b',
      BigInt.asUintN(64, from),
      to - 1n - from,
    );
  const result = filled(type, sizes, sizes.includes(0) ? () => {} : draw);
  return shape === undefined ? result.item() : result;
}

/** NumPy's legacy random functions, over one stream of this thread. */
export const random = { seed, rand, randint };
