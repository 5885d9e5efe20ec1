/** Random chains of view operations against what NumPy made of them (test/golden/views.py). */

import {
  asArray,
  asStrided,
  type DTypeName,
  type NDArray,
  type Order,
  require,
  zeros,
} from 'strided';
import { DTYPES } from '../lib/dtype';
import { readGolden } from './support/golden';

type Root = readonly [dtype: DTypeName, shape: number[], order: 'C' | 'F', start: number | null];
type Step = readonly [name: string, ...parameters: unknown[]];
type Facts = readonly [
  dtype: DTypeName,
  shape: number[],
  strides: number[],
  flags: number,
  hash: number,
];
type Chain = readonly [root: number, steps: readonly Step[], facts: Facts | null];

interface Golden {
  readonly roots: readonly Root[];
  readonly chains: readonly Chain[];
}

const { roots, chains } = readGolden<Golden>('views');

/** The bytes of a root, by the script's rule. */
function pattern(count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => i * 37 + (i >> 8) * 101 + 11);
}

/** A root, and what the base of its views is. */
function makeRoot([dtype, shape, order, start]: Root): [NDArray, owner: unknown] {
  const size = shape.reduce((a, b) => a * b, 1) * DTYPES[dtype].itemsize;
  if (start === null) {
    const root = zeros(shape, { dtype, order });
    root.ravel({ order: 'K' }).reinterpret('uint8').assign(pattern(size));
    return [root, root];
  }
  const bytes = pattern(size + start);
  const flat = asArray(bytes).slice(`${start}:`).reinterpret(dtype);
  return [flat.reshape(shape, { order, copy: false }), bytes];
}

/** How each operation of the script is called here. */
const OPERATIONS: { readonly [name: string]: (x: NDArray, ...given: never[]) => NDArray } = {
  slice: (x, ...index: (number | string | null)[]) => x.slice(...index),
  reshape: (x, shape: number[], order: 'C' | 'F' | 'A', copy: boolean | null) =>
    x.reshape(shape, copy === null ? { order } : { order, copy }),
  ravel: (x, order: Order) => x.ravel({ order }),
  flatten: (x, order: Order) => x.flatten({ order }),
  copy: (x, order: Order) => x.copy({ order }),
  transpose: (x, axes: number[] | null) => x.transpose(axes),
  T: (x) => x.T,
  swapAxes: (x, a: number, b: number) => x.swapAxes(a, b),
  moveAxis: (x, from: number | number[], to: number | number[]) => x.moveAxis(from, to),
  squeeze: (x, axis: number | number[] | null) => x.squeeze(axis),
  expandDims: (x, axis: number | number[]) => x.expandDims(axis),
  flip: (x, axis: number | number[] | null) => x.flip(axis),
  diagonal: (x, offset: number, axis1: number, axis2: number) => x.diagonal(offset, axis1, axis2),
  broadcastTo: (x, shape: number[]) => x.broadcastTo(shape),
  reinterpret: (x, dtype: DTypeName) => x.reinterpret(dtype),
  asStrided: (x, shape: number[], strides: number[], offset: number) =>
    asStrided(x, { shape, strides, offset }),
  setFlags: (x, writeable: boolean) => x.slice('...').setFlags({ writeable }),
  require: (x, order: 'C' | 'F' | null, flags: string) =>
    require(x, {
      ...(order === null ? {} : { order }),
      aligned: flags.includes('A'),
      writeable: flags.includes('W'),
      ownData: flags.includes('O'),
    }),
};

const apply = (x: NDArray, [name, ...given]: Step) => OPERATIONS[name]!(x, ...(given as never[]));

/** FNV-1a over the elements' bytes in C order, as the script has it. */
function digest(x: NDArray): number {
  const { buffer } = x.toTypedArray();
  let hash = 0x811c9dc5;
  for (const byte of new Uint8Array(buffer)) hash = Math.imul(hash ^ byte, 0x01000193);
  return ((hash >>> 24) ^ hash) & 0xffffff;
}

function factsOf(x: NDArray): Facts {
  const { cContiguous, fContiguous, writeable, aligned, ownData } = x.flags;
  const bits = [cContiguous, fContiguous, writeable, aligned, ownData];
  const flags = bits.reduce((sum, bit, i) => sum + (bit ? 1 << i : 0), 0);
  return [x.dtype, [...x.shape], [...x.strides], flags, digest(x)];
}

/** What a chain gives, null when its last step throws an error of this package. */
function run([root, steps, facts]: Chain): unknown {
  let [x, owner] = makeRoot(roots[root]!);
  for (const [i, step] of steps.entries()) {
    let y: NDArray;
    try {
      y = apply(x, step);
    } catch (error) {
      if (i === steps.length - 1 && facts === null) {
        return /^ERR_/.test((error as { code: string }).code) ? null : error;
      }
      return error;
    }
    if (y.base === null) owner = y;
    else if (y.base !== owner) return `step ${i} (${step[0]}) has another base`;
    x = y;
  }
  return factsOf(x);
}

test('the file has what it should', () => {
  expect(chains).toHaveLength(20_000);
  const names = new Set(chains.flatMap(([, steps]) => steps.map(([name]) => name)));
  expect(names).toEqual(new Set(Object.keys(OPERATIONS)));
  expect(chains.filter(([, , facts]) => facts === null).length).toBeGreaterThan(500);
});

test('20,000 chains of operations give what they give in NumPy', () => {
  const wrong = chains
    .map((chain) => ({ root: roots[chain[0]], chain, got: run(chain) }))
    .filter(({ chain, got }) => JSON.stringify(got) !== JSON.stringify(chain[2]))
    .map(({ root, chain, got }) => ({ root, steps: chain[1], numpy: chain[2], got }));
  expect(wrong.length === 0 ? [] : [wrong.length, ...wrong.slice(0, 5)]).toEqual([]);
});
