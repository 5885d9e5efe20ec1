/** What holds of every view, whatever operations made it: a slow definition of each fact. */

import fc from 'fast-check';
import { asArray, asStrided, byteBounds, type NDArray, zeros } from 'strided';
import { DTYPE_NAMES, DTYPES } from '../lib/dtype';

/** A view, and where the slow definition has its elements: their first bytes, in C order. */
interface Tracked {
  readonly x: NDArray;
  readonly places: readonly number[];
}

function indicesOf(shape: readonly number[]): number[][] {
  let all: number[][] = [[]];
  for (const size of shape)
    all = all.flatMap((i) => Array.from({ length: size }, (_, n) => [...i, n]));
  return all;
}

const numberOf = (index: readonly number[], shape: readonly number[]) =>
  index.reduce((n, i, axis) => n * shape[axis]! + i, 0);

/** The places of a view by the index of `from` that each of its own indices stands for. */
function picked(from: Tracked, x: NDArray, source: (index: number[]) => number[]): Tracked {
  const places = indicesOf(x.shape).map((i) => from.places[numberOf(source(i), from.x.shape)]!);
  return { x, places };
}

type Step = (from: Tracked, n: readonly number[]) => Tracked | undefined;

/** Each operation beside what it means; `n` are numbers at will. */
const STEPS: { readonly [name: string]: Step } = {
  range: (from, [a, b, s]) => {
    const { x } = from;
    if (x.ndim === 0) return undefined;
    const size = x.shape[0]!;
    const [low, high] = [a! % (size + 1), b! % (size + 1)];
    const step = 1 + (s! % 3);
    const kept = Array.from({ length: size }, (_, i) => i).filter(
      (i) => i >= low && i < high && (i - low) % step === 0,
    );
    return picked(from, x.slice(`${low}:${high}:${step}`), ([i, ...rest]) => [kept[i!]!, ...rest]);
  },
  pick: (from, [a, b]) => {
    const { x } = from;
    if (x.size === 0 || x.ndim === 0) return undefined;
    const axis = a! % x.ndim;
    const at = b! % x.shape[axis]!;
    const index = [...new Array<string>(axis).fill(':'), at - (b! & 1 ? x.shape[axis]! : 0)];
    return picked(from, x.slice(...index), (i) => i.toSpliced(axis, 0, at));
  },
  flip: (from, [a]) => {
    const { x } = from;
    if (x.ndim === 0) return undefined;
    const axis = a! % x.ndim;
    return picked(from, x.flip(axis), (i) => i.with(axis, x.shape[axis]! - 1 - i[axis]!));
  },
  T: (from) => picked(from, from.x.T, (i) => i.toReversed()),
  moveAxis: (from, [a, b]) => {
    const { x } = from;
    if (x.ndim === 0) return undefined;
    const [source, place] = [a! % x.ndim, b! % x.ndim];
    const back = (i: number[]) => i.toSpliced(place, 1).toSpliced(source, 0, i[place]!);
    return picked(from, x.moveAxis(source, place), back);
  },
  expandDims: (from, [a]) => {
    const axis = a! % (from.x.ndim + 1);
    return picked(from, from.x.expandDims(axis), (i) => i.toSpliced(axis, 1));
  },
  squeeze: (from) => {
    const { shape } = from.x;
    const back = (i: number[]) => shape.map((size) => (size === 1 ? 0 : i.shift()!));
    return picked(from, from.x.squeeze(), back);
  },
  broadcastTo: (from, [a, b]) => {
    const { shape } = from.x;
    const grown = shape.map((size, i) => (size === 1 && (a! >> i) & 1 ? 2 : size));
    const added = new Array<number>(b! % 2).fill(2);
    const back = (i: number[]) => i.slice(added.length).map((n, k) => (shape[k] === 1 ? 0 : n));
    return picked(from, from.x.broadcastTo([...added, ...grown]), back);
  },
  diagonal: (from, [a]) => {
    const { x } = from;
    if (x.ndim < 2) return undefined;
    const offset = (a! % 5) - 2;
    return picked(from, x.diagonal(offset, 1, 0), (i) => {
      const along = i.at(-1)!;
      return [along + Math.max(0, offset), along + Math.max(0, -offset), ...i.slice(0, -1)];
    });
  },
  reshape: ({ x, places }, [a]) => {
    const factors = [1, 2, 3, 4].filter((factor) => x.size % factor === 0);
    const y = x.reshape([factors[a! % factors.length]!, -1]);
    return y.base === null ? undefined : { x: y, places };
  },
  bytes: ({ x, places }) => {
    const { itemsize } = x;
    if (x.ndim === 0 || (x.shape.at(-1)! > 1 && x.strides.at(-1) !== itemsize)) return undefined;
    const bytes = places.flatMap((at) => Array.from({ length: itemsize }, (_, i) => at + i));
    return { x: x.reinterpret('uint8'), places: bytes };
  },
  asStrided: ({ x }, [a, b]) => {
    if (x.size === 0) return undefined;
    const shape = [1 + (a! % 3), 1 + (b! % 2)];
    const strides = [(b! % 5) - 2, x.itemsize];
    const first = x.offset;
    const places = indicesOf(shape).map(([i, k]) => first + i! * strides[0]! + k! * strides[1]!);
    const { nbytes } = x.storage;
    if (Math.min(...places) < 0 || Math.max(...places) + x.itemsize > nbytes) {
      expect(() => asStrided(x, { shape, strides })).toThrow(
        expect.objectContaining({ code: 'ERR_INDEX' }),
      );
      return undefined;
    }
    return { x: asStrided(x, { shape, strides }), places };
  },
};

/** A root of whose bytes each tells its place, one byte into its buffer when that is asked. */
const roots = fc
  .record({
    shape: fc.array(fc.constantFrom(1, 2, 3, 3, 4, 0), { maxLength: 3 }),
    dtype: fc.constantFrom(...DTYPE_NAMES.filter((name) => name !== 'bool')),
    off: fc.constantFrom(undefined, 0, 1),
  })
  .map(({ shape, dtype, off }) => {
    const count = shape.reduce<number>((a, b) => a * b, 1);
    const { itemsize } = DTYPES[dtype];
    const bytes = Uint8Array.from({ length: count * itemsize + (off ?? 0) }, (_, i) => i % 253);
    const x =
      off === undefined
        ? zeros(shape, { dtype })
        : asArray(bytes).slice(`${off}:`).reinterpret(dtype).reshape(shape);
    if (off === undefined) x.ravel().reinterpret('uint8').assign(bytes);
    const places = Array.from({ length: count }, (_, i) => (off ?? 0) + i * itemsize);
    return { tracked: { x: x as NDArray, places }, bytes, address: off ?? 0 };
  });

const walks = fc.array(
  fc.tuple(
    fc.constantFrom(...Object.keys(STEPS)),
    fc.array(fc.nat(99), { minLength: 3, maxLength: 3 }),
  ),
  { maxLength: 7 },
);

/** C or F order by its definition: the elements, walked in that order, lie one after another. */
function isRow(x: NDArray, places: readonly number[]): boolean {
  return places.every((at, i) => at === places[0]! + i * x.itemsize);
}

function check({ x, places }: Tracked, bytes: Uint8Array): void {
  const { itemsize, shape, strides, offset } = x;
  const direct = indicesOf(shape).map((i) => i.reduce((at, n, k) => at + n * strides[k]!, offset));
  expect(direct).toEqual(places);
  const [low, high] = byteBounds(x);
  expect([low >= 0, high <= bytes.length, low <= high]).toEqual([true, true, true]);
  if (x.size > 0) {
    expect([low, high]).toEqual([Math.min(...places), Math.max(...places) + itemsize]);
  }
  const { cContiguous, fContiguous, aligned, ownData } = x.flags;
  const reversed = picked({ x, places }, x.T, (i) => i.toReversed());
  expect([cContiguous, fContiguous]).toEqual([isRow(x, places), isRow(x, reversed.places)]);
  expect(ownData).toBe(x.base === null);
  const misplaced = places.some((at) => at % itemsize !== 0);
  if (misplaced) expect(aligned).toBe(false);
  else if (isRow(x, places)) expect(aligned).toBe(true);
  const data = x.toTypedArray();
  const wanted = places.flatMap((at) => [...bytes.subarray(at, at + itemsize)]);
  expect([...new Uint8Array(data.buffer)]).toEqual(wanted);
  const last = indicesOf(shape).at(-1);
  if (last !== undefined) expect(x.get(...last)).toEqual(data.at(-1));
}

test('views stay in their storage, and are what the slow definition says', () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(roots, walks, ({ tracked, bytes }, walk) => {
      let now: Tracked = tracked;
      for (const [name, numbers] of walk) {
        const next = STEPS[name]!(now, numbers);
        if (next === undefined || next.x.size > 300 || next.x.ndim > 6) continue;
        seen.set(name, (seen.get(name) ?? 0) + 1);
        expect(next.x === now.x || next.x.base === (now.x.base ?? now.x)).toBe(true);
        now = next;
        check(now, bytes);
      }
    }),
    { numRuns: 1500 },
  );
  for (const name of Object.keys(STEPS)) {
    expect([name, (seen.get(name) ?? 0) > 50]).toEqual([name, true]);
  }
});

test('nothing written through a read-only view changes its memory', () => {
  fc.assert(
    fc.property(roots, walks, ({ tracked, bytes }, walk) => {
      const root = tracked.x.base === null ? tracked.x : tracked.x.slice('...');
      root.setFlags({ writeable: false });
      let now: Tracked = { ...tracked, x: root };
      for (const [name, numbers] of walk) {
        const next = STEPS[name]!(now, numbers);
        if (next === undefined || next.x.size > 300 || next.x.ndim > 6) continue;
        now = next;
        expect(now.x.flags.writeable).toBe(false);
        expect(() => now.x.fill(1)).toThrow(expect.objectContaining({ code: 'ERR_READ_ONLY' }));
        // squeeze may give the array itself; a view over a user's buffer has no read-only base.
        if (root !== tracked.x || now.x === root) continue;
        expect(() => now.x.setFlags({ writeable: true })).toThrow(
          expect.objectContaining({ code: 'ERR_READ_ONLY' }),
        );
      }
      const after = new Uint8Array(tracked.x.toTypedArray().buffer);
      expect([...after]).toEqual([...bytes.subarray(bytes.length - after.length)]);
    }),
    { numRuns: 300 },
  );
});
