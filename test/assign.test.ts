import fc from 'fast-check';
import {
  arange,
  array,
  asArray,
  empty,
  type Index,
  type NDArray,
  ones,
  type Scalar,
  zeros,
} from 'strided';
import { DTYPE_NAMES, DTYPES, type DType, type DTypeName } from '../lib/dtype';

const of = (code: string) => expect.objectContaining({ code });

/** Values of a dtype near all the borders that a cast may cross. */
function samples(dtype: DTypeName): Scalar[] {
  const type = DTYPES[dtype];
  if (type.kind === 'b') return [false, true];
  const borders = [0n, 1n, -1n, 2n, 100n];
  for (const bits of [7n, 8n, 15n, 16n, 24n, 31n, 32n, 53n, 63n, 64n]) {
    for (const d of [-1n, 0n, 1n]) borders.push((1n << bits) + d, -(1n << bits) + d);
  }
  if (type.kind !== 'f') {
    const fit = borders.filter((n) => n >= type.min && n <= type.max);
    return type.scalar === 'bigint' ? fit : fit.map(Number);
  }
  const round = dtype === 'float32' ? Math.fround : (x: number) => x;
  const whole = borders.map((n) => round(Number(n)));
  const parts = [0.1, -0.9, 1.5, 2.5, -2.5, 255.9, -128.9, 32767.5, 2 ** 31 - 0.5, 1e-40, -0];
  const huge = [1e20, -1e20, 2 ** 64 * 3, 2 ** 70 + 2 ** 40, 3e38, -3e38, 1e300, -1e300];
  const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return [...whole, ...parts.map(round), ...huge.map(round), ...odd];
}

/** One element as another dtype by the rule 'unsafe': the slow definition. */
function slowCast(value: Scalar, to: DType): Scalar {
  if (to.kind === 'b') return typeof value === 'number' ? value !== 0 : Boolean(value);
  if (to.kind === 'f') {
    if (to.name === 'float64') return Number(value);
    return typeof value === 'bigint' ? nearestFloat32(value) : Math.fround(Number(value));
  }
  const finite = typeof value === 'number' && !Number.isFinite(value) ? 0 : value;
  const whole = BigInt(typeof finite === 'number' ? Math.trunc(finite) : finite);
  const modulus = 1n << BigInt(8 * to.itemsize);
  const low = ((whole % modulus) + modulus) % modulus;
  const signed = to.kind === 'i' && low >= modulus / 2n ? low - modulus : low;
  return to.scalar === 'bigint' ? signed : Number(signed);
}

/** The float32 nearest to an integer, ties to even, rounded once. */
function nearestFloat32(value: bigint): number {
  const size = value < 0n ? -value : value;
  const drop = BigInt(Math.max(0, size.toString(2).length - 24));
  const unit = 1n << drop;
  const rest = size % unit;
  let kept = size / unit;
  if (2n * rest > unit || (2n * rest === unit && kept % 2n === 1n)) kept++;
  return Number(kept * unit) * (value < 0n ? -1 : 1);
}

describe.each(DTYPE_NAMES)('casts of %s', (from) => {
  const values = samples(from);
  const source = array(values, { dtype: from });

  test.each(DTYPE_NAMES)("to %s by 'unsafe'", (to) => {
    const wanted = values.map((value) => slowCast(value, DTYPES[to]));
    const unsafe = { casting: 'unsafe' } as const;
    expect(source.asType(to, unsafe).toArray()).toEqual(wanted);
    const target = zeros(values.length, { dtype: to });
    expect(target.assign(source, unsafe)).toBe(target);
    expect(target.toArray()).toEqual(wanted);
    const apart = zeros(2 * values.length, { dtype: to }).slice('::-2');
    expect(apart.assign(source, unsafe).toArray()).toEqual(wanted);
    const twice = empty([values.length, 2], { dtype: from });
    twice.slice(':', 1).assign(source);
    expect(twice.slice(':', 1).asType(to, unsafe).toArray()).toEqual(wanted);
    const list = zeros(values.length, { dtype: to });
    expect(list.assign(values, unsafe).toArray()).toEqual(wanted);
    const one = zeros([], { dtype: to });
    expect(values.map((value) => one.assign(value, unsafe).item())).toEqual(wanted);
  });

  // From numpy.can_cast(…, 'same_kind'), where integers must fit too.
  test.each(DTYPE_NAMES)("to %s by 'same_kind'", (to) => {
    const width = { b: 0, u: 1, i: 2, f: 3 };
    const allowed = width[DTYPES[from].kind] <= width[DTYPES[to].kind];
    values.forEach((value) => {
      const cast = () => array([value], { dtype: from }).asType(to).item();
      const wanted = slowCast(value, DTYPES[to]);
      // biome-ignore lint/suspicious/noDoubleEquals: numbers and bigints alike
      const fits = DTYPES[to].kind === 'f' || DTYPES[to].kind === 'b' || wanted == value;
      if (allowed && (fits || typeof value === 'boolean')) expect(cast()).toEqual(wanted);
      else expect(cast).toThrow(of('ERR_CAST'));
    });
  });
});

// numpy.can_cast(from, to, 'safe'), a row for each dtype.
test.each<[DTypeName, DTypeName[]]>([
  ['bool', DTYPE_NAMES],
  ['int8', ['int8', 'int16', 'int32', 'int64', 'float32', 'float64']],
  ['uint8', DTYPE_NAMES.filter((name) => !['bool', 'int8'].includes(name))],
  ['int16', ['int16', 'int32', 'int64', 'float32', 'float64']],
  ['uint16', ['uint16', 'int32', 'uint32', 'int64', 'uint64', 'float32', 'float64']],
  ['int32', ['int32', 'int64', 'float64']],
  ['uint32', ['uint32', 'int64', 'uint64', 'float64']],
  ['int64', ['int64', 'float64']],
  ['uint64', ['uint64', 'float64']],
  ['float32', ['float32', 'float64']],
  ['float64', ['float64']],
])("'safe' lets %s become %j", (from, allowed) => {
  const x = zeros(1, { dtype: from });
  const tried = DTYPE_NAMES.filter((to) => {
    try {
      x.asType(to, { casting: 'safe' });
      return true;
    } catch (error) {
      expect(error).toEqual(of('ERR_CAST'));
      return false;
    }
  });
  expect(new Set(tried)).toEqual(new Set(allowed));
  for (const casting of ['no', 'equiv'] as const) {
    expect(x.asType(from, { casting }).dtype).toBe(from);
    expect(() => x.asType(from === 'int8' ? 'int16' : 'int8', { casting })).toThrow(of('ERR_CAST'));
  }
});

describe('broadcasting', () => {
  const rows = (x: NDArray) => x.toArray();

  test.each<[number[], unknown, unknown]>([
    [
      [2, 3],
      7,
      [
        [7, 7, 7],
        [7, 7, 7],
      ],
    ],
    [
      [2, 3],
      [1, 2, 3],
      [
        [1, 2, 3],
        [1, 2, 3],
      ],
    ],
    [
      [2, 3],
      [[1], [2]],
      [
        [1, 1, 1],
        [2, 2, 2],
      ],
    ],
    [
      [2, 3],
      [[5]],
      [
        [5, 5, 5],
        [5, 5, 5],
      ],
    ],
    [[3], [[[1, 2, 3]]], [1, 2, 3]],
    [[1], [[9]], [9]],
    [[], [[4]], 4],
    [[2, 0], [1], [[], []]],
    [[2, 1, 2], [[1, 2]], [[[1, 2]], [[1, 2]]]],
  ])('shape %j of %j', (shape, value, result) => {
    for (const order of ['C', 'F'] as const) {
      expect(rows(zeros(shape, { order }).assign(value as never))).toEqual(result);
      expect(rows(zeros(shape, { order }).assign(array(value as never)))).toEqual(result);
    }
  });

  test('fill and assign through any view change those elements only', () => {
    const x = zeros([4, 5]);
    x.slice('1::2', '::-2').fill(1);
    x.slice(':', 1).assign([2, 3, 4, 5]);
    x.T.slice(-2).assign(9);
    expect(x.toArray()).toEqual([
      [0, 2, 0, 9, 0],
      [1, 3, 1, 9, 1],
      [0, 4, 0, 9, 0],
      [1, 5, 1, 9, 1],
    ]);
  });

  test('a failed assignment changes nothing', () => {
    const x = arange(6, { dtype: 'int8' }).reshape([2, 3]);
    const before = x.toArray();
    expect(() => x.assign(array([1, 2, 128], { dtype: 'int16' }))).toThrow(of('ERR_CAST'));
    expect(() => x.assign([1, 2, 128])).toThrow(of('ERR_CAST'));
    expect(() => x.assign([1, 2])).toThrow(of('ERR_BROADCAST'));
    expect(() => x.assign(new Float64Array(3))).toThrow(of('ERR_CAST'));
    expect(x.toArray()).toEqual(before);
  });
});

describe('overlapping operands, as if the source had been copied first', () => {
  const shifts: [string, Index[], Index[]][] = [
    ['forwards', ['1:'], [':-1']],
    ['backwards', [':-1'], ['1:']],
    ['by three', ['3:'], [':-3']],
    ['reversed', [':'], ['::-1']],
    ['onto reversed', ['::-1'], [':']],
    ['half reversed', ['4:14'], ['9::-1']],
    ['spread', ['::2'], [':12']],
    ['gathered', [':12'], ['1::2']],
    ['one to all', [':'], ['5:6']],
    ['onto itself', ['2:20'], ['2:20']],
  ];
  describe.each<DTypeName>(['bool', 'int8', 'uint16', 'int32', 'uint64', 'float32', 'float64'])(
    '%s',
    (dtype) => {
      const start = () =>
        array(
          Array.from({ length: 24 }, (_, i) => (dtype === 'bool' ? (i * i) % 3 : i)),
          { dtype },
        );

      test.each(shifts)('%s', (_, to, from) => {
        const [x, slow] = [start(), start()];
        slow.slice(...to).assign(x.slice(...from));
        x.slice(...to).assign(x.slice(...from));
        expect(x.toArray()).toEqual(slow.toArray());
      });

      test('transposed onto itself', () => {
        const square = start().slice(':16').reshape([4, 4]);
        const wanted = square.T.toArray();
        expect(square.assign(square.T).toArray()).toEqual(wanted);
        const rotated = start().slice(':8').reshape([2, 2, 2]);
        const turned = rotated.transpose([2, 0, 1]);
        const after = turned.toArray();
        expect(rotated.assign(turned).toArray()).toEqual(after);
      });

      test('a row to all rows, a column to all columns', () => {
        const x = start().reshape([4, 6]);
        const [row, column] = [x.slice(2).toArray(), x.slice(':', '3:4').toArray() as Scalar[][]];
        expect(x.copy().assign(x.slice(2)).toArray()).toEqual([row, row, row, row]);
        x.assign(x.slice(':', '3:4'));
        expect(x.toArray()).toEqual(column.map(([value]) => new Array(6).fill(value)));
      });
    },
  );

  test('any two slices of one array', () => {
    const part = fc.record({ first: fc.nat(9), step: fc.constantFrom(-2, -1, 1, 2, 3) });
    const place = (i: { first: number; step: number }, k: number) => i.first + 10 + i.step * k;
    const count = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(part, part, count, fc.constantFrom(...DTYPE_NAMES), (a, b, n, dtype) => {
        if (dtype === 'bool') return;
        const x = arange(36, { dtype });
        const slow = x.toArray() as Scalar[];
        const picked = Array.from({ length: n }, (_, k) => slow[place(b, k)]!);
        picked.forEach((value, k) => {
          slow[place(a, k)] = value;
        });
        const view = (i: typeof a) => {
          const stop = place(i, n);
          return x.slice(`${place(i, 0)}:${stop < 0 ? '' : stop}:${i.step}`);
        };
        view(a).assign(view(b));
        expect(x.toArray()).toEqual(slow);
      }),
      { numRuns: 1000 },
    );
  });

  test('of two dtypes over one buffer', () => {
    const buffer = new ArrayBuffer(64);
    const bytes = asArray(new Uint8Array(buffer, 0, 16)).assign(arange(16, { dtype: 'uint8' }));
    const words = asArray(new Uint32Array(buffer));
    words.assign(bytes);
    expect(words.toArray()).toEqual(Array.from({ length: 16 }, (_, i) => i));
    bytes.assign(words, { casting: 'unsafe' });
    expect([...new Uint8Array(buffer, 0, 16)]).toEqual(Array.from({ length: 16 }, (_, i) => i));
  });
});

test('asType keeps the order of axes, or takes one, and may return the array itself', () => {
  const f = ones([2, 3], { order: 'F' });
  expect(f.asType('int8', { casting: 'unsafe' }).strides).toEqual([1, 2]);
  expect(f.asType('float32', { order: 'C' }).strides).toEqual([12, 4]);
  expect(f.asType('float64')).not.toBe(f);
  expect(f.asType('float64', { copy: false })).toBe(f);
  expect(f.asType('float64', { copy: false, order: 'A' })).toBe(f);
  expect(f.asType('float64', { copy: false, order: 'C' })).not.toBe(f);
  expect(f.copy({ order: 'A' }).strides).toEqual([8, 16]);
  expect(f.copy().strides).toEqual([24, 8]);
});
