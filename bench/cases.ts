/** What is timed: one table, of which every side gets the same facts. */

export type CaseDType = 'float32' | 'float64';

/** The sum along an axis of an array of random numbers, in plain values that can be sent. */
export interface Case {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: CaseDType;
  readonly order: 'C' | 'F';
  readonly axis: number;
}

/** Every side draws its numbers from NumPy's legacy stream after this seed. */
export const SEED = 1234;

/** How far from the correctly rounded sum NumPy's may be, relative to it. */
export const TOLERANCE: Readonly<Record<CaseDType, number>> = { float32: 1e-3, float64: 1e-12 };

const ITEMSIZE: Readonly<Record<CaseDType, number>> = { float32: 4, float64: 8 };

type Row = Omit<Case, 'shape'> & { shape(size: number): number[] };

const square = (size: number) => [size, size];

const ROWS: readonly Row[] = [
  // the notebook's four timings
  { name: 'sumRow(c_array)', shape: square, dtype: 'float64', order: 'C', axis: 1 },
  { name: 'sumRow(f_array)', shape: square, dtype: 'float64', order: 'F', axis: 1 },
  { name: 'sumCol(c_array)', shape: square, dtype: 'float64', order: 'C', axis: 0 },
  { name: 'sumCol(f_array)', shape: square, dtype: 'float64', order: 'F', axis: 0 },
];

/** The table for a size. */
export function casesOf(size: number): Case[] {
  return ROWS.map((row) => ({ ...row, shape: row.shape(size) }));
}

/** Bytes that a case reads. */
export function bytesOf({ shape, dtype }: Case): number {
  return shape.reduce((product, length) => product * length, ITEMSIZE[dtype]);
}

/** Cases of one key sum the same elements along the same axis: their results have the same bits. */
export function sumKey({ shape, dtype, axis }: Case): string {
  return JSON.stringify([shape, dtype, axis]);
}

/** Cases of one key read the same array. */
export function arrayKey({ shape, dtype, order }: Case): string {
  return JSON.stringify([shape, dtype, order]);
}

/** Bytes of all arrays that a side holds. An F array is a copy of its C array, which stays. */
export function heldBytes(cases: readonly Case[]): number {
  const held = new Map<string, number>();
  for (const each of cases) {
    for (const order of ['C', each.order] as const) {
      held.set(arrayKey({ ...each, order }), bytesOf(each));
    }
  }
  return [...held.values()].reduce((sum, bytes) => sum + bytes, 0);
}
