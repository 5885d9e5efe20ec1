/**
 * Single elements without a detour: what `get` and `set` need to know of an array, worked out once.
 *
 * A loop over elements is judged by what an index into a TypedArray costs, about a nanosecond. So
 * everything here is a number or a TypedArray, counted in elements and not in bytes, and whatever is
 * out of the ordinary is left to the long way, which also has the words for what is wrong: a
 * negative or wrong index, jobs at work, memory that is gone (a TypedArray over it has no elements),
 * elements that are not aligned, and more bytes than one TypedArray shows.
 *
 * For the same reason there is a method for one index, and one for two: V8 makes no array of a rest
 * parameter of which only the length and items at fixed places are used, and which is handed on by
 * spreading it alone.
 */

import { DTYPES, type Scalar, type TypedArray } from './dtype';
import type { Extent } from './extent';
import type { Block } from './storage';

/** The elements of an array. A place counts elements of `typed`; -1 is none. */
export class Cells {
  private readonly block: Block;
  private readonly typed: TypedArray;
  /** The place of the element whose indices are all 0. */
  private readonly first: number;
  private readonly sizes: readonly number[];
  private readonly steps: readonly number[];
  /** The same of an array of one axis, and of one of two; other arrays have no such places. */
  private readonly size: number;
  private readonly step: number;
  private readonly rows: number;
  private readonly rowStep: number;
  private readonly columns: number;
  private readonly columnStep: number;
  private readonly isBool: boolean;
  /** Any number is an element, or the integers between these are. */
  private readonly isFloat: boolean;
  private readonly min: number;
  private readonly max: number;

  constructor({ storage, layout, type }: Extent, typed: TypedArray, first: number) {
    const { shape } = layout;
    const steps = layout.strides.map((stride) => stride / type.itemsize);
    this.block = storage.block;
    this.typed = typed;
    this.first = first;
    this.sizes = shape;
    this.steps = steps;
    const [size, step] = shape.length === 1 ? [shape[0]!, steps[0]!] : [0, 0];
    this.size = size;
    this.step = step;
    const [rows, columns] = shape.length === 2 ? shape : [0, 0];
    this.rows = rows!;
    this.columns = columns!;
    this.rowStep = steps[0] ?? 0;
    this.columnStep = steps[1] ?? 0;
    this.isBool = type === DTYPES.bool;
    this.isFloat = type.kind === 'f';
    // Numbers become bools, and elements of 64 bits, the long way.
    const isShort = type.itemsize < 8 && !this.isBool;
    this.min = isShort ? Number(type.min) : 1;
    this.max = isShort ? Number(type.max) : 0;
  }

  /** The place in an array of one axis. */
  placeIn(i: unknown): number {
    if (!isBelow(i, this.size) || this.block.state !== 0) return -1;
    return this.first + i * this.step;
  }

  /** The place in an array of two axes. */
  placeAt(i: unknown, j: unknown): number {
    if (!isBelow(i, this.rows) || !isBelow(j, this.columns) || this.block.state !== 0) return -1;
    return this.first + i * this.rowStep + j * this.columnStep;
  }

  /** The place that the first `count` items are the indices of. */
  placeOf(index: readonly unknown[], count: number): number {
    const { sizes, steps } = this;
    if (count !== sizes.length || this.block.state !== 0) return -1;
    let place = this.first;
    for (let axis = 0; axis < count; axis++) {
      const i = index[axis];
      if (!isBelow(i, sizes[axis]!)) return -1;
      place += i * steps[axis]!;
    }
    return place;
  }

  /** The element; undefined when it has to be found the long way. */
  read(place: number): Scalar | undefined {
    if (place < 0) return undefined;
    const value = this.typed[place];
    return this.isBool && value !== undefined ? value !== 0 : value;
  }

  /** Writes an element; false when that has to be done the long way. */
  write(place: number, value: unknown): boolean {
    if (place < 0 || place >= this.typed.length || typeof value !== 'number') return false;
    if (!this.isFloat && !(value >= this.min && value <= this.max && Number.isInteger(value))) {
      return false;
    }
    this.typed[place] = value;
    return true;
  }
}

/** True for the integers from 0 to a size, without it. */
function isBelow(value: unknown, size: number): value is number {
  return typeof value === 'number' && value >= 0 && value < size && Number.isInteger(value);
}

/** What is known of an array's elements; null when all of them take the long way. */
export function cellsOf(extent: Extent): Cells | null {
  const { storage, layout, type } = extent;
  const view = storage.elements(type);
  if (view === undefined) return null;
  const first = (view.start + layout.offset) / type.itemsize;
  const aligned = Number.isInteger(first) && layout.strides.every((n) => n % type.itemsize === 0);
  return aligned ? new Cells(extent, view.typed, first) : null;
}
