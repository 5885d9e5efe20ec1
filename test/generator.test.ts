import fc from 'fast-check';
import {
  arange,
  array,
  asFortranArray,
  type DTypeName,
  empty,
  type Generator,
  getNumThreads,
  type NDArray,
  random,
  type Scalar,
  type Seed,
  setNumThreads,
  zeros,
} from 'strided';
import { SeedSequence } from '../lib/seed-sequence';
import { bytesOf, encoded } from './support/encoded';
import { readGolden } from './support/golden';

type Size = number | number[] | null;
type Float = 'float32' | 'float64';
type Call = readonly [name: string, ...argumentsThenBytes: unknown[]];

interface Stream {
  readonly seed: string | string[];
  /** Which child's child the generator is. */
  readonly path: number[];
  readonly calls: Call[];
}

const { streams } = readGolden<{ streams: Stream[] }>('generator');

const seedOf = ({ seed }: Stream): Seed => (Array.isArray(seed) ? seed.map(BigInt) : BigInt(seed));

function generatorOf(stream: Stream): Generator {
  return stream.path.reduce<Generator>(
    (parent, child) => parent.spawn(child + 1)[child]!,
    random.defaultRng(seedOf(stream)),
  );
}

const shapeOf = (size: Size) => size ?? (undefined as never);

function operand(dtype: DTypeName, shape: number[], view: string): NDArray {
  const size = shape.reduce((a, b) => a * b, 1);
  const x = arange(size, { dtype }).reshape(shape);
  if (view === 'C') return x;
  if (view === 'F') return asFortranArray(x);
  const last = shape.at(-1)!;
  const spaced = view === 'spaced';
  const room = empty(spaced ? [...shape.slice(0, -1), 2 * last] : shape, { dtype });
  return (spaced ? room.slice('...', '::2') : room.slice('::-1')).assign(x);
}

/** What each call of the golden file does: the draw, and its dtype. */
const CALLS: Record<string, (rng: Generator, ...given: never[]) => [NDArray | Scalar, DTypeName]> =
  {
    random: (rng, size: Size, dtype: Float) => [rng.random(shapeOf(size), { dtype }), dtype],
    uniform: (rng, low: number, high: number, size: Size) => [
      rng.uniform(low, high, shapeOf(size)),
      'float64',
    ],
    integers: (rng, low: string, high: string, size: Size, dtype: DTypeName, endpoint: boolean) => [
      rng.integers(BigInt(low), high === null ? null : BigInt(high), shapeOf(size), {
        dtype,
        endpoint,
      }),
      dtype,
    ],
    standardNormal: (rng, size: Size, dtype: Float) => [
      rng.standardNormal(shapeOf(size), { dtype }),
      dtype,
    ],
    normal: (rng, mean: number, deviation: number, size: Size) => [
      rng.normal(mean, deviation, shapeOf(size)),
      'float64',
    ],
    permutation: (rng, ...given: unknown[]) => {
      if (given.length === 1) return [rng.permutation(given[0] as number), 'int64'];
      const [dtype, shape, view, axis] = given as [DTypeName, number[], string, number];
      return [rng.permutation(operand(dtype, shape, view), { axis }), dtype];
    },
    shuffle: (rng, dtype: DTypeName, shape: number[], view: string, axis: number) => {
      const x = operand(dtype, shape, view);
      rng.shuffle(x, { axis });
      return [x, dtype];
    },
    spawn: (rng, n: number) => [
      array(
        rng.spawn(n).map((child) => child.random()),
        { dtype: 'float64' },
      ),
      'float64',
    ],
  };

const draw = ([name, ...rest]: Call, rng: Generator) =>
  CALLS[name]!(rng, ...(rest.slice(0, -1) as never[]));

const sizeOf = (drawn: NDArray | Scalar) => (typeof drawn === 'object' ? drawn.size : 1);

function check(call: Call, rng: Generator): string | undefined {
  const [drawn, dtype] = draw(call, rng);
  if (typeof drawn === 'object') expect(drawn.dtype).toBe(dtype);
  const found = encoded(drawn, dtype);
  return found === call.at(-1) ? undefined : `${JSON.stringify(call.slice(0, -1))}: ${found}`;
}

describe('the stream is that of NumPy', () => {
  test.each(streams.map((stream, i) => [i, stream] as const))('number %i', (_, stream) => {
    const rng = generatorOf(stream);
    const wrong = stream.calls.map((call) => check(call, rng)).filter((text) => text);
    expect(wrong).toEqual([]);
  });

  test('the golden calls cover all methods, dtypes and sizes, and every kind of seed', () => {
    const calls = streams.flatMap((stream) => stream.calls);
    expect(streams.length).toBe(200);
    expect(new Set(calls.map(([name]) => name))).toEqual(new Set(Object.keys(CALLS)));
    const given = calls.flatMap((call) => call.slice(1));
    for (const part of ['bool', 'int8', 'uint64', 'float32', null, 0, true, 'F', 'spaced']) {
      expect(given).toContain(part);
    }
    expect(streams.some(({ seed }) => seed.length === 0)).toBe(true);
    expect(streams.some(({ seed }) => typeof seed === 'string' && seed.length > 40)).toBe(true);
    expect(streams.some(({ path }) => path.length === 2)).toBe(true);
  });

  test('the golden streams have at least a million values each, under a few hashes', () => {
    for (const stream of streams) {
      const rng = generatorOf(stream);
      const sizes = stream.calls.map((call) => sizeOf(draw(call, rng)[0]));
      expect(sizes.reduce((a, b) => a + b, 0)).toBeGreaterThanOrEqual(1_000_000);
      expect(stream.calls.length).toBeLessThan(30);
    }
  });

  test('as a few values show', () => {
    const rng = random.defaultRng(42);
    expect(rng.random()).toBe(0.7739560485559633);
    expect(rng.integers(10)).toBe(6n);
    expect(rng.standardNormal()).toBe(0.7504511958064572);
    const few = rng.integers(0, 300, 5, { dtype: 'int16' });
    expect(few.toArray()).toEqual([101, 131, 160, 25, 213]);
    expect(rng.permutation(5).toArray()).toEqual([2n, 4n, 0n, 1n, 3n]);
    expect(rng.spawn(2)[1]!.random()).toBe(0.4674907799518424);
    expect(rng.normal(10, 2)).toBe(10.25568080633457);
  });
});

/** Draws in pieces: how many elements each call takes. */
const pieces = fc.array(
  fc.oneof(fc.integer({ min: 0, max: 70 }), fc.integer({ min: 0, max: 200_000 })),
  { maxLength: 8 },
);

/** Draws of which element after element depends on the stream alone, not on where calls end. */
const FILLS: [string, (rng: Generator, n: number) => NDArray][] = [
  ['random', (rng, n) => rng.random(n)],
  ['random of float32', (rng, n) => rng.random(n, { dtype: 'float32' })],
  ['uniform', (rng, n) => rng.uniform(-3, 5, n)],
  ['standardNormal', (rng, n) => rng.standardNormal(n)],
  ['standardNormal of float32', (rng, n) => rng.standardNormal(n, { dtype: 'float32' })],
  ['normal', (rng, n) => rng.normal(1, 2, n)],
  ['integers', (rng, n) => rng.integers(0, 1000, n)],
  ['wide integers', (rng, n) => rng.integers(0, 2n ** 62n + 5n, n)],
  ['integers of 32 bits', (rng, n) => rng.integers(-7, 2 ** 20, n, { dtype: 'int32' })],
];

describe('a fill can be split in any way', () => {
  const threads = getNumThreads();
  afterAll(() => setNumThreads(threads));

  test.each(FILLS)('%s', (_, fill) => {
    fc.assert(
      fc.property(
        fc.nat(),
        pieces,
        fc.boolean(),
        fc.integer({ min: 1, max: 5 }),
        (seed, sizes, half, count) => {
          const start = () => {
            const rng = random.defaultRng(seed);
            if (half) rng.random(1, { dtype: 'float32' }); // half a word is left
            return rng;
          };
          const whole = start();
          setNumThreads(count);
          const total = sizes.reduce((a, b) => a + b, 0);
          const wanted = Buffer.from(bytesOf(fill(whole, total), 'float64'));
          setNumThreads(1);
          const rng = start();
          const parts = sizes.map((n) => bytesOf(fill(rng, n), 'float64'));
          expect(Buffer.concat(parts).equals(wanted)).toBe(true);
          // What comes next is the same: no word is lost, and no half of one.
          for (let i = 0; i < 3; i++) {
            expect(rng.integers(2 ** 31)).toBe(whole.integers(2 ** 31));
            expect(rng.random()).toBe(whole.random());
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  test.each(FILLS)('%s: scalar draws are those of a shape', (_, fill) => {
    const rng = random.defaultRng(8);
    const one = [1, 1, 1, 1, 1].flatMap((n) => fill(rng, n).toArray());
    expect(one).toEqual(fill(random.defaultRng(8), 5).toArray());
  });
});

describe('seeds', () => {
  const first = (seed?: Seed | NDArray | null) => random.defaultRng(seed).random();

  test('are numbers, bigints, and lists or TypedArrays of them', () => {
    expect(first(7)).toBe(first(7n));
    expect(first(7)).toBe(first([7])); // as in NumPy
    expect(first([1, 2, 3])).toBe(first(Uint32Array.of(1, 2, 3)));
    expect(first([5, 2n ** 80n])).toBe(first(BigUint64Array.of(5n, 0n, 0n, 2n ** 16n)));
    expect(first(2n ** 32n)).toBe(first([0, 1])); // the words of an integer, the lowest first
    expect(first(-0)).toBe(first(0));
    const x = array([1n, 2n, 2n ** 40n, 4n]);
    const words = first([1, 2, 2n ** 40n, 4]);
    expect([
      first(x),
      first(x.reshape([2, 2])),
      first(x.slice('::-1').copy().slice('::-1')),
    ]).toEqual([words, words, words]);
  });

  test('come from the system when there is none', () => {
    expect(new Set([undefined, null, undefined, null].map(first)).size).toBe(4);
    const parent = random.defaultRng();
    expect(new Set(parent.spawn(3).map((child) => child.random())).size).toBe(3);
  });

  test('a generator is its own', () => {
    const rng = random.defaultRng(1);
    expect(random.defaultRng(rng)).toBe(rng);
    expect(String(rng)).toBe('Generator(PCG64)');
  });

  test('spawning draws nothing, and never gives a child twice', () => {
    const rng = random.defaultRng(3);
    const all = [...rng.spawn(2), ...rng.spawn(0), ...rng.spawn(3)];
    const together = random.defaultRng(3).spawn(5);
    expect(all.map((child) => child.random())).toEqual(together.map((child) => child.random()));
    expect(rng.random()).toBe(first(3));
  });

  test('children beyond 2^32 are new too, with keys of two words', () => {
    const parent = SeedSequence.of(5n);
    const nobody = jest.spyOn(Array, 'from').mockReturnValueOnce([]); // 2^32 - 1 are too many to make
    parent.spawn(2 ** 32 - 1);
    nobody.mockRestore();
    const states = parent.spawn(2).map((child) => [...child.generate(2)]);
    expect(states).toEqual([
      [2485853362, 279221010],
      [2805290992, 1633970479], // np.random.SeedSequence(5, spawn_key=(2**32,))
    ]);
  });
});

describe('draws', () => {
  test('have the dtype and the shape that were asked for, in C order', () => {
    const rng = random.defaultRng(0);
    expect(rng.random([2, 3], { dtype: 'float32' })).toMatchObject({
      dtype: 'float32',
      shape: [2, 3],
      strides: [12, 4],
    });
    expect(rng.integers(5, null, 3)).toMatchObject({ dtype: 'int64', shape: [3] });
    expect(rng.normal(0, 1, [])).toMatchObject({ dtype: 'float64', shape: [] });
    expect(typeof rng.integers(0, 2, undefined, { dtype: 'bool' })).toBe('boolean');
    expect(typeof rng.integers(9, null, undefined, { dtype: 'uint16' })).toBe('number');
  });

  test('of no elements ask for no bounds, and take nothing from the stream', () => {
    const rng = random.defaultRng(6);
    expect(rng.integers(0, 0, [0, 2]).shape).toEqual([0, 2]);
    expect(rng.standardNormal(0).size + rng.random([3, 0]).size).toBe(0);
    rng.shuffle(zeros([4, 0]));
    rng.shuffle(zeros(1));
    expect(rng.random()).toBe(random.defaultRng(6).random());
  });

  test('lie between their bounds, and reach them', () => {
    const rng = random.defaultRng(9);
    const dice = rng.integers(1, 6, 1000, { endpoint: true, dtype: 'uint8' });
    expect([...new Set<number | bigint>(dice.toTypedArray())].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    const some = rng.uniform(-1, 1, 1000).toTypedArray() as Float64Array;
    expect(some.every((x) => x >= -1 && x < 1)).toBe(true);
    expect(rng.uniform(2, 2)).toBe(2);
    expect(rng.normal(3, 0)).toBe(3);
  });
});

describe('shuffle', () => {
  test('moves parts along an axis as a permutation of the same stream does', () => {
    for (const axis of [0, 1, -1]) {
      const x = arange(24).reshape([4, 6]);
      const expected = random.defaultRng(5).permutation(x, { axis }).toArray();
      random.defaultRng(5).shuffle(x, { axis });
      expect(x.toArray()).toEqual(expected);
      expect([...x.toTypedArray()].map(Number).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 24 }, (_, i) => i),
      );
    }
  });

  test('writes through views and TypedArrays, and nowhere else', () => {
    const x = arange(20);
    random.defaultRng(2).shuffle(x.slice('1::2'));
    expect(x.slice('::2').toArray()).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
    expect(x.slice('1::2').toArray()).toEqual(
      random
        .defaultRng(2)
        .permutation(arange(1, 20, 2))
        .toArray(),
    );
    const typed = Int16Array.from({ length: 9 }, (_, i) => i);
    random.defaultRng(2).shuffle(typed.subarray(1));
    expect([...typed]).toEqual([
      0,
      ...(random.defaultRng(2).permutation(arange(1, 9)).toArray() as number[]),
    ]);
  });

  test('waits for a sum of the same memory', async () => {
    const x = arange(1_000_000, { dtype: 'float64' });
    const sum = x.sumAsync();
    random.defaultRng(2).shuffle(x);
    expect(await sum).toBe(499_999_500_000);
  });

  test('permutation leaves its argument alone', () => {
    const x = array([
      [1, 2],
      [3, 4],
    ]);
    const y = random.defaultRng(4).permutation(x);
    expect(y.base).toBe(null);
    expect(x.toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(random.defaultRng(4).permutation([true, false, true]).dtype).toBe('bool');
    const five = random.defaultRng(4).permutation(5);
    expect(random.defaultRng(4).permutation(5n).toArray()).toEqual(five.toArray());
  });
});
