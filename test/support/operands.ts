/** Arrays in every state that bad calls meet. */

import { arange, array, asArray, type DTypeName, NDArray, ones, zeros } from 'strided';
import { Extent } from '../../lib/extent';

/** A value of a type that the declarations refuse. */
export const bad = (value: unknown) => value as never;

/** Makes an array read-only. */
export function readOnly<T extends DTypeName>(x: NDArray<T>): NDArray<T> {
  return x.setFlags({ writeable: false });
}

/** Arrays that the calls use; none of the calls may change one. */
export const operands = {
  matrix: arange(6).reshape([2, 3], { copy: true }),
  cube: arange(24).reshape([2, 3, 4], { copy: true }),
  scalar: array(7),
  none: zeros([0, 3]),
  mask: array([true, false, true]),
  frozen: readOnly(array([1, 2, 3])),
  frozenInts: readOnly(array([1n, 2n, 3n])),
  ints: array([100, 100, -100], { dtype: 'int8' }),
  most: array([2n ** 63n - 1n, 1n, 0n]),
  least: array([-(2n ** 63n), -1n, 0n]),
  mostUnsigned: array([2n ** 64n - 1n, 1n], { dtype: 'uint64' }),
  wide: array([0, 300, -300], { dtype: 'int32' }),
};
/** One element shown as an array of a shape. */
export function repeated(...shape: number[]): NDArray<'float64'> {
  const one = zeros([1]);
  const layout = { shape, strides: shape.map(() => 0), offset: 0 };
  return NDArray.owner(new Extent(one.storage, layout, one.type, true));
}

export function released(): NDArray<'float64'> {
  const x = ones([2, 3]);
  x.dispose();
  return x;
}

export function releasedView(): NDArray<'float64'> {
  const x = ones([2, 3]);
  const view = x.slice('::-1', '1:');
  x.dispose();
  return view;
}

export function transfer(buffer: ArrayBufferLike): void {
  structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
}

/** An array whose buffer was taken away before, or after, its first access. */
export function detached(used: boolean): NDArray {
  const typed = new Float64Array(6);
  const x = asArray(typed);
  if (used) x.set(0, 1);
  transfer(typed.buffer);
  return x;
}

export function emptied(): Float64Array {
  const typed = new Float64Array(6);
  transfer(typed.buffer);
  return typed;
}
