/** Arrays as JSON: every element exactly, save the payloads of NaN. */

import { DTYPES, type DType, type DTypeName, dtypeOf, type TypedArray } from './dtype';
import { expected, failure } from './errors';
import { shapeOf, sizeOf } from './layout';
import { toElement } from './nested';

/** What JSON has no number for is a string, as are integers of 64 bits (in decimal). */
export type JSONElement = number | boolean | string;

/** What {@link NDArray.toJSON} gives, and `fromJSON` takes. */
export interface JSONArray<T extends DTypeName = DTypeName> {
  readonly dtype: T;
  readonly shape: readonly number[];
  /** The elements in C order. */
  readonly data: readonly JSONElement[];
}

const SPECIAL = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['-0', -0],
]);

function written(element: number | bigint, type: DType): JSONElement {
  if (typeof element === 'bigint') return String(element);
  if (type === DTYPES.bool) return element !== 0;
  if (Number.isFinite(element) && !Object.is(element, -0)) return element;
  return Object.is(element, -0) ? '-0' : String(element);
}

/** Elements in C order, and what they are of, as JSON. */
export function toJSON(type: DType, shape: readonly number[], elements: TypedArray): JSONArray {
  const data = Array.from(elements as ArrayLike<number | bigint>, (x) => written(x, type));
  return { dtype: type.name, shape: [...shape], data };
}

function read(item: unknown, type: DType, place: string): number | bigint {
  let value: unknown;
  if (type.scalar === 'bigint') {
    if (typeof item === 'string' && /^-?\d+$/.test(item)) value = BigInt(item);
  } else if (typeof item === type.scalar) {
    value = item;
  } else if (type.kind === 'f' && typeof item === 'string') {
    value = SPECIAL.get(item);
  }
  if (value === undefined) {
    const what = {
      number: `a number${type.kind === 'f' ? ', "NaN", "Infinity", "-Infinity" or "-0"' : ''}`,
      bigint: 'an integer in a string',
      boolean: 'a boolean',
    }[type.scalar];
    throw expected('ERR_FORMAT', place, `${what} (${type.name})`, item);
  }
  return toElement(value, type, undefined, place);
}

/** The elements that JSON describes. Throws ERR_FORMAT, ERR_DTYPE, ERR_SHAPE, ERR_CAST. */
export function parsed(value: unknown): { type: DType; shape: number[]; elements: TypedArray } {
  if (typeof value !== 'object' || value === null || !('data' in value)) {
    throw expected('ERR_FORMAT', 'json', 'an object with dtype, shape and data', value);
  }
  const { dtype, shape: sizes, data } = value as Record<keyof JSONArray, unknown>;
  const type = dtypeOf(dtype);
  const shape = shapeOf(sizes);
  if (!Array.isArray(data)) throw expected('ERR_FORMAT', 'data', 'an array of elements', data);
  const size = sizeOf(shape);
  if (data.length !== size) {
    throw failure(
      'ERR_FORMAT',
      `data: expected ${size} elements for the shape [${shape.join(', ')}], received ${data.length}`,
    );
  }
  const elements = new type.typedArray(size);
  for (let i = 0; i < size; i++) elements[i] = read(data[i], type, `data[${i}]`);
  return { type, shape, elements };
}
