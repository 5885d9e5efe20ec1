/** Arrays that a rule makes: ranges, and ones on a diagonal. */

import { NDArray } from './array';
import { assignElements, fillElements } from './assign';
import { type CreateOptions, fresh, zeros } from './create';
import { DTYPES, type DType, type DTypeName, dtypeOf, type TypedArray } from './dtype';
import { expected, failure } from './errors';
import { Extent } from './extent';
import { countOf } from './layout';
import { inferDType, toElement } from './nested';
import { checkOptions, flagOf, optionNames } from './options';

const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

const ARANGE = optionNames<CreateOptions>('dtype');

type ArangeArguments = (number | bigint | CreateOptions | undefined)[];

/**
 * Evenly spaced values from `start` (0) up to but without `stop`, `step` (1) apart; as many as
 * NumPy has, and computed as NumPy does, but counted exactly between bigints. Numbers make float64
 * and bigints int64 unless `dtype` is given; integers are exact. Throws ERR_SHAPE, ERR_DTYPE,
 * ERR_CAST, ERR_OUT_OF_MEMORY.
 */
export function arange<T extends DTypeName = DTypeName>(
  stop: number | bigint,
  options?: { readonly dtype?: T },
): NDArray<T>;
export function arange<T extends DTypeName = DTypeName>(
  start: number | bigint,
  stop: number | bigint,
  options?: { readonly dtype?: T },
): NDArray<T>;
export function arange<T extends DTypeName = DTypeName>(
  start: number | bigint,
  stop: number | bigint,
  step: number | bigint,
  options?: { readonly dtype?: T },
): NDArray<T>;
export function arange(...given: ArangeArguments): NDArray {
  const last = given.at(-1);
  const options = typeof last === 'object' && last !== null ? (given.pop() as CreateOptions) : {};
  checkOptions(options, ARANGE);
  while (given.length > 0 && given.at(-1) === undefined) given.pop();
  const names = given.length === 1 ? ['stop'] : ['start', 'stop', 'step'];
  if (given.length === 0 || given.length > 3) {
    throw expected('ERR_SHAPE', 'arange', 'stop, or start, stop and perhaps step', given);
  }
  const numbers = given.map((value, i) => rangeNumber(value, names[i]!));
  const odd = numbers.find((value) => typeof value !== typeof numbers[0]);
  if (odd !== undefined && options.dtype === undefined) {
    throw failure(
      'ERR_DTYPE',
      `arange: expected bounds of one type, or a dtype, received ${typeof numbers[0]} and ${typeof odd}`,
    );
  }
  const type = options.dtype === undefined ? inferDType(numbers) : dtypeOf(options.dtype);
  if (type === DTYPES.bool) throw expected('ERR_DTYPE', 'dtype', 'a dtype of numbers', type.name);
  const [zero, one] = typeof numbers[0] === 'bigint' ? [0n, 1n] : [0, 1];
  const [start, stop, step] =
    numbers.length === 1 ? [zero, numbers[0]!, one] : [numbers[0]!, numbers[1]!, numbers[2] ?? one];
  // biome-ignore lint/suspicious/noDoubleEquals: 0 and 0n alike
  if (step == 0) throw expected('ERR_SHAPE', 'step', 'a number other than 0', step);
  return type.kind === 'f'
    ? floatRange(start, stop, step, type)
    : integerRange(start, stop, step, type);
}

function rangeNumber(value: unknown, name: string): number | bigint {
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value))) {
    return value;
  }
  throw expected('ERR_SHAPE', name, 'a finite number or a bigint', value);
}

/** Elements that are computed at a time. */
const CHUNK = 1 << 16;

/** Computes elements in chunks, each in the form that TypedArrays take. */
function rangeOf(length: number, type: DType, element: (i: number) => number | bigint): NDArray {
  return chunked(length, type, (chunk, first) => {
    for (let i = 0; i < chunk.length; i++) chunk[i] = element(first + i);
  });
}

function chunked(
  length: number,
  type: DType,
  compute: (chunk: TypedArray, first: number) => void,
): NDArray {
  const result = fresh(type, [countOf(length, 'length')], 'C', false);
  for (let first = 0; first < length; first += CHUNK) {
    const chunk = new type.typedArray(Math.min(CHUNK, length - first));
    compute(chunk, first);
    const target = result.slice(`${first}:${first + chunk.length}`);
    assignElements(target, NDArray.over(chunk, type), 'no');
  }
  return result;
}

/** Safe integers of 64 bits by their halves, which is much faster than by bigints. */
function safeRange(length: number, type: DType, low: number, step: number): NDArray {
  return chunked(length, type, (chunk, first) => {
    const halves = new Uint32Array(chunk.buffer);
    for (let i = 0; i < chunk.length; i++) {
      const value = low + (first + i) * step;
      halves[2 * i] = value;
      halves[2 * i + 1] = Math.floor(value / 2 ** 32);
    }
  });
}

/** How many elements there are: one at least, where the number of steps underflows. */
function floatLength(start: number, stop: number, step: number): number {
  const steps = (stop - start) / step;
  if (steps !== 0 || start === stop) return Math.max(0, Math.ceil(steps));
  return Object.is(steps, -0) ? 0 : 1;
}

/** How many integers there are, exactly: NumPy divides doubles, which loses the last one of some. */
function integerLength(start: bigint, stop: bigint, step: bigint): number {
  const steps = (stop - start + step - (step > 0n ? 1n : -1n)) / step;
  return Number(steps > 0n ? steps : 0n);
}

/** The length of a range of floats and its second element, rounded once where bigints give it. */
function floatSteps(
  start: number | bigint,
  stop: number | bigint,
  step: number | bigint,
): [length: number, second: number] {
  if (typeof start === 'bigint' && typeof stop === 'bigint' && typeof step === 'bigint') {
    return [integerLength(start, stop, step), Number(start + step)];
  }
  const [first, last, by] = [Number(start), Number(stop), Number(step)];
  return [floatLength(first, last, by), first + by];
}

// As NumPy: the second element settles the distance, in the dtype's own precision.
function floatRange(
  start: number | bigint,
  stop: number | bigint,
  step: number | bigint,
  type: DType,
): NDArray {
  const round = type === DTYPES.float32 ? Math.fround : (x: number) => x;
  const [length, second] = floatSteps(start, stop, step);
  const begin = [round(Number(start)), round(second)] as const;
  const distance = round(begin[1] - begin[0]);
  return rangeOf(length, type, (i) => begin[i] ?? round(begin[0] + round(round(i) * distance)));
}

function integerRange(
  start: number | bigint,
  stop: number | bigint,
  step: number | bigint,
  type: DType,
): NDArray {
  const whole = (value: number | bigint, name: string): bigint => {
    if (typeof value === 'number' && !Number.isInteger(value)) {
      throw expected('ERR_CAST', name, `an integer, as the dtype is ${type.name}`, value);
    }
    return BigInt(value);
  };
  const [low, high, by] = [whole(start, 'start'), whole(stop, 'stop'), whole(step, 'step')];
  const length = integerLength(low, high, by);
  if (length > 0) {
    toElement(low, type, undefined, 'start');
    toElement(low + BigInt(length - 1) * by, type, undefined, 'the last element before stop');
  }
  const [first, distance] = [Number(low), Number(by)];
  if (type.scalar === 'bigint') {
    const last = low + BigInt(Math.max(0, length - 1)) * by;
    const safe = [low, last, by].every((value) => Number.isSafeInteger(Number(value)));
    if (safe && LITTLE_ENDIAN) return safeRange(length, type, first, distance);
    return rangeOf(length, type, (i) => low + BigInt(i) * by);
  }
  return rangeOf(length, type, (i) => first + i * distance);
}

/** Options of {@link linspace}. */
export interface LinspaceOptions<T extends DTypeName = DTypeName> {
  /** The elements' type, float64 by default; values are rounded down to an integer type's. */
  readonly dtype?: T;
  /** False leaves `stop` out, and has the steps so that it would come next. True by default. */
  readonly endpoint?: boolean;
  /** True gives the array and the step between its elements (NaN when there is none). */
  readonly retstep?: boolean;
}

const LINSPACE = optionNames<LinspaceOptions>('dtype', 'endpoint', 'retstep');

/**
 * `num` (50) numbers evenly spaced from `start` to `stop`, bit for bit those of NumPy. Throws
 * ERR_CAST for numbers that an integer dtype does not hold, ERR_SHAPE, ERR_DTYPE,
 * ERR_OUT_OF_MEMORY.
 */
export function linspace<T extends DTypeName = 'float64'>(
  start: number | bigint,
  stop: number | bigint,
  num: number | undefined,
  options: LinspaceOptions<T> & { readonly retstep: true },
): [NDArray<T>, number];
export function linspace<T extends DTypeName = 'float64'>(
  start: number | bigint,
  stop: number | bigint,
  num?: number,
  options?: LinspaceOptions<T> & { readonly retstep?: false },
): NDArray<T>;
export function linspace(
  start: number | bigint,
  stop: number | bigint,
  num = 50,
  options: LinspaceOptions = {},
): NDArray | [NDArray, number] {
  checkOptions(options, LINSPACE);
  const first = Number(rangeNumber(start, 'start'));
  const last = Number(rangeNumber(stop, 'stop'));
  const length = countOf(num, 'num');
  const type = dtypeOf(options.dtype ?? 'float64');
  const endpoint = flagOf(options.endpoint, 'endpoint', true);
  const steps = endpoint ? length - 1 : length;
  const distance = last - first;
  const step = steps > 0 ? distance / steps : Number.NaN;
  // Where the step underflows, the elements do not.
  const part = (i: number) =>
    steps <= 0 ? i * distance : step === 0 ? (i / steps) * distance : i * step;
  const whole = type.kind === 'i' || type.kind === 'u';
  const result = rangeOf(length, type, (i) => {
    const value = endpoint && i > 0 && i === steps ? last : part(i) + first;
    if (type.kind === 'b') return Number(value !== 0);
    return whole ? toElement(Math.floor(value), type, undefined, 'linspace') : value;
  });
  return flagOf(options.retstep, 'retstep', false) ? [result, step] : result;
}

/** Options of {@link eye}. */
export interface EyeOptions<T extends DTypeName = DTypeName> extends CreateOptions<T> {
  /** Which diagonal: 0 is the main one, positive ones are above it, negative ones below. */
  readonly k?: number;
}

const EYE = optionNames<EyeOptions>('dtype', 'order', 'k');

/**
 * Ones on a diagonal of an `n` by `m` matrix (`m` is `n` unless given), zeros elsewhere. The
 * diagonal, which NumPy takes third, is the option `k`. Throws ERR_SHAPE, ERR_DTYPE,
 * ERR_OUT_OF_MEMORY.
 */
export function eye<T extends DTypeName = 'float64'>(
  n: number,
  m?: number | null,
  options: EyeOptions<T> = {},
): NDArray<T> {
  checkOptions(options, EYE);
  const { k: asked, ...others } = options;
  const k = asked ?? 0;
  if (!Number.isSafeInteger(k)) throw expected('ERR_SHAPE', 'k', 'a safe integer', k);
  const rows = countOf(n, 'n');
  const columns = m === undefined || m === null ? rows : countOf(m, 'm');
  const result = zeros([rows, columns], others as CreateOptions<T>);
  const [row, column] = [Math.max(0, -k), Math.max(0, k)];
  const length = Math.min(rows - row, columns - column);
  if (length <= 0) return result;
  const [down, across] = result.strides as [number, number];
  const offset = row * down + column * across;
  const diagonal = { shape: [length], strides: [down + across], offset };
  fillElements(
    new Extent(result.storage, diagonal, result.type, true),
    result.type.scalar === 'bigint' ? 1n : 1,
  );
  return result;
}
