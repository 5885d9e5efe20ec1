import fc from 'fast-check';
import { arange, type Index, type NDArray, zeros } from 'strided';

/** Python's `range(*slice(start, stop, step).indices(size))`, element by element. */
function pythonRange(
  size: number,
  start: number | undefined,
  stop: number | undefined,
  step: number,
): number[] {
  const clip = (value: number, low: number, high: number) => {
    const counted = value < 0 ? value + size : value;
    if (counted < low) return low;
    return Math.min(counted, high);
  };
  const picked: number[] = [];
  if (step > 0) {
    const end = stop === undefined ? size : clip(stop, 0, size);
    for (let i = start === undefined ? 0 : clip(start, 0, size); i < end; i += step) picked.push(i);
  } else {
    const end = stop === undefined ? -1 : clip(stop, -1, size - 1);
    const first = start === undefined ? size - 1 : clip(start, -1, size - 1);
    for (let i = first; i > end; i += step) picked.push(i);
  }
  return picked;
}

const bound = fc.option(fc.integer({ min: -9, max: 9 }), { nil: undefined });
const step = fc.integer({ min: -4, max: 4 }).filter((n) => n !== 0);

interface Part {
  readonly index: Index;
  /** The places that it picks of an axis, for each size; undefined for what has no axis. */
  readonly picks?: (size: number) => number[];
  readonly keeps: boolean;
}

const range: fc.Arbitrary<Part> = fc
  .record({ start: bound, stop: bound, step: fc.option(step, { nil: undefined }) })
  .chain((s) => fc.boolean().map((colon) => ({ ...s, colon })))
  .map((s) => {
    const tail = s.step === undefined ? (s.colon ? ':' : '') : `:${s.step}`;
    return {
      index: `${s.start ?? ''}:${s.stop ?? ''}${tail}`,
      picks: (size) => pythonRange(size, s.start, s.stop, s.step ?? 1),
      keeps: true,
    };
  });

const whole: Part = {
  index: ':',
  picks: (size) => pythonRange(size, undefined, undefined, 1),
  keeps: true,
};

const single = (size: number): fc.Arbitrary<Part> =>
  fc.integer({ min: -size, max: size - 1 }).map((i) => ({
    index: i,
    picks: () => [i < 0 ? i + size : i],
    keeps: false,
  }));

describe('one axis, as Python slices', () => {
  test.each([
    [':', [0, 1, 2, 3, 4]],
    ['::', [0, 1, 2, 3, 4]],
    ['1:3', [1, 2]],
    ['-2:', [3, 4]],
    [':-2', [0, 1, 2]],
    ['::2', [0, 2, 4]],
    ['1::2', [1, 3]],
    ['::-1', [4, 3, 2, 1, 0]],
    ['3:0:-1', [3, 2, 1]],
    ['3::-2', [3, 1]],
    ['-1:-6:-1', [4, 3, 2, 1, 0]],
    ['10:0:-3', [4, 1]],
    ['-100:100', [0, 1, 2, 3, 4]],
    ['100:', []],
    ['3:1', []],
    ['1:3:-1', []],
    ['2:2', []],
    [':0', []],
    [' 1 : 4 : 2 ', [1, 3]],
    ['+1:+4', [1, 2, 3]],
    ['-0:2', [0, 1]],
    [`-${'9'.repeat(30)}:${'9'.repeat(30)}`, [0, 1, 2, 3, 4]],
    [`::${'9'.repeat(30)}`, [0]],
    [`::-${'9'.repeat(30)}`, [4]],
  ])('%s', (text, picked) => {
    expect(arange(5).slice(text).toArray()).toEqual(picked);
  });

  test('a step beyond all numbers picks the first', () => {
    const beyond = '9'.repeat(400);
    expect(arange(5).slice(`2::${beyond}`).toArray()).toEqual([2]);
    expect(arange(5).slice(`::-${beyond}`).toArray()).toEqual([4]);
    expect(arange(5).slice(`-${beyond}:${beyond}`).size).toBe(5);
  });

  test('any bounds and steps', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7 }), range, (size, { index, picks }) => {
        const x = arange(10, 10 + size);
        const view = x.slice(index);
        expect(view.toArray()).toEqual(picks!(size).map((i) => 10 + i));
        expect(view.base).toBe(x);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('several axes', () => {
  const sizes = [3, 4, 5];
  const x = arange(60).reshape(sizes);

  /** The elements that parts, one for each axis, pick: the slow definition. */
  function pick(parts: readonly Part[]): unknown {
    const visit = (i: number, axis: number, at: number): unknown => {
      if (i === parts.length) return at;
      const { picks, keeps } = parts[i]!;
      if (picks === undefined) return [visit(i + 1, axis, at)];
      const stride = sizes.slice(axis + 1).reduce((a, b) => a * b, 1);
      const found = picks(sizes[axis]!).map((p) => visit(i + 1, axis + 1, at + p * stride));
      return keeps ? found : found[0];
    };
    return visit(0, 0, 0);
  }

  const newAxis: Part = { index: null, keeps: true };
  const spaced = fc
    .tuple(...sizes.map((size) => fc.oneof(range, single(size), fc.constant(whole))))
    .chain((parts) =>
      fc
        .array(fc.nat({ max: parts.length }), { maxLength: 2 })
        .map((places) =>
          places
            .sort((a, b) => b - a)
            .reduce<Part[]>((all, p) => all.toSpliced(p, 0, newAxis), parts),
        ),
    );

  test('any integers, ranges and new axes', () => {
    fc.assert(
      fc.property(spaced, (parts) => {
        expect(x.slice(...parts.map(({ index }) => index)).toArray()).toEqual(pick(parts));
      }),
      { numRuns: 1000 },
    );
  });

  test('a slice of a slice', () => {
    fc.assert(
      fc.property(fc.array(range, { minLength: 1, maxLength: 4 }), (parts) => {
        let view: NDArray = arange(30);
        let slow = Array.from({ length: 30 }, (_, i) => i);
        for (const { index, picks } of parts) {
          view = view.slice(index);
          slow = picks!(slow.length).map((i) => slow[i]!);
        }
        expect(view.toArray()).toEqual(slow);
      }),
      { numRuns: 500 },
    );
  });

  // Shapes and strides from NumPy.
  const layouts: [Index[], number[], number[]][] = [
    [[], [3, 4, 5], [160, 40, 8]],
    [['...'], [3, 4, 5], [160, 40, 8]],
    [[1], [4, 5], [40, 8]],
    [
      ['...', 1],
      [3, 4],
      [160, 40],
    ],
    [
      [1, '...'],
      [4, 5],
      [40, 8],
    ],
    [[1, '...', -1], [4], [40]],
    [[0, 1, 2], [], []],
    [[0, 1, 2, '...'], [], []],
    [
      [':', '::-2'],
      [3, 2, 5],
      [160, -80, 8],
    ],
    [
      [null, 1],
      [1, 4, 5],
      [0, 40, 8],
    ],
    [
      ['...', null],
      [3, 4, 5, 1],
      [160, 40, 8, 0],
    ],
    [
      [':', null, '...', null, 0],
      [3, 1, 4, 1],
      [160, 0, 40, 0],
    ],
    [
      [null, null, 2, 3, 4],
      [1, 1],
      [0, 0],
    ],
    [
      ['::3', '1:2', '::4'],
      [1, 1, 2],
      [480, 40, 32],
    ],
    [
      ['2:', ':0'],
      [1, 0, 5],
      [160, 40, 8],
    ],
    [
      [':', ':', '3:3:2'],
      [3, 4, 0],
      [160, 40, 8],
    ],
    [
      [':', '3:1'],
      [3, 0, 5],
      [160, 40, 8],
    ],
    [
      [':', '0:3:-1'],
      [3, 0, 5],
      [160, 40, 8],
    ],
  ];
  test.each(layouts)('%j has shape %j and strides %j', (index, shape, strides) => {
    const view = x.slice(...index);
    expect([view.shape, view.strides]).toEqual([shape, strides]);
  });

  test('an axis of stride 0 reversed has stride 0', () => {
    expect(x.slice(null).slice('::-1').strides).toEqual([0, 160, 40, 8]);
  });

  test('offsets count from the start of the storage', () => {
    expect(x.slice(1).offset).toBe(160);
    expect(x.slice(1).slice('::-1', 2).offset).toBe(160 + 3 * 40 + 16);
    expect(x.slice('5:').offset).toBe(0);
  });
});

test('a slice is a view, even of everything or of one element', () => {
  const x = zeros([2, 3]);
  x.slice().set(0, 0, 1);
  x.slice('...').set(0, 1, 2);
  x.slice(1, 2).set(3);
  x.slice('::-1', '::-1').slice(1, '...', 0).set(4);
  expect(x.toArray()).toEqual([
    [1, 2, 4],
    [0, 0, 3],
  ]);
  expect(x.slice(1, 2).base).toBe(x);
});

test('more different slices than are remembered', () => {
  const x = arange(3000);
  for (let i = 0; i < 2500; i++) expect(x.slice(`${i}:${i + 1}`).item()).toBe(i);
  for (let i = 0; i < 10; i++) expect(x.slice(`${i}:${i + 2}`).toArray()).toEqual([i, i + 1]);
});
