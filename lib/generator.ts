/** Random numbers, bit for bit those of NumPy's `Generator` over PCG64. Not for cryptography. */

import { type ArrayLike, NDArray } from './array';
import { array, asArray } from './create';
import { type Bounds, drawn, integerBounds } from './draws';
import { DTYPES, type DType, type DTypeName, dtypeOf, type Scalar, type TypedArray } from './dtype';
import { expected } from './errors';
import { checkWriteable, describeExtent, Extent } from './extent';
import { axisOf, countOf } from './layout';
import { type NativeBuffer, native } from './native';
import { checkOptions, flagOf, optionNames } from './options';
import { arange } from './ranges';
import { type Seed, SeedSequence } from './seed-sequence';

/** Words of a PCG64 state: its number, its increment, and half a word that may be left. */
const STATE_WORDS = 10;
const SEED_WORDS = 8;

/** A shape, or nothing for a scalar. */
type Shape = number | readonly number[];

const INT64 = { dtype: 'int64' } as const;

/** Options of draws that can be float32. */
export interface FloatOptions<T extends 'float32' | 'float64' = 'float32' | 'float64'> {
  /** float64 by default. */
  readonly dtype?: T;
}

/** Options of {@link Generator.integers}. */
export interface IntegersOptions<T extends DTypeName = DTypeName> {
  /** The elements' type: bool or an integer type; int64 by default. */
  readonly dtype?: T;
  /** True when the upper bound may be drawn too. */
  readonly endpoint?: boolean;
}

/** Options of {@link Generator.shuffle} and {@link Generator.permutation}. */
export interface ShuffleOptions {
  /** The axis along which parts are moved, 0 by default. */
  readonly axis?: number;
}

const FLOAT = optionNames<FloatOptions>('dtype');
const INTEGERS = optionNames<IntegersOptions>('dtype', 'endpoint');
const SHUFFLE = optionNames<ShuffleOptions>('axis');

function floatType(options: FloatOptions): DType {
  checkOptions(options, FLOAT);
  const type = dtypeOf(options.dtype ?? 'float64');
  if (type.kind !== 'f') throw expected('ERR_DTYPE', 'dtype', 'float32 or float64', type.name);
  return type;
}

function finite(value: unknown, argument: string): number {
  if (Number.isFinite(value)) return value as number;
  throw expected('ERR_CAST', argument, 'a finite number', value);
}

/** How many integers to permute, where no array came. */
function lengthOf(n: unknown): number {
  if (typeof n !== 'number' && typeof n !== 'bigint') {
    throw expected('ERR_DTYPE', 'x', 'an integer or an array', n);
  }
  return countOf(Number(n), 'n');
}

/**
 * A stream of random numbers: the one that NumPy's `default_rng` gives for the same seed, in any
 * mixture of calls. Without a shape, draws are scalars; with one they are fresh arrays in C order.
 */
export class Generator {
  readonly #seeds: SeedSequence;
  readonly #state = new Uint32Array(STATE_WORDS);

  /** @internal */
  constructor(seeds: SeedSequence) {
    this.#seeds = seeds;
    native.generatorSeed(this.#state, seeds.generate(SEED_WORDS));
  }

  #uniform(type: DType, low: number, range: number, shape: unknown): Scalar | NDArray {
    return drawn(type, shape, (target) => native.generatorUniform(this.#state, target, low, range));
  }

  #normal(type: DType, mean: number, deviation: number, shape: unknown): Scalar | NDArray {
    return drawn(type, shape, (target) =>
      native.generatorNormal(this.#state, target, mean, deviation),
    );
  }

  /** Uniform numbers in [0, 1), on all threads when there are many. Throws ERR_SHAPE, ERR_DTYPE. */
  random(): number;
  random(shape: undefined, options?: FloatOptions): number;
  random<T extends 'float32' | 'float64' = 'float64'>(
    shape: Shape,
    options?: FloatOptions<T>,
  ): NDArray<T>;
  random(shape?: Shape, options: FloatOptions = {}): unknown {
    return this.#uniform(floatType(options), 0, 1, shape);
  }

  /**
   * Uniform numbers from `low` (0) up to but without `high` (1), which rounding may reach all the
   * same. Throws ERR_CAST unless they are finite, in order, and not too far apart; ERR_SHAPE.
   */
  uniform(low?: number, high?: number): number;
  uniform(low: number | undefined, high: number | undefined, shape: Shape): NDArray<'float64'>;
  uniform(low = 0, high = 1, shape?: Shape): unknown {
    const range = finite(high, 'high') - finite(low, 'low');
    if (!(range >= 0 && range < Number.POSITIVE_INFINITY)) {
      throw expected('ERR_CAST', 'high', `a number from low (${low}) on, finitely far`, high);
    }
    return this.#uniform(DTYPES.float64, low, range, shape);
  }

  /**
   * Uniform integers from `low` up to but without `high`; from 0 to `low` when `high` is null or
   * left out. Throws ERR_CAST, ERR_DTYPE, ERR_SHAPE.
   */
  integers<T extends DTypeName = 'int64'>(
    low: number | bigint,
    high: number | bigint | null | undefined,
    shape: Shape,
    options?: IntegersOptions<T>,
  ): NDArray<T>;
  integers(
    low: number | bigint,
    high?: number | bigint | null,
    shape?: undefined,
    options?: IntegersOptions,
  ): Scalar;
  integers(
    low: number | bigint,
    high?: number | bigint | null,
    shape?: Shape,
    options: IntegersOptions = {},
  ): Scalar | NDArray {
    checkOptions(options, INTEGERS);
    const endpoint = flagOf(options.endpoint, 'endpoint', false);
    const bounds = integerBounds(low, high, shape, options.dtype, endpoint);
    return drawn(bounds.type, shape, (target) => {
      if (!bounds.none) this.#integers(target, bounds);
    });
  }

  #integers(target: NativeBuffer, { type, low, range }: Bounds): void {
    native.generatorIntegers(this.#state, target, type.kind === 'b', low, range);
  }

  /** Normal numbers of mean 0 and standard deviation 1. Throws ERR_SHAPE, ERR_DTYPE. */
  standardNormal(): number;
  standardNormal(shape: undefined, options?: FloatOptions): number;
  standardNormal<T extends 'float32' | 'float64' = 'float64'>(
    shape: Shape,
    options?: FloatOptions<T>,
  ): NDArray<T>;
  standardNormal(shape?: Shape, options: FloatOptions = {}): unknown {
    // Added to -0, a draw of -0 keeps its sign.
    return this.#normal(floatType(options), -0, 1, shape);
  }

  /**
   * Normal numbers of a mean (0) and a standard deviation (1). Throws ERR_CAST unless both are
   * finite and the deviation is not negative; ERR_SHAPE.
   */
  normal(mean?: number, deviation?: number): number;
  normal(mean: number | undefined, deviation: number | undefined, shape: Shape): NDArray<'float64'>;
  normal(mean = 0, deviation = 1, shape?: Shape): unknown {
    finite(mean, 'mean');
    if (finite(deviation, 'deviation') < 0) {
      throw expected('ERR_CAST', 'deviation', 'a number of at least 0', deviation);
    }
    return this.#normal(DTYPES.float64, mean, deviation, shape);
  }

  /**
   * The integers below a number, or a copy of an array, with their parts along an axis shuffled.
   * Throws ERR_SHAPE, ERR_AXIS, ERR_DTYPE.
   */
  permutation(n: number | bigint): NDArray<'int64'>;
  permutation<T extends DTypeName>(x: NDArray<T>, options?: ShuffleOptions): NDArray<T>;
  permutation(x: ArrayLike, options?: ShuffleOptions): NDArray;
  permutation(x: ArrayLike, options: ShuffleOptions = {}): NDArray {
    checkOptions(options, SHUFFLE);
    const result =
      typeof x === 'object' && x !== null ? array(x, { order: 'C' }) : arange(lengthOf(x), INT64);
    return this.#shuffle(result, axisOf(options.axis ?? 0, result.ndim));
  }

  /**
   * Puts the parts of an array along an axis (0) in a random order, in place. A TypedArray is
   * shuffled in its own memory. Throws ERR_READ_ONLY, ERR_AXIS, ERR_DTYPE.
   */
  shuffle(x: NDArray | TypedArray, options: ShuffleOptions = {}): void {
    checkOptions(options, SHUFFLE);
    if (!(x instanceof NDArray) && !ArrayBuffer.isView(x)) {
      throw expected('ERR_DTYPE', 'x', 'an NDArray or a TypedArray', x);
    }
    const target = asArray(x);
    const axis = axisOf(options.axis ?? 0, target.ndim);
    checkWriteable(target, 'x');
    if (target.size > 0) this.#shuffle(target, axis);
  }

  #shuffle(x: NDArray, axis: number): NDArray {
    const { shape, strides, offset } = x.layout;
    const first = <T>(of: readonly T[]) => [of[axis]!, ...of.filter((_, i) => i !== axis)];
    const target = x.storage.forNative(true);
    const layout = { shape: first(shape), strides: first(strides), offset };
    describeExtent(0, new Extent(x.storage, layout, x.type, true));
    native.generatorShuffle(this.#state, target);
    return x;
  }

  /** Generators whose streams are independent of this one and of each other. Throws ERR_SHAPE. */
  spawn(n: number): Generator[] {
    if (!Number.isSafeInteger(n) || n < 0 || n > 2 ** 32 - 1) {
      throw expected('ERR_SHAPE', 'n', 'an integer from 0 to 2^32 - 1', n);
    }
    return this.#seeds.spawn(n).map((seeds) => new Generator(seeds));
  }

  toString(): string {
    return 'Generator(PCG64)';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/**
 * A generator of the stream that NumPy's `default_rng` gives for a seed: an integer of any size, or
 * an array of them (in C order). Without one, the operating system gives 128 bits. A generator is
 * given back as it is. Not for cryptography: whoever sees some draws can tell the next. Throws
 * ERR_CAST.
 */
export function defaultRng(seed?: Seed | NDArray | Generator | null): Generator {
  if (seed instanceof Generator) return seed;
  return new Generator(SeedSequence.of(seed instanceof NDArray ? seed.ravel().toArray() : seed));
}
