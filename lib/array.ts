import { ArrayCopies } from './array-copies';
import type { Base } from './array-facts';
import {
  DTYPES,
  type DType,
  type DTypeName,
  type Scalar,
  type ScalarOf,
  type TypedArray,
} from './dtype';
import { expected } from './errors';
import { nestedOf, typedCopyOf, typedCopyOfAsync, typedViewOf } from './export';
import { checkWriteable, type Extent, extentOver } from './extent';
import { keepHiddenClass } from './hidden-classes';
import { type Inspection, inspected } from './inspect';
import { type AsyncOptions, onlySignalOf } from './jobs';
import { type JSONArray, toJSON } from './json';
import type { Layout } from './layout';
import { type Nested, toElement } from './nested';
import { arrayStr, coloredRepr, tupleText } from './print';
import { placeOf } from './slice';
import type { Storage } from './storage';
import { discard, owedTo, resolve, resolveAsync } from './writeback';

const { imul } = Math;

/** What can be assigned to an array or made one: scalars, arrays, and iterables of them. */
export type ArrayLike = NDArray | Scalar | readonly ArrayLike[] | (object & Iterable<ArrayLike>);

/** An n-dimensional array: a shape, strides and an offset over a storage. */
export class NDArray<T extends DTypeName = DTypeName> extends ArrayCopies<T> {
  /** An array, of the class that its elements ask for. */
  private static made<T extends DTypeName>(
    storage: Storage,
    layout: Layout,
    type: DType,
    writeable: boolean,
    root: Base | null,
  ): NDArray<T> {
    const { scalar } = type;
    if (scalar === 'number') return new NDArray<T>(storage, layout, type, writeable, root);
    const made =
      scalar === 'bigint'
        ? new BigIntArray(storage, layout, type, writeable, root)
        : new BoolArray(storage, layout, type, writeable, root);
    return made as NDArray as NDArray<T>;
  }

  /** @internal An array of its own memory. */
  static owner<T extends DTypeName>({ storage, layout, type }: Extent): NDArray<T> {
    return NDArray.made<T>(storage, layout, type, true, null);
  }

  /** @internal The elements of a user's buffer, of which `base` is the part that was given. */
  static over(base: ArrayBufferLike | ArrayBufferView, type: DType): NDArray {
    const { storage, layout } = extentOver(base, type);
    return NDArray.made(storage, layout, type, true, base);
  }

  /** @internal */
  override derive<U extends DTypeName = T>(
    layout: Layout,
    type = this.type,
    writeable = this.writeable,
  ): NDArray<U> {
    return NDArray.made<U>(this.storage, layout, type, writeable, this.root ?? this);
  }

  /** @internal */
  protected override own<U extends DTypeName>(result: Extent): NDArray<U> {
    return NDArray.owner<U>(result);
  }

  /** The element at an index for each axis; negative counts from the end. Throws ERR_INDEX. */
  get(...index: number[]): ScalarOf<T>;
  get(i?: number, j?: number): ScalarOf<T> {
    const { cells } = this;
    const count = arguments.length;
    if (
      typeof i === 'number' &&
      (i | 0) === i &&
      i >>> 0 < (count === 2 ? cells.sizeOf2 : count === 1 ? cells.sizeOf1 : 0) >>> 0 &&
      (count === 1 || (typeof j === 'number' && (j | 0) === j && j >>> 0 < cells.size1 >>> 0))
    ) {
      const start = (cells.first + imul(i, cells.step0)) | 0;
      const place = count === 1 ? start : (start + imul(j!, cells.step1)) | 0;
      if (cells.freeDoubles) {
        const element = cells.doubles[place];
        if (element !== undefined) return element as ScalarOf<T>;
      } else if (cells.free) {
        const element = cells.numberAt(place);
        if (element !== undefined) return element as ScalarOf<T>;
      }
    }
    return +this.getOfMore(...(arguments as Iterable<number>)) as ScalarOf<T>;
  }

  /** The same of three axes or four. */
  private getOfMore(...index: number[]): number;
  private getOfMore(i?: number, j?: number, k?: number, l?: number): number {
    const { cells } = this;
    const place = cells.placeOfMore(arguments.length, i, j, k, l);
    if (place >= 0 && cells.free) {
      const element = cells.freeDoubles ? cells.doubles[place] : cells.numberAt(place);
      if (element !== undefined) return element;
    }
    return +(this.getFar(...(arguments as Iterable<number>)) as number);
  }

  /** The long way: lib/cells.ts says for whom. */
  protected getFar(...index: number[]): ScalarOf<T> {
    this.cells = this.cells.after(this);
    return this.storage.read(this.type, placeOf(this.layout, index, index.length)) as ScalarOf<T>;
  }

  /**
   * Sets the element at an index for each axis to the value that comes last.
   * Throws ERR_INDEX, ERR_CAST when the dtype does not hold the value, ERR_READ_ONLY.
   */
  // @ts-expect-error: to TypeScript, a rest that ends in a value is no list of single parameters
  set(...indexThenValue: [...index: number[], value: Scalar]): this;
  set(i?: unknown, j?: unknown, k?: unknown): this {
    const { cells } = this;
    const count = arguments.length - 1;
    if (count <= 2 && cells.has(count, i, j) && this.writeable === true) {
      const value = count === 1 ? j : k;
      if (typeof value === 'number') {
        const place = cells.place(count, i as number, j as number);
        if (cells.putNumber(place, value) === true) return this;
      }
    }
    return this.setOfMore(...(arguments as Iterable<Scalar>));
  }

  /** The same of three axes or four. */
  private setOfMore(...indexThenValue: readonly Scalar[]): this;
  private setOfMore(i?: unknown, j?: unknown, k?: unknown, l?: unknown, m?: unknown): this {
    const { cells } = this;
    const count = arguments.length - 1;
    const place = cells.placeOfMore(count, i, j, k, l);
    const value = count === 3 ? l : m;
    if (place >= 0 && this.writeable === true && typeof value === 'number') {
      if (cells.putNumber(place, value) === true) return this;
    }
    return this.setFar(...(arguments as Iterable<Scalar>));
  }

  /** The long way. */
  protected setFar(...indexThenValue: readonly Scalar[]): this {
    checkWriteable(this, 'this array');
    this.cells = this.cells.after(this);
    const count = Math.max(0, indexThenValue.length - 1);
    const at = placeOf(this.layout, indexThenValue, count);
    this.storage.write(this.type, at, toElement(indexThenValue[count], this.type));
    return this;
  }

  /** The one element of an array of size 1. Throws ERR_SHAPE. */
  item(): ScalarOf<T> {
    if (this.size !== 1) {
      throw expected('ERR_SHAPE', 'this array', 'one element', this.layout.shape.slice());
    }
    return this.storage.read(this.type, this.layout.offset) as ScalarOf<T>;
  }

  /**
   * The elements in nested arrays; the bare element of an array without axes. JavaScript makes those,
   * and no other thread could: there is no twin.
   */
  toArray(): Nested {
    return nestedOf(this);
  }

  /** A copy of the elements in C order, as a TypedArray (a Uint8Array for bool). */
  toTypedArray(): TypedArray {
    return typedCopyOf(this);
  }

  /** {@link toTypedArray} as a job. */
  async toTypedArrayAsync(options: AsyncOptions = {}): Promise<TypedArray> {
    return typedCopyOfAsync(this, onlySignalOf(options));
  }

  /**
   * What `JSON.stringify` writes, and `fromJSON` makes an array of again: dtype, shape, and the
   * elements in C order; NaN, infinities, -0 and integers of 64 bits are strings.
   */
  toJSON(): JSONArray<T> {
    return toJSON(this.type, this.layout.shape, this.toTypedArray()) as JSONArray<T>;
  }

  /**
   * The elements in their own memory, in memory order, as a TypedArray that shares it. Throws
   * ERR_SHAPE when they are not contiguous, not aligned or too many, ERR_READ_ONLY.
   */
  asTypedArray(): TypedArray {
    return typedViewOf(this);
  }

  /**
   * Copies a temporary of `require(x, { writeback: true })` back to its base, which is writeable
   * again. Of any other array, nothing happens. Throws ERR_CAST when elements do not fit the base,
   * ERR_RELEASED; then nothing has changed.
   */
  resolveWriteback(): void {
    resolve(this);
  }

  /**
   * {@link resolveWriteback} as a job. The base is writeable from the call on, and what reads or
   * writes it waits for the job. When the promise rejects, nothing was copied back: the base is
   * locked again, unless the temporary was disposed of meanwhile.
   */
  async resolveWritebackAsync(options: AsyncOptions = {}): Promise<void> {
    return resolveAsync(this, onlySignalOf(options));
  }

  /** Makes the base of such a temporary writeable again, and does not copy it back. */
  discardWriteback(): void {
    discard(this);
  }

  /**
   * Frees the memory that this array owns, once no job uses it; the array and its views then throw
   * ERR_RELEASED. A view owns nothing: for it, nothing happens. A temporary of `require` is copied
   * back first, as by {@link resolveWriteback}.
   */
  dispose(): void {
    if (this.root !== null) return;
    this.resolveWriteback();
    this.storage.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /**
   * {@link dispose}, for which a temporary of `require` is copied back as a job, by
   * {@link resolveWritebackAsync}, and released when the promise resolves. Any other array is released
   * at the call.
   */
  async disposeAsync(options: AsyncOptions = {}): Promise<void> {
    const signal = onlySignalOf(options);
    if (this.root !== null) return;
    if (owedTo(this) !== undefined) await resolveAsync(this, signal);
    this.storage.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.disposeAsync();
  }

  /** NumPy's `str` of the array. */
  override toString(): string {
    return arrayStr(this);
  }

  /** NumPy's `repr`, with elements in the colours that they have outside of an array. */
  [Symbol.for('nodejs.util.inspect.custom')](
    depth?: number | null,
    options: Inspection = {},
  ): string {
    return inspected('NDArray', depth, options, (stylize) =>
      this.storage.block.released
        ? `array(<released>, shape=${tupleText(this.shape)})`
        : coloredRepr(this, stylize),
    );
  }
}

/** Arrays of booleans. lib/cells.ts says why they are a class; users get to see but one. */
class BoolArray extends NDArray<'bool'> {
  override get(...index: number[]): boolean;
  override get(i?: number, j?: number, k?: number, l?: number): boolean {
    const { cells } = this;
    const place = cells.placeOf(arguments.length, i, j, k, l);
    if (place >= 0 && cells.free) {
      const element = cells.booleanAt(place);
      if (element !== undefined) return element;
    }
    return this.getFar(...(arguments as Iterable<number>));
  }

  // @ts-expect-error: as in NDArray
  override set(...indexThenValue: [...index: number[], value: Scalar]): this;
  override set(i?: unknown, j?: unknown, k?: unknown, l?: unknown, m?: unknown): this {
    const { cells } = this;
    const count = arguments.length - 1;
    const place = cells.placeOf(count, i, j, k, l);
    const value = count === 2 ? k : count === 1 ? j : count === 3 ? l : m;
    if (place >= 0 && this.writeable === true && typeof value === 'boolean') {
      if (cells.free && cells.putBoolean(place, value) === true) return this;
    }
    return this.setFar(...(arguments as Iterable<Scalar>));
  }
}

/** Arrays of bigints. */
class BigIntArray extends NDArray<'int64' | 'uint64'> {
  override get(...index: number[]): bigint;
  override get(i?: number, j?: number, k?: number, l?: number): bigint {
    const { cells } = this;
    const place = cells.placeOf(arguments.length, i, j, k, l);
    if (place >= 0 && cells.free) {
      const element = cells.bigintAt(place);
      if (element !== undefined) return element;
    }
    return this.getFar(...(arguments as Iterable<number>));
  }

  // @ts-expect-error: as in NDArray
  override set(...indexThenValue: [...index: number[], value: Scalar]): this;
  override set(i?: unknown, j?: unknown, k?: unknown, l?: unknown, m?: unknown): this {
    const { cells } = this;
    const count = arguments.length - 1;
    const place = cells.placeOf(count, i, j, k, l);
    const value = count === 2 ? k : count === 1 ? j : count === 3 ? l : m;
    if (place >= 0 && this.writeable === true && typeof value === 'bigint') {
      if (cells.free && cells.putBigint(place, value) === true) return this;
    }
    return this.setFar(...(arguments as Iterable<Scalar>));
  }
}

for (const { prototype } of [BoolArray, BigIntArray]) {
  Object.defineProperty(prototype, 'constructor', { value: NDArray, configurable: true });
}

for (const type of [DTYPES.float64, DTYPES.int64, DTYPES.bool]) {
  keepHiddenClass(NDArray.over(new ArrayBuffer(0), type));
}
