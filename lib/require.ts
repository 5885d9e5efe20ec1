/** Arrays that meet requirements. */

import type { ArrayLike, NDArray } from './array';
import type { Wanted } from './array-copies';
import { checkCast } from './assign';
import { type Casting, castingOf } from './casting';
import { array, asArray, made, madeAsync } from './create';
import { type DTypeName, dtypeOf } from './dtype';
import { expected } from './errors';
import { checkWriteable } from './extent';
import { type AsyncOptions, signalOf } from './jobs';
import { isAligned, isOrdered, type Order, orderedStrides, orderOf } from './layout';
import { checkOptions, flagOf, optionNames } from './options';
import { lock, owe, unlock } from './writeback';

/** What {@link requireArray} requires; what is left out is not required. */
export interface RequireOptions<T extends DTypeName = DTypeName> {
  readonly dtype?: T;
  /** C, F, one of them (A), or any (K), which a copy keeps. Left out: any, but a copy is as by A. */
  readonly order?: Order;
  /** Each element's address is a multiple of its size. */
  readonly aligned?: boolean;
  readonly writeable?: boolean;
  /** The array owns its memory. */
  readonly ownData?: boolean;
  /** What is written to the array comes to be written to `x`. */
  readonly writeback?: boolean;
  /** The rule for casts to the dtype and, with `writeback`, back; `'same_kind'` by default. */
  readonly casting?: Casting;
}

const REQUIRE = optionNames<RequireOptions>(
  'dtype',
  'order',
  'aligned',
  'writeable',
  'ownData',
  'writeback',
  'casting',
);

function requirements(options: RequireOptions) {
  checkOptions(options, REQUIRE);
  return {
    type: options.dtype === undefined ? undefined : dtypeOf(options.dtype),
    order: options.order === undefined ? undefined : orderOf(options.order, 'CFAK'),
    aligned: flagOf(options.aligned, 'aligned', false),
    writeable: flagOf(options.writeable, 'writeable', false),
    ownData: flagOf(options.ownData, 'ownData', false),
    writeback: flagOf(options.writeback, 'writeback', false),
    casting: castingOf(options.casting ?? 'same_kind'),
  };
}

/** What meets the requirements, and the array that it is to be written back to. */
interface Met<T extends DTypeName> {
  readonly wanted: Wanted<T>;
  readonly target: NDArray | undefined;
  readonly casting: Casting;
}

function meeting<T extends DTypeName>(
  value: ArrayLike | ArrayBufferLike | ArrayBufferView,
  options: RequireOptions<T>,
): Met<T> {
  const needs = requirements(options);
  const { casting, writeback } = needs;
  const plain = Array.isArray(value) || typeof value !== 'object';
  const given = plain
    ? array(value as ArrayLike, needs.type && { dtype: needs.type.name })
    : asArray(value);
  const x = given as NDArray as NDArray<T>;
  const { layout, storage } = x;
  const type = needs.type ?? x.type;
  if (writeback) {
    if (plain) {
      throw expected('ERR_DTYPE', 'x', 'an array or a TypedArray, as it is written back to', value);
    }
    checkWriteable(x, 'x');
    checkCast(type, x.type, casting, 'x');
  }
  const { itemsize } = x.type;
  const met =
    type === x.type &&
    isOrdered(layout, itemsize, needs.order ?? 'K') &&
    (!needs.aligned || isAligned(layout, itemsize, storage.start)) &&
    (!needs.writeable || x.writeable) &&
    (!needs.ownData || (!writeback && x.flags.ownData));
  if (met) return { wanted: writeback ? x.derive(layout) : x, target: undefined, casting };
  const strides = orderedStrides(layout.shape, type, needs.order ?? 'A', layout, itemsize);
  const wanted = { source: x, type, strides, casting };
  return { wanted, target: writeback ? x : undefined, casting };
}

/**
 * An array that meets requirements: `x` itself when it does, else a copy; nested arrays as `array`
 * makes them.
 *
 * With `writeback` a copy is a temporary whose flag writebackIfCopy is set and whose base is `x`,
 * which is locked for writing until `resolveWriteback()` copies the temporary back or
 * `discardWriteback()` does not; `dispose()`, and so the end of a block with `using`, resolves. When
 * nothing has to be copied, a view of `x` is returned, which may be disposed of all the same; so
 * with `ownData` there is always a temporary. One that is dropped is reported by a process warning.
 *
 * Throws ERR_CAST when the rule for casts forbids one that is needed, ERR_READ_ONLY for a writeback
 * to a read-only array, ERR_DTYPE, ERR_SHAPE, ERR_OUT_OF_MEMORY.
 */
export function requireArray<T extends DTypeName = DTypeName>(
  value: ArrayLike | ArrayBufferLike | ArrayBufferView,
  options: RequireOptions<T> = {},
): NDArray<T> {
  const { wanted, target, casting } = meeting(value, options);
  const result = made(wanted);
  if (target !== undefined) owe(result, target, casting);
  return result;
}

/**
 * {@link requireArray}, where a copy is a job. With `writeback`, `x` is locked from the call on, and
 * unlocked when the promise rejects. As with `array`, nested arrays are gathered at the call.
 */
export async function requireArrayAsync<T extends DTypeName = DTypeName>(
  value: ArrayLike | ArrayBufferLike | ArrayBufferView,
  options: RequireOptions<T> & AsyncOptions = {},
): Promise<NDArray<T>> {
  const signal = signalOf(options);
  const { wanted, target, casting } = meeting(value, options);
  if (target === undefined) return madeAsync(wanted, signal);
  lock(target);
  try {
    const temporary = await madeAsync(wanted, signal);
    owe(temporary, target, casting);
    return temporary;
  } finally {
    unlock(target);
  }
}
