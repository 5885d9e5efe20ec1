/** The public names, and nothing else. */

export { type ArrayLike, NDArray } from './array';
export type { Base } from './array-facts';
export type { ReduceOptions } from './array-reductions';
export type { Casting } from './casting';
export {
  type ArrayOptions,
  array,
  arrayAsync,
  asArray,
  asContiguousArray,
  asContiguousArrayAsync,
  asFortranArray,
  asFortranArrayAsync,
  type CreateOptions,
  empty,
  emptyLike,
  fromJSON,
  full,
  fullLike,
  type LikeOptions,
  ones,
  onesLike,
  zeros,
  zerosLike,
} from './create';
export type { DTypeName, Scalar, ScalarOf, TypedArray } from './dtype';
export type { ErrorCode, StridedError } from './errors';
export type { Flags } from './flags';
export {
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
} from './functions';
export type { FloatOptions, Generator, IntegersOptions, ShuffleOptions } from './generator';
export type { AsyncOptions } from './jobs';
export type { JSONArray } from './json';
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
export { arange, type EyeOptions, eye, type LinspaceOptions, linspace } from './ranges';
export {
  type AsyncReduction,
  all,
  allAsync,
  any,
  anyAsync,
  argmax,
  argmaxAsync,
  argmin,
  argminAsync,
  countNonzero,
  countNonzeroAsync,
  max,
  maxAsync,
  mean,
  meanAsync,
  min,
  minAsync,
  prod,
  prodAsync,
  type Reduction,
  sum,
  sumAsync,
} from './reduction-functions';
export {
  type RequireOptions,
  requireArray as require,
  requireArrayAsync as requireAsync,
} from './require';
export type { Seed } from './seed-sequence';
export type { Index } from './slice';
export {
  type AsStridedOptions,
  asStrided,
  broadcastArrays,
  broadcastShapes,
  byteBounds,
} from './stride-tricks';
