/** Which arrays share memory, against the memory itself. */

import {
  arange,
  array,
  asArray,
  type DTypeName,
  hasInternalOverlap,
  mayShareMemory,
  type NDArray,
  sharesMemory,
  zeros,
} from 'strided';
import { describe as fillSlot, native } from '../lib/native';
import { Draws, drawShape, drawView, viewOf } from './support/views';

const of = (code: string) => expect.objectContaining({ code });
const SIZES = ['int8', 'int16', 'int32', 'int64'] as const;

/** The answer of the native solver alone, which the facade asks only when it has to. */
function nativeAnswer(a: NDArray, b: NDArray, maxWork: number): boolean | undefined {
  [a, b].forEach((x, slot) => {
    fillSlot(slot, x.type, x.storage.start + x.offset, x.layout.shape, x.layout.strides);
  });
  return [false, true, undefined][native.sharesMemory(maxWork)];
}

/** Sets every bit of one array's memory, and looks for one in the other's. */
function meets(buffer: ArrayBuffer, a: NDArray, b: NDArray): boolean {
  new Uint8Array(buffer).fill(0);
  a.fill(a.type.scalar === 'bigint' ? -1n : -1);
  return b.toTypedArray().some((element) => Number(element) !== 0);
}

describe('a physical oracle', () => {
  const draws = new Draws(1);
  const met = { true: 0, false: 0 };
  const limited = { settled: 0, open: 0 };

  /** A pair of views; true when their bounds alone could not tell. */
  function checkPair(buffer: ArrayBuffer, a: NDArray, b: NDArray): boolean {
    const shared = meets(buffer, a, b);
    const answers = [sharesMemory(a, b), sharesMemory(b, a), nativeAnswer(a, b, -1)];
    const may = [mayShareMemory(a, b, { maxWork: -1 }), nativeAnswer(b, a, -1)];
    expect([a.strides, b.strides, ...answers, ...may]).toEqual([
      a.strides,
      b.strides,
      ...new Array(5).fill(shared),
    ]);
    if (!mayShareMemory(a, b)) {
      expect(shared).toBe(false);
      return false;
    }
    const answer = nativeAnswer(a, b, 1 + draws.below(3));
    limited[answer === undefined ? 'open' : 'settled']++;
    if (answer !== undefined) expect(answer).toBe(shared);
    met[`${shared}`]++;
    return true;
  }

  test('2000 pairs of random strides that overlap, and 2000 that do not', () => {
    while (met.true < 2000 || met.false < 2000) {
      const buffer = new ArrayBuffer(16 + draws.below(400));
      const view = () => drawView(draws, buffer, draws.of(SIZES), drawShape(draws));
      checkPair(buffer, view(), view());
    }
    expect(limited.open).toBeGreaterThan(20);
    expect(limited.settled).toBeGreaterThan(2000);
  });

  test('2000 pairs of slices of one parent that overlap, and 2000 that do not', () => {
    met.true = 0;
    met.false = 0;
    while (met.true < 2000 || met.false < 2000) {
      const shape = Array.from({ length: 1 + draws.below(3) }, () => 1 + draws.below(7));
      const parent = zeros(shape, { dtype: draws.of(SIZES) });
      const buffer = parent.asTypedArray().buffer as ArrayBuffer;
      const slice = () => {
        const index = shape.map((size) => {
          if (draws.below(5) === 0) return draws.below(size);
          const [first, step] = [draws.below(size), 1 + draws.below(4)];
          return draws.below(3) === 0 ? `::-${step}` : `${first}::${step}`;
        });
        const view = parent.slice(...index);
        return draws.below(3) === 0 ? view.T : view;
      };
      checkPair(buffer, slice(), slice());
    }
  });

  test('elements of an array among themselves', () => {
    const seen = { true: 0, false: 0 };
    while (seen.true < 1000 || seen.false < 1000) {
      const buffer = new ArrayBuffer(16 + draws.below(300));
      const x = drawView(draws, buffer, draws.of(SIZES), drawShape(draws));
      const bytes = viewOf(
        buffer,
        'uint8',
        [...x.shape, x.itemsize],
        [...x.strides, 1],
        x.offset,
      ).layout;
      const seenBytes = new Set<number>();
      let twice = false;
      const visit = (axis: number, at: number): void => {
        if (axis === bytes.shape.length) {
          twice ||= seenBytes.has(at);
          seenBytes.add(at);
          return;
        }
        for (let i = 0; i < bytes.shape[axis]!; i++) visit(axis + 1, at + i * bytes.strides[axis]!);
      };
      visit(0, bytes.offset);
      fillSlot(0, x.type, x.offset, x.layout.shape, x.layout.strides);
      expect([x.shape, x.strides, hasInternalOverlap(x), native.overlapsItself()]).toEqual([
        x.shape,
        x.strides,
        twice,
        twice,
      ]);
      seen[`${twice}`]++;
    }
  });
});

describe('instances that take a search', () => {
  // 85569 a + 61119 b + 36674 c == 12224 d + 12223 e + a distance: from the papers on knapsacks that
  // NumPy's solver refers to, no solution being there.
  const buffer = new ArrayBuffer(192163377);
  const x = viewOf(buffer, 'int8', [1049, 1049, 1049], [36674, 61119, 85569], 0);
  const y = viewOf(buffer, 'int8', [1049, 1049, 1], [12223, 12224, 1], 64023025);

  test.each([1, 2, 100, 1000])('%d candidates leave the hard one open', (maxWork) => {
    expect(() => sharesMemory(x, y, { maxWork })).toThrow(of('ERR_TOO_HARD'));
    expect(mayShareMemory(x, y, { maxWork })).toBe(true);
    expect(nativeAnswer(x, y, maxWork)).toBeUndefined();
  });

  test('bounds alone do not settle what may overlap, and do settle what cannot', () => {
    const z = arange(12);
    expect(() => sharesMemory(z, z, { maxWork: 0 })).toThrow(of('ERR_TOO_HARD'));
    expect(mayShareMemory(z, z, { maxWork: 0 })).toBe(true);
    expect(sharesMemory(z.slice(':3'), z.slice('7:'), { maxWork: 0 })).toBe(false);
    expect(sharesMemory(z.slice('::2'), z.slice('1::2'), { maxWork: 1 })).toBe(false);
  });

  test('rows that are shorter than the period of two steps', () => {
    const z = zeros([4, 20], { dtype: 'int8' });
    expect(sharesMemory(z.slice(':', '::7'), z.slice(':', '3::3'))).toBe(false);
    const wide = zeros([4, 22], { dtype: 'int8' });
    expect(sharesMemory(wide.slice(':', '::7'), wide.slice(':', '::3'))).toBe(true);
    expect(sharesMemory(wide.slice(':', '::7'), wide.slice(':', '3::3'))).toBe(true);
    const cube = zeros([4, 5, 6], { dtype: 'int8' });
    expect(sharesMemory(cube.slice(':', '::2', '::3'), cube.slice(':', '::3', '::2'))).toBe(true);
  });

  test('sums of strides beyond 32 bits', () => {
    const huge = (strides: number[], offset: number) => {
      fillSlot(0, x.type, 2 ** 50 + 1, [3, 2 ** 20], [2 ** 51, 2 ** 30]);
      fillSlot(1, x.type, offset, [2 ** 20, 2], strides);
      return native.sharesMemory(-1);
    };
    expect(huge([2 ** 30, 2 ** 51], 2 ** 50 + 1)).toBe(1);
    expect(huge([2 ** 30, 2 ** 51], 2 ** 50 + 2)).toBe(0);
    expect(huge([2 ** 30 + 1, 2 ** 51], 2 ** 50 + 2)).toBe(0);
    expect(huge([2 ** 30 - 1, 2 ** 51], 2 ** 50 + 2)).toBe(1);
  });
});

describe('what is the same memory', () => {
  test('size 0 overlaps nothing', () => {
    const x = zeros([4, 4]);
    const none = x.slice('2:2');
    expect([sharesMemory(x, none), sharesMemory(none, x), sharesMemory(none, none)]).toEqual([
      false,
      false,
      false,
    ]);
    expect([mayShareMemory(x, none), hasInternalOverlap(none)]).toEqual([false, false]);
    expect(hasInternalOverlap(viewOf(new ArrayBuffer(8), 'int8', [3, 0], [0, 1], 0))).toBe(false);
  });

  test('arrays without axes', () => {
    const x = arange(4);
    expect(sharesMemory(x.slice(1), x.slice(1))).toBe(true);
    expect(sharesMemory(x.slice(1), x.slice(2))).toBe(false);
    expect(sharesMemory(x, x.slice(2))).toBe(true);
    expect(hasInternalOverlap(x.slice(1))).toBe(false);
  });

  test('TypedArrays over parts of one ArrayBuffer', () => {
    const buffer = new ArrayBuffer(64);
    const [a, b] = [new Float64Array(buffer, 8, 4), new Uint8Array(buffer, 39, 8)];
    expect(sharesMemory(a, b)).toBe(true);
    expect(sharesMemory(a, new Uint8Array(buffer, 40, 8))).toBe(false);
    expect(sharesMemory(asArray(a).slice('::2'), new Uint8Array(buffer, 16, 8))).toBe(false);
    expect(sharesMemory(asArray(a), asArray(new Float64Array(8)))).toBe(false);
  });

  test('SharedArrayBuffers of one memory', () => {
    const buffer = new SharedArrayBuffer(64);
    const again = structuredClone(buffer);
    expect(again).not.toBe(buffer);
    const [x, y] = [asArray(new Int32Array(buffer)), asArray(new Int32Array(again, 4))];
    expect([mayShareMemory(x, y), sharesMemory(x, y)]).toEqual([true, true]);
    expect(sharesMemory(x.slice(0), y)).toBe(false);
    expect(sharesMemory(x, asArray(new Int32Array(new SharedArrayBuffer(64))))).toBe(false);
    x.assign(arange(16, { dtype: 'int32' }));
    y.assign(x.slice(':-1'));
    expect(x.toArray()).toEqual([0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  });

  test('an array over the TypedArray of another array', () => {
    const x = arange(8);
    const y = asArray(x.asTypedArray().subarray(1));
    expect([mayShareMemory(x, y), sharesMemory(x, y)]).toEqual([true, true]);
    expect(sharesMemory(x.slice(0), y)).toBe(false);
    y.assign(x.slice(':-1'));
    expect(x.toArray()).toEqual([0, 0, 1, 2, 3, 4, 5, 6]);
    x.dispose();
    expect(() => y.sum()).toThrow(of('ERR_RELEASED'));
  });
});

test.each<[DTypeName, number[], number[], boolean]>([
  ['float64', [3, 4], [32, 8], false],
  ['float64', [3, 4], [8, 24], false],
  ['float64', [3, 4], [24, 8], true],
  ['float64', [3, 4], [0, 8], true],
  ['float64', [3], [4], true],
  ['float64', [2, 2], [8, 8], true],
  ['int8', [2, 3], [3, 2], false],
  ['int8', [3, 4], [3, 2], true],
  ['int8', [1, 4], [0, 1], false],
])('hasInternalOverlap of %s, shape %j, strides %j', (dtype, shape, strides, overlaps) => {
  expect(hasInternalOverlap(viewOf(new ArrayBuffer(200), dtype, shape, strides, 0))).toBe(overlaps);
});

test('arrays that are like arrays', () => {
  const typed = new Float32Array(4);
  expect(hasInternalOverlap(typed)).toBe(false);
  expect(sharesMemory(typed, typed)).toBe(true);
  expect(sharesMemory(array([1, 2]), array([1, 2]))).toBe(false);
});
