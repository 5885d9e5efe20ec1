/** Any two layouts of the same elements, on any number of threads, have the same exact sums. */

import fc from 'fast-check';
import { getNumThreads, NDArray, setNumThreads } from 'strided';
import { DTYPES } from '../lib/dtype';
import { sizeOf } from '../lib/layout';
import { type Digits, exactSum, exactSums } from './support/exact';
import { bitsOf } from './support/golden';
import { placed, placement, shapes } from './support/placement';

const SEED = 20_260_101;

const threads = getNumThreads();
afterAll(() => setNumThreads(threads));

const DIGITS = { float64: 53, float32: 24 } as const;
type FloatName = keyof typeof DIGITS;

// Any bits: numbers of all exponents, and now and then a NaN or an infinity.
const bits = (dtype: FloatName) =>
  dtype === 'float64'
    ? fc
        .bigInt({ min: 0n, max: 2n ** 64n - 1n })
        .map((word) => new Float64Array(new BigUint64Array([word]).buffer)[0]!)
    : fc
        .integer({ min: 0, max: 2 ** 32 - 1 })
        .map((word) => new Float32Array(new Uint32Array([word]).buffer)[0]!);

const sign = fc.constantFrom(1, -1);

/** One element of some kind. */
function element(dtype: FloatName): { readonly [kind: string]: fc.Arbitrary<number> } {
  const wide = dtype === 'float64';
  const most = wide ? 1023 : 127;
  const least = wide ? -1074 : -149;
  const power = (min: number, max: number) =>
    fc.tuple(sign, fc.integer({ min, max })).map(([s, k]) => s * 2 ** k);
  const finite = bits(dtype).map((x) => (Number.isFinite(x) ? x : 1));
  const unusual = fc.constantFrom(Number.NaN, Infinity, -Infinity);
  return {
    uniform: fc.double({ min: -1, max: 1, noNaN: true }),
    finite,
    bits: fc.oneof({ weight: 60, arbitrary: finite }, { weight: 1, arbitrary: unusual }),
    // Beside terms that overflow by themselves.
    unusual: fc.oneof(
      { weight: 8, arbitrary: fc.double({ min: -1, max: 1, noNaN: true }) },
      { weight: 1, arbitrary: unusual },
      { weight: 1, arbitrary: power(most, most) },
    ),
    subnormal: fc
      .tuple(sign, fc.integer({ min: 0, max: 5000 }))
      .map(([s, n]) => s * n * 2 ** least),
    powers: power(least, most - 12),
    // So near to each other that ties are frequent.
    nearPowers: power(0, DIGITS[dtype] + 2),
    integers: fc.integer({ min: -1000, max: 1000 }),
    large: fc.oneof(power(most, most), fc.integer({ min: -9, max: 9 })),
    zeros: fc.constantFrom(0, -0),
  };
}

/** `size` elements of one kind; in every other case half of them cancel the others. */
function elements(dtype: FloatName, size: number): fc.Arbitrary<Float64Array> {
  const kinds = Object.values(element(dtype)).map((kind) =>
    fc.array(kind, { minLength: size, maxLength: size }),
  );
  return fc.tuple(fc.oneof(...kinds), fc.boolean()).map(([drawn, cancelling]) => {
    const half = size >> 1;
    const values = drawn.map((x, i) =>
      cancelling && i >= size - half ? -drawn[size - 1 - i]! : x,
    );
    return new Float64Array(dtype === 'float64' ? values : values.map(Math.fround));
  });
}

const floats = (values: Float64Array) => NDArray.over(values, DTYPES.float64);

/** The bits of a sum's results in C order. */
function sumBits(x: NDArray, axis: readonly number[], dtype = x.dtype): string[] {
  const result = x.sum({ axis, dtype });
  const elements = result instanceof NDArray ? result.toTypedArray() : [result];
  return Array.from(elements as Iterable<number>, (value) => bitsOf(value, dtype));
}

const cases = fc
  .tuple(fc.constantFrom<FloatName>('float64', 'float32'), shapes)
  .chain(([dtype, shape]) => {
    const size = sizeOf(shape);
    return fc.record({
      dtype: fc.constant(dtype),
      shape: fc.constant(shape),
      axes: fc.subarray(shape.map((_, i) => i)),
      values: elements(dtype, size),
      first: placement(shape.length),
      second: placement(shape.length),
      counts: fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 })),
    });
  });

test('any two layouts of the same elements have the same sums: the exact ones, rounded once', () => {
  fc.assert(
    fc.property(cases, ({ dtype, shape, axes, values, first, second, counts }) => {
      const exact = exactSums(values, shape, axes, DIGITS[dtype]);
      const expected = exact.map((value) => bitsOf(value, dtype));
      const received = [first, second].map((place, i) => {
        const x = placed(floats(values), dtype, shape, place);
        setNumThreads(counts[i]!);
        return sumBits(x, axes);
      });
      expect(received).toEqual([expected, expected]);
    }),
    { seed: SEED, numRuns: 400 },
  );
});

test('float64 elements are rounded once to a float32 sum', () => {
  const float64s = cases.filter(({ dtype }) => dtype === 'float64');
  fc.assert(
    fc.property(float64s, ({ shape, axes, values, first }) => {
      const exact = exactSums(values, shape, axes, 24);
      const received = sumBits(placed(floats(values), 'float64', shape, first), axes, 'float32');
      expect(received).toEqual(exact.map((value) => bitsOf(value, 'float32')));
    }),
    { seed: SEED, numRuns: 150 },
  );
});

// A row many times over: enough for several threads, and yet the exact sums are soon known.
const repeated = fc
  .record({
    dtype: fc.constantFrom<FloatName>('float64', 'float32'),
    size: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 41, max: 900 })),
    millions: fc.integer({ min: 3, max: 9 }).map((tenths) => tenths / 10),
  })
  .chain(({ dtype, size, millions }) =>
    fc.record({
      dtype: fc.constant(dtype),
      times: fc.constant(Math.ceil((millions * 1e6) / size)),
      values: elements(dtype, size),
      first: placement(2),
      second: placement(2),
      counts: fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 })),
    }),
  );

test('large arrays have the same sums for any layout and number of threads', () => {
  fc.assert(
    fc.property(repeated, ({ dtype, times, values, first, second, counts }) => {
      const digits: Digits = DIGITS[dtype];
      const size = values.length;
      const column = Array.from(values, (x) => bitsOf(exactSum([x], digits, times), dtype));
      const rows = bitsOf(exactSum(values, digits), dtype);
      const total = bitsOf(exactSum(values, digits, times), dtype);
      [first, second].forEach(({ axes, spacing, shift }, i) => {
        // Gaps cost much memory here; one axis with them will do.
        const tight = { before: 1, after: 0, step: 1, backwards: spacing[0]!.backwards };
        const place = { axes, spacing: [tight, { ...spacing[1]!, step: 1 }], shift };
        const x = placed(floats(values), dtype, [times, size], place);
        setNumThreads(counts[i]!);
        expect(sumBits(x, [0, 1])).toEqual([total]);
        expect(sumBits(x, [0])).toEqual(column);
        expect(new Set(sumBits(x, [1]))).toEqual(new Set([rows]));
      });
    }),
    { seed: SEED, numRuns: 25 },
  );
});
