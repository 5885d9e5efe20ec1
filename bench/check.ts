/** Whether results are right; a time of a wrong one is worth nothing. */

import { product, resultKey, viewedShape } from './cases';
import type { Case, DTypeName } from './facts';
import type { Result } from './protocol';

type Elements = ArrayLike<number | bigint>;

const READERS: Readonly<Record<DTypeName, (buffer: ArrayBuffer) => Elements>> = {
  float64: (buffer) => new Float64Array(buffer),
  float32: (buffer) => new Float32Array(buffer),
  int64: (buffer) => new BigInt64Array(buffer),
  uint64: (buffer) => new BigUint64Array(buffer),
  int32: (buffer) => new Int32Array(buffer),
  uint32: (buffer) => new Uint32Array(buffer),
  int16: (buffer) => new Int16Array(buffer),
  uint16: (buffer) => new Uint16Array(buffer),
  int8: (buffer) => new Int8Array(buffer),
  uint8: (buffer) => new Uint8Array(buffer),
  bool: (buffer) => new Uint8Array(buffer),
};

function decode(base64: string, dtype: DTypeName): Elements {
  return READERS[dtype](Uint8Array.from(Buffer.from(base64, 'base64')).buffer);
}

/** Half the distance of 1 to the next number. */
const ROUNDING: Readonly<Partial<Record<DTypeName, number>>> = {
  float64: 2 ** -53,
  float32: 2 ** -24,
};

/**
 * How far NumPy's may be from the correctly rounded result, relative to the scale that it tells:
 * roundings of `count` additions, one after the other, wander off as a random walk does; those of
 * equal terms may all go one way.
 */
export function toleranceOf(dtype: DTypeName, count: number, equalTerms = false): number {
  return 8 * (ROUNDING[dtype] ?? 0) * (equalTerms ? count : Math.sqrt(count));
}

/** Whether a number and a bigint are the same one; NaN is NaN, and -0 is not 0. */
function same(a: number | bigint, b: number | bigint): boolean {
  return typeof a === typeof b ? Object.is(a, b) : BigInt(a) === BigInt(b);
}

/** What is wrong between this project's result and NumPy's; undefined when nothing is. */
export function differenceOf({ facts }: Case, ours: Result, numpys: Result): string | undefined {
  if (ours.bytes === undefined || numpys.bytes === undefined) {
    if (ours.sha256 !== undefined && ours.sha256 === numpys.sha256) return undefined;
    return "its elements are not NumPy's";
  }
  const received = decode(ours.bytes, ours.dtype);
  const expected = decode(numpys.bytes, numpys.dtype);
  if (received.length !== expected.length) {
    return `it has ${received.length} elements, NumPy's ${expected.length}`;
  }
  const scale = numpys.scale === undefined ? undefined : decode(numpys.scale, 'float64');
  const count = product(viewedShape(facts.shape, facts.view)) / Math.max(1, received.length);
  const equalTerms = facts.view?.broadcastTo !== undefined;
  const tolerance = toleranceOf(numpys.dtype, count, equalTerms);
  for (let i = 0; i < received.length; i++) {
    const [a, b] = [received[i]!, expected[i]!];
    const close = scale
      ? Math.abs(Number(a) - Number(b)) <= tolerance * Number(scale[i])
      : same(a, b);
    if (!close) {
      const beyond = scale ? `, off by more than ${tolerance} of ${scale[i]}` : '';
      return `element ${i} is ${a}, NumPy's ${b}${beyond}`;
    }
  }
  return undefined;
}

/** Results of this project, of which those of the same sums have to have the same bits. */
export class Bits {
  readonly #seen = new Map<string, { what: string; result: Result }>();

  /** What is wrong with the bits of a case's result; undefined when nothing is. */
  problemOf({ name, facts }: Case, threads: number, result: Result): string | undefined {
    const what = `${name} with ${threads} thread${threads === 1 ? '' : 's'}`;
    const key = resultKey(facts);
    const first = this.#seen.get(key) ?? { what, result };
    this.#seen.set(key, first);
    const equal =
      result.dtype === first.result.dtype &&
      result.bytes === first.result.bytes &&
      result.sha256 === first.result.sha256 &&
      (result.bytes ?? result.sha256 ?? '') !== '';
    return equal ? undefined : `the bits of ${what} and of ${first.what} differ`;
  }
}
