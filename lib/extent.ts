import { DTYPES, type DType } from './dtype';
import { failure } from './errors';
import { keepHiddenClass } from './hidden-classes';
import { bytesOf, contiguousStrides, type Layout } from './layout';
import { describe, describeNothing } from './native';
import type { AllocateOptions } from './slabs';
import { Storage } from './storage';

/** Elements in memory: all that the rooms below `array.ts` know of an array. */
export class Extent {
  /** @internal */
  readonly storage: Storage;
  /** @internal */
  readonly layout: Layout;
  /** @internal */
  readonly type: DType;
  /** @internal */
  writeable: boolean;

  /** @internal */
  constructor(storage: Storage, layout: Layout, type: DType, writeable: boolean) {
    this.storage = storage;
    this.layout = layout;
    this.type = type;
    this.writeable = writeable;
  }
}

/**
 * Fresh memory for a shape, in C order unless strides are given. As in NumPy, the strides of an
 * array without elements are all 0. Throws ERR_OUT_OF_MEMORY.
 */
export function allocate(
  type: DType,
  shape: readonly number[],
  options: AllocateOptions & { readonly strides?: readonly number[] } = {},
): Extent {
  const nbytes = bytesOf(shape, type.itemsize);
  const strides =
    nbytes === 0
      ? new Array<number>(shape.length).fill(0)
      : (options.strides ?? contiguousStrides(shape, type.itemsize, 'C'));
  const storage = Storage.allocate(nbytes, options);
  return new Extent(storage, { shape, strides, offset: 0 }, type, true);
}

/** The elements of a user's buffer, or of the part of one that was given. */
export function extentOver(base: ArrayBufferLike | ArrayBufferView, type: DType): Extent {
  const whole = ArrayBuffer.isView(base) ? base.buffer : base;
  const start = ArrayBuffer.isView(base) ? base.byteOffset : 0;
  const length = Math.floor(base.byteLength / type.itemsize);
  const storage = Storage.over(whole, start, base.byteLength);
  return new Extent(storage, { shape: [length], strides: [type.itemsize], offset: 0 }, type, true);
}

keepHiddenClass(extentOver(new ArrayBuffer(0), DTYPES.uint8));

/** Throws ERR_READ_ONLY unless elements may be written. */
export function checkWriteable(extent: Extent, argument: string): void {
  if (extent.writeable) return;
  throw failure(
    'ERR_READ_ONLY',
    `${argument}: expected a writeable array, received one that is read-only`,
  );
}

/** Describes an array in a slot of the frame, for the next call of the addon. */
export function describeExtent(slot: number, extent: Extent): void {
  const { type, layout, storage } = extent;
  const { offset, shape, strides } = layout;
  const { nbytes, origin, number } = storage;
  describe(slot, type, offset, shape, strides, nbytes, origin, number);
}

/** Describes the mask of the next call, in slot 2; there may be none. */
export function describeMask(mask: Extent | undefined): void {
  if (mask === undefined) describeNothing(2);
  else describeExtent(2, mask);
}
