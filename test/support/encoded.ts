/** Draws as the golden files of random numbers have them. */

import { createHash } from 'node:crypto';
import { type DTypeName, NDArray, type Scalar } from 'strided';
import { DTYPES } from '../../lib/dtype';

/** The little-endian bytes of a draw, in C order. */
export function bytesOf(drawn: NDArray | Scalar, dtype: DTypeName): Uint8Array {
  if (drawn instanceof NDArray) {
    const { buffer } = drawn.toTypedArray();
    return new Uint8Array(buffer);
  }
  const typed = new DTYPES[dtype].typedArray(1);
  typed[0] = (typeof drawn === 'boolean' ? +drawn : drawn) as never;
  return new Uint8Array(typed.buffer);
}

/** Up to 32 bytes in hex, more as their sha256. */
export function encoded(drawn: NDArray | Scalar, dtype: DTypeName): string {
  const bytes = bytesOf(drawn, dtype);
  return bytes.length <= 32
    ? Buffer.from(bytes).toString('hex')
    : createHash('sha256').update(bytes).digest('hex');
}
