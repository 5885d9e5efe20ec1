/** The public names, and nothing else. */

export { type ArrayLike, type Base, NDArray, type ReduceOptions } from './array';
export type { Casting } from './casting';
export {
  type ArrayOptions,
  arange,
  array,
  asArray,
  asContiguousArray,
  asFortranArray,
  type CreateOptions,
  empty,
  emptyLike,
  full,
  type LikeOptions,
  ones,
  zeros,
  zerosLike,
} from './create';
export type { DTypeName, Scalar, ScalarOf, TypedArray } from './dtype';
export type { ErrorCode, StridedError } from './errors';
export type { Flags } from './flags';
export {
  asContiguousArrayAsync,
  asFortranArrayAsync,
  type CopyToOptions,
  copyTo,
  copyToAsync,
  getNumThreads,
  hasInternalOverlap,
  mayShareMemory,
  memoryUsage,
  type OverlapOptions,
  setNumThreads,
  sharesMemory,
  sum,
  sumAsync,
} from './functions';
export type { AsyncOptions } from './jobs';
export type { Order } from './layout';
export type { Nested } from './nested';
export {
  arrayRepr,
  arrayStr,
  getPrintOptions,
  type PrintOptions,
  setPrintOptions,
  withPrintOptions,
} from './print';
export { type RandintOptions, random } from './random';
export type { Index } from './slice';
