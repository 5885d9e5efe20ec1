/** JavaScript values as elements: scalars, nested arrays, and what dtype they ask for. */

import type { Casting } from './casting';
import { DTYPES, type DType, dtypeOfTypedArray, type Scalar, type TypedArray } from './dtype';
import { expected, failure, show } from './errors';
import { Extent } from './extent';
import { contiguousStrides, MAX_DIMS, sizeOf } from './layout';
import { Storage } from './storage';

/** Scalars in nested arrays of one depth. */
export type Nested = Scalar | readonly Nested[];

const SCALARS = 'a number, a bigint or a boolean';

/** True for what can be an element. */
export function isScalar(value: unknown): value is Scalar {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
}

/** Nested elements: their shape, and what they are in C order. */
interface Flat {
  readonly shape: number[];
  readonly leaves: Scalar[];
  /** The dtypes of arrays among them; undefined stands for scalars that come without one. */
  readonly types: Set<DType | undefined>;
}

/** What an item of nested elements lists, and their dtype where they come with one. */
interface List {
  readonly items: { readonly length: number; readonly [i: number]: unknown };
  readonly type?: DType;
  /** Sizes that no item shows, as there is none. */
  readonly hidden?: readonly number[];
}

/** What the class of arrays has, which is above this room. */
interface Rows extends Extent {
  item(): Scalar;
  slice(i: number): Extent;
  toTypedArray(): TypedArray;
}

function listOf(value: object): List | undefined {
  if (isTypedArray(value)) return { items: value, type: dtypeOfTypedArray(value) };
  if (value instanceof Extent) {
    const { shape } = value.layout;
    if (shape.length === 0) return undefined;
    const array = value as Rows;
    const items =
      shape.length === 1
        ? array.toTypedArray()
        : Array.from({ length: shape[0]! }, (_, i) => array.slice(i));
    return { items, type: array.type, hidden: shape[0] === 0 ? shape.slice(1) : [] };
  }
  return Symbol.iterator in value ? { items: Array.from(value as Iterable<unknown>) } : undefined;
}

/** Lists what can be listed, once: a generator runs only one time. */
class Lists {
  readonly #listed = new Map<object, List | undefined>();

  of(value: unknown): List | undefined {
    if (Array.isArray(value)) return { items: value };
    if (typeof value !== 'object' || value === null) return undefined;
    if (!this.#listed.has(value)) this.#listed.set(value, listOf(value));
    return this.#listed.get(value);
  }
}

/** Arrays without axes are elements, which come with a dtype. */
function isElement(value: unknown): value is Rows {
  return value instanceof Extent && value.layout.shape.length === 0;
}

/** True for a list of nothing but those. */
function isOfElements({ items }: List): boolean {
  return isElement(items[0]) && Array.from(items).every(isElement);
}

function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** Flattens nested lists in C order. Throws ERR_SHAPE, naming the place, when they are ragged. */
export function flatten(value: unknown): Flat {
  const lists = new Lists();
  const shape: number[] = [];
  for (let list = lists.of(value); list !== undefined; list = lists.of(list.items[0])) {
    shape.push(list.items.length, ...(list.hidden ?? []));
    if (shape.length > MAX_DIMS) {
      throw expected('ERR_SHAPE', 'array', `at most ${MAX_DIMS} levels of nesting`, value);
    }
  }
  const leaves: Scalar[] = [];
  const types = new Set<DType | undefined>();
  const place: number[] = [];
  const where = () => `array${place.map((i) => `[${i}]`).join('')}`;
  const visit = (item: unknown, depth: number): void => {
    if (depth === shape.length && isScalar(item)) {
      leaves.push(item);
      return;
    }
    if (depth === shape.length && isElement(item)) {
      leaves.push(item.item());
      types.add(item.type);
      return;
    }
    const list = lists.of(item);
    const received = list ? `an array of ${list.items.length}` : show(item);
    if (depth === shape.length) {
      if (list) throw ragged(where(), 'a scalar', received);
      const what = depth === 0 ? `${SCALARS}, or an array or iterable of those` : SCALARS;
      throw expected('ERR_DTYPE', where(), what, item);
    }
    if (list?.items.length !== shape[depth]) {
      throw ragged(where(), `an array of ${shape[depth]}`, received);
    }
    const last = depth + 1 === shape.length || list.items.length === 0;
    if (last && !isOfElements(list)) types.add(list.type);
    for (let i = 0; i < list.items.length; i++) {
      place.push(i);
      visit(list.items[i], depth + 1);
      place.pop();
    }
  };
  visit(value, 0);
  return { shape, leaves, types };
}

function ragged(where: string, wanted: string, received: string) {
  return failure('ERR_SHAPE', `${where}: expected ${wanted}, as before it, received ${received}`);
}

const DEFAULT_DTYPE = { number: DTYPES.float64, bigint: DTYPES.int64, boolean: DTYPES.bool };

/** The dtype of scalars that come without one. Throws ERR_DTYPE when they are of several types. */
export function inferDType(leaves: readonly Scalar[]): DType {
  const first = typeof leaves[0] as 'number' | 'bigint' | 'boolean';
  for (const leaf of leaves) {
    if (typeof leaf !== first) {
      throw failure(
        'ERR_DTYPE',
        `array: expected elements of one type, received ${first} and ${typeof leaf}; ` +
          "the option dtype says what they are to become, as in {dtype: 'float64'}",
      );
    }
  }
  return leaves.length === 0 ? DTYPES.float64 : DEFAULT_DTYPE[first];
}

/** The dtype of nested elements that come without one. Throws ERR_DTYPE when they have several. */
function inferNested({ leaves, types }: Flat): DType {
  const [first, second] = [...types];
  if (types.size < 2) return first ?? inferDType(leaves);
  const [a, b] = [first, second].map((type) => (type ? `${type.name} elements` : 'bare scalars'));
  throw failure(
    'ERR_DTYPE',
    `array: expected elements of one dtype, received ${a} and ${b}; ` +
      "the option dtype says what they are to become, as in {dtype: 'float64'}",
  );
}

/**
 * A scalar as an element of a dtype, in the form that TypedArrays take. Without `'unsafe'`, the
 * element must have the scalar's value (a float may be rounded). Who has no option `casting` gives
 * none. Throws ERR_CAST, ERR_DTYPE.
 */
export function toElement(
  value: unknown,
  dtype: DType,
  casting?: Casting,
  argument: string | (() => string) = 'value',
): number | bigint {
  const name = () => (typeof argument === 'string' ? argument : argument());
  const lossy = (scalar: Scalar) => {
    const otherwise = casting === undefined ? '' : ", or casting: 'unsafe'";
    return expected('ERR_CAST', name(), `${valuesOf(dtype)} (${dtype.name})${otherwise}`, scalar);
  };
  if (!isScalar(value)) throw expected('ERR_DTYPE', name(), SCALARS, value);
  if (dtype.kind === 'f') {
    const number = Number(value);
    if (typeof value === 'bigint' && !Number.isFinite(number)) throw lossy(value);
    return number;
  }
  if (casting === 'unsafe') return wrapped(value, dtype);
  const whole = typeof value === 'number' && !Number.isInteger(value) ? undefined : BigInt(value);
  if (whole === undefined || whole < dtype.min || whole > dtype.max) {
    throw lossy(value);
  }
  return dtype.scalar === 'bigint' ? whole : Number(whole);
}

/** What {@link flatten} calls the place of an element, of which so many come before. */
function placeOf(count: number, shape: readonly number[]): string {
  let rest = count;
  const indices: string[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    indices.unshift(`[${rest % shape[axis]!}]`);
    rest = Math.floor(rest / shape[axis]!);
  }
  return `array${indices.join('')}`;
}

/** Elements in C order, and their type: a TypedArray as it is, or scalars made a dtype's. */
export function elementsOf(
  value: unknown,
  type: DType | undefined,
  casting: Casting | undefined,
): { shape: number[]; elements: TypedArray; elementType: DType } {
  if (isTypedArray(value)) {
    return { shape: [value.length], elements: value, elementType: dtypeOfTypedArray(value) };
  }
  const flat = flatten(value);
  const { shape, leaves } = flat;
  const elementType = type ?? inferNested(flat);
  const elements = new elementType.typedArray(leaves.length);
  let next = 0;
  const place = () => placeOf(next, shape);
  for (; next < leaves.length; next++) {
    elements[next] = toElement(leaves[next], elementType, casting, place);
  }
  return { shape, elements, elementType };
}

const ROOM_BYTES = 1 << 13;
const newRoom = () => Storage.over(new ArrayBuffer(ROOM_BYTES), 0, ROOM_BYTES);

/** Room for the elements of small arrays. Whoever gathers some takes it, and gives it back. */
let spare: Storage | undefined;

/**
 * Small nested JavaScript arrays of nothing but numbers, which fit the dtype as they are, gathered
 * in one pass. The next call may write over them. Undefined for anything else: {@link elementsOf}
 * then finds out what it is, and has the words for what is wrong with it.
 */
export function numbersOf(value: unknown, type: DType = DTYPES.float64): Extent | undefined {
  const shape: number[] = [];
  for (let list = value; Array.isArray(list); list = list[0]) {
    if (shape.push(list.length) > MAX_DIMS) return undefined;
  }
  if (shape.length === 0 || sizeOf(shape) * type.itemsize > ROOM_BYTES) return undefined;
  if (type.scalar === 'bigint') return undefined;
  // A getter or a proxy among them may come here again: it finds no spare room, and makes its own.
  const room = spare ?? newRoom();
  spare = undefined;
  const { typed } = room.elements(type)!;
  const isFloat = type.kind === 'f';
  const min = isFloat ? 0 : Number(type.min);
  const max = isFloat ? 0 : Number(type.max);
  const gather = (list: readonly unknown[], depth: number, first: number): number => {
    const size = shape[depth]!;
    if (list.length !== size) return -1;
    let next = first;
    for (let i = 0; i < size && next >= 0; i++) {
      const item = list[i];
      if (depth + 1 < shape.length) {
        next = Array.isArray(item) ? gather(item, depth + 1, next) : -1;
      } else {
        if (typeof item !== 'number') return -1;
        if (!isFloat && !(item >= min && item <= max && Number.isInteger(item))) return -1;
        typed[next++] = item;
      }
    }
    return next;
  };
  const count = gather(value as unknown[], 0, 0);
  spare = room;
  if (count < 0) return undefined;
  const strides = contiguousStrides(shape, type.itemsize, 'C');
  return new Extent(room, { shape, strides, offset: 0 }, type, false);
}

/** The values that a dtype has, in words. */
function valuesOf(dtype: DType): string {
  if (dtype.kind === 'f') return `a finite ${dtype.name}`;
  return dtype.kind === 'b' ? 'a boolean, 0 or 1' : `an integer from ${dtype.min} to ${dtype.max}`;
}

/** The unsafe conversion to an integer dtype: the fraction dropped, then modulo 2^bits. */
function wrapped(value: Scalar, dtype: DType): number | bigint {
  if (dtype.kind === 'b') return Number(Number.isNaN(value) || Boolean(value));
  const finite = typeof value === 'number' && !Number.isFinite(value) ? 0 : value;
  const whole = BigInt(typeof finite === 'number' ? Math.trunc(finite) : finite);
  const bits = 8 * dtype.itemsize;
  const low = dtype.kind === 'i' ? BigInt.asIntN(bits, whole) : BigInt.asUintN(bits, whole);
  return dtype.scalar === 'bigint' ? low : Number(low);
}
