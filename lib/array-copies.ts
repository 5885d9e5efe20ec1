/** What an array writes, the copies that it makes of itself, and the views that may be copies. */

import type { ArrayLike, NDArray } from './array';
import { ArrayReductions } from './array-reductions';
import {
  assignElements,
  assignElementsAsync,
  type CopyRequest,
  copyInShape,
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
import { isDense, isOrdered, type Order, orderAfter, orderedStrides, orderOf } from './layout';
import { isScalar, toElement } from './nested';
import { checkOptions, flagOf, optionNames } from './options';
import { isShape, notAView, reshapedStrides, resolveShape } from './reshape';

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

interface ReshapeOptions {
  /** The order in which elements are read and laid out. */
  readonly order?: 'C' | 'F' | 'A';
  /** False: a view or an error. True: always a copy. */
  readonly copy?: boolean;
}

const ASSIGN = optionNames<AssignOptions>('casting');
const COPY = optionNames<CopyOptions>('order');
const AS_TYPE = optionNames<AsTypeOptions>('order', 'casting', 'copy');
const RESHAPE = optionNames<ReshapeOptions>('order', 'copy');

/** What is asked for: an array that is there, or a copy that is still to be made. */
export type Wanted<T extends DTypeName> = NDArray<T> | CopyRequest;

function stridesIn(x: Extent, type: DType, order: Order): number[] {
  return orderedStrides(x.layout.shape, type, order, x.layout, x.type.itemsize);
}

function copying(x: Extent, options: CopyOptions): CopyRequest {
  checkOptions(options, COPY);
  const order = orderOf(options.order ?? 'C', 'CFAK');
  return { source: x, type: x.type, strides: stridesIn(x, x.type, order), casting: 'no' };
}

function flattened(x: Extent, options: CopyOptions): CopyRequest {
  checkOptions(options, COPY);
  return flatCopy(x, orderOf(options.order ?? 'C', 'CFAK'));
}

/** What {@link ArrayCopies.asType} gives. */
export function cast<T extends DTypeName>(
  x: ArrayCopies,
  dtype: T,
  options: AsTypeOptions,
): Wanted<T> {
  checkOptions(options, AS_TYPE);
  const type = dtypeOf(dtype);
  const order = orderOf(options.order ?? 'K', 'CFAK');
  const casting = castingOf(options.casting ?? 'same_kind');
  const copy = flagOf(options.copy, 'copy', true);
  if (!copy && type === x.type && isOrdered(x.layout, type.itemsize, order)) {
    return x as NDArray<T>;
  }
  return { source: x, type, casting, strides: stridesIn(x, type, order) };
}

function reshaped<T extends DTypeName>(
  x: ArrayCopies<T>,
  shape: number | readonly number[],
  options: ReshapeOptions,
): Wanted<T> {
  checkOptions(options, RESHAPE);
  const copy = flagOf(options.copy, 'copy', undefined);
  const { layout, type } = x;
  const order = orderAfter(orderOf(options.order ?? 'C', 'CFA'), layout, type.itemsize);
  if (copy !== true && isShape(shape, layout.shape)) return x.derive(layout);
  const sizes = resolveShape(shape, x.size);
  const strides = copy === true ? null : reshapedStrides(layout, sizes, type.itemsize, order);
  if (strides !== null) return x.derive({ shape: sizes, strides, offset: layout.offset });
  if (copy === false) throw notAView(layout, sizes);
  return copyInShape(x, sizes, order);
}

function raveled<T extends DTypeName>(x: ArrayCopies<T>, options: CopyOptions): Wanted<T> {
  checkOptions(options, COPY);
  const { layout, type } = x;
  const asked = orderOf(options.order ?? 'C', 'CFAK');
  const order = asked === 'K' ? 'K' : orderAfter(asked, layout, type.itemsize);
  if (!isDense(layout, type.itemsize, order)) return flatCopy(x, order);
  return x.derive({ shape: [x.size], strides: [type.itemsize], offset: layout.offset });
}

/**
 * The methods that write elements, and those that copy them. A twin runs on the pool's threads, while
 * JavaScript goes on, and its errors reject; where no copy is needed, it resolves at once.
 */
export abstract class ArrayCopies<T extends DTypeName = DTypeName> extends ArrayReductions<T> {
  /** @internal */
  private made<U extends DTypeName>(wanted: Wanted<U>): NDArray<U> {
    return wanted instanceof Extent ? wanted : this.own(copyOf(wanted));
  }

  /** @internal */
  private async madeAsync<U extends DTypeName>(
    wanted: Wanted<U>,
    signal: AbortSignal | undefined,
  ): Promise<NDArray<U>> {
    return wanted instanceof Extent ? wanted : this.own(await copyOfAsync(wanted, signal));
  }

  /**
   * Writes a value to all elements: a scalar, or anything whose shape broadcasts to this one's. The
   * result is as if the value had been copied first. Arrays are cast by the rule `'same_kind'`, and
   * integers and scalars must fit; `casting: 'unsafe'` forces them.
   * Throws ERR_READ_ONLY, ERR_BROADCAST, ERR_CAST, and then nothing has changed.
   */
  assign(value: ArrayLike, options: AssignOptions = {}): this {
    checkOptions(options, ASSIGN);
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
    checkOptions(options, ASSIGN);
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
    return this.made<T>(copying(this, options));
  }

  /** {@link copy} as a job. */
  async copyAsync(options: CopyOptions & AsyncOptions = {}): Promise<NDArray<T>> {
    const signal = signalOf(options);
    return this.madeAsync<T>(copying(this, options), signal);
  }

  /** A copy of the elements along one axis, read in an order (K: as they lie in memory). */
  flatten(options: CopyOptions = {}): NDArray<T> {
    return this.made<T>(flattened(this, options));
  }

  /** {@link flatten} as a job. */
  async flattenAsync(options: CopyOptions & AsyncOptions = {}): Promise<NDArray<T>> {
    const signal = signalOf(options);
    return this.madeAsync<T>(flattened(this, options), signal);
  }

  /**
   * The elements as another dtype, in memory of its own unless `copy: false` and nothing is to be
   * done. Throws ERR_CAST for what the rule (`'same_kind'`) does not allow or does not fit.
   */
  asType<U extends DTypeName>(dtype: U, options: AsTypeOptions = {}): NDArray<U> {
    return this.made(cast(this as ArrayCopies, dtype, options));
  }

  /** {@link asType} as a job. */
  async asTypeAsync<U extends DTypeName>(
    dtype: U,
    options: AsTypeOptions & AsyncOptions = {},
  ): Promise<NDArray<U>> {
    const signal = signalOf(options);
    return this.madeAsync(cast(this as ArrayCopies, dtype, options), signal);
  }

  /**
   * The same elements in another shape, of which one size may be -1; `order` says in which order
   * they are read and laid out. A view when one exists; `copy: false` throws ERR_SHAPE when none
   * does, `copy: true` always copies.
   */
  reshape(shape: number | readonly number[], options: ReshapeOptions = {}): NDArray<T> {
    return this.made(reshaped(this, shape, options));
  }

  /** {@link reshape}, where a copy is a job. */
  async reshapeAsync(
    shape: number | readonly number[],
    options: ReshapeOptions & AsyncOptions = {},
  ): Promise<NDArray<T>> {
    const signal = signalOf(options);
    return this.madeAsync(reshaped(this, shape, options), signal);
  }

  /**
   * The elements along one axis, read in an order (K: as they lie in memory). A view when they lie
   * one after another in that order, else a copy, as in NumPy.
   */
  ravel(options: CopyOptions = {}): NDArray<T> {
    return this.made(raveled(this, options));
  }

  /** {@link ravel}, where a copy is a job. */
  async ravelAsync(options: CopyOptions & AsyncOptions = {}): Promise<NDArray<T>> {
    const signal = signalOf(options);
    return this.madeAsync(raveled(this, options), signal);
  }
}
