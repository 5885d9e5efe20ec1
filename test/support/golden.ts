import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DTYPES, type DTypeName } from '../../lib/dtype';

const DATA = join(__dirname, '..', 'golden', 'data');

/** The content of `test/golden/data/<name>.json.gz` or `<name>.json`. */
export function readGolden<T = unknown>(name: string): T {
  const packed = join(DATA, `${name}.json.gz`);
  const text = existsSync(packed)
    ? gunzipSync(readFileSync(packed)).toString('utf8')
    : readFileSync(join(DATA, `${name}.json`), 'utf8');
  return JSON.parse(text) as T;
}

/** The right sum of `makeValues(kind, dtype, n, seed)`, laid into `shape` in C order. */
export interface SumCase {
  readonly dtype: DTypeName;
  readonly kind: string;
  readonly seed: number;
  readonly shape: readonly number[];
  readonly axis: number | readonly number[] | null;
  readonly resultShape: readonly number[];
  /** In C order, each as `bitsOf` has it; 'overflow' when an integer sum does not fit. */
  readonly expected: readonly string[] | 'overflow';
}

/** The hash of the bytes of `makeValues(kind, dtype, n, seed)` for all n of `sizes`, in order. */
export interface ValuesHash {
  readonly dtype: DTypeName;
  readonly kind: string;
  readonly seed: number;
  readonly sizes: readonly number[];
  readonly sha256: string;
}

interface SumFile {
  readonly values: readonly ValuesHash[];
  readonly cases: readonly SumCase[];
}

let sumFile: SumFile | undefined;

function readSums(): SumFile {
  sumFile ??= readGolden<SumFile>('sum');
  return sumFile;
}

/** All cases; those of the same values follow one another. */
export function sumCases(): readonly SumCase[] {
  return readSums().cases;
}

export function valuesHashes(): readonly ValuesHash[] {
  return readSums().values;
}

/** The reductions that are not sums. */
export const REDUCTION_NAMES = [
  'mean',
  'prod',
  'min',
  'max',
  'argmin',
  'argmax',
  'any',
  'all',
  'countNonzero',
] as const;
export type ReductionName = (typeof REDUCTION_NAMES)[number];

/** The right reductions of `makeValues(kind, dtype, n, seed)`, laid into `shape` in C order. */
export interface ReduceCase extends Omit<SumCase, 'expected'> {
  /** As for sums; null for a product of floats that has no right value. */
  readonly expected: {
    readonly [name in ReductionName]?: readonly (string | null)[] | 'overflow';
  };
}

export function reduceCases(): readonly ReduceCase[] {
  return readGolden<{ readonly cases: readonly ReduceCase[] }>('reduce').cases;
}

/** The dtype that a reduction of elements of a dtype has. */
export function resultDtype(name: ReductionName, dtype: DTypeName): DTypeName {
  switch (name) {
    case 'mean':
      return DTYPES[dtype].kind === 'f' ? dtype : 'float64';
    case 'prod':
      return DTYPES[dtype].sumsTo;
    case 'min':
    case 'max':
      return dtype;
    case 'any':
    case 'all':
      return 'bool';
    default:
      return 'int64';
  }
}

/** What {@link bitsOf} made a text of. */
export function numberOf(text: string, dtype: DTypeName): number | bigint {
  const { kind, itemsize } = DTYPES[dtype];
  if (kind !== 'f') return itemsize === 8 ? BigInt(text) : Number(text);
  const view = new DataView(new ArrayBuffer(8));
  if (dtype === 'float32') {
    view.setUint32(0, Number.parseInt(text, 16));
    return view.getFloat32(0);
  }
  view.setBigUint64(0, BigInt(`0x${text}`));
  return view.getFloat64(0);
}

/** A value of a dtype as golden files hold it: a float's bits in hex (one NaN), else decimal. */
export function bitsOf(value: number | bigint | boolean, dtype: DTypeName): string {
  if (DTYPES[dtype].kind !== 'f') return String(typeof value === 'boolean' ? +value : value);
  const number = Number(value);
  const view = new DataView(new ArrayBuffer(8));
  if (dtype === 'float32') {
    if (Number.isNaN(number)) return '7fc00000';
    view.setFloat32(0, number);
    return view.getUint32(0).toString(16).padStart(8, '0');
  }
  if (Number.isNaN(number)) return '7ff8000000000000';
  view.setFloat64(0, number);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
}
