/**
 * Single elements without a detour: what `get` and `set` need to know of an array, worked out once.
 *
 * A loop over elements is judged by what an index into a TypedArray costs, half a nanosecond. So
 * indices from 0 on into arrays of one to four axes become a place in a TypedArray by numbers that
 * are counted in elements, and all else goes the long way by bytes, which also has the words for
 * what is wrong: negative or wrong indices, jobs at work, elements that are not aligned or lie
 * beyond what one TypedArray shows. Memory that is gone shows by a TypedArray without elements.
 *
 * How it is written is decided by what V8 makes of it, once it is part of the caller's loop:
 * - It becomes part of it while it is short, branches that are not taken included, and the next call
 *   in the loop finds less room. So `get` is one piece for one axis and two, and what depends on the
 *   count of arguments alone costs nothing; three axes and four come after that.
 * - An expression that has met more than four kinds of TypedArrays is slow for all of them. Numbers
 *   have three such expressions, of which none meets more: one for float64, whose kind is known by
 *   the field that holds it, one for the elements of 8 and 16 bits, and one for all others.
 * - A number that might as well be a bigint, a boolean or the result of a call is put into an object
 *   first. Hence the classes of arrays whose elements are no numbers, and the `+` in `get`.
 * - An `arguments` of which only the length is read, and which is handed on by spreading it alone, is
 *   never made. Neither is a rest parameter, but getting five values out of one takes more room.
 * - Elements are compared with `undefined`, not places with a length. That costs nothing while no
 *   array's memory was taken away from it; and so elements are read before they are replaced.
 * - Flags are compared with `true`, as a mere `if` would also look for empty strings and zeros.
 * - Integers are held to 32 bits, so that no sum is checked for an overflow. A place from 2^31 on
 *   becomes negative by that, and goes the long way.
 */

import { DTYPES, type DType, type TypedArray } from './dtype';
import type { Extent } from './extent';
import { Block } from './storage';

const { imul } = Math;
const NO_DOUBLES = new Float64Array(0);
/** Kinds of elements; a block's state has none of these bits. */
const DOUBLES = 0;
const SINGLES = 4;
const WIDE = 8;
const NARROW = 12;

/** Where the elements of an array lie in `typed`. */
export class Cells {
  /** Those of arrays of which no element went the long way so far, and of which one did. */
  static readonly unknown = Cells.without();
  private static readonly met = Cells.without();
  /** Those of arrays of which all elements go the long way. */
  private static readonly none = Cells.without();

  /** The place of the element whose indices are all 0; as all numbers here, modulo 2^32. */
  readonly first: number;
  /** The size of axis 0, by the number of axes; 0 for any other number. */
  readonly sizeOf1: number;
  readonly sizeOf2: number;
  readonly sizeOf3: number;
  readonly sizeOf4: number;
  readonly size1: number;
  readonly size2: number;
  readonly size3: number;
  readonly step0: number;
  readonly step1: number;
  readonly step2: number;
  readonly step3: number;
  /** The same as `typed` if that has float64 elements, else nothing. */
  readonly doubles: Float64Array;
  private readonly kind: number;
  private readonly isSigned: boolean;
  /** How many bits 32 are more than an integer's. */
  private readonly spare: number;

  private constructor(
    private readonly block: Block,
    { kind, itemsize }: DType,
    private readonly typed: TypedArray,
    first: number,
    shape: readonly number[],
    strides: readonly number[],
  ) {
    const ndim = shape.length;
    const size = ndim > 0 ? shape[0]! | 0 : 0;
    this.first = first | 0;
    this.sizeOf1 = ndim === 1 ? size : 0;
    this.sizeOf2 = ndim === 2 ? size : 0;
    this.sizeOf3 = ndim === 3 ? size : 0;
    this.sizeOf4 = ndim === 4 ? size : 0;
    this.size1 = ndim > 1 ? shape[1]! | 0 : 0;
    this.size2 = ndim > 2 ? shape[2]! | 0 : 0;
    this.size3 = ndim > 3 ? shape[3]! | 0 : 0;
    this.step0 = ndim > 0 ? (strides[0]! / itemsize) | 0 : 0;
    this.step1 = ndim > 1 ? (strides[1]! / itemsize) | 0 : 0;
    this.step2 = ndim > 2 ? (strides[2]! / itemsize) | 0 : 0;
    this.step3 = ndim > 3 ? (strides[3]! / itemsize) | 0 : 0;
    this.doubles = typed instanceof Float64Array ? typed : NO_DOUBLES;
    this.kind = kind === 'f' ? (itemsize === 8 ? DOUBLES : SINGLES) : itemsize < 4 ? NARROW : WIDE;
    this.isSigned = kind === 'i';
    this.spare = itemsize < 4 ? 32 - 8 * itemsize : 0;
  }

  private static without(): Cells {
    return new Cells(new Block(), DTYPES.uint8, new Uint8Array(0), 0, [], []);
  }

  /**
   * Those of an array of which another element goes the long way. They are worked out for the second
   * one, as many a view is made for a single element.
   */
  after(extent: Extent): Cells {
    if (this === Cells.unknown) return Cells.met;
    return this === Cells.met ? Cells.of(extent) : this;
  }

  private static of({ storage, layout, type }: Extent): Cells {
    const { shape, strides, offset } = layout;
    if (shape.length > 4 || storage.block.released) return Cells.none;
    const view = storage.elements(type);
    if (view === undefined) return Cells.none;
    const first = (view.start + offset) / type.itemsize;
    if (!Number.isInteger(first)) return Cells.none;
    for (let i = 0; i < strides.length; i++) {
      if (!Number.isInteger(strides[i]! / type.itemsize)) return Cells.none;
    }
    return new Cells(storage.block, type, view.typed, first, shape, strides);
  }

  /** True when no job uses the memory, and it was not released. */
  get free(): boolean {
    return this.block.state === 0;
  }

  /** The same of float64 elements, by one comparison. */
  get freeDoubles(): boolean {
    return (this.kind | this.block.state) === DOUBLES;
  }

  /** True for indices from 0 on of an element, one or two as the array has axes. */
  has(count: number, i: unknown, j: unknown): boolean {
    if (!isBelow(i, count === 2 ? this.sizeOf2 : this.sizeOf1)) return false;
    return count === 1 || isBelow(j, this.size1);
  }

  /** The place of that element. */
  place(count: number, i: number, j: number): number {
    const place = (this.first + imul(i, this.step0)) | 0;
    return count === 1 ? place : (place + imul(j, this.step1)) | 0;
  }

  /** The place of the element at three indices or four; negative unless they are indices from 0 on. */
  placeOfMore(count: number, i: unknown, j: unknown, k: unknown, l: unknown): number {
    const size = count === 3 ? this.sizeOf3 : count === 4 ? this.sizeOf4 : 0;
    if (!isBelow(i, size) || !isBelow(j, this.size1) || !isBelow(k, this.size2)) return -1;
    const place =
      (this.first + imul(i, this.step0) + imul(j, this.step1) + imul(k, this.step2)) | 0;
    if (count === 3) return place;
    return isBelow(l, this.size3) ? (place + imul(l, this.step3)) | 0 : -1;
  }

  /** The element at a place, of any dtype of numbers but float64; undefined when it is gone. */
  numberAt(place: number): number | undefined {
    const typed = this.typed as Exclude<TypedArray, BigInt64Array | BigUint64Array>;
    return this.kind === NARROW ? typed[place] : typed[place];
  }

  /** Puts a number at a place; false when it does not fit, or the memory is not free. */
  putNumber(place: number, value: number): boolean {
    if (this.freeDoubles) {
      const { doubles } = this;
      if (doubles[place] === undefined) return false;
      doubles[place] = value;
      return true;
    }
    const { typed, kind, spare } = this;
    if (kind !== SINGLES) {
      const fitted =
        this.isSigned === true ? (value << spare) >> spare : (value << spare) >>> spare;
      if (fitted !== value) return false;
    }
    if (!this.free) return false;
    if (kind === NARROW) {
      if (typed[place] === undefined) return false;
      typed[place] = value;
    } else {
      if (typed[place] === undefined) return false;
      typed[place] = value;
    }
    return true;
  }

  /** The same of up to four indices, for classes of elements whose `get` and `set` are short. */
  placeOf(count: number, i: unknown, j: unknown, k: unknown, l: unknown): number {
    const size =
      count === 2 ? this.sizeOf2 : count === 1 ? this.sizeOf1 : count === 3 ? this.sizeOf3 : 0;
    if (!isBelow(i, count === 4 ? this.sizeOf4 : size)) return -1;
    let place = (this.first + imul(i, this.step0)) | 0;
    if (count === 1) return place;
    if (!isBelow(j, this.size1)) return -1;
    place = (place + imul(j, this.step1)) | 0;
    if (count === 2) return place;
    if (!isBelow(k, this.size2)) return -1;
    place = (place + imul(k, this.step2)) | 0;
    if (count === 3) return place;
    return isBelow(l, this.size3) ? (place + imul(l, this.step3)) | 0 : -1;
  }

  bigintAt(place: number): bigint | undefined {
    return (this.typed as BigInt64Array | BigUint64Array)[place];
  }

  putBigint(place: number, value: bigint): boolean {
    const fitted = this.isSigned === true ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value);
    if (fitted !== value || this.typed[place] === undefined) return false;
    this.typed[place] = value;
    return true;
  }

  booleanAt(place: number): boolean | undefined {
    const byte = (this.typed as Uint8Array)[place];
    return byte === undefined ? undefined : byte !== 0;
  }

  putBoolean(place: number, value: boolean): boolean {
    if (this.typed[place] === undefined) return false;
    this.typed[place] = value === true ? 1 : 0;
    return true;
  }
}

/** True for the integers from 0 to a size, without it. */
function isBelow(value: unknown, size: number): value is number {
  return typeof value === 'number' && (value | 0) === value && value >>> 0 < size >>> 0;
}
