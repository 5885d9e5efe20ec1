import {
  assignElements,
  assignElementsAsync,
  copyOf,
  copyOfAsync,
  elementOf,
  fillElements,
} from './assign';
import { type Casting, castingOf } from './casting';
import {
  DTYPES,
  type DType,
  type DTypeName,
  dtypeOf,
  type Scalar,
  type ScalarOf,
  type TypedArray,
} from './dtype';
import { expected, failure, show } from './errors';
import { checkWriteable, Extent } from './extent';
import { Flags } from './flags';
import { type AsyncOptions, signalOf } from './jobs';
import {
  contiguousStrides,
  isAligned,
  isContiguous,
  type Layout,
  type Order,
  orderedStrides,
  orderOf,
  reshapedStrides,
  resolveShape,
  sizeOf,
  transposed,
} from './layout';
import { elementsOf, isScalar, type Nested, toElement } from './nested';
import { checkOptions, flagOf } from './options';
import { arrayRepr, arrayStr } from './print';
import { type ReduceOptionsOf, sum, sumAsync } from './reduce';
import { type Index, positionOf, sliced } from './slice';
import { Storage } from './storage';

/** What can be assigned to an array or made one: an array, a TypedArray, scalars in nested arrays. */
export type ArrayLike = NDArray | TypedArray | Nested;

/** Options of a reduction such as {@link NDArray.sum}. */
export type ReduceOptions = ReduceOptionsOf<NDArray>;

/** The owner of memory that an array looks at. */
export type Base = NDArray | ArrayBufferLike | ArrayBufferView;

/** An n-dimensional array: a shape, strides and an offset over a storage. */
export class NDArray<T extends DTypeName = DTypeName> extends Extent {
  readonly #base: Base | null;
  readonly #size: number;
  #shape: readonly number[] | undefined;
  #strides: readonly number[] | undefined;

  private constructor(
    storage: Storage,
    layout: Layout,
    type: DType,
    writeable: boolean,
    base: Base | null,
  ) {
    super(storage, layout, type, writeable);
    this.#base = base;
    this.#size = sizeOf(layout.shape);
  }

  /** @internal An array of its own memory. */
  static owner<T extends DTypeName>({ storage, layout, type }: Extent): NDArray<T> {
    return new NDArray<T>(storage, layout, type, true, null);
  }

  /** @internal The elements of a user's buffer, of which `base` is the part that was given. */
  static over(base: ArrayBufferLike | ArrayBufferView, type: DType): NDArray {
    const whole = ArrayBuffer.isView(base) ? base.buffer : base;
    const start = ArrayBuffer.isView(base) ? base.byteOffset : 0;
    const length = Math.floor(base.byteLength / type.itemsize);
    const storage = Storage.over(whole, start, base.byteLength);
    const layout = { shape: [length], strides: [type.itemsize], offset: 0 };
    return new NDArray(storage, layout, type, true, base);
  }

  #view<U extends DTypeName = T>(layout: Layout, writeable = this.writeable): NDArray<U> {
    return new NDArray<U>(this.storage, layout, this.type, writeable, this.#base ?? this);
  }

  /** The name of the elements' type. */
  get dtype(): T {
    return this.type.name as T;
  }
  /** Sizes along the axes. */
  get shape(): readonly number[] {
    this.#shape ??= Object.freeze(this.layout.shape.slice());
    return this.#shape;
  }
  /** Bytes from one element to the next along each axis. */
  get strides(): readonly number[] {
    this.#strides ??= Object.freeze(this.layout.strides.slice());
    return this.#strides;
  }
  /** Number of axes. */
  get ndim(): number {
    return this.layout.shape.length;
  }
  /** Number of elements. */
  get size(): number {
    return this.#size;
  }
  /** Bytes of one element. */
  get itemsize(): number {
    return this.type.itemsize;
  }
  /** Bytes of all elements. */
  get nbytes(): number {
    return this.#size * this.type.itemsize;
  }
  /** Bytes from the start of the storage to the element whose indices are all 0. */
  get offset(): number {
    return this.layout.offset;
  }
  /** The ultimate owner of the memory; null when this array owns it. */
  get base(): Base | null {
    return this.#base;
  }
  /** How the array lies in memory, and what may be done with it. */
  get flags(): Flags {
    const { layout, type } = this;
    return new Flags(
      isContiguous(layout, type.itemsize, 'C'),
      isContiguous(layout, type.itemsize, 'F'),
      this.#base === null,
      this.writeable,
      isAligned(layout, type.itemsize, this.storage.start),
      false,
    );
  }

  /**
   * Makes the array read-only, or writeable again. A view is writeable only if its base is.
   * Throws ERR_READ_ONLY.
   */
  setFlags(flags: { readonly writeable?: boolean }): this {
    checkOptions(flags, 'flags');
    const writeable = flagOf(flags.writeable, 'writeable', undefined);
    if (writeable === undefined) return this;
    if (writeable && this.#base instanceof NDArray && !this.#base.writeable) {
      throw failure(
        'ERR_READ_ONLY',
        'writeable: expected false, as the base of this view is read-only, received true',
      );
    }
    this.writeable = writeable;
    return this;
  }

  /** The byte of an element, `count` of the indices being its. */
  #locate(index: readonly unknown[], count: number): number {
    const { shape, strides } = this.layout;
    if (count !== shape.length) {
      throw failure(
        'ERR_INDEX',
        `index: expected ${shape.length} integers for ${shape.length} axes, received ${count}`,
      );
    }
    let at = this.layout.offset;
    for (let i = 0; i < count; i++) {
      at += positionOf(index[i], shape[i]!, i) * strides[i]!;
    }
    return at;
  }

  /** The element at an index for each axis; negative counts from the end. Throws ERR_INDEX. */
  get(...index: number[]): ScalarOf<T> {
    return this.storage.read(this.type, this.#locate(index, index.length)) as ScalarOf<T>;
  }

  /**
   * Sets the element at an index for each axis to the value that comes last.
   * Throws ERR_INDEX, ERR_CAST when the dtype does not hold the value, ERR_READ_ONLY.
   */
  set(...indexThenValue: [...index: number[], value: Scalar]): this {
    checkWriteable(this, 'this array');
    const count = Math.max(0, indexThenValue.length - 1);
    const at = this.#locate(indexThenValue, count);
    this.storage.write(this.type, at, toElement(indexThenValue[count], this.type));
    return this;
  }

  /** The one element of an array of size 1. Throws ERR_SHAPE. */
  item(): ScalarOf<T> {
    if (this.#size !== 1) {
      throw expected('ERR_SHAPE', 'this array', 'one element', this.layout.shape.slice());
    }
    return this.storage.read(this.type, this.layout.offset) as ScalarOf<T>;
  }

  /**
   * A view of some elements, always. An integer picks one place of an axis, `'start:stop:step'` a
   * range as in Python, `'...'` stands for all axes left over, `null` adds an axis of size 1.
   * Throws ERR_INDEX.
   */
  slice(...index: Index[]): NDArray<T> {
    return this.#view(sliced(this.layout, index));
  }

  /**
   * Writes a value to all elements: a scalar, or anything whose shape broadcasts to this one's. The
   * result is as if the value had been copied first. Arrays are cast by the rule `'same_kind'`, and
   * integers and scalars must fit; `casting: 'unsafe'` forces them.
   * Throws ERR_READ_ONLY, ERR_BROADCAST, ERR_CAST, and then nothing has changed.
   */
  assign(value: ArrayLike, options: { readonly casting?: Casting } = {}): this {
    checkOptions(options);
    const casting = castingOf(options.casting ?? 'same_kind');
    if (isScalar(value)) {
      checkWriteable(this, 'this array');
      fillElements(this, toElement(value, this.type, casting));
    } else {
      const source = value instanceof NDArray ? value : fromElements(value, this.type, casting);
      assignElements(this, source, casting);
    }
    return this;
  }

  /**
   * {@link assign} on the pool's threads, while JavaScript goes on; errors reject. Until the promise
   * settles, what reads or writes the elements waits. An abort comes before all writing, or too late.
   */
  async assignAsync(
    value: ArrayLike,
    options: { readonly casting?: Casting } & AsyncOptions = {},
  ): Promise<this> {
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

  #ordered(type: DType, order: Order): number[] {
    return orderedStrides(this.layout.shape, type, order, this.layout, this.type.itemsize);
  }

  /** A copy in memory of its own, in C order unless told otherwise. */
  copy(options: { readonly order?: Order } = {}): NDArray<T> {
    checkOptions(options);
    const order = orderOf(options.order ?? 'C', 'CFAK');
    return NDArray.owner(copyOf(this, this.type, this.#ordered(this.type, order), 'no'));
  }

  /** {@link copy} on the pool's threads, while JavaScript goes on; errors reject. */
  async copyAsync(options: { readonly order?: Order } & AsyncOptions = {}): Promise<NDArray<T>> {
    checkOptions(options);
    const signal = signalOf(options);
    const order = orderOf(options.order ?? 'C', 'CFAK');
    const strides = this.#ordered(this.type, order);
    return NDArray.owner(await copyOfAsync(this, this.type, strides, 'no', signal));
  }

  /**
   * The elements as another dtype, in memory of its own unless `copy: false` and nothing is to be
   * done. Throws ERR_CAST for what the rule (`'same_kind'`) does not allow or does not fit.
   */
  asType<U extends DTypeName>(
    dtype: U,
    options: { readonly order?: Order; readonly casting?: Casting; readonly copy?: boolean } = {},
  ): NDArray<U> {
    checkOptions(options);
    const type = dtypeOf(dtype);
    const order = orderOf(options.order ?? 'K', 'CFAK');
    const casting = castingOf(options.casting ?? 'same_kind');
    if (!flagOf(options.copy, 'copy', true) && type === this.type && this.#isIn(order)) {
      return this as unknown as NDArray<U>;
    }
    return NDArray.owner(copyOf(this, type, this.#ordered(type, order), casting));
  }

  /** {@link asType} on the pool's threads, while JavaScript goes on; errors reject. */
  async asTypeAsync<U extends DTypeName>(
    dtype: U,
    options: {
      readonly order?: Order;
      readonly casting?: Casting;
      readonly copy?: boolean;
    } & AsyncOptions = {},
  ): Promise<NDArray<U>> {
    checkOptions(options);
    const signal = signalOf(options);
    const type = dtypeOf(dtype);
    const order = orderOf(options.order ?? 'K', 'CFAK');
    const casting = castingOf(options.casting ?? 'same_kind');
    if (!flagOf(options.copy, 'copy', true) && type === this.type && this.#isIn(order)) {
      return this as unknown as NDArray<U>;
    }
    const strides = this.#ordered(type, order);
    return NDArray.owner(await copyOfAsync(this, type, strides, casting, signal));
  }

  #isIn(order: Order): boolean {
    const { itemsize } = this.type;
    if (order === 'K') return true;
    const f = isContiguous(this.layout, itemsize, 'F');
    return order === 'F' ? f : isContiguous(this.layout, itemsize, 'C') || (order === 'A' && f);
  }

  /**
   * The same elements in another shape, of which one size may be -1; `order` says in which order
   * they are read and laid out. A view when one exists; `copy: false` throws ERR_SHAPE when none
   * does, `copy: true` always copies.
   */
  reshape(
    shape: number | readonly number[],
    options: { readonly order?: 'C' | 'F' | 'A'; readonly copy?: boolean } = {},
  ): NDArray<T> {
    checkOptions(options);
    const copy = flagOf(options.copy, 'copy', undefined);
    const asked = orderOf(options.order ?? 'C', 'CFA');
    const sizes = resolveShape(shape, this.#size);
    const { layout, type } = this;
    const f = asked === 'A' && this.flags.fContiguous && !this.flags.cContiguous;
    const order = asked === 'F' || f ? 'F' : 'C';
    const strides = reshapedStrides(layout, sizes, type.itemsize, order);
    if (strides !== null && copy !== true) {
      return this.#view({ shape: sizes, strides, offset: layout.offset });
    }
    if (copy === false) {
      throw failure(
        'ERR_SHAPE',
        `shape: expected one that a view can have (copy: false), received ${show(sizes)} for an ` +
          `array of shape ${show(layout.shape.slice())} and strides ${show(layout.strides.slice())}`,
      );
    }
    const flat = contiguousStrides(layout.shape, type.itemsize, order);
    const { storage } = copyOf(this, type, flat, 'no');
    const fresh = contiguousStrides(sizes, type.itemsize, order);
    return NDArray.owner(
      new Extent(storage, { shape: sizes, strides: fresh, offset: 0 }, type, true),
    );
  }

  /** The elements along one axis; a view when one exists. */
  ravel(options: { readonly order?: 'C' | 'F' | 'A' } = {}): NDArray<T> {
    return this.reshape([this.#size], options);
  }

  /** A view with the axes in another order, by default the reverse. Throws ERR_AXIS. */
  transpose(axes?: readonly number[] | null): NDArray<T> {
    return this.#view(transposed(this.layout, axes));
  }

  /** The view with the axes in reverse order. */
  get T(): NDArray<T> {
    return this.transpose();
  }

  /**
   * The sum along axes, correctly rounded for floats and exact for integers: a scalar for all axes,
   * else (and with `keepdims` or `out`) an array. bool and signed integers give int64, unsigned ones uint64, floats their own.
   * Throws ERR_AXIS, ERR_INT_OVERFLOW, ERR_CAST, ERR_SHAPE.
   */
  sum(options: ReduceOptions = {}): Scalar | NDArray {
    return asResult(sum(this, options));
  }

  /** {@link sum} on the pool's threads, while JavaScript goes on; errors reject. */
  async sumAsync(options: ReduceOptions & AsyncOptions = {}): Promise<Scalar | NDArray> {
    return asResult(await sumAsync(this, options));
  }

  /** The elements in nested arrays; the bare element of an array without axes. */
  toArray(): Nested {
    const { shape } = this.layout;
    const elements = this.toTypedArray();
    let next = 0;
    const nest = (axis: number): Nested => {
      if (axis === shape.length) {
        const element = elements[next++]!;
        return this.type === DTYPES.bool ? element !== 0 : element;
      }
      return Array.from({ length: shape[axis]! }, () => nest(axis + 1));
    };
    return nest(0);
  }

  /** A copy of the elements in C order, as a TypedArray (a Uint8Array for bool). */
  toTypedArray(): TypedArray {
    const { layout, type } = this;
    let typed: TypedArray;
    try {
      typed = new type.typedArray(this.#size);
    } catch {
      throw expected('ERR_SHAPE', 'this array', 'elements that a TypedArray can hold', this.#size);
    }
    const { storage } = NDArray.over(typed, type);
    const strides = contiguousStrides(layout.shape, type.itemsize, 'C');
    const target = new Extent(storage, { shape: layout.shape, strides, offset: 0 }, type, true);
    assignElements(target, this, 'no');
    return typed;
  }

  /**
   * The elements in their own memory, in memory order, as a TypedArray that shares it. Throws
   * ERR_SHAPE when they are not contiguous, not aligned or too many, ERR_READ_ONLY.
   */
  asTypedArray(): TypedArray {
    checkWriteable(this, 'this array');
    const { cContiguous, fContiguous, aligned } = this.flags;
    if (!aligned || (!cContiguous && !fContiguous)) {
      throw expected(
        'ERR_SHAPE',
        'this array',
        'contiguous and aligned elements',
        `strides of ${show(this.layout.strides.slice())}`,
      );
    }
    const typed = this.storage.typedArray(this.type, this.layout.offset, this.#size);
    if (typed === undefined) {
      throw expected('ERR_SHAPE', 'this array', 'a storage of at most 2^32 bytes', this.nbytes);
    }
    return typed;
  }

  /**
   * Frees the memory that this array owns, once no job uses it; the array and its views then throw
   * ERR_RELEASED. A view owns nothing: for it, nothing happens.
   */
  dispose(): void {
    if (this.#base === null) this.storage.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** NumPy's `str` of the array. */
  override toString(): string {
    return arrayStr(this);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    if (this.storage.block.released) return `array(<released>, shape=(${this.shape.join(', ')}))`;
    return arrayRepr(this);
  }
}

function asResult(result: Scalar | Extent): Scalar | NDArray {
  if (!(result instanceof Extent)) return result;
  return result instanceof NDArray ? result : NDArray.owner(result);
}

/** @internal What is written for a value, for as long as a job takes. */
export function sourceOf(
  value: ArrayLike,
  type: DType,
  casting: Casting,
  argument = 'value',
): Extent {
  if (isScalar(value)) return elementOf(type, toElement(value, type, casting, argument));
  return value instanceof NDArray ? value : fromElements(value, type, casting);
}

/** @internal A C-order array of nested arrays' scalars or of a TypedArray's elements. */
export function fromElements(value: unknown, type: DType, casting: Casting): Extent {
  const { shape, elements, elementType } = elementsOf(value, type, casting);
  const { storage } = NDArray.over(elements, elementType);
  const strides = contiguousStrides(shape, elementType.itemsize, 'C');
  return new Extent(storage, { shape, strides, offset: 0 }, elementType, false);
}
