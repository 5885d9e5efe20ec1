/** copyTo, its casts and masks, and writes whose operands overlap. */

import {
  arange,
  array,
  asArray,
  type Casting,
  copyTo,
  type DTypeName,
  getNumThreads,
  type NDArray,
  ones,
  type Scalar,
  setNumThreads,
  zeros,
} from 'strided';
import { canCast } from '../lib/casting';
import { DTYPE_NAMES, DTYPES } from '../lib/dtype';
import { bitsOf, readGolden } from './support/golden';
import { Draws, drawShape, drawView } from './support/views';

const of = (code: string) => expect.objectContaining({ code });

interface Golden {
  readonly can: { readonly [rule in Casting]: { readonly [from in DTypeName]: DTypeName[] } };
  readonly casts: readonly {
    readonly from: DTypeName;
    readonly to: DTypeName;
    readonly values: readonly string[];
    readonly results: readonly string[];
  }[];
}
const golden = readGolden<Golden>('casting');
const rules = Object.keys(golden.can) as Casting[];

/** The element that a golden file's text stands for. */
function fromBits(text: string, dtype: DTypeName): Scalar {
  const type = DTYPES[dtype];
  if (type.kind === 'b') return text === '1';
  if (type.kind !== 'f') return type.scalar === 'bigint' ? BigInt(text) : Number(text);
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(`0x${text.padEnd(16, '0')}`));
  return type.itemsize === 4 ? view.getFloat32(0) : view.getFloat64(0);
}

describe.each(rules)("the rule '%s'", (casting) => {
  test.each(DTYPE_NAMES)('for %s is as in numpy.can_cast', (from) => {
    const wanted = golden.can[casting][from];
    expect(DTYPE_NAMES.filter((to) => canCast(DTYPES[from], DTYPES[to], casting))).toEqual(wanted);
    for (const to of DTYPE_NAMES) {
      const target = zeros(3, { dtype: to });
      const copy = () => copyTo(target, ones(3, { dtype: from }), { casting });
      if (wanted.includes(to)) {
        copy();
        expect(target.toArray()).toEqual(ones(3, { dtype: to }).toArray());
      } else {
        expect(copy).toThrow(of('ERR_CAST'));
        expect(target.toArray()).toEqual(zeros(3, { dtype: to }).toArray());
      }
    }
  });
});

test('the golden data have all pairs', () => {
  expect(golden.casts.map(({ from, to }) => `${from} ${to}`)).toEqual(
    DTYPE_NAMES.flatMap((from) => DTYPE_NAMES.map((to) => `${from} ${to}`)),
  );
  expect(golden.casts.reduce((sum, { values }) => sum + values.length, 0)).toBeGreaterThan(2500);
});

test.each(golden.casts)('$from to $to as NumPy casts what C defines', (cast) => {
  const { from, to, values, results } = cast;
  const source = array(
    values.map((text) => fromBits(text, from)),
    { dtype: from },
  );
  expect(source.size).toBe(values.length);
  const bits = (x: NDArray) => [...x.toTypedArray()].map((element) => bitsOf(element, to));
  // Contiguous, with gaps, and masked loops all give the same, in blocks and in what is left over.
  for (const times of [1, 7]) {
    const many = zeros([times, values.length], { dtype: from }).assign(source);
    const wanted = new Array(times).fill(results).flat();
    const [next, apart] = [
      zeros(many.shape, { dtype: to }),
      zeros([...many.shape, 2], { dtype: to }),
    ];
    copyTo(next, many, { casting: 'unsafe' });
    expect(bits(next)).toEqual(wanted);
    copyTo(apart.slice('...', 1), many, { casting: 'unsafe' });
    expect(bits(apart.slice('...', 1))).toEqual(wanted);
    const masked = zeros(many.shape, { dtype: to });
    copyTo(masked, many, { casting: 'unsafe', where: ones(many.shape, { dtype: 'bool' }) });
    expect(bits(masked)).toEqual(wanted);
    const turned = zeros([values.length, times], { dtype: to });
    copyTo(turned.T, many, { casting: 'unsafe' });
    expect(bits(turned.T)).toEqual(wanted);
  }
});

describe('where', () => {
  test('writes what is true only, broadcast to the target', () => {
    const x = zeros([2, 3]);
    copyTo(x, arange(6).reshape([2, 3]), { where: array([true, false, true]) });
    expect(x.toArray()).toEqual([
      [0, 0, 2],
      [3, 0, 5],
    ]);
    copyTo(x, 9, { where: array([[false], [true]]) });
    expect(x.toArray()).toEqual([
      [0, 0, 2],
      [9, 9, 9],
    ]);
    copyTo(x, [7, 8, 9], { where: false });
    copyTo(x, [5, 5, 5], { where: array(false) });
    expect(x.slice(0).toArray()).toEqual([0, 0, 2]);
    copyTo(x, [1, 2, 3], { where: true });
    expect(x.slice(1).toArray()).toEqual([1, 2, 3]);
  });

  test('integers that are not written need not fit', () => {
    const [small, large] = [zeros(3, { dtype: 'int8' }), array([1, 300, 3], { dtype: 'int32' })];
    copyTo(small, large, { where: array([true, false, true]) });
    expect(small.toArray()).toEqual([1, 0, 3]);
    expect(() => copyTo(small, large, { where: array([false, true, true]) })).toThrow(
      of('ERR_CAST'),
    );
    expect(small.toArray()).toEqual([1, 0, 3]);
    copyTo(small, large, { casting: 'unsafe' });
    expect(small.toArray()).toEqual([1, 44, 3]);
  });

  test('any byte but 0 is true', () => {
    const mask = asArray(new Uint8Array([0, 1, 2, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7]));
    const bool = zeros(17, { dtype: 'bool' });
    (bool.asTypedArray() as Uint8Array).set(mask.toTypedArray() as Uint8Array);
    const x = zeros(17);
    copyTo(x, 1, { where: bool });
    expect(x.toArray()).toEqual([0, 1, 1, 1, ...new Array(12).fill(0), 1]);
  });
});

/** All that a write may do, on bytes of its own: the source and the mask are copied first. */
function copyFirst(target: NDArray, source: NDArray, mask: NDArray | undefined): void {
  const [from, where] = [source.copy(), mask?.copy()];
  const index = target.shape.map(() => 0);
  for (let n = 0; n < target.size; n++) {
    if (where === undefined || where.get(...index)) {
      const one = from.slice(...index).asType(target.dtype, { casting: 'unsafe' });
      target.set(...index, one.item());
    }
    for (let axis = index.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < target.shape[axis]!) break;
      index[axis] = 0;
    }
  }
}

describe('overlapping operands, as if the source had been copied first', () => {
  const pairs = DTYPE_NAMES.flatMap((to) => DTYPE_NAMES.map((from) => [from, to] as const));

  test.each(pairs)('any two views of one buffer, %s to %s', (from, to) => {
    const draws = new Draws(DTYPES[from].code * 16 + DTYPES[to].code);
    for (let n = 0; n < 60; n++) {
      const buffer = new ArrayBuffer(16 + draws.below(200));
      const bytes = new Uint8Array(buffer);
      const shape = drawShape(draws, 6);
      const target = drawView(draws, buffer, to, shape);
      const source = drawView(draws, buffer, from, shape);
      const mask = draws.below(3) === 0 ? drawView(draws, buffer, 'bool', shape) : undefined;
      const start = bytes.map(() => draws.below(draws.below(2) === 0 ? 2 : 256));
      bytes.set(start);
      copyFirst(target, source, mask);
      const wanted = Array.from(bytes);
      const how = [start, shape, target.strides, target.offset, source.strides, source.offset];
      for (const threads of [1, 3]) {
        setNumThreads(threads);
        bytes.set(start);
        copyTo(target, source, { casting: 'unsafe', ...(mask && { where: mask }) });
        expect([how, mask?.strides, Array.from(bytes)]).toEqual([how, mask?.strides, wanted]);
      }
    }
  });

  test.each([1, 2, 5])('large ones, on %d threads', (threads) => {
    setNumThreads(threads);
    const n = 1100;
    const start = arange(n * n, { dtype: 'int32' });
    const fresh = () => start.copy().reshape([n, n]);
    const cases: [string, (x: NDArray) => unknown, (i: number, k: number) => [number, number]][] = [
      ['down', (x) => x.slice('1:').assign(x.slice(':-1')), (i, k) => [Math.max(i - 1, 0), k]],
      ['up', (x) => x.slice(':-1').assign(x.slice('1:')), (i, k) => [Math.min(i + 1, n - 1), k]],
      [
        'right',
        (x) => x.slice(':', '3:').assign(x.slice(':', ':-3')),
        (i, k) => [i, k < 3 ? k : k - 3],
      ],
      ['turned', (x) => x.assign(x.T), (i, k) => [k, i]],
      ['reversed', (x) => x.assign(x.slice('::-1', '::-1')), (i, k) => [n - 1 - i, n - 1 - k]],
      [
        'even to odd',
        (x) => x.slice(':', '1::2').assign(x.slice(':', '::2')),
        (i, k) => [i, k - (k % 2)],
      ],
    ];
    for (const [name, write, place] of cases) {
      const x = fresh();
      write(x);
      const flat = x.toTypedArray() as Int32Array;
      let wrong = 0;
      for (let i = 0; i < n; i++) {
        for (let k = 0; k < n; k++) {
          const [a, b] = place(i, k);
          if (flat[i * n + k] !== a * n + b) wrong++;
        }
      }
      expect([name, wrong]).toEqual([name, 0]);
    }
  });

  const threads = getNumThreads();
  afterAll(() => setNumThreads(threads));
});
