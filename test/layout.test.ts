import fc from 'fast-check';
import {
  boundsOf,
  broadcastStrides,
  bytesOf,
  contiguousStrides,
  isAligned,
  isContiguous,
  keptStrides,
  type Layout,
  shapeOf,
  sizeOf,
} from '../lib/layout';
import { reshapedStrides, resolveShape } from '../lib/reshape';
import { transposed } from '../lib/views';

const layout = (shape: number[], strides: number[], offset = 0): Layout => ({
  shape,
  strides,
  offset,
});

/** All indices of a shape, the last axis running fastest in C order, the first one in F order. */
function indicesOf(shape: readonly number[], order: 'C' | 'F' = 'C'): number[][] {
  let all: number[][] = [[]];
  for (const size of order === 'C' ? shape : [...shape].reverse()) {
    all = all.flatMap((index) =>
      Array.from({ length: size }, (_, i) => (order === 'C' ? [...index, i] : [i, ...index])),
    );
  }
  return all;
}

/** The bytes where elements start, in C or F order: the slow definition of a layout. */
function placesOf({ shape, strides, offset }: Layout, order: 'C' | 'F' = 'C'): number[] {
  return indicesOf(shape, order).map((index) =>
    index.reduce((at, i, axis) => at + i * strides[axis]!, offset),
  );
}

const sizes = (most: number, min = 0) =>
  fc.array(fc.integer({ min, max: most }), { minLength: 0, maxLength: 4 });

/** Layouts as slicing and transposing a contiguous array makes them. */
const layouts = fc
  .array(
    fc.record({
      size: fc.integer({ min: 1, max: 4 }),
      step: fc.constantFrom(1, 1, 1, 2, -1, -2, 3),
      extra: fc.constantFrom(0, 0, 1),
    }),
    { maxLength: 4 },
  )
  .chain((axes) =>
    fc.record({
      axes: fc.constant(axes),
      rank: fc.array(fc.nat(), { minLength: axes.length, maxLength: axes.length }),
      itemsize: fc.constantFrom(1, 4, 8),
    }),
  )
  .map(({ axes, rank, itemsize }) => {
    const whole = axes.map(({ size, step, extra }) => size * Math.abs(step) + extra);
    const base = contiguousStrides(whole, itemsize, 'C');
    let offset = 0;
    const strides = axes.map(({ size, step }, i) => {
      if (step < 0) offset += (size - 1) * -step * base[i]!;
      return step * base[i]!;
    });
    const order = axes.map((_, i) => i).sort((a, b) => (rank[a]! % 3) - (rank[b]! % 3) || a - b);
    return {
      itemsize,
      layout: layout(
        order.map((i) => axes[i]!.size),
        order.map((i) => strides[i]!),
        offset,
      ),
    };
  });

/** A shape of a given size: factors of it in some order, with axes of size 1 among them. */
const shapesOf = (size: number) =>
  fc.array(fc.nat(), { minLength: 4, maxLength: 4 }).map((picks) => {
    const shape: number[] = [];
    let left = size;
    for (const pick of picks) {
      const divisors = Array.from({ length: left }, (_, i) => i + 1).filter((d) => left % d === 0);
      const factor = divisors[pick % divisors.length]!;
      shape.push(factor);
      left /= factor;
    }
    return left === 1 && picks[0]! % 2 === 0 ? shape : [...shape, left];
  });

describe('contiguousStrides', () => {
  test.each([
    [[2, 3, 4], 8, 'C', [96, 32, 8]],
    [[2, 3, 4], 8, 'F', [8, 16, 48]],
    [[5], 4, 'C', [4]],
    [[], 8, 'F', []],
    [[10000, 10000], 8, 'C', [80000, 8]],
    [[10000, 10000], 8, 'F', [8, 80000]],
    [[1, 3, 1], 2, 'C', [6, 2, 2]],
  ] as const)('%j of itemsize %d in %s order: %j', (shape, itemsize, order, strides) => {
    expect(contiguousStrides(shape, itemsize, order)).toEqual(strides);
  });

  test('lay the elements one after another', () => {
    fc.assert(
      fc.property(sizes(4), fc.constantFrom('C', 'F'), (shape, order) => {
        const strides = contiguousStrides(shape, 4, order);
        const places = placesOf(layout(shape, strides), order);
        expect(places).toEqual(places.map((_, i) => 4 * i));
      }),
    );
  });
});

describe('isContiguous', () => {
  test.each([
    ['a row', [3], [8], true, true],
    ['a row backwards', [3], [-8], false, false],
    ['every other', [3], [16], false, false],
    ['C', [2, 3], [24, 8], true, false],
    ['F', [2, 3], [8, 16], false, true],
    ['no axes', [], [], true, true],
    ['one element of any stride', [1], [-80], true, true],
    ['a column', [3, 1], [8, 999], true, true],
    ['a column apart', [3, 1], [16, 8], false, false],
    ['a row of a matrix', [1, 3], [240, 8], true, true],
    ['size 1 amid C', [2, 1, 3], [24, -7, 8], true, false],
    ['size 1 amid F', [2, 1, 3], [8, 5, 16], false, true],
    ['nothing', [0], [-16], true, true],
    ['nothing in any axis', [3, 0, 2], [1, 2, 3], true, true],
    ['a repeated row', [2, 3], [0, 8], false, false],
  ])('%s', (_, shape, strides, c, f) => {
    expect(isContiguous(layout(shape, strides), 8, 'C')).toBe(c);
    expect(isContiguous(layout(shape, strides), 8, 'F')).toBe(f);
  });

  test('says whether the elements lie one after another', () => {
    fc.assert(
      fc.property(layouts, fc.constantFrom('C', 'F'), (given, order) => {
        const places = placesOf(given.layout, order);
        const follow = places.every((at, i) => at === places[0]! + i * given.itemsize);
        expect(isContiguous(given.layout, given.itemsize, order)).toBe(follow);
      }),
      { numRuns: 500 },
    );
  });
});

test.each([
  [[3], [8], 0, 0, true],
  [[3], [8], 4, 0, false],
  [[3], [8], 4, 4, true],
  [[3], [12], 0, 0, false],
  [[1], [12], 8, 0, true],
  [[], [], 3, 0, false],
  [[0, 2], [3, 5], 1, 1, true],
  [[2, 2], [-16, 8], 16, 64, true],
  [[2, 2], [0, 4], 0, 0, false],
])('isAligned: shape %j, strides %j, offset %d, start %d: %s', (shape, strides, at, start, yes) => {
  expect(isAligned(layout(shape, strides, at), 8, start)).toBe(yes);
});

describe('reshapedStrides', () => {
  test.each([
    [[6], [8], [2, 3], 'C', [24, 8]],
    [[6], [8], [2, 3], 'F', [8, 16]],
    [[2, 3], [24, 8], [1, 6, 1], 'C', [48, 8, 8]],
    [[3, 2], [32, 16], [3, 1, 2], 'C', [32, 32, 16]],
    [[3, 2], [32, 16], [6], 'C', [16]],
    [[3, 2], [40, 16], [6], 'C', null],
    [[2, 3], [8, 16], [6], 'C', null],
    [[2, 3], [8, 16], [6], 'F', [8]],
    [[4, 3], [-24, 8], [2, 2, 3], 'C', [-48, -24, 8]],
    [[4, 3], [-24, 8], [12], 'C', null],
    [[2, 3], [0, 0], [3, 2], 'C', [0, 0]],
    [[2, 1, 3], [24, 777, 8], [3, 2], 'C', [16, 8]],
    [[1, 1], [5, 7], [], 'C', []],
    [[], [], [1, 1], 'C', [8, 8]],
  ] as const)('%j of strides %j to %j in %s order: %j', (shape, strides, to, order, result) => {
    expect(reshapedStrides(layout([...shape], [...strides]), to, 8, order)).toEqual(result);
  });

  test('gives the same elements in the same order, or null when no strides can', () => {
    const cases = layouts.chain((given) =>
      shapesOf(sizeOf(given.layout.shape)).map((shape) => ({ ...given, shape })),
    );
    let views = 0;
    let copies = 0;
    fc.assert(
      fc.property(cases, fc.constantFrom('C', 'F'), ({ layout: old, itemsize, shape }, order) => {
        const wanted = placesOf(old, order);
        const strides = reshapedStrides(old, shape, itemsize, order);
        if (strides !== null) {
          views++;
          expect(placesOf(layout(shape, strides, old.offset), order)).toEqual(wanted);
          return;
        }
        copies++;
        // The only strides that could do: what one step along each axis must be.
        const index = indicesOf(shape, order);
        const forced = shape.map((size, axis) => {
          if (size === 1) return 0;
          const one = index.findIndex((i) => i.every((n, a) => n === (a === axis ? 1 : 0)));
          return wanted[one]! - wanted[0]!;
        });
        expect(placesOf(layout(shape, forced, old.offset), order)).not.toEqual(wanted);
      }),
      { numRuns: 2000 },
    );
    expect(Math.min(views, copies)).toBeGreaterThan(100);
  });
});

test.each([
  [6, 6, [6]],
  [-1, 6, [6]],
  [[2, -1], 6, [2, 3]],
  [[-1, 1, 6], 6, [1, 1, 6]],
  [[], 1, []],
  [[-1], 0, [0]],
  [[0, 5], 0, [0, 5]],
  [[-1, 3], 0, [0, 3]],
])('resolveShape(%j) of %d elements: %j', (shape, size, resolved) => {
  expect(resolveShape(shape, size)).toEqual(resolved);
});

test('shapeOf copies, and takes a number for one axis', () => {
  const shape = [2, 3];
  expect(shapeOf(shape)).toEqual(shape);
  expect(shapeOf(shape)).not.toBe(shape);
  expect(shapeOf(4)).toEqual([4]);
  expect(shapeOf([])).toEqual([]);
  expect(shapeOf(new Array(32).fill(1))).toHaveLength(32);
  expect(bytesOf([3, 0, 5], 8)).toBe(0);
  expect(bytesOf([3, 4], 8)).toBe(96);
});

describe('boundsOf', () => {
  test.each([
    [[3], [8], 0, [0, 24]],
    [[3], [-8], 16, [0, 24]],
    [[2, 3], [-24, 16], 24, [0, 64]],
    [[], [], 40, [40, 48]],
    [[4, 0], [8, 8], 16, [16, 16]],
    [[5], [0], 8, [8, 16]],
  ])('shape %j, strides %j, offset %d: %j', (shape, strides, offset, bounds) => {
    expect(boundsOf(layout(shape, strides, offset), 8)).toEqual(bounds);
  });

  test('are the least and the greatest byte of all elements', () => {
    fc.assert(
      fc.property(layouts, (given) => {
        const places = placesOf(given.layout);
        const bounds = [Math.min(...places), Math.max(...places) + given.itemsize];
        expect(boundsOf(given.layout, given.itemsize)).toEqual(bounds);
      }),
    );
  });
});

describe('broadcastStrides', () => {
  test('repeat what the slow definition repeats', () => {
    const cases = layouts.chain(({ layout: from }) =>
      fc.record({
        from: fc.constant(from),
        grown: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
        added: sizes(3).filter((shape) => shape.length < 3),
      }),
    );
    fc.assert(
      fc.property(cases, ({ from, grown, added }) => {
        const tail = from.shape.map((size, i) => (size === 1 && grown[i] ? 3 : size));
        const shape = [...added, ...tail];
        const strides = broadcastStrides(from, shape, 'value');
        const slow = indicesOf(shape).map((index) =>
          index
            .slice(added.length)
            .reduce(
              (at, i, a) => at + (from.shape[a] === 1 ? 0 : i) * from.strides[a]!,
              from.offset,
            ),
        );
        expect(placesOf(layout(shape, strides, from.offset))).toEqual(slow);
      }),
    );
  });

  test.each([
    [[2], [3]],
    [[3], []],
    [[3, 1], [3]],
    [
      [2, 3],
      [3, 2],
    ],
    [[0], [2]],
    [[2], [1]],
  ])('%j does not stretch to %j', (from, to) => {
    const given = layout(from, contiguousStrides(from, 8, 'C'));
    expect(() => broadcastStrides(given, to, 'value')).toThrow(
      expect.objectContaining({ code: 'ERR_BROADCAST' }),
    );
  });

  test('size 1 stretches to size 0', () => {
    expect(broadcastStrides(layout([1], [8]), [4, 0], 'value')).toHaveLength(2);
  });
});

test('transposed permutes axes, and reverses them by default', () => {
  const x = layout([2, 3, 4], [96, 32, 8], 16);
  expect(transposed(x)).toEqual(layout([4, 3, 2], [8, 32, 96], 16));
  expect(transposed(x, null)).toEqual(transposed(x));
  expect(transposed(x, [1, 0, -1])).toEqual(layout([3, 2, 4], [32, 96, 8], 16));
  expect(transposed(layout([], []), [])).toEqual(layout([], []));
});

// np.empty_like and copy('K') of such views.
test.each([
  [[3, 2, 4], [32, 96, 8], 8, [32, 96, 8]],
  [[2, 3], [96, -16], 8, [24, 8]],
  [[2, 3, 4], [-16, 32, 96], 8, [8, 16, 48]],
  [[2, 3, 4], [-16, 32, 96], 4, [4, 8, 24]],
  [[3, 1, 2], [32, 32, 16], 8, [16, 16, 8]],
])('keptStrides of shape %j and strides %j, itemsize %d: %j', (shape, strides, itemsize, kept) => {
  expect(keptStrides(layout(shape, strides), itemsize)).toEqual(kept);
});
