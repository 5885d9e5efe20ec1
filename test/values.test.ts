import { createHash } from 'node:crypto';
import { DTYPE_NAMES, DTYPES } from '../lib/dtype';
import { bitsOf, sumCases, valuesHashes } from './support/golden';
import { makeValues, valueKinds } from './support/values';

describe('makeValues', () => {
  test.each(DTYPE_NAMES)('makes the %s values that the golden data was made from', (dtype) => {
    const hashes = valuesHashes().filter((entry) => entry.dtype === dtype);
    expect([...new Set(hashes.map((entry) => entry.kind))]).toEqual(valueKinds(dtype));
    const wrong = hashes.filter(({ kind, seed, sizes, sha256 }) => {
      const hash = createHash('sha256');
      for (const n of sizes) hash.update(makeValues(kind, dtype, n, seed));
      return hash.digest('hex') !== sha256;
    });
    expect(wrong.map(({ kind, seed }) => ({ kind, seed }))).toEqual([]);
  });

  test.each(DTYPE_NAMES)('makes a TypedArray of n elements of %s', (dtype) => {
    for (const kind of valueKinds(dtype)) {
      for (const n of [0, 1, 2, 3, 10]) {
        const values = makeValues(kind, dtype, n, 5);
        expect(values).toBeInstanceOf(DTYPES[dtype].typedArray);
        expect(values).toHaveLength(n);
      }
    }
  });

  test('refuses a kind that the dtype does not have', () => {
    expect(() => makeValues('tie', 'int8', 1, 1)).toThrow('no kind tie of int8 values');
    expect(() => makeValues('max', 'float64', 1, 1)).toThrow('no kind max of float64 values');
  });
});

describe('the golden sums', () => {
  test('have an expected value for each element of the result, in the form of bitsOf', () => {
    const wrong = sumCases().filter(({ dtype, resultShape, expected }) => {
      if (expected === 'overflow')
        return DTYPES[dtype].itemsize !== 8 || DTYPES[dtype].kind === 'f';
      const form = dtype === 'float64' ? /^[\da-f]{16}$/ : /^[\da-f]{8}$/;
      return (
        expected.length !== resultShape.reduce((size, length) => size * length, 1) ||
        !expected.every((text) => (DTYPES[dtype].kind === 'f' ? form : /^-?\d+$/).test(text))
      );
    });
    expect(wrong).toEqual([]);
  });

  test('use only values that are hashed', () => {
    const hashed = new Set(
      valuesHashes().flatMap(({ dtype, kind, seed, sizes }) =>
        sizes.map((n) => `${dtype} ${kind} ${seed} ${n}`),
      ),
    );
    const unhashed = sumCases().filter(({ dtype, kind, seed, shape }) => {
      const n = shape.reduce((size, length) => size * length, 1);
      return !hashed.has(`${dtype} ${kind} ${seed} ${n}`);
    });
    expect(unhashed).toEqual([]);
  });

  test('are those of single elements themselves, but for -0', () => {
    const single = sumCases().filter(({ shape }) => shape.length === 1 && shape[0] === 1);
    expect(single.length).toBeGreaterThan(0);
    for (const { dtype, kind, seed, expected } of single) {
      const value = makeValues(kind, dtype, 1, seed)[0]!;
      expect(expected).toEqual([bitsOf(value === 0 ? 0 : value, dtype)]);
    }
  });
});

test('bitsOf writes floats as bits, with one NaN, and integers as decimals', () => {
  expect(bitsOf(1, 'float64')).toBe('3ff0000000000000');
  expect(bitsOf(-0, 'float64')).toBe('8000000000000000');
  expect(bitsOf(Number.NaN, 'float64')).toBe('7ff8000000000000');
  expect(bitsOf(5e-324, 'float64')).toBe('0000000000000001');
  expect(bitsOf(-1, 'float32')).toBe('bf800000');
  expect(bitsOf(-Number.NaN, 'float32')).toBe('7fc00000');
  expect(bitsOf(Number.NEGATIVE_INFINITY, 'float32')).toBe('ff800000');
  expect(bitsOf(-5n, 'int64')).toBe('-5');
  expect(bitsOf(7, 'uint64')).toBe('7');
  expect(bitsOf(true, 'bool')).toBe('1');
});
