/** The reductions as functions, of anything that is like an array. */

import type { ArrayLike, NDArray } from './array';
import type { ReduceOptions } from './array-reductions';
import { asArray } from './create';
import type { Scalar } from './dtype';
import type { AsyncOptions } from './jobs';
import type { ReductionName } from './reductions';

/** A reduction of an array, or of what can be made one: see the method of {@link NDArray}. */
export type Reduction = (x: ArrayLike, options?: ReduceOptions) => Scalar | NDArray;

/** The same as a job. */
export type AsyncReduction = (
  x: ArrayLike,
  options?: ReduceOptions & AsyncOptions,
) => Promise<Scalar | NDArray>;

const now =
  (name: ReductionName): Reduction =>
  (x, options) =>
    asArray(x)[name](options);

const later =
  (name: ReductionName): AsyncReduction =>
  async (x, options) =>
    asArray(x)[`${name}Async`](options);

/** {@link NDArray.sum} of anything that is like an array. */
export const sum = now('sum');
/** {@link NDArray.sumAsync} of anything that is like an array. */
export const sumAsync = later('sum');

/** {@link NDArray.mean} of anything that is like an array. */
export const mean = now('mean');
/** {@link NDArray.meanAsync} of anything that is like an array. */
export const meanAsync = later('mean');

/** {@link NDArray.prod} of anything that is like an array. */
export const prod = now('prod');
/** {@link NDArray.prodAsync} of anything that is like an array. */
export const prodAsync = later('prod');

/** {@link NDArray.min} of anything that is like an array. */
export const min = now('min');
/** {@link NDArray.minAsync} of anything that is like an array. */
export const minAsync = later('min');

/** {@link NDArray.max} of anything that is like an array. */
export const max = now('max');
/** {@link NDArray.maxAsync} of anything that is like an array. */
export const maxAsync = later('max');

/** {@link NDArray.argmin} of anything that is like an array. */
export const argmin = now('argmin');
/** {@link NDArray.argminAsync} of anything that is like an array. */
export const argminAsync = later('argmin');

/** {@link NDArray.argmax} of anything that is like an array. */
export const argmax = now('argmax');
/** {@link NDArray.argmaxAsync} of anything that is like an array. */
export const argmaxAsync = later('argmax');

/** {@link NDArray.any} of anything that is like an array. */
export const any = now('any');
/** {@link NDArray.anyAsync} of anything that is like an array. */
export const anyAsync = later('any');

/** {@link NDArray.all} of anything that is like an array. */
export const all = now('all');
/** {@link NDArray.allAsync} of anything that is like an array. */
export const allAsync = later('all');

/** {@link NDArray.countNonzero} of anything that is like an array. */
export const countNonzero = now('countNonzero');
/** {@link NDArray.countNonzeroAsync} of anything that is like an array. */
export const countNonzeroAsync = later('countNonzero');
