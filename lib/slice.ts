/** The index language of `slice`: integers, 'start:stop:step', '...', and null for a new axis. */

import { expected, failure } from './errors';
import type { Layout } from './layout';

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

function parse(text: string, argument: string): Slice {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const match = PATTERN.exec(text);
  if (match === null) {
    throw expected(
      'ERR_INDEX',
      argument,
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
  if (slice.step === 0) throw expected('ERR_INDEX', argument, 'a step other than 0', text);
  if (parsed.size >= MOST_PARSED) parsed.clear();
  parsed.set(text, slice);
  return slice;
}

/** Beyond any size a step is as good as the largest safe one. */
function clamped(step: number): number {
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(step, Number.MAX_SAFE_INTEGER));
}

/** First index and number of elements of a slice of `size` elements, clipped as Python does. */
function resolve({ start, stop, step }: Slice, size: number): [first: number, count: number] {
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? size : size - 1;
  const clip = (value: number) => Math.min(Math.max(value < 0 ? value + size : value, low), high);
  const first = start === undefined ? (step > 0 ? low : high) : clip(start);
  const last = stop === undefined ? (step > 0 ? high : low) : clip(stop);
  return [first, Math.max(0, Math.ceil((last - first) / step))];
}

/** The layout that indices select, always over the same elements. Throws ERR_INDEX. */
export function sliced(layout: Layout, index: readonly Index[]): Layout {
  const ndim = layout.shape.length;
  const consumed = index.reduce<number>(
    (n, item) => n + (item !== null && item !== '...' ? 1 : 0),
    0,
  );
  if (consumed > ndim) {
    throw failure(
      'ERR_INDEX',
      `index: expected at most ${ndim} indices for ${ndim} axes, received ${consumed}`,
    );
  }
  const shape: number[] = [];
  const strides: number[] = [];
  let { offset } = layout;
  let axis = 0;
  let ellipsis = false;
  const keep = (count: number) => {
    for (; count > 0; count--, axis++) {
      shape.push(layout.shape[axis]!);
      strides.push(layout.strides[axis]!);
    }
  };
  index.forEach((item, i) => {
    if (item === null) {
      shape.push(1);
      strides.push(0);
    } else if (item === '...') {
      if (ellipsis) throw failure('ERR_INDEX', "index: expected '...' once, received it again");
      ellipsis = true;
      keep(ndim - consumed);
    } else if (typeof item === 'string') {
      const slice = parse(item, `index ${i}`);
      const [first, count] = resolve(slice, layout.shape[axis]!);
      if (count > 0) offset += first * layout.strides[axis]!;
      shape.push(count);
      // As in NumPy, nothing is left of the step of an empty slice. A step beyond all numbers leaves
      // one element, whose stride counts for nothing.
      const stride = count === 0 ? layout.strides[axis]! : layout.strides[axis]! * slice.step;
      strides.push(Number.isSafeInteger(stride) ? stride + 0 : layout.strides[axis]!);
      axis++;
    } else {
      offset += positionOf(item, layout.shape[axis]!, i) * layout.strides[axis]!;
      axis++;
    }
  });
  keep(ndim - axis);
  // A view of nothing starts where it is sure to lie within its storage.
  return { shape, strides, offset: shape.includes(0) ? layout.offset : offset };
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
