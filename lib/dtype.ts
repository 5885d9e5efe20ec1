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

/** A row; all are made here, in one form, so that the engine knows where their facts are. */
function row(
  code: number,
  name: DTypeName,
  kind: DType['kind'],
  itemsize: number,
  typedArray: TypedArrayConstructor,
  sumsTo: DTypeName,
): DType {
  const bits = BigInt(8 * itemsize);
  const [min, max] =
    kind === 'i'
      ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n]
      : [0n, kind === 'u' ? (1n << bits) - 1n : 1n];
  const wide = kind !== 'f' && itemsize === 8;
  const scalar = kind === 'b' ? 'boolean' : wide ? 'bigint' : 'number';
  return { name, code, kind, itemsize, typedArray, sumsTo, scalar, min, max };
}

/** The table. Its type makes a missing row a compile error. */
export const DTYPES: { readonly [name in DTypeName]: DType } = {
  bool: row(0, 'bool', 'b', 1, Uint8Array, 'int64'),
  int8: row(1, 'int8', 'i', 1, Int8Array, 'int64'),
  uint8: row(2, 'uint8', 'u', 1, Uint8Array, 'uint64'),
  int16: row(3, 'int16', 'i', 2, Int16Array, 'int64'),
  uint16: row(4, 'uint16', 'u', 2, Uint16Array, 'uint64'),
  int32: row(5, 'int32', 'i', 4, Int32Array, 'int64'),
  uint32: row(6, 'uint32', 'u', 4, Uint32Array, 'uint64'),
  int64: row(7, 'int64', 'i', 8, BigInt64Array, 'int64'),
  uint64: row(8, 'uint64', 'u', 8, BigUint64Array, 'uint64'),
  float32: row(9, 'float32', 'f', 4, Float32Array, 'float32'),
  float64: row(10, 'float64', 'f', 8, Float64Array, 'float64'),
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
