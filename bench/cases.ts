/** What is timed: one table, of which every side gets the same facts. */

import { type Case, type Facts, INTEGER_RANGES, ITEMSIZE, type View } from './facts';
import { GROUPS, type Row } from './groups';

function factsOf({ name: _, ...given }: Row): Facts {
  const facts: Omit<Facts, 'range'> = {
    op: 'sum',
    dtype: 'float64',
    shape: [],
    order: 'C',
    axis: null,
    view: null,
    data: 'random',
    into: null,
    ...given,
  };
  return { ...facts, range: INTEGER_RANGES[facts.dtype] ?? null };
}

/** The table, for large arrays of `size` x `size`. */
export function casesOf(size: number): Case[] {
  return GROUPS.flatMap(({ name: group, targets, rows }) =>
    rows(size).map((row) => ({ name: row.name, group, facts: factsOf(row), targets })),
  );
}

/** The cases of a quick run. */
export const QUICK: readonly string[] = [
  'sum float64 C axis=0',
  'sum float64 C axis=1',
  'sum float64 F axis=0',
  'sum float64 F axis=1',
  'sum float64 C axis=none',
  'sum float32 C axis=0',
  'sum int64 C axis=1',
  'sum int32 C axis=0',
  'sum int8 C axis=1',
  'sum bool C axis=none',
  'sum 1000x1000 C axis=0',
  'sum 100x100 axis=1',
  'sum 3x3 axis=0',
  'sum x[::2, ::3] axis=0',
  'sum 3-D axis=1',
  'sum centred axis=0',
  'mean float64 axis=0',
  'max float64 axis=1',
  'argmin float32 axis=0',
  'copy float64',
  'assign int32 to float64',
  'call x[:, 0]',
  'call array',
];

function slicedLength(length: number, index: string): number {
  const step = /^::(-?[1-9]\d*)$/.exec(index);
  if (!step) throw new Error(`expected a slice of the form ::step, received ${index}`);
  return Math.ceil(length / Math.abs(Number(step[1])));
}

/** The shape of the array that is timed. */
export function viewedShape(shape: readonly number[], view: View | null): readonly number[] {
  if (view?.slice) {
    const indices = view.slice;
    return shape.map((length, axis) => slicedLength(length, indices[axis] ?? '::1'));
  }
  if (view?.transpose) return view.transpose.map((axis) => shape[axis]!);
  return view?.broadcastTo ?? shape;
}

export const product = (sizes: readonly number[]) => sizes.reduce((all, size) => all * size, 1);

/** Bytes of the elements that a case reads. */
export function bytesOf({ shape, dtype, view }: Facts): number {
  return product(viewedShape(shape, view)) * ITEMSIZE[dtype];
}

const NO_REDUCTION = new Set([
  'copy',
  'asFortranArray',
  'assign',
  'slice',
  'column',
  'reshape',
  'transpose',
  'T',
  'empty',
  'zeros',
  'array',
  'get',
  'set',
  'mayShareMemory',
  'sharesMemory',
]);

/** Below, the cost of a call is all that is seen. */
const LEAST_BYTES = 1e6;

/**
 * What a case could be as fast as: reading its bytes once, copying them into fresh memory, or the
 * same loop over a TypedArray.
 */
type Limit = 'read' | 'copy' | 'get' | 'set';

/** The limit of a case that does little else than what the limit is of. */
export function limitOf(facts: Facts): Limit | undefined {
  if (bytesOf(facts) < LEAST_BYTES || facts.view?.broadcastTo) return undefined;
  const { op, view } = facts;
  if (op === 'copy') return view ? undefined : op;
  if (op === 'get' || op === 'set') return op;
  return NO_REDUCTION.has(op) ? undefined : 'read';
}

/**
 * Cases of one key reduce the same elements along the same axes, wherever those lie in memory: their
 * results have the same bits.
 */
export function resultKey({ op, dtype, shape, axis, view, data, into }: Facts): string {
  const seen = view?.shiftedBytes ? null : view;
  return JSON.stringify([op, dtype, shape, axis, seen, data, into?.dtype]);
}

/**
 * Bytes that the processes of the largest case hold together: on either side the random float64
 * numbers, the array made of them and one more (in another order, of absolute values, or a copy),
 * and the fresh memory of the limit of copies.
 */
export function neededBytes(cases: readonly Case[]): number {
  const largest = Math.max(0, ...cases.map(({ facts }) => product(facts.shape)));
  return 7 * 8 * largest;
}
