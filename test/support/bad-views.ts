import {
  asStrided,
  broadcastArrays,
  broadcastShapes,
  byteBounds,
  type ErrorCode,
  type NDArray,
  ones,
  require,
  zeros,
} from 'strided';
import { type BadCall, badShapes } from './bad-calls';
import { bad, operands } from './operands';

const { matrix, cube, scalar, none, frozen, ints } = operands;

function* views(): Generator<BadCall> {
  for (const [shape, says] of badShapes) {
    const text = String(shape).slice(0, 20);
    yield [`broadcastTo(${text})`, () => matrix.broadcastTo(bad(shape)), 'ERR_SHAPE', says];
  }
  const unfit: [NDArray, number[]][] = [
    [matrix, [2]],
    [matrix, [3, 2]],
    [matrix, [2, 1]],
    [matrix, []],
    [none, [2, 3]],
    [cube, [2, 3, 4, 1]],
  ];
  for (const [x, shape] of unfit) {
    const name = `[${x.shape}].broadcastTo([${shape}])`;
    const says = /this array: .*broadcasts to \[.*received \[/;
    yield [name, () => x.broadcastTo(shape), 'ERR_BROADCAST', says];
  }
  const huge = () => scalar.broadcastTo([2 ** 40, 2 ** 40]);
  yield ['broadcastTo: beyond', huge, 'ERR_OUT_OF_MEMORY', /shape: .*2\^53 - 1 bytes/];
  for (const dtype of ['f4', '', undefined, null, 8]) {
    const says = /dtype: expected one of bool/;
    yield [`reinterpret(${dtype})`, () => matrix.reinterpret(bad(dtype)), 'ERR_DTYPE', says];
  }
  const axis = /this array: .*at least one axis.*float64.*int32/;
  yield ['reinterpret a scalar', () => scalar.reinterpret('int32'), 'ERR_SHAPE', axis];
  const apart = /this array: .*contiguous last axis.*int8.*strides of \[8, 24\]/;
  yield ['reinterpret columns', () => matrix.T.reinterpret('int8'), 'ERR_SHAPE', apart];
  const part = /this array: .*multiple of 8 bytes.*int8.*float64.*3 bytes/;
  yield ['reinterpret a part', () => ints.reinterpret('float64'), 'ERR_SHAPE', part];
}

function* axes(): Generator<BadCall> {
  const wrong: [unknown, RegExp][] = [
    [2, /-2 to 1, received 2/],
    [-3, / -3$/],
    [0.5, / 0\.5$/],
    ['0', /"0"$/],
    [null, /null$/],
    [{}, /an object$/],
  ];
  for (const [axis, says] of wrong) {
    const text = String(axis);
    const named = (name: string) => new RegExp(`^${name}: .*${says.source}`);
    const a = bad(axis);
    yield [`swapAxes(${text}, 0)`, () => matrix.swapAxes(a, 0), 'ERR_AXIS', named('axis1')];
    yield [`swapAxes(0, ${text})`, () => matrix.swapAxes(0, a), 'ERR_AXIS', named('axis2')];
    yield [`moveAxis(${text}, 0)`, () => matrix.moveAxis(a, 0), 'ERR_AXIS', named('from')];
    yield [`moveAxis(0, ${text})`, () => matrix.moveAxis(0, a), 'ERR_AXIS', named('to')];
    const list = () => matrix.moveAxis([0, a], [0, 1]);
    yield [`moveAxis([0, ${text}])`, list, 'ERR_AXIS', named('from\\[1\\]')];
    yield [`diagonal: ${text}`, () => matrix.diagonal(0, a, 1), 'ERR_AXIS', named('axis1')];
    yield [`diagonal: 0, ${text}`, () => matrix.diagonal(0, 0, a), 'ERR_AXIS', named('axis2')];
    if (axis === null) continue;
    yield [`flip(${text})`, () => matrix.flip(a), 'ERR_AXIS', named('axis')];
    yield [`flip([${text}])`, () => matrix.flip([a]), 'ERR_AXIS', named('axis\\[0\\]')];
    yield [`squeeze(${text})`, () => matrix.squeeze(a), 'ERR_AXIS', named('axis')];
    const expand = /^axis: .*-3 to 2, received/;
    if (axis !== 2 && axis !== -3) {
      yield [`expandDims(${text})`, () => matrix.expandDims(a), 'ERR_AXIS', expand];
    }
  }
  const once = /each axis once.*\[0, -2\]/;
  yield ['flip twice', () => matrix.flip([0, -2]), 'ERR_AXIS', once];
  yield ['moveAxis twice', () => matrix.moveAxis([0, -2], [0, 1]), 'ERR_AXIS', once];
  yield ['moveAxis to one', () => matrix.moveAxis([0, 1], [0, -2]), 'ERR_AXIS', once];
  yield ['expandDims twice', () => matrix.expandDims([0, -4]), 'ERR_AXIS', /once.*\[0, -4\]/];
  yield ['moveAxis: fewer', () => matrix.moveAxis([0, 1], 0), 'ERR_AXIS', /to: .*which is 2.* 0$/];
  yield ['expandDims(3)', () => matrix.expandDims(3), 'ERR_AXIS', /axis: .*-3 to 2, received 3/];
  yield ['expandDims()', () => matrix.expandDims(bad(undefined)), 'ERR_AXIS', /axis: .*undefined/];
  const many = Array.from({ length: 31 }, (_, i) => i);
  yield ['expandDims: 33', () => matrix.expandDims(many), 'ERR_AXIS', /axis: .*at most 32.* 33$/];
  yield [
    'slice: 33',
    () => matrix.slice(...new Array(31).fill(null)),
    'ERR_INDEX',
    /32 axes.* 33$/,
  ];
  yield ['squeeze(1)', () => matrix.squeeze(1), 'ERR_AXIS', /axis: .*size 1, received 1, of 3/];
  yield ['squeeze([0])', () => matrix.squeeze([0]), 'ERR_AXIS', /axis: .*size 1, received 0, of 2/];
  yield ['squeeze a scalar', () => scalar.squeeze(1), 'ERR_AXIS', /axis: .*no axis.* 1$/];
  yield [
    'diagonal of a row',
    () => frozen.diagonal(),
    'ERR_SHAPE',
    /this array: .*two axes.*\[3\]/,
  ];
  yield ['one diagonal', () => cube.diagonal(0, 1, -2), 'ERR_AXIS', /axis2: .*another.* -2$/];
  for (const offset of [0.5, Number.NaN, '1', null, 1n]) {
    const diagonal = () => matrix.diagonal(bad(offset));
    yield [`diagonal(${offset})`, diagonal, 'ERR_SHAPE', /offset: expected an integer/];
  }
}

function* tricks(): Generator<BadCall> {
  const strided: [string, unknown, ErrorCode, RegExp][] = [
    ['beyond', { shape: [7], strides: [8] }, 'ERR_INDEX', /strides: .*48 bytes.*byte 0 to 56/],
    ['before', { shape: [2], strides: [-8] }, 'ERR_INDEX', /strides: .*byte -8 to 8/],
    ['a byte more', { shape: [], strides: [], offset: 41 }, 'ERR_INDEX', /byte 41 to 49/],
    ['a byte less', { shape: [], strides: [], offset: -1 }, 'ERR_INDEX', /byte -1 to 7/],
    ['nothing afar', { shape: [0], strides: [8], offset: 49 }, 'ERR_INDEX', /byte 49 to 49/],
    ['far', { shape: [2 ** 40], strides: [2 ** 50] }, 'ERR_INDEX', /strides: .*48 bytes/],
    ['fewer strides', { shape: [2, 2], strides: [8] }, 'ERR_SHAPE', /strides: .*2 integers.*\[8\]/],
    ['more axes', { shape: [1, 2, 3] }, 'ERR_SHAPE', /strides: .*3 integers.*\[24, 8\]/],
    ['a fraction', { strides: [8, 0.5] }, 'ERR_SHAPE', /strides\[1\]: .* 0\.5/],
    ['text', { strides: '88' }, 'ERR_SHAPE', /strides: .*"88"/],
    ['bigints', { strides: [24n, 8n] }, 'ERR_SHAPE', /strides\[0\]: .* 24n/],
    ['offset', { offset: 0.5 }, 'ERR_SHAPE', /offset: .* 0\.5/],
    ['offset null', { offset: '0' }, 'ERR_SHAPE', /offset: .*"0"/],
    ['shape', { shape: [2, -1] }, 'ERR_SHAPE', /shape\[1\]: .* -1/],
    ['shape null', { shape: null }, 'ERR_SHAPE', /shape: .*null/],
    ['writeable', { writeable: 1 }, 'ERR_SHAPE', /writeable: .*boolean.* 1/],
    ['null', null, 'ERR_SHAPE', /options: .*null/],
    [
      'bytes',
      { shape: [2 ** 40, 2 ** 40], strides: [0, 0] },
      'ERR_OUT_OF_MEMORY',
      /shape: .*2\^53 - 1 bytes/,
    ],
  ];
  for (const [name, options, code, says] of strided) {
    yield [`asStrided: ${name}`, () => asStrided(matrix, bad(options)), code, says];
  }
  const open = () => asStrided(frozen, { writeable: true });
  yield ['asStrided: writeable', open, 'ERR_READ_ONLY', /^x: .*read-only/];
  const inherited = () => asStrided(frozen).fill(1);
  yield ['asStrided: read-only', inherited, 'ERR_READ_ONLY', /^this array: .*read-only/];
  yield ['asStrided(text)', () => asStrided(bad('1')), 'ERR_DTYPE', /a number.*"1"/];
  yield ['byteBounds(text)', () => byteBounds(bad('1')), 'ERR_DTYPE', /a number.*"1"/];
  yield ['broadcastArrays(text)', () => broadcastArrays([1], bad('1')), 'ERR_DTYPE', /"1"/];
  const apart = /arrays\[1\]: .*together with \[2, 3\].*\[2\]/;
  yield ['broadcastArrays', () => broadcastArrays(matrix, [1, 2]), 'ERR_BROADCAST', apart];
  const shapes: [unknown[], ErrorCode, RegExp][] = [
    [[2, 3], 'ERR_BROADCAST', /shapes\[1\]: .*\[2\].*\[3\]/],
    [[[2, 1], [4, 3], 5], 'ERR_BROADCAST', /shapes\[1\]: .*\[2, 1\].*\[4, 3\]/],
    [[0, 2], 'ERR_BROADCAST', /shapes\[1\]: .*\[0\].*\[2\]/],
    [[[2], [-1]], 'ERR_SHAPE', /shapes\[1\]\[0\]: .* -1/],
    [[[2], null], 'ERR_SHAPE', /shapes\[1\]: .*null/],
    [[['2']], 'ERR_SHAPE', /shapes\[0\]\[0\]: .*"2"/],
  ];
  for (const [given, code, says] of shapes) {
    const name = `broadcastShapes(${JSON.stringify(given)})`;
    yield [name, () => broadcastShapes(...(given as number[])), code, says];
  }
}

function* requirements(): Generator<BadCall> {
  for (const name of ['aligned', 'writeable', 'ownData', 'writeback']) {
    const says = new RegExp(`${name}: expected a boolean, received 1`);
    yield [`require: ${name}`, () => require(matrix, { [name]: 1 }), 'ERR_SHAPE', says];
  }
  yield ['require(text)', () => require(bad('1')), 'ERR_DTYPE', /a number.*"1"/];
  yield ['require: null', () => require(matrix, bad(null)), 'ERR_SHAPE', /options: .*null/];
  yield [
    'require: dtype',
    () => require(matrix, { dtype: bad('f4') }),
    'ERR_DTYPE',
    /dtype: .*"f4"/,
  ];
  yield ['require: order', () => require(matrix, { order: bad('c') }), 'ERR_SHAPE', /order: .*"c"/];
  yield ['require: cast', () => require(matrix, { dtype: 'int8' }), 'ERR_CAST', /dtype: .*float64/];
  const casting = () => require(matrix, { casting: bad('any') });
  yield ['require: casting', casting, 'ERR_CAST', /casting: .*"any"/];
  const back = { writeback: true } as const;
  const asFloat = () => require(ints, { ...back, dtype: 'float32' });
  yield ['require: cast back', asFloat, 'ERR_CAST', /^x: .*int8.*float32/];
  yield ['require: frozen', () => require(frozen, back), 'ERR_READ_ONLY', /^x: .*read-only/];
  yield ['require: list', () => require([1, 2], back), 'ERR_DTYPE', /^x: .*written back.*\[1, 2\]/];
  yield ['require: number', () => require(1, back), 'ERR_DTYPE', /^x: .*written back.* 1$/];
  const fortran = { ...back, order: 'F' } as const;
  const writes: [string, (x: NDArray) => unknown, RegExp][] = [
    ['set', (x) => x.set(0, 0, 1), /^this array: .*read-only/],
    ['fill', (x) => x.fill(1), /^this array: .*read-only/],
    ['assign', (x) => x.assign(1), /^this array: .*read-only/],
    ['asTypedArray', (x) => x.asTypedArray(), /^this array: .*read-only/],
    ['a view', (x) => x.T.fill(1), /^this array: .*read-only/],
    ['out', (x) => ones([2, 2, 3]).sum({ axis: 0, out: x }), /^out: .*read-only/],
    ['setFlags', (x) => x.setFlags({ writeable: true }), /^writeable: .*until the writeback.*true/],
    ['setFlags off', (x) => x.setFlags({ writeable: false }), /^writeable: .*writeback.*false/],
    ['writeback', (x) => require(x, fortran), /^x: .*read-only/],
  ];
  for (const [name, write, says] of writes) {
    const call = () => {
      const x = zeros([2, 3]);
      const temporary = require(x, fortran);
      try {
        write(x);
      } finally {
        temporary.discardWriteback();
      }
    };
    yield [`${name} while locked`, call, 'ERR_READ_ONLY', says];
  }
  const gone = () => {
    const x = zeros([2, 3]);
    const temporary = require(x, fortran);
    x.dispose();
    try {
      temporary.resolveWriteback();
    } finally {
      temporary.discardWriteback();
    }
  };
  yield ['writeback to a released array', gone, 'ERR_RELEASED', /dispose/];
  const narrow = () => {
    const x = zeros([2], { dtype: 'int8' });
    const temporary = require(x, { ...back, dtype: 'int32' }).fill(200);
    try {
      temporary.resolveWriteback();
    } finally {
      temporary.discardWriteback();
    }
  };
  yield ['writeback that does not fit', narrow, 'ERR_CAST', /this array: .*fit int8.*int32/];
}

/** Calls that ask for views, and for arrays that meet requirements. */
export function badViews(): BadCall[] {
  return [...views(), ...axes(), ...tricks(), ...requirements()];
}
