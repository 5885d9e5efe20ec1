/** Elements between arrays and what JavaScript has: TypedArrays, and scalars in nested arrays. */

import { assignElements, elementOf, writeFresh } from './assign';
import type { Casting } from './casting';
import { DTYPES, type DType, type TypedArray } from './dtype';
import { expected, show } from './errors';
import { checkWriteable, Extent, extentOver } from './extent';
import { contiguousStrides, isAligned, isContiguous, sizeOf } from './layout';
import { elementsOf, isScalar, type Nested, numbersOf, toElement } from './nested';

/** A C-order array of nested arrays' scalars or of a TypedArray's elements. */
export function fromElements(
  value: unknown,
  type: DType | undefined,
  casting: Casting | undefined,
): Extent {
  const { shape, elements, elementType } = elementsOf(value, type, casting);
  const { storage } = extentOver(elements, elementType);
  const strides = contiguousStrides(shape, elementType.itemsize, 'C');
  return new Extent(storage, { shape, strides, offset: 0 }, elementType, false);
}

/** {@link fromElements} for who copies them at once: the next call may write over them. */
export function passingElements(
  value: unknown,
  type: DType | undefined,
  casting: Casting | undefined,
): Extent {
  return numbersOf(value, type) ?? fromElements(value, type, casting);
}

/** What is written for a value, for as long as a job takes. */
export function sourceOf(
  value: unknown,
  type: DType,
  casting: Casting,
  argument = 'value',
): Extent {
  if (isScalar(value)) return elementOf(type, toElement(value, type, casting, argument));
  return value instanceof Extent ? value : fromElements(value, type, casting);
}

/** Room in a TypedArray for elements in C order. Throws ERR_SHAPE when none holds so many. */
function typedRoomFor(source: Extent): { typed: TypedArray; target: Extent } {
  const { layout, type } = source;
  const size = sizeOf(layout.shape);
  let typed: TypedArray;
  try {
    typed = new type.typedArray(size);
  } catch {
    throw expected('ERR_SHAPE', 'this array', 'elements that a TypedArray can hold', size);
  }
  const { storage } = extentOver(typed, type);
  const strides = contiguousStrides(layout.shape, type.itemsize, 'C');
  const target = new Extent(storage, { shape: layout.shape, strides, offset: 0 }, type, true);
  return { typed, target };
}

/** A copy of the elements in C order. Throws ERR_SHAPE when no TypedArray holds so many. */
export function typedCopyOf(source: Extent): TypedArray {
  const { typed, target } = typedRoomFor(source);
  assignElements(target, source, 'no');
  return typed;
}

/** {@link typedCopyOf} as a job. */
export async function typedCopyOfAsync(
  source: Extent,
  signal: AbortSignal | undefined,
): Promise<TypedArray> {
  const { typed, target } = typedRoomFor(source);
  await writeFresh(target, source, 'no', signal);
  return typed;
}

/** The elements in nested arrays; the bare element of an array without axes. */
export function nestedOf(source: Extent): Nested {
  const { shape } = source.layout;
  const elements = typedCopyOf(source);
  let next = 0;
  const nest = (axis: number): Nested => {
    if (axis === shape.length) {
      const element = elements[next++]!;
      return source.type === DTYPES.bool ? element !== 0 : element;
    }
    return Array.from({ length: shape[axis]! }, () => nest(axis + 1));
  };
  return nest(0);
}

/** The elements in their own memory. Throws ERR_READ_ONLY, ERR_SHAPE. */
export function typedViewOf(source: Extent): TypedArray {
  const { layout, type, storage } = source;
  checkWriteable(source, 'this array');
  const { itemsize } = type;
  const contiguous = isContiguous(layout, itemsize, 'C') || isContiguous(layout, itemsize, 'F');
  if (!contiguous || !isAligned(layout, itemsize, storage.start)) {
    throw expected(
      'ERR_SHAPE',
      'this array',
      'contiguous and aligned elements',
      `strides of ${show(layout.strides.slice())}`,
    );
  }
  const size = sizeOf(layout.shape);
  const typed = storage.typedArray(type, layout.offset, size);
  if (typed === undefined) {
    throw expected('ERR_SHAPE', 'this array', 'a storage of at most 2^32 bytes', size * itemsize);
  }
  return typed;
}
