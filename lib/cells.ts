/**
 * Single elements without a detour: what `get` and `set` need to know of an array, worked out once.
 *
 * A loop over elements is judged by what an index into a TypedArray costs, half a nanosecond. So
 * plain indices into arrays of one and two axes become a place in a TypedArray by numbers that are
 * counted in elements, and all else goes the long way by bytes, which also has the words for what is
 * wrong: more axes, negative or wrong indices, jobs at work, bools, elements that are not aligned or
 * lie beyond what one TypedArray shows. Memory that is gone shows by a TypedArray without elements.
 *
 * What V8 makes of it decides how `get` and `set` are written: a rest parameter costs no array if
 * only its length and items at fixed places are used, and it is handed on by spreading it alone; a
 * number that is to be told from `undefined` or a boolean, as the result of a call would be, is put
 * into an object first.
 */

import { DTYPES, type TypedArray } from './dtype';
import type { Extent } from './extent';
import type { Block } from './storage';

const NOTHING = new Uint8Array(0);

/** Where elements lie in `typed`, for an array of one axis or of two; another has sizes of 0. */
export class Cells {
  readonly typed: TypedArray;
  /** The place of the element whose indices are all 0. */
  readonly first: number;
  readonly size: number;
  readonly step: number;
  readonly rows: number;
  readonly rowStep: number;
  readonly columns: number;
  readonly columnStep: number;
  private readonly block: Block;
  /** Any number is an element, or the integers between these are; elements of 64 bits are not. */
  private readonly isFloat: boolean;
  private readonly min: number;
  private readonly max: number;

  constructor({ storage, layout, type }: Extent) {
    const { kind, itemsize, min, max } = type;
    const { shape, strides } = layout;
    const gone = type === DTYPES.bool || storage.block.released;
    const view = gone ? undefined : storage.elements(type);
    const first = ((view?.start ?? 0) + layout.offset) / itemsize;
    const steps = strides.map((stride) => stride / itemsize);
    const plain = view !== undefined && Number.isInteger(first) && steps.every(Number.isInteger);
    const ndim = plain ? shape.length : 0;
    this.typed = view?.typed ?? NOTHING;
    this.first = first;
    this.size = ndim === 1 ? shape[0]! : 0;
    this.step = ndim === 1 ? steps[0]! : 0;
    this.rows = ndim === 2 ? shape[0]! : 0;
    this.rowStep = ndim === 2 ? steps[0]! : 0;
    this.columns = ndim === 2 ? shape[1]! : 0;
    this.columnStep = ndim === 2 ? steps[1]! : 0;
    this.block = storage.block;
    this.isFloat = kind === 'f';
    this.min = itemsize < 8 ? Number(min) : 1;
    this.max = itemsize < 8 ? Number(max) : 0;
  }

  /** True when no job uses the memory, and it is there. */
  get free(): boolean {
    return this.block.state === 0;
  }

  /** True for numbers that are elements as they are. */
  takes(value: unknown): value is number {
    if (typeof value !== 'number') return false;
    return this.isFloat || (value >= this.min && value <= this.max && Number.isInteger(value));
  }
}

/** True for the integers from 0 to a size, without it. */
export function isBelow(value: unknown, size: number): value is number {
  return typeof value === 'number' && value >>> 0 === value && value < size;
}
