/** JavaScript values as elements: scalars, nested arrays, and what dtype they ask for. */

import type { Casting } from './casting';
import { DTYPES, type DType, dtypeOfTypedArray, type Scalar, type TypedArray } from './dtype';
import { expected, failure, show } from './errors';
import { MAX_DIMS } from './layout';

/** Scalars in nested arrays of one depth. */
export type Nested = Scalar | readonly Nested[];

/** True for what can be an element. */
export function isScalar(value: unknown): value is Scalar {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
}

/** The shape of nested arrays, and their scalars in C order. Throws ERR_SHAPE when they are ragged. */
export function flatten(value: unknown): { shape: number[]; leaves: Scalar[] } {
  const shape: number[] = [];
  for (let item = value; Array.isArray(item); item = item[0]) {
    shape.push(item.length);
    if (shape.length > MAX_DIMS) {
      throw expected('ERR_SHAPE', 'array', `at most ${MAX_DIMS} levels of nesting`, value);
    }
  }
  const leaves: Scalar[] = [];
  const place: number[] = [];
  const where = () => `array${place.map((i) => `[${i}]`).join('')}`;
  const visit = (item: unknown, depth: number): void => {
    if (depth === shape.length) {
      if (isScalar(item)) leaves.push(item);
      else if (Array.isArray(item)) throw ragged(where(), 'a scalar', `an array of ${item.length}`);
      else throw expected('ERR_DTYPE', where(), 'a number, a bigint or a boolean', item);
      return;
    }
    const wanted = `an array of ${shape[depth]}`;
    if (!Array.isArray(item)) throw ragged(where(), wanted, show(item));
    if (item.length !== shape[depth]) throw ragged(where(), wanted, `an array of ${item.length}`);
    for (let i = 0; i < item.length; i++) {
      place.push(i);
      visit(item[i], depth + 1);
      place.pop();
    }
  };
  visit(value, 0);
  return { shape, leaves };
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

/**
 * A scalar as an element of a dtype, in the form that TypedArrays take. Without `'unsafe'`, the
 * element must have the scalar's value (a float may be rounded). Throws ERR_CAST, ERR_DTYPE.
 */
export function toElement(
  value: unknown,
  dtype: DType,
  casting: Casting = 'same_kind',
  argument = 'value',
): number | bigint {
  if (!isScalar(value)) {
    throw expected('ERR_DTYPE', argument, 'a number, a bigint or a boolean', value);
  }
  if (dtype.kind === 'f') {
    const number = Number(value);
    if (typeof value === 'bigint' && !Number.isFinite(number)) throw lossy(value, dtype, argument);
    return number;
  }
  if (casting === 'unsafe') return wrapped(value, dtype);
  const whole = typeof value === 'number' && !Number.isInteger(value) ? undefined : BigInt(value);
  if (whole === undefined || whole < dtype.min || whole > dtype.max) {
    throw lossy(value, dtype, argument);
  }
  return dtype.scalar === 'bigint' ? whole : Number(whole);
}

/** Elements in C order, and their type: a TypedArray as it is, or scalars made a dtype's. */
export function elementsOf(
  value: unknown,
  type: DType | undefined,
  casting: Casting,
): { shape: number[]; elements: TypedArray; elementType: DType } {
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const elements = value as TypedArray;
    return { shape: [elements.length], elements, elementType: dtypeOfTypedArray(value) };
  }
  const { shape, leaves } = flatten(value);
  const elementType = type ?? inferDType(leaves);
  const elements = new elementType.typedArray(leaves.length);
  for (let i = 0; i < leaves.length; i++) {
    elements[i] = toElement(leaves[i], elementType, casting, 'value');
  }
  return { shape, elements, elementType };
}

function lossy(value: Scalar, dtype: DType, argument: string) {
  const what =
    dtype.kind === 'f'
      ? `a finite ${dtype.name}`
      : dtype.kind === 'b'
        ? 'a boolean, 0 or 1'
        : `an integer from ${dtype.min} to ${dtype.max}`;
  return expected('ERR_CAST', argument, `${what} (${dtype.name}), or casting: 'unsafe'`, value);
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
