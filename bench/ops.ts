/** The operations that can be timed, by name; numpy_side.py has the same. */

import {
  type ArrayLike,
  array,
  asFortranArray,
  empty,
  mayShareMemory,
  type NDArray,
  sharesMemory,
  zeros,
} from 'strided';
import { getAll, setAll } from './elements';
import type { Facts } from './facts';

/** The case needs what this package does not have. */
export class Missing extends Error {}

type Method = (...given: unknown[]) => unknown;

/** A method that may not be there yet. */
export function methodOf(x: NDArray, name: string): Method {
  const method = (x as unknown as Record<string, unknown>)[name];
  if (typeof method !== 'function') throw new Missing(`NDArray has no method ${name}`);
  return method.bind(x) as Method;
}

export interface Operands {
  readonly x: NDArray;
  readonly axis: Facts['axis'];
  /** The array that is written to, which has x's shape. */
  other(): NDArray;
}

type Op = (operands: Operands) => () => unknown;

function reduction(name: string): Op {
  return ({ x, axis }) => {
    const method = methodOf(x, name);
    return () => method({ axis });
  };
}

/** Views that lie between each other. */
const alternating = (x: NDArray) => [x.slice(':', '::2'), x.slice(':', '1::2')] as const;

const OPS: Readonly<Record<string, Op>> = {
  sum:
    ({ x, axis }) =>
    () =>
      x.sum({ axis }),
  mean: reduction('mean'),
  min: reduction('min'),
  max: reduction('max'),
  argmin: reduction('argmin'),
  argmax: reduction('argmax'),
  prod: reduction('prod'),
  any: reduction('any'),
  all: reduction('all'),
  countNonzero: reduction('countNonzero'),
  copy:
    ({ x }) =>
    () =>
      x.copy(),
  asFortranArray:
    ({ x }) =>
    () =>
      asFortranArray(x),
  assign: ({ x, other }) => {
    const target = other();
    return () => target.assign(x);
  },
  slice:
    ({ x }) =>
    () =>
      x.slice('::2', '::3'),
  column:
    ({ x }) =>
    () =>
      x.slice(':', 0),
  reshape: ({ x }) => {
    const shape = x.shape.toReversed();
    return () => x.reshape(shape);
  },
  transpose:
    ({ x }) =>
    () =>
      x.transpose(),
  T:
    ({ x }) =>
    () =>
      x.T,
  empty: ({ x }) => {
    const shape = [...x.shape];
    return () => empty(shape);
  },
  zeros: ({ x }) => {
    const shape = [...x.shape];
    return () => zeros(shape);
  },
  array: ({ x }) => {
    const nested = x.toArray() as ArrayLike;
    return () => array(nested);
  },
  get:
    ({ x }) =>
    () =>
      getAll(x),
  set: ({ other }) => {
    const target = other();
    return () => setAll(target);
  },
  mayShareMemory: ({ x }) => {
    const [even, odd] = alternating(x);
    return () => mayShareMemory(even, odd);
  },
  sharesMemory: ({ x }) => {
    const [even, odd] = alternating(x);
    return () => sharesMemory(even, odd);
  },
};

/** The call that is timed. */
export function workOf(op: string, operands: Operands): () => unknown {
  const make = Object.hasOwn(OPS, op) ? OPS[op] : undefined;
  if (!make) throw new Missing(`ops.ts has no operation ${op}`);
  return make(operands);
}
