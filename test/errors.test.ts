import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  array,
  arrayRepr,
  arrayStr,
  asArray,
  asContiguousArray,
  type ErrorCode,
  full,
  getNumThreads,
  getPrintOptions,
  memoryUsage,
  type NDArray,
  ones,
  type ReduceOptions,
  random,
  setNumThreads,
  setPrintOptions,
  sum,
  sumAsync,
  withPrintOptions,
  zeros,
} from 'strided';
import { type BadCall, badCalls } from './support/bad-calls';
import { badAsyncCopies, badCopies } from './support/bad-copies';
import { badAsyncReductions } from './support/bad-reductions';
import { rng } from './support/bad-draws';
import { badViews } from './support/bad-views';
import {
  bad,
  detached,
  emptied,
  operands,
  released,
  releasedView,
  repeated,
  transfer,
} from './support/operands';

const CLASSES: { readonly [code in ErrorCode]?: new (message: string) => Error } = {
  ERR_DTYPE: TypeError,
  ERR_SHAPE: RangeError,
  ERR_AXIS: RangeError,
  ERR_INDEX: RangeError,
  ERR_BROADCAST: RangeError,
  ERR_CAST: TypeError,
  ERR_READ_ONLY: TypeError,
  ERR_TOO_HARD: Error,
  ERR_INT_OVERFLOW: RangeError,
  ERR_OUT_OF_MEMORY: RangeError,
  ERR_RELEASED: Error,
  ERR_FORMAT: Error,
};

const { matrix, cube, scalar, mask, ints } = operands;

type Sum = readonly [
  name: string,
  x: () => NDArray,
  options: unknown,
  code: ErrorCode,
  says: RegExp,
];

function* sums(): Generator<Sum> {
  const axes: [unknown, RegExp][] = [
    [2, /axis: .*-2 to 1, received 2/],
    [-3, /axis: .* -3/],
    [0.5, /axis: .* 0\.5/],
    [Number.NaN, /axis: .* NaN/],
    ['0', /axis: .*"0"/],
    [0n, /axis: .* 0n/],
    [true, /axis: .* true/],
    [{}, /axis: .* an object/],
    [[0, 2], /axis\[1\]: .* 2/],
    [[0, 0], /axis: .*once.*\[0, 0\]/],
    [[1, -1], /axis: .*once.*\[1, -1\]/],
    [[[0]], /axis\[0\]: .*\[0\]/],
  ];
  for (const [axis, says] of axes) {
    yield [
      `axis ${JSON.stringify(axis, (_, v) => String(v))}`,
      () => matrix,
      { axis },
      'ERR_AXIS',
      says,
    ];
  }
  yield ['axis of a scalar', () => scalar, { axis: 1 }, 'ERR_AXIS', /axis: .*no axis.* 1/];
  yield ['options null', () => matrix, null, 'ERR_SHAPE', /options.*null/];
  yield ['options 0', () => matrix, 0, 'ERR_SHAPE', /options.* 0/];
  yield ['dtype', () => matrix, { dtype: 'double' }, 'ERR_DTYPE', /dtype.*"double"/];
  yield [
    'dtype of a narrower kind',
    () => matrix,
    { dtype: 'int64' },
    'ERR_CAST',
    /dtype.*float64/,
  ];
  yield ['dtype bool', () => ints, { dtype: 'bool' }, 'ERR_CAST', /dtype.*(bool|int8)/];
  yield ['keepdims', () => matrix, { keepdims: 1 }, 'ERR_SHAPE', /keepdims.*boolean.* 1/];
  yield ['out list', () => matrix, { out: [0] }, 'ERR_DTYPE', /out.*NDArray.*\[0\]/];
  yield ['out null', () => matrix, { out: null }, 'ERR_DTYPE', /out.*NDArray.*null/];
  yield ['out shape', () => matrix, { axis: 0, out: zeros(2) }, 'ERR_SHAPE', /out.*\[3\].*\[2\]/];
  const column = { axis: 1, keepdims: true, out: zeros(2) };
  yield ['out keepdims', () => matrix, column, 'ERR_SHAPE', /out.*\[2, 1\].*\[2\]/];
  yield ['out of all', () => matrix, { out: zeros(1) }, 'ERR_SHAPE', /out.*\[\].*\[1\]/];
  const int = zeros([], { dtype: 'int64' });
  yield ['out dtype', () => matrix, { out: int }, 'ERR_CAST', /out.*int64.*float64/];
  yield ['out frozen', () => cube, { axis: [0, 2], out: operands.frozen }, 'ERR_READ_ONLY', /out/];
  yield ['where 1', () => matrix, { where: 1 }, 'ERR_DTYPE', /where.*boolean.* 1/];
  yield ['where list', () => matrix, { where: [true] }, 'ERR_DTYPE', /where.*boolean.*\[true\]/];
  yield ['where floats', () => matrix, { where: matrix }, 'ERR_DTYPE', /where.*bool.*"float64"/];
  const off = mask.slice(':2');
  yield ['where shape', () => matrix, { where: off }, 'ERR_BROADCAST', /where.*\[2, 3\].*\[2\]/];
  const larger = zeros([4, 2, 3], { dtype: 'bool' });
  yield ['where larger', () => matrix, { where: larger }, 'ERR_BROADCAST', /where.*\[4, 2, 3\]/];
  yield ['initial text', () => matrix, { initial: '1' }, 'ERR_DTYPE', /initial.*"1"/];
  yield ['initial null', () => matrix, { initial: null }, 'ERR_DTYPE', /initial.*null/];
  yield ['initial 0.5', () => ints, { initial: 0.5 }, 'ERR_CAST', /initial.*int64.* 0\.5/];
  yield ['initial NaN', () => ints, { initial: Number.NaN }, 'ERR_CAST', /initial.*int64.* NaN/];
  yield ['initial 2^63', () => ints, { initial: 2n ** 63n }, 'ERR_CAST', /initial.*int64.*808n/];
  const overflow = /sum: expected results that fit their dtype/;
  const { most, least, mostUnsigned } = operands;
  yield ['most', () => most, {}, 'ERR_INT_OVERFLOW', overflow];
  yield ['least', () => least, {}, 'ERR_INT_OVERFLOW', overflow];
  yield ['most unsigned', () => mostUnsigned, {}, 'ERR_INT_OVERFLOW', overflow];
  yield ['most, axis 0', () => most.reshape([3, 1]), { axis: 0 }, 'ERR_INT_OVERFLOW', overflow];
  yield ['with initial', () => ints, { initial: 2n ** 63n - 1n }, 'ERR_INT_OVERFLOW', overflow];
  const two = () => ints.slice(':2');
  yield ['as int8', two, { dtype: 'int8' }, 'ERR_INT_OVERFLOW', overflow];
  const small = zeros([], { dtype: 'int8' });
  yield ['into int8', two, { out: small }, 'ERR_INT_OVERFLOW', overflow];
  const memory = /shape.*8000000000000/;
  yield ['memory', () => repeated(2, 1e12), { axis: 0 }, 'ERR_OUT_OF_MEMORY', memory];
  yield ['of released', released, { axis: 0 }, 'ERR_RELEASED', /dispose/];
  yield ['of a released view', releasedView, {}, 'ERR_RELEASED', /dispose/];
  const gone = released();
  yield [
    'out released',
    () => matrix,
    { out: gone.reshape(6).slice(0) },
    'ERR_RELEASED',
    /dispose/,
  ];
  const goneMask = zeros([2, 3], { dtype: 'bool' });
  goneMask.dispose();
  yield ['where released', () => matrix, { where: goneMask }, 'ERR_RELEASED', /dispose/];
  for (const used of [true, false]) {
    const name = `detached${used ? ' after use' : ''}`;
    yield [
      `of ${name}`,
      () => detached(used),
      { axis: 0 },
      'ERR_RELEASED',
      /ArrayBuffer was detached/,
    ];
    const out = detached(used).slice(0);
    yield [`out ${name}`, () => matrix, { out }, 'ERR_RELEASED', /ArrayBuffer was detached/];
  }
}

function* asynchronous(): Generator<BadCall> {
  for (const [name, x, options, code, says] of sums()) {
    yield [`sumAsync: ${name}`, () => x().sumAsync(bad(options)), code, says];
  }
  yield ['sumAsync(text)', () => sumAsync(bad('1')), 'ERR_DTYPE', /a number.*"1"/];
  yield ['sumAsync(ragged)', () => sumAsync([[1], [2, 3]]), 'ERR_SHAPE', /\[1\].*array of 1/];
  yield ['sumAsync(list)', () => sumAsync([1], { axis: 1 }), 'ERR_AXIS', /axis.* 1/];
  const signal = () => sumAsync(matrix, { signal: bad({}) });
  yield ['sumAsync: signal', signal, 'ERR_SHAPE', /signal.*AbortSignal.*object/];
}

function* settings(): Generator<BadCall> {
  for (const count of [0, -1, 1025, 1.5, Number.NaN, 1 / 0, '4', null, undefined, 2n]) {
    const says = /count: expected an integer from 1 to 1024, received/;
    yield [`setNumThreads(${count})`, () => setNumThreads(bad(count)), 'ERR_SHAPE', says];
  }
  const options: [string, unknown][] = [
    ['precision', -1],
    ['precision', 1.5],
    ['threshold', Number.NaN],
    ['edgeitems', 0],
    ['linewidth', '75'],
    ['suppress', 1],
    ['sign', 'plus'],
    ['floatmode', 'exact'],
    ['nanstr', 'a\nb'],
    ['infstr', 8],
    ['legacy', '1.13'],
  ];
  for (const [name, value] of options) {
    const says = new RegExp(`${name}: expected .*, received`);
    const wrong = bad({ edgeitems: 7, [name]: value });
    yield [`${name} ${value}`, () => setPrintOptions(wrong), 'ERR_FORMAT', says];
    yield [`with ${name} ${value}`, () => withPrintOptions(wrong, () => 1), 'ERR_FORMAT', says];
  }
  yield [
    'no option',
    () => setPrintOptions(bad({ digits: 1 })),
    'ERR_FORMAT',
    /precision.*"digits"/,
  ];
  yield ['options 5', () => setPrintOptions(bad(5)), 'ERR_FORMAT', /options.* 5/];
  yield ['options null', () => setPrintOptions(bad(null)), 'ERR_FORMAT', /options.*null/];
  for (const value of [1, null, undefined, '[1]', [1, 2]]) {
    yield [`arrayRepr(${value})`, () => arrayRepr(bad(value)), 'ERR_DTYPE', /x: .*NDArray/];
    yield [`arrayStr(${value})`, () => arrayStr(bad(value)), 'ERR_DTYPE', /x: .*NDArray/];
  }
  for (const seed of [-1, 2 ** 32, 1.5, Number.NaN, 'x', true, 2n ** 32n, -1n, {}]) {
    yield [`seed(${seed})`, () => random.seed(bad(seed)), 'ERR_CAST', /seed.*0 to 2\^32 - 1/];
  }
  yield ['seed([])', () => random.seed([]), 'ERR_SHAPE', /seed.*at least one.*\[\]/];
  const square = zeros([2, 2], { dtype: 'int64' });
  yield ['seed of two axes', () => random.seed(square), 'ERR_SHAPE', /seed.*one axis.*\[2, 2\]/];
  yield ['seed of true', () => random.seed(full([1], true)), 'ERR_CAST', /^seed: .* true/];
  yield ['seed of -1', () => random.seed(Int8Array.of(1, -1)), 'ERR_CAST', /seed\[1\].* -1/];
  yield ['seed of floats', () => random.seed(full([2], 0.5)), 'ERR_CAST', /seed\[0\].* 0\.5/];
  yield ['seed([1, -1])', () => random.seed([1, -1]), 'ERR_CAST', /seed\[1\].* -1/];
  const bounds: [unknown, unknown, string, RegExp][] = [
    [0, 0, 'int64', /high.*above low \(0\).* 0/],
    [5, 2, 'int64', /high.*above low \(5\).* 2/],
    [0, null, 'int64', /^low: .*above 0, .* 0$/],
    [0.5, 3, 'int64', /low.* 0\.5/],
    [0, Number.NaN, 'int64', /high.* NaN/],
    [0, 2 ** 60, 'int64', /high.*safe integer/],
    ['0', 3, 'int64', /low.*"0"/],
    [0, 129, 'int8', /^high: .*int8.* 129$/],
    [-129, 0, 'int8', /^low: .*int8.* -129$/],
    [-1, 5, 'uint8', /^low: .*uint8.* -1$/],
    [0, 3, 'bool', /^high: .*bool.* 3$/],
    [0, 2n ** 63n + 1n, 'int64', /high.*int64/],
    [0, 2n ** 64n + 1n, 'uint64', /high.*uint64/],
  ];
  for (const [low, high, dtype, says] of bounds) {
    const draw = () => random.randint(bad(low), bad(high), [2], { dtype: bad(dtype) });
    yield [`randint(${low}, ${high}, ${dtype})`, draw, 'ERR_CAST', says];
  }
  const draw = random.randint as (...given: unknown[]) => unknown;
  yield [
    'randint of floats',
    () => draw(0, 5, 2, { dtype: 'float64' }),
    'ERR_DTYPE',
    /dtype.*float64/,
  ];
  yield ['randint: dtype', () => draw(0, 5, 2, { dtype: 'int' }), 'ERR_DTYPE', /dtype.*"int"/];
  yield ['randint: options', () => draw(0, 5, 2, null), 'ERR_SHAPE', /options.*null/];
  yield ['randint: memory', () => draw(0, 5, [1e6, 1e6]), 'ERR_OUT_OF_MEMORY', /8000000000000/];
  const rand = random.rand as (...given: unknown[]) => unknown;
  yield ['rand(2, 3)', () => rand(2, 3), 'ERR_SHAPE', /^shape: expected one argument.*\[2, 3\]$/];
  yield ['rand: memory', () => random.rand([1e6, 1e6]), 'ERR_OUT_OF_MEMORY', /8000000000000/];
}

function* uses(): Generator<BadCall> {
  const kinds: [string, (x: NDArray) => unknown][] = [
    ['get', (x) => x.get(...x.shape.map(() => 0))],
    ['set', (x) => x.set(...x.shape.map(() => 0), 1)],
    ['item', (x) => x.reshape(x.size).slice('1:2').item()],
    ['assign', (x) => x.assign(1)],
    ['assign array', (x) => x.assign(ones(1))],
    ['assign itself', (x) => x.assign(x)],
    ['assign its reverse', (x) => x.assign(x.slice('::-1'))],
    ['assign it', (x) => ones(x.shape).assign(x)],
    ['fill', (x) => x.fill(1)],
    ['copy', (x) => x.copy()],
    ['asType', (x) => x.asType('float32')],
    ['array', (x) => array(x)],
    ['ravel', (x) => x.reshape([2, x.size / 2]).T.ravel()],
    ['asContiguousArray', (x) => asContiguousArray(x.reshape([2, x.size / 2]).T)],
    ['toArray', (x) => x.toArray()],
    ['toTypedArray', (x) => x.toTypedArray()],
    ['String', (x) => String(x)],
    ['arrayRepr', (x) => arrayRepr(x)],
    ['sum function', (x) => sum(x)],
  ];
  const makers: [string, () => NDArray, RegExp][] = [
    ['released', released, /memory was released by dispose\(\)/],
    ['detached', () => detached(false), /memory is gone: its ArrayBuffer was detached/],
    ['detached after use', () => detached(true), /memory is gone: its ArrayBuffer was detached/],
  ];
  for (const [kind, use] of kinds) {
    for (const [name, make, says] of makers) {
      yield [`${kind} when ${name}`, () => use(make()), 'ERR_RELEASED', says];
    }
  }
  for (const [kind, use] of kinds.filter(([kind]) => !['item', 'ravel'].includes(kind))) {
    if (kind === 'asContiguousArray') continue;
    const says = /memory was released by dispose\(\)/;
    yield [`${kind} of a released view`, () => use(releasedView()), 'ERR_RELEASED', says];
  }
  yield ['asTypedArray', () => released().asTypedArray(), 'ERR_RELEASED', /dispose/];
  yield ['its T', () => released().T.asTypedArray(), 'ERR_RELEASED', /dispose/];
  yield ['detached typed', () => detached(true).asTypedArray(), 'ERR_RELEASED', /detached/];
  yield ['asArray(emptied)', () => asArray(emptied()), 'ERR_RELEASED', /detached/];
  yield ['array(emptied)', () => array(emptied()), 'ERR_RELEASED', /detached/];
  yield ['assign emptied', () => ones(6).assign(emptied()), 'ERR_RELEASED', /detached/];
  const buffer = new ArrayBuffer(8);
  transfer(buffer);
  yield ['asArray(buffer)', () => asArray(buffer), 'ERR_RELEASED', /detached/];
}

function* now(): Generator<BadCall> {
  for (const [name, x, options, code, says] of sums()) {
    yield [`sum: ${name}`, () => x().sum(options as ReduceOptions), code, says];
  }
}

const calls = [...badCalls(), ...badCopies(), ...badViews(), ...now(), ...settings(), ...uses()];
const promises = [...asynchronous(), ...badAsyncCopies(), ...badAsyncReductions()];

function verify(error: unknown, code: ErrorCode, says: RegExp): void {
  expect(error).toBeInstanceOf(Error);
  const { message } = error as Error;
  expect({ code: (error as { code?: string }).code, message }).toEqual({
    code,
    message: expect.stringMatching(says),
  });
  expect(Object.getPrototypeOf(error)).toBe(CLASSES[code]?.prototype);
  if (code !== 'ERR_RELEASED') expect(message).toMatch(/^[^:]+: expected .+ received .+/s);
}

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

async function collected(enough: () => boolean): Promise<void> {
  for (let turn = 0; turn < 50 && !(turn >= 5 && enough()); turn++) {
    gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const bits = () =>
  Object.values(operands).map((x) => Buffer.from(x.toTypedArray().buffer).toString('hex'));

let start: { memory: ReturnType<typeof memoryUsage>; bits: string[]; draw: number };

beforeAll(async () => {
  random.seed(5);
  const draw = random.rand();
  random.seed(5);
  await collected(() => false);
  start = { memory: memoryUsage(), bits: bits(), draw };
});

test('the table covers every code in use, and has a name for each row', () => {
  const rows = [...calls, ...promises];
  expect(rows.length).toBeGreaterThan(500);
  expect(new Set(rows.map(([, , code]) => code))).toEqual(new Set(Object.keys(CLASSES)));
});

test.each(calls)('%s', (_, call, code, says) => {
  let error: unknown;
  try {
    call();
  } catch (thrown) {
    error = thrown;
  }
  verify(error, code, says);
});

test.each(promises)('%s rejects', async (_, call, code, says) => {
  const promise = call();
  expect(promise).toBeInstanceOf(Promise);
  const error = await (promise as Promise<unknown>).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  verify(error, code, says);
});

describe('after all these errors', () => {
  test('no operand has changed', () => {
    expect(bits()).toEqual(start.bits);
  });

  test('no setting has changed, and no random number is drawn', () => {
    expect(getPrintOptions()).toMatchObject({ precision: 8, edgeitems: 3, sign: '-' });
    expect(getNumThreads()).toBeGreaterThan(0);
    expect(random.rand()).toBe(start.draw);
    const unused = random.defaultRng(1);
    expect(rng.spawn(1)[0]!.random()).toBe(unused.spawn(1)[0]!.random());
    expect(rng.random(3, { dtype: 'float32' }).toArray()).toEqual(
      unused.random(3, { dtype: 'float32' }).toArray(),
    );
  });

  test('no memory is held', async () => {
    const back = () => memoryUsage().bytes <= start.memory.bytes;
    await collected(back);
    expect(memoryUsage().bytes).toBeLessThanOrEqual(start.memory.bytes);
    expect(memoryUsage().blocks).toBeLessThanOrEqual(start.memory.blocks);
  });
});
