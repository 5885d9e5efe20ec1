import { createHash } from 'node:crypto';
import { array, type DTypeName, full, type NDArray, random, type Scalar } from 'strided';
import { DTYPES } from '../lib/dtype';
import { bytesOf, encoded } from './support/encoded';
import { script } from './support/child';
import { bitsOf, readGolden } from './support/golden';

type Size = number | number[] | null;
type Step =
  | readonly ['rand', size: Size, bytes: string]
  | readonly ['randint', dtype: DTypeName, low: string, high: string, size: Size, bytes: string];

interface Golden {
  readonly million: { readonly seed: number; readonly count: number; readonly sha256: string };
  readonly seeds: {
    readonly seed: number | number[];
    readonly doubles: string[];
    readonly steps: Step[];
  }[];
}

const golden = readGolden<Golden>('random');

function draw(step: Step): NDArray | Scalar {
  if (step[0] === 'rand') return step[1] === null ? random.rand() : random.rand(step[1]);
  const [, dtype, low, high, size] = step;
  return size === null
    ? random.randint(BigInt(low), BigInt(high), undefined, { dtype })
    : random.randint(BigInt(low), BigInt(high), size, { dtype });
}

describe('the stream is that of NumPy', () => {
  const seeds = golden.seeds.map(
    (entry) => [JSON.stringify(entry.seed).slice(0, 40), entry] as const,
  );

  test.each(seeds)('after seed(%s)', (_, { seed, doubles, steps }) => {
    random.seed(seed);
    expect(doubles.map(() => bitsOf(random.rand(), 'float64'))).toEqual(doubles);
    const wrong = steps.filter((step) => {
      const dtype = step[0] === 'rand' ? 'float64' : step[1];
      const drawn = draw(step);
      const size = step.at(-2) as Size;
      if (size === null) expect(typeof drawn).toBe(DTYPES[dtype].scalar);
      else expect(drawn).toMatchObject({ dtype, shape: [size].flat() });
      return encoded(drawn, dtype) !== step.at(-1);
    });
    expect(wrong).toEqual([]);
  });

  test('the golden steps cover all integer types, sizes and both kinds of seed', () => {
    const steps = golden.seeds.flatMap((entry) => entry.steps);
    const dtypes = steps.map((step) => (step[0] === 'rand' ? 'rand' : step[1]));
    expect(new Set(dtypes).size).toBe(10);
    expect(steps.some((step) => step.at(-2) === null)).toBe(true);
    for (const seed of golden.seeds) {
      const sizes = seed.steps.map((step) => step.at(-2)).filter((n) => typeof n === 'number');
      expect(sizes.reduce((a, b) => a + b, 0)).toBeGreaterThanOrEqual(1_000_000);
    }
    const many = steps.filter((step) => step.at(-2) === 500_000).map((step) => step[1]);
    expect(new Set(many).size).toBe(10); // 9 dtypes, and the size of rand
    expect(new Set(golden.seeds.map(({ seed }) => typeof seed))).toEqual(
      new Set(['number', 'object']),
    );
  });

  test('for a million numbers, drawn in one call or in many', () => {
    const { seed, count, sha256 } = golden.million;
    random.seed(seed);
    expect(encoded(random.rand([count]), 'float64')).toBe(sha256);
    random.seed(seed);
    const hash = createHash('sha256');
    for (let left = count, part = 1; left > 0; part = (part * 3) % 70_001) {
      const taken = Math.min(left, part);
      hash.update(bytesOf(random.rand(taken), 'float64'));
      left -= taken;
    }
    expect(hash.digest('hex')).toBe(sha256);
  });
});

describe('seed', () => {
  test('takes integers, bigints, and lists of them', () => {
    const first = (seed: Parameters<typeof random.seed>[0]) => {
      random.seed(seed);
      return random.rand();
    };
    expect(first(7)).toBe(first(7n));
    expect(first([1, 2, 3])).toBe(first(Uint32Array.of(1, 2, 3)));
    expect(first([1n, 2, 3n])).toBe(first([1, 2, 3]));
    expect(first(2 ** 32 - 1)).not.toBe(first(0));
    expect(first([5])).not.toBe(first(5)); // as in NumPy
    expect(first(Int8Array.of(1, 2, 3))).toBe(first([1, 2, 3]));
    expect(first(array([1, 2, 3], { dtype: 'uint8' }).slice('::-1'))).toBe(first([3, 2, 1]));
    for (const shape of [[], [1], [1, 1]]) {
      expect(first(full(shape, 5n))).toBe(first(5)); // an array of one element is that, as in NumPy
    }
    const list = array([1n, 2n, 3n]);
    for (const shape of [
      [1, 3],
      [3, 1],
      [1, 3, 1],
    ]) {
      expect(first(list.reshape(shape))).toBe(first([1, 2, 3]));
    }
  });

  test('without a value, the system gives one', () => {
    const drawn = [undefined, null, undefined].map((seed) => {
      random.seed(seed);
      return random.rand();
    });
    expect(new Set(drawn).size).toBe(3);
  });
});

test('before any seed, the system gives one, to every thread its own', () => {
  const drawn = script(`
    const { Worker } = require('node:worker_threads');
    const draw = "require('strided').random.randint(0, 2n ** 63n)";
    const main = [s.random.randint(0, 2n ** 63n), s.random.randint(0, 2n ** 63n)];
    const code = 'require("node:worker_threads").parentPort.postMessage(' + draw + ')';
    const threads = [1, 2].map(() => new Promise((done) =>
      new Worker(code, { eval: true }).once('message', done)));
    console.log([...main, ...(await Promise.all(threads))].join(' '));
  `);
  expect(new Set(drawn.trim().split(' ')).size).toBe(4);
});

describe('rand', () => {
  test('gives numbers in [0, 1), of any shape', () => {
    random.seed(1);
    const x = random.rand([30, 40]);
    expect([x.shape, x.dtype, x.flags.cContiguous]).toEqual([[30, 40], 'float64', true]);
    expect([...x.toTypedArray()].every((value) => value >= 0 && value < 1)).toBe(true);
    expect(random.rand([]).shape).toEqual([]);
    expect(random.rand([0, 3]).toArray()).toEqual([]);
  });

  test('fills a shape in C order', () => {
    random.seed(3);
    const flat = random.rand(6).toArray();
    random.seed(3);
    expect(random.rand([2, 3]).ravel().toArray()).toEqual(flat);
    random.seed(3);
    expect([1, 2, 3, 4, 5, 6].map(() => random.rand())).toEqual(flat);
  });
});

describe('randint', () => {
  test('is int64 by default, and starts at 0 when there is one bound', () => {
    random.seed(2);
    const two = random.randint(0, 10, [50]);
    random.seed(2);
    const one = random.randint(10, null, [50]);
    expect(one.dtype).toBe('int64');
    expect(one.toArray()).toEqual(two.toArray());
    random.seed(2);
    expect(random.randint(10)).toBe(two.get(0));
  });

  test('draws every value between the bounds, and no other', () => {
    random.seed(4);
    const drawn = new Set<number | bigint>(
      random.randint(-2, 3, [1000], { dtype: 'int8' }).toTypedArray(),
    );
    expect([...drawn].map(Number).sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
    const all = random.randint(0, 256, [20_000], { dtype: 'uint8' }).toTypedArray();
    expect(new Set<number | bigint>(all).size).toBe(256);
    expect(random.randint(5, 6, [3], { dtype: 'uint64' }).toArray()).toEqual([5n, 5n, 5n]);
    const wide = random.randint(-(2n ** 63n), 2n ** 63n, [100]);
    expect((wide.toArray() as bigint[]).some((value) => value < 0n)).toBe(true);
  });

  test('of no elements asks for no bounds, and draws nothing', () => {
    random.seed(6);
    const first = random.rand();
    random.seed(6);
    expect(random.randint(0, 0, [0, 2]).shape).toEqual([0, 2]);
    expect(random.rand()).toBe(first);
  });
});
