/** The reductions that an array has as methods. */

import type { NDArray } from './array';
import { ArrayViews } from './array-views';
import type { DTypeName, Scalar } from './dtype';
import { Extent } from './extent';
import type { AsyncOptions } from './jobs';
import { type ReduceOptionsOf, reduce, reduceAsync } from './reduce';
import { REDUCTIONS, type Row } from './reductions';

/** Options of a reduction such as {@link NDArray.sum}. */
export type ReduceOptions = ReduceOptionsOf<NDArray>;

/**
 * The reductions of an array along axes. Each gives a scalar for all axes, else (and with `keepdims`
 * or `out`) an array, and has a twin that runs on the pool's threads, while JavaScript goes on, and
 * whose errors reject. An option that a reduction does not have is ERR_SHAPE.
 */
export abstract class ArrayReductions<T extends DTypeName = DTypeName> extends ArrayViews<T> {
  /** @internal An array of a result's memory. */
  protected abstract own<U extends DTypeName>(result: Extent): NDArray<U>;

  private asResult(result: Scalar | Extent): Scalar | NDArray {
    if (!(result instanceof Extent)) return result;
    return result instanceof ArrayReductions ? (result as NDArray) : this.own(result);
  }

  /** @internal */
  private reduce(row: Row, options: ReduceOptions): Scalar | NDArray {
    return this.asResult(reduce(row, this, options));
  }

  /** @internal */
  private async reduceAsync(
    row: Row,
    options: ReduceOptions & AsyncOptions,
  ): Promise<Scalar | NDArray> {
    return this.asResult(await reduceAsync(row, this, options));
  }

  /**
   * The sum, correctly rounded for floats and exact for integers. bool and signed integers give
   * int64, unsigned ones uint64, floats their own dtype; of no elements it is 0.
   * Throws ERR_AXIS, ERR_INT_OVERFLOW, ERR_CAST, ERR_SHAPE.
   */
  sum(options: ReduceOptions = {}): Scalar | NDArray {
    return this.reduce(REDUCTIONS.sum, options);
  }

  /** {@link sum} as a job. */
  sumAsync(options: ReduceOptions & AsyncOptions = {}): Promise<Scalar | NDArray> {
    return this.reduceAsync(REDUCTIONS.sum, options);
  }

  /**
   * The exact sum divided by the number of elements, rounded once: float64 for integers, else the
   * float's own dtype. Of no elements it is NaN. There is no `initial`.
   * Throws ERR_AXIS, ERR_CAST, ERR_SHAPE.
   */
  mean(options: ReduceOptions = {}): Scalar | NDArray {
    return this.reduce(REDUCTIONS.mean, options);
  }

  /** {@link mean} as a job. */
  meanAsync(options: ReduceOptions & AsyncOptions = {}): Promise<Scalar | NDArray> {
    return this.reduceAsync(REDUCTIONS.mean, options);
  }

  /**
   * The product: exact for integers, whose dtypes are those of {@link sum}; that of floats is rounded
   * after each multiplication, in an order that depends on the layout and the CPU's vectors, but not
   * on the number of threads. Of no elements it is 1.
   * Throws ERR_AXIS, ERR_INT_OVERFLOW, ERR_CAST, ERR_SHAPE.
   */
  prod(options: ReduceOptions = {}): Scalar | NDArray {
    return this.reduce(REDUCTIONS.prod, options);
  }

  /** {@link prod} as a job. */
  prodAsync(options: ReduceOptions & AsyncOptions = {}): Promise<Scalar | NDArray> {
    return this.reduceAsync(REDUCTIONS.prod, options);
  }

  /**
   * The least element: NaN where there is one, and -0 rather than +0. Of no elements there is none
   * without `initial`, nor with `where`. There is no `dtype`.
   * Throws ERR_AXIS, ERR_CAST, ERR_SHAPE.
   */
  min(options: ReduceOptions = {}): Scalar | NDArray {
    return this.reduce(REDUCTIONS.min, options);
  }

  /** {@link min} as a job. */
  minAsync(options: ReduceOptions & AsyncOptions = {}): Promise<Scalar | NDArray> {
    return this.reduceAsync(REDUCTIONS.min, options);
  }

  /**
   * The greatest element: NaN where there is one, and +0 rather than -0. Of no elements there is none
   * without `initial`, nor with `where`. There is no `dtype`.
   * Throws ERR_AXIS, ERR_CAST, ERR_SHAPE.
   */
  max(options: ReduceOptions = {}): Scalar | NDArray {
    return this.reduce(REDUCTIONS.max, options);
  }

  /** {@link max} as a job. */
  maxAsync(options: ReduceOptions & AsyncOptions = {}): Promise<Scalar | NDArray> {
    return this.reduceAsync(REDUCTIONS.max, options);
  }

  /**
   * Where the least element is first: its index along one axis, or among all elements in C order,
   * as int64 (a bigint). NaN is less than all, zeros are equal. `axis` is one axis.
   * Throws ERR_AXIS, ERR_SHAPE.
   */
  argmin(options: ReduceOptions = {}): Scalar | NDArray {
    return this.reduce(REDUCTIONS.argmin, options);
  }

  /** {@link argmin} as a job. */
  argminAsync(options: ReduceOptions & AsyncOptions = {}): Promise<Scalar | NDArray> {
    return this.reduceAsync(REDUCTIONS.argmin, options);
  }

  /**
   * Where the greatest element is first: its index along one axis, or among all elements in C order,
   * as int64 (a bigint). NaN is greater than all, zeros are equal. `axis` is one axis.
   * Throws ERR_AXIS, ERR_SHAPE.
   */
  argmax(options: ReduceOptions = {}): Scalar | NDArray {
    return this.reduce(REDUCTIONS.argmax, options);
  }

  /** {@link argmax} as a job. */
  argmaxAsync(options: ReduceOptions & AsyncOptions = {}): Promise<Scalar | NDArray> {
    return this.reduceAsync(REDUCTIONS.argmax, options);
  }

  /**
   * Whether any element is true: not zero. NaN is true. Of no elements it is false.
   * Throws ERR_AXIS, ERR_SHAPE.
   */
  any(options: ReduceOptions = {}): Scalar | NDArray {
    return this.reduce(REDUCTIONS.any, options);
  }

  /** {@link any} as a job. */
  anyAsync(options: ReduceOptions & AsyncOptions = {}): Promise<Scalar | NDArray> {
    return this.reduceAsync(REDUCTIONS.any, options);
  }

  /**
   * Whether all elements are true: not zero. NaN is true. Of no elements it is true.
   * Throws ERR_AXIS, ERR_SHAPE.
   */
  all(options: ReduceOptions = {}): Scalar | NDArray {
    return this.reduce(REDUCTIONS.all, options);
  }

  /** {@link all} as a job. */
  allAsync(options: ReduceOptions & AsyncOptions = {}): Promise<Scalar | NDArray> {
    return this.reduceAsync(REDUCTIONS.all, options);
  }

  /**
   * How many elements are not zero, as int64 (a bigint). NaN is not zero.
   * Throws ERR_AXIS, ERR_SHAPE.
   */
  countNonzero(options: ReduceOptions = {}): Scalar | NDArray {
    return this.reduce(REDUCTIONS.countNonzero, options);
  }

  /** {@link countNonzero} as a job. */
  countNonzeroAsync(options: ReduceOptions & AsyncOptions = {}): Promise<Scalar | NDArray> {
    return this.reduceAsync(REDUCTIONS.countNonzero, options);
  }
}
