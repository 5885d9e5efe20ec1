import {
  arange,
  array,
  asArray,
  asContiguousArray,
  asFortranArray,
  copyTo,
  type ErrorCode,
  empty,
  emptyLike,
  full,
  hasInternalOverlap,
  mayShareMemory,
  type NDArray,
  ones,
  random,
  sharesMemory,
  sum,
  zeros,
  zerosLike,
} from 'strided';
import { DTYPE_NAMES, DTYPES } from '../../lib/dtype';
import { badCreation } from './bad-creation';
import { badDraws } from './bad-draws';
import { badReductions } from './bad-reductions';
import { bad, operands, repeated } from './operands';

/** A call that must fail, the code of its error, and what the message must say. */
export type BadCall = readonly [name: string, call: () => unknown, code: ErrorCode, says: RegExp];

const { matrix, cube, scalar, none, frozen, frozenInts, ints } = operands;

const makers = { empty, zeros, ones } as const;
/** What is no shape, and what the message must say. */
export const badShapes: [unknown, RegExp][] = [
  [-1, /shape\[0\].* -1/],
  [[2, -3], /shape\[1\].* -3/],
  [1.5, /shape\[0\].* 1\.5/],
  [[2, 0.5], /shape\[1\].* 0\.5/],
  [Number.NaN, /shape\[0\].* NaN/],
  [Number.POSITIVE_INFINITY, /shape\[0\].* Infinity/],
  [1e300, /shape\[0\].* 1e\+300/],
  [2 ** 53, /shape\[0\].* 9007199254740992/],
  [new Array(33).fill(1), /shape.*at most 32 .* 33/],
  ['3', /shape.* "3"/],
  [['3'], /shape\[0\].* "3"/],
  [[3n], /shape\[0\].* 3n/],
  [[[3]], /shape\[0\].* \[3\]/],
  [null, /shape.* null/],
  [undefined, /shape.* undefined/],
  [{ length: 1 }, /shape.* an object/],
  [true, /shape.* true/],
];

function* creation(): Generator<BadCall> {
  for (const [shape, says] of badShapes) {
    const label = JSON.stringify(shape, (_, v) => (typeof v === 'bigint' ? `${v}n` : v)) ?? '';
    const text = label.length > 30 ? '33 axes' : `${label} (${String(shape)})`;
    yield [`zeros(${text})`, () => zeros(bad(shape)), 'ERR_SHAPE', says];
    yield [`full(${text})`, () => full(bad(shape), 1), 'ERR_SHAPE', says];
    if (shape !== undefined) {
      yield [`random.rand(${text})`, () => random.rand(bad(shape)), 'ERR_SHAPE', says];
      yield [`randint of ${text}`, () => random.randint(0, 5, bad(shape)), 'ERR_SHAPE', says];
    }
  }
  for (const [name, make] of Object.entries(makers)) {
    yield [`${name}: shape`, () => make([2, -1]), 'ERR_SHAPE', /shape\[1\].* -1/];
    yield [`${name}: dtype`, () => make(3, { dtype: bad('float') }), 'ERR_DTYPE', /dtype.*"float"/];
    yield [`${name}: order`, () => make(3, { order: bad('K') }), 'ERR_SHAPE', /order.*C, F.*"K"/];
    yield [`${name}: null`, () => make(3, bad(null)), 'ERR_SHAPE', /options.*object.*null/];
    const text = bad('float32');
    yield [`${name}: text`, () => make(3, text), 'ERR_SHAPE', /options.*object.*"float32"/];
    yield [`${name}: memory`, () => make([1e6, 1e6]), 'ERR_OUT_OF_MEMORY', /8000000000000/];
    yield [`${name}: beyond`, () => make([2 ** 40, 2 ** 40]), 'ERR_OUT_OF_MEMORY', /2\^53 - 1 by/];
    yield [`${name}: 0 x`, () => make([0, 2 ** 52, 9]), 'ERR_OUT_OF_MEMORY', /shape.* \[0, /];
  }
  for (const dtype of ['f8', 'Float64', 'int', '', 'toString', '__proto__', 64, Float64Array]) {
    const says = /dtype: expected one of bool, int8, .*, received/;
    yield [`dtype ${String(dtype)}`, () => zeros(1, { dtype: bad(dtype) }), 'ERR_DTYPE', says];
  }
  for (const order of ['A', 'K', 'c', '', 'CF', 1, ['C']]) {
    const says = /order: expected one of C, F, received/;
    yield [`order ${order}`, () => zeros(1, { order: bad(order) }), 'ERR_SHAPE', says];
  }
  for (const value of [undefined, null, '1', [1], {}]) {
    yield [`full ${value}`, () => full(2, bad(value)), 'ERR_DTYPE', /value.*boolean/];
  }
  yield ['full: options', () => full(2, 1, bad(null)), 'ERR_SHAPE', /options.*null/];
  yield ['full: memory', () => full([1e6, 1e6], 1), 'ERR_OUT_OF_MEMORY', /shape.*8000000000000/];
  for (const [name, like] of Object.entries({ emptyLike, zerosLike })) {
    yield [`${name}(list)`, () => like(bad([1])), 'ERR_DTYPE', /x.*NDArray.*\[1\]/];
    yield [`${name}: dtype`, () => like(matrix, { dtype: bad('i4') }), 'ERR_DTYPE', /dtype.*"i4"/];
    yield [`${name}: order`, () => like(matrix, { order: bad('Z') }), 'ERR_SHAPE', /order.*"Z"/];
    yield [`${name}: null`, () => like(matrix, bad(null)), 'ERR_SHAPE', /options.*null/];
    const big = () => like(repeated(1e6, 1e6));
    yield [`${name}: memory`, big, 'ERR_OUT_OF_MEMORY', /shape.*8000000000000/];
  }
}

function* conversion(): Generator<BadCall> {
  const ragged: [unknown, RegExp][] = [
    [[[1], [2, 3]], /array\[1\].*array of 1.*array of 2/],
    [[[1, 2], [3]], /array\[1\].*array of 2.*array of 1/],
    [[1, [2]], /array\[1\].*scalar.*array of 1/],
    [[[1], 2], /array\[1\].*array of 1.* 2$/],
    [[[], [1]], /array\[1\].*array of 0.*array of 1/],
    [
      [
        [[1], [2]],
        [[3], 4],
      ],
      /array\[1\]\[1\].*array of 1.* 4$/,
    ],
  ];
  for (const [value, says] of ragged) {
    const text = JSON.stringify(value);
    yield [`array(${text})`, () => array(bad(value)), 'ERR_SHAPE', says];
    yield [`asArray(${text})`, () => asArray(bad(value)), 'ERR_SHAPE', says];
    yield [`assign ${text}`, () => cube.assign(bad(value)), 'ERR_SHAPE', says];
  }
  for (const value of [undefined, null, 'ab', {}, new Date(0), () => 1]) {
    const what = String(value).slice(0, 9);
    yield [`array(${what})`, () => array(bad(value)), 'ERR_DTYPE', /array.*a number/];
    yield [`asArray(${what})`, () => asArray(bad(value)), 'ERR_DTYPE', /array.*a number/];
    yield [`asContiguous ${what}`, () => asContiguousArray(bad(value)), 'ERR_DTYPE', /a number/];
    yield [`asFortran ${what}`, () => asFortranArray(bad(value)), 'ERR_DTYPE', /a number/];
    yield [`assign ${what}`, () => matrix.assign(bad(value)), 'ERR_DTYPE', /a number/];
    yield [`sum(${what})`, () => sum(bad(value)), 'ERR_DTYPE', /a number/];
  }
  const view = () => bad(new DataView(new ArrayBuffer(8)));
  yield ['array(DataView)', () => array(view()), 'ERR_DTYPE', /array.*DataView/];
  yield ['asArray(DataView)', () => asArray(view()), 'ERR_DTYPE', /DataView/];
  yield ['array of text', () => array(bad([1, 'a'])), 'ERR_DTYPE', /array\[1\].*"a"/];
  yield ['array of holes', () => array(new Array(2)), 'ERR_DTYPE', /array\[0\].*undefined/];
  yield ['number, bigint', () => array([1, 2n]), 'ERR_DTYPE', /one type.*number and bigint/];
  yield ['bool, number', () => array([[true], [1]]), 'ERR_DTYPE', /one type.*boolean and number/];
  let deep: unknown = 1;
  for (let i = 0; i < 33; i++) deep = [deep];
  yield ['33 levels', () => array(bad(deep)), 'ERR_SHAPE', /array.*at most 32.*received/];
  const cycle: unknown[] = [];
  cycle.push(cycle);
  yield ['a cycle', () => array(bad(cycle)), 'ERR_SHAPE', /array.*at most 32.*received/];
  yield ['array: dtype', () => array([1], { dtype: bad('f4') }), 'ERR_DTYPE', /dtype.*"f4"/];
  yield ['array: order', () => array([1], { order: bad('X') }), 'ERR_SHAPE', /order.*K.*"X"/];
  yield ['array: copy', () => array([1], { copy: bad('no') }), 'ERR_SHAPE', /copy.*boolean.*"no"/];
  yield ['array: options', () => array([1], bad(null)), 'ERR_SHAPE', /options.*null/];
  const floats = new Float64Array(2);
  const toInts = () => array(floats, { dtype: 'int32' });
  yield ['array: floats to ints', toInts, 'ERR_CAST', /same_kind.*float64/];
  yield ['array: memory', () => array(repeated(1e6, 1e6)), 'ERR_OUT_OF_MEMORY', /8000000000000/];
  const fortran = () => asFortranArray(repeated(1e6, 1e6));
  yield ['asFortran: memory', fortran, 'ERR_OUT_OF_MEMORY', /8000000000000/];
  const contiguous = () => asContiguousArray(repeated(1e6, 1e6));
  yield ['asContiguous: memory', contiguous, 'ERR_OUT_OF_MEMORY', /8000000000000/];
}

function* ranges(): Generator<BadCall> {
  const range = arange as (...given: unknown[]) => unknown;
  yield ['arange()', () => range(), 'ERR_SHAPE', /arange.*stop/];
  yield ['arange(1, 2, 3, 4)', () => range(1, 2, 3, 4), 'ERR_SHAPE', /arange.*step.*4/];
  yield ['arange(NaN)', () => range(Number.NaN), 'ERR_SHAPE', /stop.*NaN/];
  yield ['arange(Infinity)', () => range(1 / 0), 'ERR_SHAPE', /stop.*Infinity/];
  yield ["arange('5')", () => range('5'), 'ERR_SHAPE', /stop.*"5"/];
  yield ['arange(null)', () => range(null), 'ERR_SHAPE', /stop.*null/];
  yield ['arange(NaN, 5)', () => range(Number.NaN, 5), 'ERR_SHAPE', /start.*NaN/];
  yield ['arange(undefined, 5)', () => range(undefined, 5), 'ERR_SHAPE', /start.*undefined/];
  yield ['arange(0, 5, 0)', () => range(0, 5, 0), 'ERR_SHAPE', /step.*other than 0.* 0/];
  yield ['arange(0n, 5n, 0n)', () => range(0n, 5n, 0n), 'ERR_SHAPE', /step.*other than 0.* 0n/];
  yield ['arange(0, 5, NaN)', () => range(0, 5, Number.NaN), 'ERR_SHAPE', /step.*NaN/];
  yield ['arange(0, 5n)', () => range(0, 5n), 'ERR_DTYPE', /(stop|arange).*number.*bigint/];
  yield ['arange: dtype', () => range(5, { dtype: 'f8' }), 'ERR_DTYPE', /dtype.*"f8"/];
  yield ['arange: bool', () => range(2, { dtype: 'bool' }), 'ERR_DTYPE', /dtype.*"bool"/];
  const ints = { dtype: 'int32' };
  yield ['arange: step 0.5', () => range(0, 5, 0.5, ints), 'ERR_CAST', /step.*int32.* 0\.5/];
  yield ['arange: stop 2.5', () => range(0, 2.5, ints), 'ERR_CAST', /stop.*int32.* 2\.5/];
  yield ['arange: int8', () => range(300, { dtype: 'int8' }), 'ERR_CAST', /stop.*int8.* 299n/];
  yield ['arange: uint8', () => range(-1, 3, { dtype: 'uint8' }), 'ERR_CAST', /start.*uint8.* -1n/];
  yield ['arange(1e15)', () => range(1e15), 'ERR_OUT_OF_MEMORY', /8000000000000000/];
  yield ['arange(1e300)', () => range(1e300), 'ERR_SHAPE', /1e\+300/];
}

function* indices(): Generator<BadCall> {
  const places: [unknown[], RegExp][] = [
    [[2, 0], /index 0: expected an integer from -2 to 1, received 2/],
    [[-3, 0], /index 0: .* -3/],
    [[0, 3], /index 1: expected an integer from -3 to 2, received 3/],
    [[0, -4], /index 1: .* -4/],
    [[0.5, 0], /index 0: .* 0\.5/],
    [[0, Number.NaN], /index 1: .* NaN/],
    [[1e300, 0], /index 0: .* 1e\+300/],
    [[0, 1n], /index 1: .* 1n/],
    [[true, 0], /index 0: .* true/],
    [[0, undefined], /index 1: .* undefined/],
    [[0, 0, 0], /index: expected .*2.*2 axes, received 3/],
  ];
  for (const [index, says] of places) {
    const text = index.map(String).join(', ');
    yield [`get(${text})`, () => matrix.get(...(index as number[])), 'ERR_INDEX', says];
    yield [`set(${text}, 1)`, () => matrix.set(...(index as number[]), 1), 'ERR_INDEX', says];
    yield [`slice(${text})`, () => matrix.slice(...(index as number[])), 'ERR_INDEX', says];
  }
  yield ['get()', () => matrix.get(), 'ERR_INDEX', /index: expected 2 .*received 0/];
  yield ['get(0)', () => matrix.get(0), 'ERR_INDEX', /index: expected 2 .*received 1/];
  yield ['get(text)', () => matrix.get(bad('0'), 0), 'ERR_INDEX', /index 0: .*"0"/];
  yield ['set(0, 1)', () => matrix.set(0, 1), 'ERR_INDEX', /index: expected 2 .*received 1/];
  const nothing = () => (matrix.set as () => unknown)();
  yield ['set()', nothing, 'ERR_INDEX', /(index: expected 2 .*received (0|none|no)|value)/];
  yield ['get of nothing', () => none.get(0, 0), 'ERR_INDEX', /index 0: .*empty/];
  yield ['scalar.get(0)', () => scalar.get(0), 'ERR_INDEX', /index: expected 0 .*received 1/];
  yield ['scalar.slice(0)', () => scalar.slice(0), 'ERR_INDEX', /index: expected at most 0/];
  const texts = ['', '1', '1:2:3:4', 'a:b', '1.5:', '1e3:', ': :1:', '..', '....', '0x1:', '--1:'];
  for (const text of texts) {
    yield [`slice('${text}')`, () => matrix.slice(text), 'ERR_INDEX', /index 0: .*start:stop:step/];
  }
  yield ["slice(':', '1')", () => matrix.slice(':', '1'), 'ERR_INDEX', /index 1: .*"1"/];
  yield ["slice('::0')", () => matrix.slice('::0'), 'ERR_INDEX', /index 0: .*step.*"::0"/];
  yield ["slice('::-0')", () => matrix.slice('::-0'), 'ERR_INDEX', /index 0: .*step.*"::-0"/];
  yield ['two ellipses', () => cube.slice('...', 0, '...'), 'ERR_INDEX', /'\.\.\.' once/];
  yield ['3 slices', () => matrix.slice(':', ':', ':'), 'ERR_INDEX', /index: .*at most 2.* 3/];
  yield ['item of 6', () => matrix.item(), 'ERR_SHAPE', /this array.*one element.*\[2, 3\]/];
  yield ['item of none', () => none.item(), 'ERR_SHAPE', /this array.*one element.*\[0, 3\]/];
}

function* writes(): Generator<BadCall> {
  const views: [string, NDArray][] = [
    ['itself', frozen],
    ['its slice', frozen.slice('1:')],
    ['its reshape', frozen.reshape([3, 1])],
    ['its transpose', frozen.reshape([1, 3]).T],
    ['a view of its view', frozen.slice('::-1').slice(0)],
  ];
  for (const [name, view] of views) {
    const says = /this array: expected a writeable array, received one that is read-only/;
    const zero = view.shape.map(() => 0);
    yield [`set of ${name}`, () => view.set(...zero, 9), 'ERR_READ_ONLY', says];
    yield [`assign to ${name}`, () => view.assign(9), 'ERR_READ_ONLY', says];
    yield [`assign array to ${name}`, () => view.assign([9]), 'ERR_READ_ONLY', says];
    yield [`fill of ${name}`, () => view.fill(9), 'ERR_READ_ONLY', says];
    yield [`asTypedArray of ${name}`, () => view.asTypedArray(), 'ERR_READ_ONLY', says];
    const open = () => view.setFlags({ writeable: true });
    if (view !== frozen) yield [`setFlags of ${name}`, open, 'ERR_READ_ONLY', /writeable.*base/];
  }
  const out = /out: expected a writeable array/;
  yield ['out', () => cube.sum({ axis: [0, 2], out: frozen }), 'ERR_READ_ONLY', out];
  const outInts = () => ints.reshape([1, 3]).sum({ axis: 0, out: frozenInts });
  yield ['out of ints', outInts, 'ERR_READ_ONLY', out];
  const flag = () => frozen.setFlags({ writeable: bad(1) });
  yield ['setFlags(1)', flag, 'ERR_SHAPE', /writeable.*boolean.* 1/];
  yield ['setFlags(null)', () => frozen.setFlags(bad(null)), 'ERR_SHAPE', /flags.*object.*null/];
  const apart = () => matrix.slice(':', '::2').asTypedArray();
  yield ['asTypedArray of columns', apart, 'ERR_SHAPE', /contiguous.*strides of \[24, 16\]/];
  const reverse = () => matrix.slice('::-1').asTypedArray();
  yield ['asTypedArray reversed', reverse, 'ERR_SHAPE', /contiguous.*strides of \[-24, 8\]/];
  const large = () => empty([5e9], { dtype: 'uint8' });
  yield [
    'asTypedArray of 5e9',
    () => large().asTypedArray(),
    'ERR_SHAPE',
    /2\^32 bytes.*5000000000/,
  ];
  yield ['toTypedArray of 5e9', () => large().toTypedArray(), 'ERR_SHAPE', /5000000000/];
  yield ['toArray of 5e9', () => large().toArray(), 'ERR_SHAPE', /5000000000/];
}

function* casts(): Generator<BadCall> {
  for (const dtype of DTYPE_NAMES) {
    const { kind, min, max } = DTYPES[dtype];
    if (kind === 'f') continue;
    const x = zeros(2, { dtype });
    const says = (value: string, place = 'value', hint = '') =>
      new RegExp(`^${place}: expected .*\\(${dtype}\\)${hint}, received ${value}$`);
    const hint = ", or casting: 'unsafe'"; // of those who have the option
    const values: [number | bigint, string][] = [
      [min - 1n, `${min - 1n}n`],
      [max + 1n, `${max + 1n}n`],
      [0.5, '0\\.5'],
      [Number.NaN, 'NaN'],
      [Number.POSITIVE_INFINITY, 'Infinity'],
    ];
    for (const [value, text] of values) {
      yield [`${dtype}: set ${text}`, () => x.set(0, value), 'ERR_CAST', says(text)];
      const list = () => array([value], { dtype });
      yield [`${dtype}: array ${text}`, list, 'ERR_CAST', says(text, 'array\\[0\\]')];
    }
    const above = `${max + 1n}n`;
    yield [`${dtype}: fill`, () => x.fill(max + 1n), 'ERR_CAST', says(above)];
    const [whole, item] = [says(above, 'value', hint), says(above, 'array\\[1\\]', hint)];
    yield [`${dtype}: assign`, () => x.assign(max + 1n), 'ERR_CAST', whole];
    yield [`${dtype}: list`, () => x.assign([0, max + 1n]), 'ERR_CAST', item];
    yield [`${dtype}: full`, () => full(1, max + 1n, { dtype }), 'ERR_CAST', says(above)];
    yield [`${dtype}: of floats`, () => x.assign(frozen.slice(':2')), 'ERR_CAST', /value.*float64/];
    yield [`asType ${dtype}`, () => matrix.asType(dtype), 'ERR_CAST', /dtype.*same_kind.*float64/];
  }
  const { wide, most, least, mostUnsigned } = operands;
  const beyond = /this array: expected integers that fit .*received .* elements beyond it/;
  yield ['int32 to int8', () => wide.asType('int8'), 'ERR_CAST', beyond];
  yield ['uint64 to int64', () => mostUnsigned.asType('int64'), 'ERR_CAST', beyond];
  yield ['int64 to int32', () => least.asType('int32'), 'ERR_CAST', beyond];
  yield ['int64 to uint64', () => least.asType('uint64'), 'ERR_CAST', /dtype.*uint64.*int64/];
  const narrow = zeros(3, { dtype: 'int8' });
  yield ['int8 of int32', () => narrow.assign(wide), 'ERR_CAST', /value.*fit int8.*int32/];
  const typed = () => narrow.assign(new Int32Array([1, 2, 128]));
  yield ['int8 of Int32Array', typed, 'ERR_CAST', /value.*fit int8.*int32/];
  const safe = { casting: 'safe' } as const;
  yield ['safe', () => most.asType('int32', safe), 'ERR_CAST', /'safe'.*int64/];
  yield ['equiv', () => ints.asType('int16', { casting: 'equiv' }), 'ERR_CAST', /'equiv'.*int8/];
  yield ['no', () => matrix.assign(ints, { casting: 'no' }), 'ERR_CAST', /'no'.*int8/];
  yield ['huge bigint', () => matrix.set(0, 0, 10n ** 400n), 'ERR_CAST', /value.*float64/];
  for (const casting of ['', 'same-kind', 'SAFE', 1, true]) {
    const asked = { casting: bad(casting) };
    yield [`asType ${casting}`, () => ints.asType('int8', asked), 'ERR_CAST', /casting.*same_kind/];
    yield [`assign ${casting}`, () => ints.assign(1, asked), 'ERR_CAST', /casting.*same_kind/];
  }
  for (const value of ['1', null, undefined, [1], {}]) {
    yield [`set ${value}`, () => matrix.set(0, 0, bad(value)), 'ERR_DTYPE', /value.*a number/];
    yield [`fill ${value}`, () => matrix.fill(bad(value)), 'ERR_DTYPE', /value.*a number/];
  }
}

function* shapes(): Generator<BadCall> {
  const reshapes: [unknown, RegExp][] = [
    [5, /shape.*product is 6.*\[5\]/],
    [[2, 2], /shape.*product is 6.*\[2, 2\]/],
    [[-1, 4], /shape.*divides 6.*\[-1, 4\]/],
    [[-1, 0], /shape.*divides 6.*\[-1, 0\]/],
    [[-1, -1], /shape.*(one|once).*\[-1, -1\]/],
    [[-2, 3], /shape\[0\].* -2/],
    [[1.5, 4], /shape\[0\].* 1\.5/],
    [[2, 1e300], /shape\[1\].* 1e\+300/],
    ['6', /shape.*"6"/],
    [null, /shape.*null/],
    [new Array(33).fill(1), /shape.*at most 32/],
    [[], /shape.*product is 6.*\[\]/],
  ];
  for (const [shape, says] of reshapes) {
    const text = String(JSON.stringify(shape)).slice(0, 20);
    yield [`reshape(${text})`, () => matrix.reshape(bad(shape)), 'ERR_SHAPE', says];
  }
  yield ['reshape of none', () => none.reshape([-1, 0]), 'ERR_SHAPE', /shape.*divides 0/];
  const never = { copy: false };
  const says = /shape.*copy: false.*\[6\].*\[3, 2\] and strides \[8, 24\]/;
  yield ['reshape: copy: false', () => matrix.T.reshape(6, never), 'ERR_SHAPE', says];
  const inF = () => matrix.reshape([3, 2], { copy: false, order: 'F' });
  yield ['reshape in F: copy: false', inF, 'ERR_SHAPE', /shape.*copy: false/];
  for (const order of ['K', 'c', '', 1]) {
    const asked = { order: bad(order) };
    yield [
      `reshape: order ${order}`,
      () => matrix.reshape(6, asked),
      'ERR_SHAPE',
      /order.*C, F, A/,
    ];
    if (order === 'K') continue;
    yield [`ravel: order ${order}`, () => matrix.ravel(asked), 'ERR_SHAPE', /order.*C, F, A, K/];
    const flat = () => matrix.flatten(asked);
    yield [`flatten: order ${order}`, flat, 'ERR_SHAPE', /order.*C, F, A, K/];
    yield [`copy: order ${order}`, () => matrix.copy(asked), 'ERR_SHAPE', /order.*C, F, A, K/];
    const cast = () => matrix.asType('float32', asked);
    yield [`asType: order ${order}`, cast, 'ERR_SHAPE', /order.*C, F, A, K/];
  }
  const copyText = { copy: bad('no') };
  yield [
    "reshape: copy 'no'",
    () => matrix.reshape(6, copyText),
    'ERR_SHAPE',
    /copy.*boolean.*"no"/,
  ];
  const castText = () => matrix.asType('float64', copyText);
  yield ["asType: copy 'no'", castText, 'ERR_SHAPE', /copy.*boolean.*"no"/];
  yield ['copy(null)', () => matrix.copy(bad(null)), 'ERR_SHAPE', /options.*null/];
  yield ['copy(F)', () => matrix.copy(bad('F')), 'ERR_SHAPE', /options.*"F"/];
  yield ['ravel(null)', () => matrix.ravel(bad(null)), 'ERR_SHAPE', /options.*null/];
  yield ['reshape(6, null)', () => matrix.reshape(6, bad(null)), 'ERR_SHAPE', /options.*null/];
  yield ['asType(null)', () => matrix.asType('int8', bad(null)), 'ERR_SHAPE', /options.*null/];
  yield ['assign(1, null)', () => matrix.assign(1, bad(null)), 'ERR_SHAPE', /options.*null/];
  yield ['asType: name', () => matrix.asType(bad('i8')), 'ERR_DTYPE', /dtype.*"i8"/];
  yield ['transpose: too few', () => matrix.transpose([0]), 'ERR_AXIS', /axes.*2 axes.*\[0\]/];
  yield ['transpose: twice', () => matrix.transpose([0, -2]), 'ERR_AXIS', /axes.*once.*\[0, -2\]/];
  yield ['transpose: range', () => matrix.transpose([0, 2]), 'ERR_AXIS', /axes\[1\].* 2$/];
  yield ['transpose: fraction', () => matrix.transpose([0.5, 1]), 'ERR_AXIS', /axes\[0\].* 0\.5/];
  yield ['transpose: text', () => matrix.transpose(bad('10')), 'ERR_AXIS', /axes.*"10"/];
  yield ['transpose: number', () => matrix.transpose(bad(1)), 'ERR_AXIS', /axes.* 1$/];
  const stretched: [NDArray, number[]][] = [
    [matrix, [2]],
    [matrix, [2, 2]],
    [matrix, [3, 2]],
    [matrix, [2, 2, 3]],
    [cube, [3, 1]],
    [scalar, [2]],
    [none, [2, 3]],
  ];
  for (const [x, shape] of stretched) {
    if (x === cube) continue;
    const message = new RegExp(
      `value.*broadcasts to \\[${x.shape.join(', ')}\\].*\\[${shape.join(', ')}\\]`,
    );
    yield [`[${x.shape}] of [${shape}]`, () => x.assign(zeros(shape)), 'ERR_BROADCAST', message];
  }
  yield ['of a long list', () => matrix.assign([1, 2]), 'ERR_BROADCAST', /value.*\[2\]/];
  const typed = () => matrix.assign(new Float32Array(4));
  yield ['of a TypedArray', typed, 'ERR_BROADCAST', /value.*\[4\]/];
  const big = () => repeated(1e6, 1e6);
  const memory = /shape.*8000000000000/;
  yield ['copy: memory', () => big().copy(), 'ERR_OUT_OF_MEMORY', memory];
  yield ['asType: memory', () => big().asType('float64'), 'ERR_OUT_OF_MEMORY', memory];
  const copied = () => big().reshape([1e3, 1e9], { copy: true });
  yield ['reshape: memory', copied, 'ERR_OUT_OF_MEMORY', memory];
}

function* memory(): Generator<BadCall> {
  for (const [name, shares] of Object.entries({ mayShareMemory, sharesMemory })) {
    for (const value of [1, null, 'x', {}, [1], new ArrayBuffer(8)]) {
      yield [`${name}(${value})`, () => shares(bad(value), matrix), 'ERR_DTYPE', /^a: .*array/];
      yield [`${name}(, ${value})`, () => shares(matrix, bad(value)), 'ERR_DTYPE', /^b: .*array/];
    }
    const view = bad(new DataView(new ArrayBuffer(8)));
    yield [`${name}(DataView)`, () => shares(view, matrix), 'ERR_DTYPE', /^a: .*DataView/];
    for (const maxWork of [-2, 0.5, Number.NaN, 2 ** 53, '1', 1n, null, true]) {
      const call = () => shares(matrix, matrix, { maxWork: bad(maxWork) });
      yield [`${name}: maxWork ${maxWork}`, call, 'ERR_SHAPE', /^maxWork: .*integer from -1/];
    }
    const options = () => shares(matrix, matrix, bad(-1));
    yield [`${name}: options`, options, 'ERR_SHAPE', /^options: .* -1/];
  }
  const open = () => sharesMemory(matrix, matrix, { maxWork: 0 });
  yield ['sharesMemory by bounds', open, 'ERR_TOO_HARD', /^maxWork: .*settles.* 0$/];
  yield ['hasInternalOverlap(1)', () => hasInternalOverlap(bad(1)), 'ERR_DTYPE', /^x: .* 1$/];
  for (const value of [1, null, [1], new Float64Array(6)]) {
    yield [`copyTo(${value})`, () => copyTo(bad(value), 1), 'ERR_DTYPE', /^dst: .*NDArray/];
  }
  const to = (options: unknown) => () => copyTo(matrix, cube.slice(0, ':2', ':3'), bad(options));
  for (const where of [1, 'x', null, [true, false, true], new Uint8Array(3)]) {
    yield [`copyTo where ${where}`, to({ where }), 'ERR_DTYPE', /^where: .*bool/];
  }
  yield ['copyTo where ints', to({ where: ints }), 'ERR_DTYPE', /^where: .*bool array.*"int8"/];
  yield [
    'copyTo where two',
    to({ where: array([true, false]) }),
    'ERR_BROADCAST',
    /^where: .*\[2\]/,
  ];
  yield ['copyTo casting', to({ casting: 'same' }), 'ERR_CAST', /^casting: .*same_kind.*"same"/];
  yield ['copyTo options', to('unsafe'), 'ERR_SHAPE', /^options: .*"unsafe"/];
  yield ['copyTo(frozen)', () => copyTo(frozen, 1), 'ERR_READ_ONLY', /^dst: .*read-only/];
  yield ['copyTo of a shape', () => copyTo(matrix, cube), 'ERR_BROADCAST', /^src: .*\[2, 3, 4\]/];
  yield [
    'copyTo of floats',
    () => copyTo(ints, matrix.slice(0)),
    'ERR_CAST',
    /^src: .*int8.*float64/,
  ];
  const far = array([1, 2, 300], { dtype: 'int16' });
  yield ['copyTo of large', () => copyTo(ints, far), 'ERR_CAST', /^src: .*fit int8.*int16/];
  yield ['copyTo of a scalar', () => copyTo(ints, 300), 'ERR_CAST', /^src: .*int8.* 300$/];
}

/** Calls that make, convert, index, write and reshape arrays. */
export function badCalls(): BadCall[] {
  return [
    ...creation(),
    ...conversion(),
    ...ranges(),
    ...indices(),
    ...writes(),
    ...casts(),
    ...shapes(),
    ...memory(),
    ...badCreation(),
    ...badDraws(),
    ...badReductions(),
  ];
}
