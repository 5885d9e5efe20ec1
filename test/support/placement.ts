/** Shapes, and ways in which their elements lie in memory, for fast-check. */

import fc from 'fast-check';
import { NDArray } from 'strided';
import { DTYPES, type DTypeName } from '../../lib/dtype';
import { sizeOf } from '../../lib/layout';

export const shapes = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 1, max: 9 }) },
      { weight: 2, arbitrary: fc.integer({ min: 10, max: 70 }) },
      { weight: 1, arbitrary: fc.constantFrom(0, 1) },
    ),
    { maxLength: 4 },
  )
  .filter((shape) => sizeOf(shape) <= 1500);

/** How one axis lies in memory. */
interface Spacing {
  readonly before: number;
  readonly after: number;
  readonly step: number;
  readonly backwards: boolean;
}

export interface Placement {
  /** The axes, from the slowest in memory to the fastest. */
  readonly axes: readonly number[];
  readonly spacing: readonly Spacing[];
  /** Bytes before the first one. */
  readonly shift: number;
}

export function placement(ndim: number): fc.Arbitrary<Placement> {
  const axes = Array.from({ length: ndim }, (_, i) => i);
  return fc.record({
    axes: fc.shuffledSubarray(axes, { minLength: ndim, maxLength: ndim }),
    spacing: fc.array(
      fc.record({
        before: fc.nat(2),
        after: fc.nat(2),
        step: fc.integer({ min: 1, max: 3 }),
        backwards: fc.boolean(),
      }),
      { minLength: ndim, maxLength: ndim },
    ),
    shift: fc.constantFrom(0, 0, 4, 1),
  });
}

/** The elements, in C order or one row of many, in memory that holds NaN (or 1) elsewhere. */
export function placed(
  values: NDArray,
  dtype: DTypeName,
  shape: readonly number[],
  { axes, spacing, shift }: Placement,
): NDArray {
  const spans = shape.map((size, i) => {
    const { before, after, step } = spacing[i]!;
    return before + size * step + after;
  });
  const memoryShape = axes.map((axis) => spans[axis]!);
  const nbytes = memoryShape.reduce((a, b) => a * b, DTYPES[dtype].itemsize);
  const bytes = new Uint8Array(new ArrayBuffer(nbytes + shift), shift);
  const junk = DTYPES[dtype].kind === 'f' ? Number.NaN : 1;
  const memory = NDArray.over(bytes, DTYPES[dtype]).fill(junk).reshape(memoryShape);
  const view = memory.transpose(shape.map((_, axis) => axes.indexOf(axis))).slice(
    ...shape.map((size, i) => {
      const { before, step } = spacing[i]!;
      return `${before}:${before + size * step}:${step}`;
    }),
  );
  const source = values.size === sizeOf(shape) ? shape : [values.size];
  const turned = view.slice(...shape.map((_, i) => (spacing[i]!.backwards ? '::-1' : ':')));
  return turned.assign(values.reshape(source), { casting: 'unsafe' });
}
