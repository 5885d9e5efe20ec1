import { arange, array, eye, fromJSON, fullLike, linspace, type NDArray, onesLike } from 'strided';
import type { BadCall } from './bad-calls';
import { bad, operands, repeated } from './operands';

const { matrix, ints } = operands;

function* ranges(): Generator<BadCall> {
  yield ['linspace(NaN)', () => linspace(Number.NaN, 1), 'ERR_SHAPE', /^start: .*finite.* NaN/];
  yield ['linspace to Infinity', () => linspace(0, 1 / 0), 'ERR_SHAPE', /^stop: .*Infinity/];
  yield ["linspace('0')", () => linspace(bad('0'), 1), 'ERR_SHAPE', /^start: .*"0"/];
  for (const num of [-1, 1.5, '5', null, 5n, [5], [5, 6]]) {
    yield [`linspace: num ${num}`, () => linspace(0, 1, bad(num)), 'ERR_SHAPE', /^num: .*integer/];
  }
  const space = (options: unknown) => () => linspace(0, 300, 4, bad(options));
  yield ['linspace: options', space(null), 'ERR_SHAPE', /options.*null/];
  yield ['linspace: endpoint', space({ endpoint: 1 }), 'ERR_SHAPE', /endpoint.*boolean.* 1/];
  yield ['linspace: retstep', space({ retstep: 'yes' }), 'ERR_SHAPE', /retstep.*"yes"/];
  yield ['linspace: dtype', space({ dtype: 'f4' }), 'ERR_DTYPE', /dtype.*"f4"/];
  yield ['linspace: int8', space({ dtype: 'int8' }), 'ERR_CAST', /^linspace: .*int8.* 200/];
  yield ['linspace: memory', () => linspace(0, 1, 1e15), 'ERR_OUT_OF_MEMORY', /8000000000000000/];
  for (const n of [-1, 1.5, '2', null, undefined, 2n, [2, 3]]) {
    yield [`eye(${n})`, () => eye(bad(n)), 'ERR_SHAPE', /^n: .*integer/];
    if (n === null || n === undefined) continue;
    yield [`eye(2, ${n})`, () => eye(2, bad(n)), 'ERR_SHAPE', /^m: .*integer/];
  }
  for (const k of [0.5, '1', 1n, Number.NaN]) {
    yield [`eye: k ${k}`, () => eye(2, 2, { k: bad(k) }), 'ERR_SHAPE', /^k: .*integer/];
  }
  yield ['eye: options', () => eye(2, 2, bad(1)), 'ERR_SHAPE', /options.* 1/];
  yield ['eye: dtype', () => eye(2, 2, { dtype: bad('i1') }), 'ERR_DTYPE', /dtype.*"i1"/];
  yield ['eye: order', () => eye(2, 2, { order: bad('K') }), 'ERR_SHAPE', /order.*"K"/];
  yield ['eye: memory', () => eye(1e6), 'ERR_OUT_OF_MEMORY', /8000000000000/];
}

function* likes(): Generator<BadCall> {
  const makers: [string, (x: NDArray, options?: unknown) => unknown][] = [
    ['onesLike', (x, options) => onesLike(x, options as object)],
    ['fullLike', (x, options) => fullLike(x, 1, options as object)],
  ];
  for (const [name, like] of makers) {
    yield [`${name}(list)`, () => like(bad([1])), 'ERR_DTYPE', /x.*NDArray.*\[1\]/];
    yield [`${name}: dtype`, () => like(matrix, { dtype: 'i4' }), 'ERR_DTYPE', /dtype.*"i4"/];
    yield [`${name}: order`, () => like(matrix, { order: 'Z' }), 'ERR_SHAPE', /order.*"Z"/];
    yield [
      `${name}: shape`,
      () => like(matrix, { shape: [2, -1] }),
      'ERR_SHAPE',
      /shape\[1\].* -1/,
    ];
    yield [`${name}: null`, () => like(matrix, null), 'ERR_SHAPE', /options.*null/];
    const big = () => like(repeated(1e6, 1e6));
    yield [`${name}: memory`, big, 'ERR_OUT_OF_MEMORY', /shape.*8000000000000/];
  }
  yield ['fullLike: 0.5', () => fullLike(ints, 0.5), 'ERR_CAST', /value.*int8.* 0\.5/];
  yield ['fullLike: text', () => fullLike(ints, bad('1')), 'ERR_DTYPE', /value.*"1"/];
}

function* lists(): Generator<BadCall> {
  const uneven = new Set([[1, 2], [3]]);
  yield ['array(ragged set)', () => array(uneven), 'ERR_SHAPE', /array\[1\].*array of 2.*of 1/];
  const rows = () => array([Float64Array.of(1, 2), Float64Array.of(3)]);
  yield ['array(ragged rows)', rows, 'ERR_SHAPE', /array\[1\].*array of 2.*array of 1/];
  const mixed = () => array([Int8Array.of(1), Int16Array.of(2)]);
  const says = /^array: .*one dtype.*int8 elements and int16 elements; .*dtype/;
  yield ['array(rows of two dtypes)', mixed, 'ERR_DTYPE', says];
  const bare = () => array([arange(2), [1, 2]]);
  yield ['array(array and list)', bare, 'ERR_DTYPE', /float64 elements and bare scalars/];
  for (const rows of [
    [array(1), 2],
    [2, array(1)],
  ]) {
    yield [
      `array([${rows}])`,
      () => array(rows),
      'ERR_DTYPE',
      /^array: .*bare scalars and float64/,
    ];
  }
  const apart = () => array([array(1), array(1n)]);
  yield [
    'array(elements of two dtypes)',
    apart,
    'ERR_DTYPE',
    /float64 elements and int64 elements/,
  ];
  const deep = () =>
    array(
      [
        [1, 2, 3],
        [4, 5.5, 6],
      ],
      { dtype: 'int8' },
    );
  const place = /^array\[1\]\[1\]: expected an integer from -128 to 127 \(int8\), received 5\.5$/;
  yield ['array(5.5 in int8)', deep, 'ERR_CAST', place];
  const lone = () => array(300, { dtype: 'int8' });
  yield ['array(300 in int8)', lone, 'ERR_CAST', /^array: .*\(int8\), received 300$/];
  const word = /^array: .*or an array or iterable of those, received an object$/;
  yield ['array(object)', () => array(bad({ length: 1 })), 'ERR_DTYPE', word];
  const text = () => array(bad(new Set(['a'])));
  yield ['array(set of text)', text, 'ERR_DTYPE', /array\[0\].*a number.*"a"/];
  const own = new Set<unknown>();
  own.add(own);
  yield ['array(a set of itself)', () => array(bad(own)), 'ERR_SHAPE', /array.*at most 32/];
}

function* json(): Generator<BadCall> {
  const good = { dtype: 'int8', shape: [2], data: [1, 2] };
  const values: [string, unknown, 'ERR_FORMAT' | 'ERR_DTYPE' | 'ERR_SHAPE' | 'ERR_CAST', RegExp][] =
    [
      ['null', null, 'ERR_FORMAT', /^json: .*object with dtype.*null/],
      ['text', JSON.stringify(good), 'ERR_FORMAT', /^json: .*object with dtype/],
      ['a list', [1, 2], 'ERR_FORMAT', /^json: .*\[1, 2\]/],
      ['no dtype', { ...good, dtype: undefined }, 'ERR_DTYPE', /^dtype: .*undefined/],
      ['a wrong shape', { ...good, shape: [-2] }, 'ERR_SHAPE', /^shape\[0\]: .* -2/],
      ['no list', { ...good, data: 1 }, 'ERR_FORMAT', /^data: .* 1$/],
      ['too few', { ...good, data: [1] }, 'ERR_FORMAT', /^data: expected 2 .*\[2\].*received 1/],
      ['text in int8', { ...good, data: [1, '2'] }, 'ERR_FORMAT', /^data\[1\]: .*int8.*"2"/],
      ['300 in int8', { ...good, data: [1, 300] }, 'ERR_CAST', /^data\[1\]: .*int8.* 300/],
      ['NaN in int8', { ...good, data: ['NaN', 1] }, 'ERR_FORMAT', /^data\[0\]: .*"NaN"/],
      ['null', { ...good, dtype: 'float64', data: [null, 1] }, 'ERR_FORMAT', /^data\[0\]: .*null/],
      ['nan', { ...good, dtype: 'float32', data: [1, 'nan'] }, 'ERR_FORMAT', /^data\[1\]: .*"nan"/],
      ['a number', { ...good, dtype: 'int64' }, 'ERR_FORMAT', /^data\[0\]: .*in a string.* 1/],
      [
        '1.0',
        { ...good, dtype: 'int64', data: ['1.0', '1'] },
        'ERR_FORMAT',
        /^data\[0\]: .*"1\.0"/,
      ],
      ['1', { ...good, dtype: 'bool' }, 'ERR_FORMAT', /^data\[0\]: .*boolean.* 1/],
    ];
  for (const [name, value, code, says] of values) {
    yield [`fromJSON of ${name}`, () => fromJSON(bad(value)), code, says];
  }
}

/** Calls that make arrays by rules, of iterables, or of JSON. */
export function badCreation(): BadCall[] {
  return [...ranges(), ...likes(), ...lists(), ...json()];
}
