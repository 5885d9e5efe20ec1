import { ArrayCopies } from './array-copies';
import { Cells, isBelow } from './cells';
import type { DType, DTypeName, Scalar, ScalarOf, TypedArray } from './dtype';
import { expected } from './errors';
import { nestedOf, typedCopyOf, typedCopyOfAsync, typedViewOf } from './export';
import { checkWriteable, type Extent, extentOver } from './extent';
import { type Inspection, inspected } from './inspect';
import { type AsyncOptions, signalOf } from './jobs';
import { type JSONArray, toJSON } from './json';
import type { Layout } from './layout';
import { type Nested, toElement } from './nested';
import { arrayStr, coloredRepr, tupleText } from './print';
import { placeOf } from './slice';
import { discard, owedTo, resolve, resolveAsync } from './writeback';

/** What can be assigned to an array or made one: scalars, arrays, and iterables of them. */
export type ArrayLike = NDArray | Scalar | readonly ArrayLike[] | (object & Iterable<ArrayLike>);

/** An n-dimensional array: a shape, strides and an offset over a storage. */
export class NDArray<T extends DTypeName = DTypeName> extends ArrayCopies<T> {
  /** @internal An array of its own memory. */
  static owner<T extends DTypeName>({ storage, layout, type }: Extent): NDArray<T> {
    return new NDArray<T>(storage, layout, type, true, null);
  }

  /** @internal The elements of a user's buffer, of which `base` is the part that was given. */
  static over(base: ArrayBufferLike | ArrayBufferView, type: DType): NDArray {
    const { storage, layout } = extentOver(base, type);
    return new NDArray(storage, layout, type, true, base);
  }

  /** @internal */
  override derive<U extends DTypeName = T>(
    layout: Layout,
    type = this.type,
    writeable = this.writeable,
  ): NDArray<U> {
    return new NDArray<U>(this.storage, layout, type, writeable, this.root ?? this);
  }

  /** @internal */
  protected override own<U extends DTypeName>(result: Extent): NDArray<U> {
    return NDArray.owner<U>(result);
  }

  /** The element at an index for each axis; negative counts from the end. Throws ERR_INDEX. */
  get(...index: number[]): ScalarOf<T> {
    const cells = this.cells ?? this.makeCells();
    const i = index[0];
    if (index.length === 2) {
      const j = index[1];
      if (isBelow(i, cells.rows) && isBelow(j, cells.columns) && cells.free) {
        const element = cells.typed[cells.first + i * cells.rowStep + j * cells.columnStep];
        if (element !== undefined) return element as ScalarOf<T>;
      }
    } else if (index.length === 1 && isBelow(i, cells.size) && cells.free) {
      const element = cells.typed[cells.first + i * cells.step];
      if (element !== undefined) return element as ScalarOf<T>;
    }
    return this.getFar(...index);
  }

  private makeCells(): Cells {
    this.cells = new Cells(this);
    return this.cells;
  }

  /** The long way: lib/cells.ts says for whom. */
  private getFar(...index: number[]): ScalarOf<T> {
    return this.storage.read(this.type, placeOf(this.layout, index, index.length)) as ScalarOf<T>;
  }

  /**
   * Sets the element at an index for each axis to the value that comes last.
   * Throws ERR_INDEX, ERR_CAST when the dtype does not hold the value, ERR_READ_ONLY.
   */
  set(...indexThenValue: [...index: number[], value: Scalar]): this {
    checkWriteable(this, 'this array');
    const cells = this.cells ?? this.makeCells();
    const i = indexThenValue[0];
    const second = indexThenValue[1];
    if (indexThenValue.length === 3) {
      const value = indexThenValue[2];
      if (isBelow(i, cells.rows) && isBelow(second, cells.columns) && cells.takes(value)) {
        const place = cells.first + i * cells.rowStep + second * cells.columnStep;
        if (cells.free && place < cells.typed.length) {
          cells.typed[place] = value;
          return this;
        }
      }
    } else if (indexThenValue.length === 2 && isBelow(i, cells.size) && cells.takes(second)) {
      const place = cells.first + i * cells.step;
      if (cells.free && place < cells.typed.length) {
        cells.typed[place] = second;
        return this;
      }
    }
    return this.setFar(...indexThenValue);
  }

  /** The long way. */
  private setFar(...indexThenValue: [...index: number[], value: Scalar]): this {
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
    return typedCopyOfAsync(this, signalOf(options));
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
    return resolveAsync(this, signalOf(options));
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
    const signal = signalOf(options);
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
