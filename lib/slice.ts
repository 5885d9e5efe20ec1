/** The index language of `slice`: integers, 'start:stop:step', '...', and null for a new axis. */

import { expected, failure } from './errors';
import { type Layout, MAX_DIMS } from './layout';

/** One index: an integer, a slice in text, `'...'` for all axes left over, `null` for a new axis. */
export type Index = number | string | null;

interface Slice {
  readonly start: number | undefined;
  readonly stop: number | undefined;
  readonly step: number;
}

const PATTERN = /^\s*([+-]?\d+)?\s*:\s*([+-]?\d+)?\s*(?::\s*([+-]?\d+)?\s*)?$/;
const parsed = new Map<string, Slice>();
const MOST_PARSED = 1000;

function parse(text: string, place: number): Slice {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const match = PATTERN.exec(text);
  if (match === null) {
    throw expected(
      'ERR_INDEX',
      `index ${place}`,
      "an integer, 'start:stop:step' with integers that may be left out, '...' or null",
      text,
    );
  }
  const number = (part: string | undefined) => (part === undefined ? undefined : Number(part));
  const slice = {
    start: number(match[1]),
    stop: number(match[2]),
    step: clamped(number(match[3]) ?? 1),
  };
  if (slice.step === 0) throw expected('ERR_INDEX', `index ${place}`, 'a step other than 0', text);
  if (parsed.size >= MOST_PARSED) parsed.clear();
  parsed.set(text, slice);
  return slice;
}

/** Beyond any size a step is as good as the largest safe one. */
function clamped(step: number): number {
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(step, Number.MAX_SAFE_INTEGER));
}

/** An end of a slice, counted from the front and clipped as Python does. */
function clipped(value: number, size: number, step: number): number {
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? size : size - 1;
  return Math.min(Math.max(value < 0 ? value + size : value, low), high);
}

function firstOf({ start, step }: Slice, size: number): number {
  if (start === undefined) return step > 0 ? 0 : size - 1;
  return clipped(start, size, step);
}

function countOf({ stop, step }: Slice, size: number, first: number): number {
  const everything = step > 0 ? size : -1;
  const last = stop === undefined ? everything : clipped(stop, size, step);
  return Math.max(0, Math.ceil((last - first) / step));
}

/** How many axes an index takes up. Throws ERR_INDEX when there are not so many. */
function consumedBy(index: readonly Index[], ndim: number): number {
  let consumed = 0;
  let ellipses = 0;
  for (let i = 0; i < index.length; i++) {
    if (index[i] === '...') ellipses++;
    else if (index[i] !== null) consumed++;
  }
  if (ellipses > 1) {
    throw failure('ERR_INDEX', "index: expected '...' once, received it again");
  }
  if (consumed > ndim) {
    throw failure(
      'ERR_INDEX',
      `index: expected at most ${ndim} indices for ${ndim} axes, received ${consumed}`,
    );
  }
  const axes = ndim + index.length - ellipses - consumed;
  if (axes > MAX_DIMS) {
    throw failure('ERR_INDEX', `index: expected at most ${MAX_DIMS} axes, received ${axes}`);
  }
  return consumed;
}

/** The layout that indices select, always over the same elements. Throws ERR_INDEX. */
export function sliced(layout: Layout, index: readonly Index[]): Layout {
  const ndim = layout.shape.length;
  const left = ndim - consumedBy(index, ndim);
  const shape: number[] = [];
  const strides: number[] = [];
  let { offset } = layout;
  let axis = 0;
  let empty = false;
  for (let i = 0; i <= index.length; i++) {
    const item = i < index.length ? index[i] : '...';
    if (item === null) {
      shape.push(1);
      strides.push(0);
    } else if (item === ':') {
      if (layout.shape[axis] === 0) empty = true;
      shape.push(layout.shape[axis]!);
      strides.push(layout.strides[axis++]!);
    } else if (item === '...') {
      // The end of the index stands for what is left when '...' did not.
      const end = i < index.length ? axis + left : ndim;
      for (; axis < end; axis++) {
        if (layout.shape[axis] === 0) empty = true;
        shape.push(layout.shape[axis]!);
        strides.push(layout.strides[axis]!);
      }
    } else {
      const size = layout.shape[axis]!;
      const stride = layout.strides[axis]!;
      axis++;
      if (typeof item !== 'string') {
        offset += positionOf(item, size, i) * stride;
        continue;
      }
      const slice = parse(item, i);
      const first = firstOf(slice, size);
      const count = countOf(slice, size, first);
      if (count > 0) offset += first * stride;
      else empty = true;
      shape.push(count);
      // As in NumPy, nothing is left of the step of an empty slice. A step beyond all numbers leaves
      // one element, whose stride counts for nothing.
      const step = count === 0 ? stride : stride * slice.step;
      strides.push(Number.isSafeInteger(step) ? step + 0 : stride);
    }
  }
  // A view of nothing starts where it is sure to lie within its storage.
  return { shape, strides, offset: empty ? layout.offset : offset };
}

/** An element's position along an axis; negative counts from the end. Throws ERR_INDEX. */
export function positionOf(value: unknown, size: number, place: number): number {
  if (Number.isInteger(value)) {
    const position = (value as number) < 0 ? (value as number) + size : (value as number);
    if (position >= 0 && position < size) return position;
  }
  const range =
    size === 0 ? 'nothing, as the axis is empty' : `an integer from ${-size} to ${size - 1}`;
  throw expected('ERR_INDEX', `index ${place}`, range, value);
}

/** The byte of an element, the first `count` items of `index` being its indices. Throws ERR_INDEX. */
export function placeOf(layout: Layout, index: readonly unknown[], count: number): number {
  const { shape, strides } = layout;
  if (count !== shape.length) {
    throw failure(
      'ERR_INDEX',
      `index: expected ${shape.length} integers for ${shape.length} axes, received ${count}`,
    );
  }
  let at = layout.offset;
  for (let i = 0; i < count; i++) {
    at += positionOf(index[i], shape[i]!, i) * strides[i]!;
  }
  return at;
}
