/** What belongs to no array, or to two. */

import type { ArrayLike } from './array';
import { NDArray } from './array';
import { assignElements, assignElementsAsync, fillElements, maskOf } from './assign';
import { type Casting, castingOf } from './casting';
import { asArray } from './create';
import type { TypedArray } from './dtype';
import { expected } from './errors';
import { passingElements, sourceOf } from './export';
import { checkWriteable } from './extent';
import { type AsyncOptions, signalOf } from './jobs';
import { native } from './native';
import { isScalar, toElement } from './nested';
import { checkOptions, optionNames } from './options';
import { BOUNDS, EXACT, overlapsItself, shareMemory } from './overlap';

/** Options of the functions that tell whether arrays share memory. */
export interface OverlapOptions {
  /**
   * How many candidates for a common byte may be considered: an integer, 0 for none, so that only
   * the bounds of the arrays count, -1 for as many as it takes.
   */
  readonly maxWork?: number;
}

const OVERLAP = optionNames<OverlapOptions>('maxWork');

function inMemory(value: unknown, argument: string): NDArray {
  if (value instanceof NDArray) return value;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return asArray(value as TypedArray);
  }
  throw expected('ERR_DTYPE', argument, 'an array or a TypedArray', value);
}

function maxWorkOf(options: OverlapOptions | undefined, otherwise: number): number {
  if (options === undefined) return otherwise;
  checkOptions(options, OVERLAP);
  const { maxWork = otherwise } = options;
  if (Number.isSafeInteger(maxWork) && maxWork >= EXACT) return maxWork;
  throw expected('ERR_SHAPE', 'maxWork', 'an integer from -1', maxWork);
}

/**
 * True when two arrays may have a byte in common, by default when the bytes that they span overlap.
 * False is certain; true is not, unless `maxWork` is -1: the elements may lie between each other, as
 * those of `x.slice('::2')` and `x.slice('1::2')` do.
 */
export function mayShareMemory(a: ArrayLike, b: ArrayLike, options?: OverlapOptions): boolean {
  const [x, y] = [inMemory(a, 'a'), inMemory(b, 'b')];
  return shareMemory(x, y, maxWorkOf(options, BOUNDS)) ?? true;
}

/**
 * True when two arrays have a byte in common. The answer is exact, but there are arrays for which
 * it takes very long: `maxWork` limits that. Throws ERR_TOO_HARD when the limit leaves it open; with
 * 0, whenever the bytes that the arrays span overlap.
 */
export function sharesMemory(a: ArrayLike, b: ArrayLike, options?: OverlapOptions): boolean {
  const [x, y] = [inMemory(a, 'a'), inMemory(b, 'b')];
  const maxWork = maxWorkOf(options, EXACT);
  const answer = shareMemory(x, y, maxWork);
  if (answer !== undefined) return answer;
  throw expected(
    'ERR_TOO_HARD',
    'maxWork',
    'a limit that settles whether memory is shared',
    maxWork,
  );
}

/** True when two elements of an array have a byte in common. */
export function hasInternalOverlap(x: ArrayLike): boolean {
  return overlapsItself(inMemory(x, 'x'));
}

/** Options of {@link copyTo}. */
export interface CopyToOptions {
  /** The rule that the elements' types must obey; `'same_kind'` by default. */
  readonly casting?: Casting;
  /** Which elements are written: bool, broadcast to the target's shape. */
  readonly where?: NDArray | boolean;
}

const COPY_TO = optionNames<CopyToOptions>('casting', 'where');

function copyToOptions(dst: NDArray, options: CopyToOptions) {
  checkOptions(options, COPY_TO);
  if (!(dst instanceof NDArray)) throw expected('ERR_DTYPE', 'dst', 'an NDArray', dst);
  const casting = castingOf(options.casting ?? 'same_kind');
  checkWriteable(dst, 'dst');
  return { casting, mask: maskOf(options.where, dst.layout.shape) };
}

/**
 * Writes a value to the elements of an array, or to those where `where` is true: a scalar, or
 * anything whose shape broadcasts to the array's. The result is as if value and mask had been copied
 * first. Integers and scalars that are written must fit, unless casting is `'unsafe'`.
 * Throws ERR_DTYPE, ERR_READ_ONLY, ERR_BROADCAST, ERR_CAST, and then nothing has changed.
 */
export function copyTo(dst: NDArray, src: ArrayLike, options: CopyToOptions = {}): void {
  const { casting, mask } = copyToOptions(dst, options);
  if (isScalar(src)) {
    fillElements(dst, toElement(src, dst.type, casting, 'src'), mask);
  } else {
    const source = src instanceof NDArray ? src : passingElements(src, dst.type, casting);
    assignElements(dst, source, casting, 'src', mask);
  }
}

/** {@link copyTo} on the pool's threads, while JavaScript goes on; errors reject. */
export async function copyToAsync(
  dst: NDArray,
  src: ArrayLike,
  options: CopyToOptions & AsyncOptions = {},
): Promise<void> {
  const { casting, mask } = copyToOptions(dst, options);
  const signal = signalOf(options);
  const source = sourceOf(src, dst.type, casting, 'src');
  await assignElementsAsync(dst, source, casting, signal, 'src', mask);
}

/**
 * Sets how many threads operations use, the calling one among them: an integer from 1 to 1024. The
 * default is STRIDED_NUM_THREADS, else the processors that the machine or container grants.
 */
export function setNumThreads(count: number): void {
  if (!Number.isInteger(count) || count < 1 || count > 1024) {
    throw expected('ERR_SHAPE', 'count', 'an integer from 1 to 1024', count);
  }
  native.setNumThreads(count);
}

/** How many threads operations use. */
export function getNumThreads(): number {
  return native.getNumThreads();
}

/** Native memory that is alive in this process: blocks, and their bytes. */
export function memoryUsage(): { blocks: number; bytes: number } {
  return native.memoryUsage();
}
