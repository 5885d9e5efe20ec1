/** What an array says of itself: its dtype, shape, strides, base and flags. */

import type { NDArray } from './array';
import { Cells } from './cells';
import type { DType, DTypeName } from './dtype';
import { expected, failure } from './errors';
import { Extent } from './extent';
import { Flags } from './flags';
import { isAligned, isContiguous, type Layout, sizeOf } from './layout';
import { checkOptions, flagOf, optionNames } from './options';
import type { Storage } from './storage';
import { isLocked, owedTo } from './writeback';

/** Options of {@link ArrayFacts.setFlags}. */
interface SettableFlags {
  readonly writeable?: boolean;
}

const SETTABLE = optionNames<SettableFlags>('writeable');

/** The owner of memory that an array looks at. */
export type Base = NDArray | ArrayBufferLike | ArrayBufferView;

/** The facts of an n-dimensional array. */
export abstract class ArrayFacts<T extends DTypeName = DTypeName> extends Extent {
  /** @internal The ultimate owner of the memory; null when this array owns it. */
  protected readonly root: Base | null;
  /** @internal What `shape` and `strides` gave out, so that each is frozen but once. */
  private givenShape: readonly number[] | undefined;
  /** @internal */
  private givenStrides: readonly number[] | undefined;
  /** @internal Made when the first element is read or written alone. */
  protected cells: Cells;

  /** @internal */
  protected constructor(
    storage: Storage,
    layout: Layout,
    type: DType,
    writeable: boolean,
    root: Base | null,
  ) {
    super(storage, layout, type, writeable);
    this.root = root;
    this.givenShape = undefined;
    this.givenStrides = undefined;
    this.cells = Cells.unknown;
  }

  /** The name of the elements' type. */
  get dtype(): T {
    return this.type.name as T;
  }
  /** Sizes along the axes. */
  get shape(): readonly number[] {
    this.givenShape ??= Object.freeze(this.layout.shape.slice());
    return this.givenShape;
  }
  /** Bytes from one element to the next along each axis. */
  get strides(): readonly number[] {
    this.givenStrides ??= Object.freeze(this.layout.strides.slice());
    return this.givenStrides;
  }
  /** Number of axes. */
  get ndim(): number {
    return this.layout.shape.length;
  }
  /** Number of elements. */
  get size(): number {
    return sizeOf(this.layout.shape);
  }
  /** Bytes of one element. */
  get itemsize(): number {
    return this.type.itemsize;
  }
  /** Bytes of all elements. */
  get nbytes(): number {
    return this.size * this.type.itemsize;
  }
  /** Bytes from the start of the storage to the element whose indices are all 0. */
  get offset(): number {
    return this.layout.offset;
  }
  /**
   * The ultimate owner of the memory; null when this array owns it. A temporary of `require` with
   * `writeback` owns its memory, and its base is the array that it will be copied back to.
   */
  get base(): Base | null {
    return this.root ?? (owedTo(this) as NDArray | undefined) ?? null;
  }
  /** How the array lies in memory, and what may be done with it. */
  get flags(): Flags {
    const { layout, type } = this;
    return new Flags(
      isContiguous(layout, type.itemsize, 'C'),
      isContiguous(layout, type.itemsize, 'F'),
      this.root === null,
      this.writeable,
      isAligned(layout, type.itemsize, this.storage.start),
      this.root === null && owedTo(this) !== undefined,
    );
  }

  /**
   * Makes the array read-only, or writeable again. A view is writeable only if its base is, and an
   * array that waits for a writeback only after it. Throws ERR_READ_ONLY.
   */
  setFlags(flags: SettableFlags): this {
    checkOptions(flags, SETTABLE, 'flags');
    const writeable = flagOf(flags.writeable, 'writeable', undefined);
    if (writeable === undefined) return this;
    if (isLocked(this)) {
      throw expected('ERR_READ_ONLY', 'writeable', 'nothing until the writeback', writeable);
    }
    if (writeable && this.root instanceof Extent && !this.root.writeable) {
      throw failure(
        'ERR_READ_ONLY',
        'writeable: expected false, as the base of this view is read-only, received true',
      );
    }
    this.writeable = writeable;
    return this;
  }
}
