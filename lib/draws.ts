/** What the legacy functions and the generators share: memory for draws, and bounds of integers. */

import type { NDArray } from './array';
import { fresh } from './create';
import { type DType, dtypeOf, type Scalar } from './dtype';
import { expected } from './errors';
import { describeExtent, Extent } from './extent';
import { shapeOf } from './layout';
import type { NativeBuffer } from './native';
import { Storage } from './storage';

/** Draws elements into contiguous memory, which slot 0 of the frame describes. */
export type Draw = (target: NativeBuffer) => void;

/** Room for a draw without a shape. */
const one = Storage.over(new ArrayBuffer(8), 0, 8);

/** A scalar when there is no shape, else a fresh array of that shape. Throws ERR_SHAPE. */
export function drawn(type: DType, shape: unknown, draw: Draw): Scalar | NDArray {
  const result = shape === undefined ? undefined : fresh(type, shapeOf(shape), 'C', false);
  const storage = result?.storage ?? one;
  const target = storage.forNative(true);
  const layout = { shape: [result?.size ?? 1], strides: [type.itemsize], offset: 0 };
  describeExtent(0, new Extent(storage, layout, type, true));
  draw(target);
  return result ?? one.read(type, 0);
}

function bound(value: unknown, argument: string): bigint {
  if (typeof value === 'bigint') return value;
  if (Number.isSafeInteger(value)) return BigInt(value as number);
  throw expected('ERR_CAST', argument, 'a safe integer or a bigint', value);
}

/** Both ends of `type`, each `beyond` more, must hold a bound, which came as `given`. */
function within(value: bigint, given: unknown, type: DType, argument: string, beyond: bigint) {
  if (value < type.min + beyond || value > type.max + beyond) {
    const range = `${type.min + beyond} to ${type.max + beyond}`;
    throw expected('ERR_CAST', argument, `an integer from ${range} (${type.name})`, given);
  }
}

/** Integers to draw: from `low` (modulo 2^64) up to `range` more. */
export interface Bounds {
  readonly type: DType;
  readonly low: bigint;
  readonly range: bigint;
  /** True when the shape has no element, so that nothing is drawn, whatever the bounds. */
  readonly none: boolean;
}

/**
 * The integers from `low` up to `high`, which belongs to them if `endpoint`; from 0 to `low` when
 * `high` is null. Throws ERR_CAST, ERR_DTYPE, ERR_SHAPE.
 */
export function integerBounds(
  low: unknown,
  high: unknown,
  shape: unknown,
  dtype: unknown,
  endpoint: boolean,
): Bounds {
  const type = dtypeOf(dtype ?? 'int64');
  if (type.kind === 'f') {
    throw expected('ERR_DTYPE', 'dtype', 'bool or an integer type', type.name);
  }
  const oneBound = high === undefined || high === null;
  const [end, endName] = oneBound ? [low, 'low'] : [high, 'high'];
  const from = oneBound ? 0n : bound(low, 'low');
  const to = bound(end, endName);
  const none = shape !== undefined && shapeOf(shape).includes(0);
  const past = endpoint ? 0n : 1n;
  if (!none) {
    within(from, low, type, 'low', 0n);
    within(to, end, type, endName, past);
    if (from > to - past) {
      const start = oneBound ? '0' : `low (${from})`;
      const wanted = endpoint ? `an integer from ${start} on` : `an integer above ${start}`;
      throw expected('ERR_CAST', endName, wanted, end);
    }
  }
  return { type, low: BigInt.asUintN(64, from), range: to - past - from, none };
}
