/** What every side is told of a case: plain values that can be sent and kept. */

export const DTYPES = [
  'float64',
  'float32',
  'int64',
  'uint64',
  'int32',
  'uint32',
  'int16',
  'uint16',
  'int8',
  'uint8',
  'bool',
] as const;

export type DTypeName = (typeof DTYPES)[number];

export const ITEMSIZE: Readonly<Record<DTypeName, number>> = {
  float64: 8,
  float32: 4,
  int64: 8,
  uint64: 8,
  int32: 4,
  uint32: 4,
  int16: 2,
  uint16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
};

/**
 * The bounds of random integers: all that a dtype has, but of the widest ones so many that a sum of
 * 10^8 fits. Floats have none: they are uniform in [0, 1).
 */
export const INTEGER_RANGES: Readonly<Partial<Record<DTypeName, readonly [number, number]>>> = {
  int64: [-(2 ** 36), 2 ** 36],
  uint64: [0, 2 ** 36],
  int32: [-(2 ** 31), 2 ** 31],
  uint32: [0, 2 ** 32],
  int16: [-(2 ** 15), 2 ** 15],
  uint16: [0, 2 ** 16],
  int8: [-(2 ** 7), 2 ** 7],
  uint8: [0, 2 ** 8],
  bool: [0, 2],
};

/**
 * How an array is filled, from NumPy's legacy stream:
 * - random: uniform numbers, or integers from the dtype's range
 * - centred: random, each column less its mean
 * - antisymmetric: random, and the negative of itself when either axis is turned round
 * - nearOne: random, between 1 - 2^-8 and 1 + 2^-8
 * - signs: 1 and -1
 * - falsy: zeros, each of which was written
 */
export type Data = 'random' | 'centred' | 'antisymmetric' | 'nearOne' | 'signs' | 'falsy';

/** How the array that is timed looks at the one that was filled. Exactly one key is there. */
export interface View {
  readonly slice?: readonly string[];
  readonly transpose?: readonly number[];
  readonly broadcastTo?: readonly number[];
  /** The elements lie so many bytes from an aligned address. */
  readonly shiftedBytes?: number;
}

/** All that makes an array, and what is done with it. */
export interface Facts {
  /** A name in the tables of operations of ops.ts and numpy_side.py. */
  readonly op: string;
  readonly dtype: DTypeName;
  /** Of the array that is filled. */
  readonly shape: readonly number[];
  readonly order: 'C' | 'F';
  readonly axis: number | readonly number[] | null;
  readonly view: View | null;
  readonly data: Data;
  /** Of the array that is written to, where one is: its shape is that of the one that is read. */
  readonly into: { readonly dtype: DTypeName; readonly order: 'C' | 'F' } | null;
  /** Bounds of random integers. */
  readonly range: readonly [number, number] | null;
}

/** How often the speed of NumPy, or how much of the limit, with one thread and with all. */
export interface Targets {
  readonly one?: number;
  readonly all?: number;
  readonly limitOne?: number;
  readonly limitAll?: number;
}

/** The geometric mean over a group of how often the speed of NumPy. */
export type GroupTargets = Pick<Targets, 'one' | 'all'>;

export interface Case {
  readonly name: string;
  readonly group: string;
  readonly facts: Facts;
  readonly targets: Targets;
}

/** Every side draws its numbers after this seed. */
export const SEED = 1234;
