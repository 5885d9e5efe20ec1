import { expected } from './errors';

/** The name of an element type. */
export type DTypeName =
  | 'bool'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'float32'
  | 'float64';

/** One element: `bigint` for int64 and uint64, `boolean` for bool, `number` for the others. */
export type Scalar = number | bigint | boolean;

/** The scalars of one dtype. */
export type ScalarOf<T extends DTypeName> = T extends 'int64' | 'uint64'
  ? bigint
  : T extends 'bool'
    ? boolean
    : number;

/** A TypedArray that some dtype's elements fit; a bool array's is a `Uint8Array` of 0 and 1. */
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** NumPy's letter for a family of types: bool, signed, unsigned, float. */
export type Kind = 'b' | 'i' | 'u' | 'f';

type TypedArrayConstructor = {
  new (length: number): TypedArray;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): TypedArray;
};

/** A row of the dtype table; the addon has the same rows and compares them when it loads. */
export interface DType {
  readonly name: DTypeName;
  /** The row's place, by which the addon knows the dtype. */
  readonly code: number;
  readonly kind: Kind;
  /** Bytes of one element, which are also its alignment. */
  readonly itemsize: number;
  readonly typedArray: TypedArrayConstructor;
  /** The dtype that a sum of such elements has, as in NumPy. */
  readonly sumsTo: DTypeName;
  /** The elements' JavaScript type. */
  readonly scalar: 'number' | 'bigint' | 'boolean';
  /** Smallest and largest element of an integer type. */
  readonly min: bigint;
  readonly max: bigint;
}

function integer(
  code: number,
  name: DTypeName,
  kind: 'i' | 'u',
  itemsize: number,
  typedArray: TypedArrayConstructor,
): DType {
  const bits = BigInt(8 * itemsize);
  return {
    name,
    code,
    kind,
    itemsize,
    typedArray,
    sumsTo: kind === 'i' ? 'int64' : 'uint64',
    scalar: itemsize === 8 ? 'bigint' : 'number',
    min: kind === 'i' ? -(1n << (bits - 1n)) : 0n,
    max: (1n << (kind === 'i' ? bits - 1n : bits)) - 1n,
  };
}

const common = { min: 0n, max: 1n } as const;

/** The table. Its type makes a missing row a compile error. */
export const DTYPES: { readonly [name in DTypeName]: DType } = {
  bool: {
    name: 'bool',
    code: 0,
    kind: 'b',
    itemsize: 1,
    typedArray: Uint8Array,
    sumsTo: 'int64',
    scalar: 'boolean',
    ...common,
  },
  int8: integer(1, 'int8', 'i', 1, Int8Array),
  uint8: integer(2, 'uint8', 'u', 1, Uint8Array),
  int16: integer(3, 'int16', 'i', 2, Int16Array),
  uint16: integer(4, 'uint16', 'u', 2, Uint16Array),
  int32: integer(5, 'int32', 'i', 4, Int32Array),
  uint32: integer(6, 'uint32', 'u', 4, Uint32Array),
  int64: integer(7, 'int64', 'i', 8, BigInt64Array),
  uint64: integer(8, 'uint64', 'u', 8, BigUint64Array),
  float32: {
    name: 'float32',
    code: 9,
    kind: 'f',
    itemsize: 4,
    typedArray: Float32Array,
    sumsTo: 'float32',
    scalar: 'number',
    ...common,
  },
  float64: {
    name: 'float64',
    code: 10,
    kind: 'f',
    itemsize: 8,
    typedArray: Float64Array,
    sumsTo: 'float64',
    scalar: 'number',
    ...common,
  },
};

export const DTYPE_NAMES = Object.keys(DTYPES) as DTypeName[];

/** The row for a name given by a user. Throws ERR_DTYPE. */
export function dtypeOf(name: unknown, argument = 'dtype'): DType {
  if (typeof name === 'string' && Object.hasOwn(DTYPES, name)) return DTYPES[name as DTypeName];
  throw expected('ERR_DTYPE', argument, `one of ${DTYPE_NAMES.join(', ')}`, name);
}

const BY_TYPED_ARRAY = new Map<string, DType>([
  ...DTYPE_NAMES.map((name) => [DTYPES[name].typedArray.name, DTYPES[name]] as const),
  ['Uint8Array', DTYPES.uint8],
  ['Uint8ClampedArray', DTYPES.uint8],
  ['Buffer', DTYPES.uint8],
]);

/** The dtype of a TypedArray's elements (a Buffer is a Uint8Array). Throws ERR_DTYPE for others. */
export function dtypeOfTypedArray(array: ArrayBufferView, argument = 'array'): DType {
  const tag = (array as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] ?? '';
  const found = BY_TYPED_ARRAY.get(tag);
  if (found === undefined) throw expected('ERR_DTYPE', argument, 'a TypedArray or a Buffer', array);
  return found;
}
