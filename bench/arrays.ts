/** This project's arrays, filled and viewed as the facts of a case say; numpy_side.py makes the same. */

import { asFortranArray, empty, type NDArray, random } from 'strided';
import type { Data, Facts } from './facts';
import { methodOf } from './ops';

type Floats = Float64Array | Float32Array;
type Fill = (x: NDArray) => void;

const floats = (x: NDArray) => x.asTypedArray() as Floats;

function centre(x: NDArray): void {
  const [rows, columns] = x.shape as [number, number];
  const elements = floats(x);
  const means = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) means[j]! += elements[i * columns + j]!;
  }
  for (let j = 0; j < columns; j++) means[j]! /= rows;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) elements[i * columns + j]! -= means[j]!;
  }
}

function mirror(x: NDArray): void {
  const [rows, columns] = x.shape as [number, number];
  const elements = floats(x);
  for (let i = rows >> 1; i < rows; i++) {
    const like = rows - 1 - i;
    for (let j = 0; j < columns; j++) {
      elements[i * columns + j] = i === like ? 0 : -elements[like * columns + j]!;
    }
  }
  for (let i = 0; i < rows; i++) {
    for (let j = columns >> 1; j < columns; j++) {
      const like = columns - 1 - j;
      elements[i * columns + j] = j === like ? 0 : -elements[i * columns + like]!;
    }
  }
}

function bringNearOne(x: NDArray): void {
  const elements = floats(x);
  for (let i = 0; i < elements.length; i++) {
    elements[i] = elements[i]! * 2 ** -7 + (1 - 2 ** -8);
  }
}

function keepSigns(x: NDArray): void {
  const elements = x.asTypedArray() as Int32Array;
  for (let i = 0; i < elements.length; i++) elements[i] = elements[i]! < 0 ? -1 : 1;
}

/** What is done to random numbers, in C order. */
const FILLS: Readonly<Record<Data, Fill>> = {
  random: () => {},
  centred: centre,
  antisymmetric: mirror,
  nearOne: bringNearOne,
  signs: keepSigns,
  falsy: (x) => x.fill(0),
};

function drawn({ shape, dtype, range }: Facts): NDArray {
  if (range) return random.randint(...range, [...shape], { dtype });
  const numbers: NDArray = random.rand([...shape]);
  if (dtype === numbers.dtype) return numbers;
  const rounded = numbers.asType(dtype, { casting: 'same_kind' });
  numbers.dispose();
  return rounded;
}

/** Cases of one key look at one array. */
export function arrayKey({ shape, dtype, order, data, range }: Facts): string {
  return JSON.stringify([shape, dtype, order, data, range]);
}

/** The array that a case's view looks at. */
export function filledArray(facts: Facts, seed: number): NDArray {
  random.seed(seed);
  const x = drawn(facts);
  FILLS[facts.data](x);
  if (facts.order === 'C') return x;
  const inOrder = asFortranArray(x);
  if (inOrder !== x) x.dispose();
  return inOrder;
}

function shifted(x: NDArray, bytes: number): NDArray {
  const memory = empty([x.nbytes + bytes], { dtype: 'uint8' }).slice(`${bytes}:`);
  const moved = methodOf(memory, 'reinterpret')(x.dtype) as NDArray;
  return moved.assign(x);
}

/** The array that is timed. */
export function viewOf(x: NDArray, { view }: Facts): NDArray {
  if (view?.slice) return x.slice(...view.slice);
  if (view?.transpose) return x.transpose(view.transpose);
  if (view?.broadcastTo) return methodOf(x, 'broadcastTo')(view.broadcastTo) as NDArray;
  return view?.shiftedBytes ? shifted(x, view.shiftedBytes) : x;
}
