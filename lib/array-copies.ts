/** What an array writes, and the copies that it makes of itself. */

import type { ArrayLike, NDArray } from './array';
import { ArrayReductions } from './array-reductions';
import {
  assignElements,
  assignElementsAsync,
  copyOf,
  copyOfAsync,
  fillElements,
  flatCopy,
} from './assign';
import { type Casting, castingOf } from './casting';
import { type DType, type DTypeName, dtypeOf, type Scalar } from './dtype';
import { passingElements, sourceOf } from './export';
import { checkWriteable, Extent } from './extent';
import { type AsyncOptions, signalOf } from './jobs';
import { isOrdered, type Order, orderedStrides, orderOf } from './layout';
import { isScalar, toElement } from './nested';
import { checkOptions, flagOf } from './options';

interface AssignOptions {
  /** The rule for casts of arrays; `'same_kind'` by default. */
  readonly casting?: Casting;
}

interface CopyOptions {
  /** The order of the copy's elements: C, F, either as the array has it (A), or its own (K). */
  readonly order?: Order;
}

interface AsTypeOptions extends CopyOptions, AssignOptions {
  /** False: the array itself when nothing is to be done. */
  readonly copy?: boolean;
}

function stridesIn(x: Extent, type: DType, order: Order): number[] {
  return orderedStrides(x.layout.shape, type, order, x.layout, x.type.itemsize);
}

/** The copy that a cast makes; undefined when nothing is to be done. */
function castRequest(x: Extent, dtype: DTypeName, options: AsTypeOptions) {
  checkOptions(options);
  const type = dtypeOf(dtype);
  const order = orderOf(options.order ?? 'K', 'CFAK');
  const casting = castingOf(options.casting ?? 'same_kind');
  const copy = flagOf(options.copy, 'copy', true);
  if (!copy && type === x.type && isOrdered(x.layout, type.itemsize, order)) return undefined;
  return { type, casting, strides: stridesIn(x, type, order) };
}

/**
 * The methods that write elements, and those that copy them. A twin runs on the pool's threads, while
 * JavaScript goes on, and its errors reject.
 */
export abstract class ArrayCopies<T extends DTypeName = DTypeName> extends ArrayReductions<T> {
  /**
   * Writes a value to all elements: a scalar, or anything whose shape broadcasts to this one's. The
   * result is as if the value had been copied first. Arrays are cast by the rule `'same_kind'`, and
   * integers and scalars must fit; `casting: 'unsafe'` forces them.
   * Throws ERR_READ_ONLY, ERR_BROADCAST, ERR_CAST, and then nothing has changed.
   */
  assign(value: ArrayLike, options: AssignOptions = {}): this {
    checkOptions(options);
    const casting = castingOf(options.casting ?? 'same_kind');
    if (isScalar(value)) {
      checkWriteable(this, 'this array');
      fillElements(this, toElement(value, this.type, casting));
    } else {
      const source = value instanceof Extent ? value : passingElements(value, this.type, casting);
      assignElements(this, source, casting);
    }
    return this;
  }

  /**
   * {@link assign} as a job. Until the promise settles, what reads or writes the elements waits. An
   * abort comes before all writing, or too late.
   */
  async assignAsync(value: ArrayLike, options: AssignOptions & AsyncOptions = {}): Promise<this> {
    checkOptions(options);
    const signal = signalOf(options);
    const casting = castingOf(options.casting ?? 'same_kind');
    checkWriteable(this, 'this array');
    await assignElementsAsync(this, sourceOf(value, this.type, casting), casting, signal);
    return this;
  }

  /** Writes a scalar to all elements. Throws ERR_READ_ONLY, ERR_CAST. */
  fill(value: Scalar): this {
    checkWriteable(this, 'this array');
    fillElements(this, toElement(value, this.type));
    return this;
  }

  /** A copy in memory of its own, in C order unless told otherwise. */
  copy(options: CopyOptions = {}): NDArray<T> {
    checkOptions(options);
    const order = orderOf(options.order ?? 'C', 'CFAK');
    return this.own(copyOf(this, this.type, stridesIn(this, this.type, order), 'no'));
  }

  /** {@link copy} as a job. */
  async copyAsync(options: CopyOptions & AsyncOptions = {}): Promise<NDArray<T>> {
    checkOptions(options);
    const signal = signalOf(options);
    const order = orderOf(options.order ?? 'C', 'CFAK');
    const strides = stridesIn(this, this.type, order);
    return this.own(await copyOfAsync(this, this.type, strides, 'no', signal));
  }

  /** A copy of the elements along one axis, read in an order (K: as they lie in memory). */
  flatten(options: CopyOptions = {}): NDArray<T> {
    checkOptions(options);
    const order = orderOf(options.order ?? 'C', 'CFAK');
    return this.own(flatCopy(this, order));
  }

  /**
   * The elements as another dtype, in memory of its own unless `copy: false` and nothing is to be
   * done. Throws ERR_CAST for what the rule (`'same_kind'`) does not allow or does not fit.
   */
  asType<U extends DTypeName>(dtype: U, options: AsTypeOptions = {}): NDArray<U> {
    const request = castRequest(this, dtype, options);
    if (request === undefined) return this as ArrayCopies as NDArray<U>;
    return this.own(copyOf(this, request.type, request.strides, request.casting));
  }

  /** {@link asType} as a job. */
  async asTypeAsync<U extends DTypeName>(
    dtype: U,
    options: AsTypeOptions & AsyncOptions = {},
  ): Promise<NDArray<U>> {
    checkOptions(options);
    const signal = signalOf(options);
    const request = castRequest(this, dtype, options);
    if (request === undefined) return this as ArrayCopies as NDArray<U>;
    const { type, strides, casting } = request;
    return this.own(await copyOfAsync(this, type, strides, casting, signal));
  }
}
