import { array, full, random, zeros } from 'strided';
import type { BadCall } from './bad-calls';
import { bad, operands } from './operands';

/** What the calls draw from. */
export const rng = random.defaultRng(1);
const { matrix, scalar, frozen } = operands;

function* seeds(): Generator<BadCall> {
  for (const seed of [-1, 1.5, Number.NaN, 1 / 0, 2 ** 53, '7', true, -1n, {}, new Date(0)]) {
    const says = /^seed: expected a safe integer or a bigint of at least 0/;
    yield [`defaultRng(${seed})`, () => random.defaultRng(bad(seed)), 'ERR_CAST', says];
  }
  yield ['seed [1, -1]', () => random.defaultRng([1, -1]), 'ERR_CAST', /^seed\[1\].* -1/];
  yield ['seed [[1]]', () => random.defaultRng(bad([[1]])), 'ERR_CAST', /^seed\[0\].*\[1\]/];
  const floats = Float64Array.of(0.5);
  const truths = full([2], true);
  yield ['seed of truths', () => random.defaultRng(truths), 'ERR_CAST', /^seed\[0\].* true/];
  const below = full([1], -1n);
  yield ['seed of an array', () => random.defaultRng(below), 'ERR_CAST', /^seed\[0\].* -1/];
  yield ['seed of floats', () => random.defaultRng(floats), 'ERR_CAST', /^seed\[0\].* 0\.5/];
  for (const n of [-1, 1.5, Number.NaN, 2 ** 32, '2', null, undefined, 2n]) {
    yield [`spawn(${n})`, () => rng.spawn(bad(n)), 'ERR_SHAPE', /^n: expected an integer from 0/];
  }
}

function* fills(): Generator<BadCall> {
  const makers: [string, (shape: never, options?: never) => unknown][] = [
    ['random', (shape, options) => rng.random(shape, options)],
    ['standardNormal', (shape, options) => rng.standardNormal(shape, options)],
    ['uniform', (shape) => rng.uniform(0, 1, shape)],
    ['normal', (shape) => rng.normal(0, 1, shape)],
    ['integers', (shape, options) => rng.integers(0, 5, shape, options)],
  ];
  for (const [name, make] of makers) {
    yield [`${name} of -1`, () => make(bad(-1)), 'ERR_SHAPE', /shape\[0\].* -1/];
    yield [`${name} of '3'`, () => make(bad('3')), 'ERR_SHAPE', /shape.*"3"/];
    yield [`${name} of null`, () => make(bad(null)), 'ERR_SHAPE', /shape.*null/];
    const memory = () => make(bad([1e6, 1e6]));
    yield [`${name}: memory`, memory, 'ERR_OUT_OF_MEMORY', /8000000000000/];
    if (name === 'uniform' || name === 'normal') continue;
    yield [`${name}: options`, () => make(bad(2), bad(null)), 'ERR_SHAPE', /options.*null/];
    const unknown = () => make(bad(2), bad({ dtype: 'f4' }));
    yield [`${name}: dtype`, unknown, 'ERR_DTYPE', /dtype.*"f4"/];
    const other = name === 'integers' ? 'float64' : 'int64';
    const wrong = () => make(bad(2), bad({ dtype: other }));
    yield [`${name} of ${other}`, wrong, 'ERR_DTYPE', new RegExp(`dtype: .*"${other}"`)];
  }
}

function* bounds(): Generator<BadCall> {
  const intervals: [unknown, unknown, RegExp][] = [
    [1, 0, /^high: .*from low \(1\) on.* 0$/],
    [Number.NaN, 1, /^low: .*finite.* NaN/],
    [0, 1 / 0, /^high: .*finite.* Infinity/],
    [-1e308, 1e308, /^high: .*finitely far.* 1e\+308/],
    ['0', 1, /^low: .*"0"/],
    [0, 1n, /^high: .* 1n/],
    [null, 1, /^low: .*null/],
  ];
  for (const [low, high, says] of intervals) {
    yield [`uniform(${low}, ${high})`, () => rng.uniform(bad(low), bad(high), 2), 'ERR_CAST', says];
  }
  const moments: [unknown, unknown, RegExp][] = [
    [0, -1, /^deviation: .*at least 0.* -1/],
    [0, Number.NaN, /^deviation: .*finite.* NaN/],
    [1 / 0, 1, /^mean: .*finite.* Infinity/],
    ['0', 1, /^mean: .*"0"/],
    [0, null, /^deviation: .*null/],
  ];
  for (const [mean, sd, says] of moments) {
    yield [`normal(${mean}, ${sd})`, () => rng.normal(bad(mean), bad(sd)), 'ERR_CAST', says];
  }
  const integers: [unknown, unknown, object, RegExp][] = [
    [0, 0, {}, /^high: .*above low \(0\).* 0$/],
    [0, null, {}, /^low: .*above 0, .* 0$/],
    [5, 4, { endpoint: true }, /^high: .*from low \(5\) on.* 4$/],
    [0.5, 3, {}, /^low: .* 0\.5/],
    [-1n, undefined, { endpoint: true }, /^low: .*from 0 on, .* -1n$/],
    [5.5, undefined, {}, /^low: .*safe integer.* 5\.5$/],
    [300, null, { dtype: 'int8' }, /^low: .*-127 to 128 \(int8\).* 300$/],
    [undefined, undefined, {}, /^low: .*undefined/],
    [0, 2 ** 60, {}, /^high: .*safe integer/],
    [0, 257, { dtype: 'uint8' }, /^high: .*1 to 256 \(uint8\).* 257$/],
    [0, 256, { dtype: 'uint8', endpoint: true }, /^high: .*0 to 255 \(uint8\).* 256$/],
    [-129, 0, { dtype: 'int8' }, /^low: .*int8.* -129$/],
    [0, 2, { dtype: 'bool', endpoint: true }, /^high: .*bool.* 2$/],
    [0, 2n ** 63n + 1n, {}, /^high: .*int64/],
  ];
  for (const [low, high, options, says] of integers) {
    const draw = () => rng.integers(bad(low), bad(high), 2, options);
    yield [`integers(${low}, ${high}, ${JSON.stringify(options)})`, draw, 'ERR_CAST', says];
  }
  const endpoint = () => rng.integers(0, 5, 2, { endpoint: bad(1) });
  yield ['integers: endpoint', endpoint, 'ERR_SHAPE', /^endpoint: .*boolean.* 1/];
}

function* orders(): Generator<BadCall> {
  yield ['shuffle of a list', () => rng.shuffle(bad([1, 2])), 'ERR_DTYPE', /^x: .*\[1, 2\]/];
  yield ['shuffle(5)', () => rng.shuffle(bad(5)), 'ERR_DTYPE', /^x: .* 5/];
  const view = bad(new DataView(new ArrayBuffer(8)));
  yield ['shuffle of a DataView', () => rng.shuffle(view), 'ERR_DTYPE', /DataView/];
  yield ['shuffle of frozen', () => rng.shuffle(frozen), 'ERR_READ_ONLY', /^x: .*read-only/];
  yield ['shuffle of a scalar', () => rng.shuffle(scalar), 'ERR_AXIS', /^axis: .*no axis.* 0/];
  const along = (axis: unknown) => () => rng.shuffle(matrix, { axis: bad(axis) });
  for (const axis of [2, -3, 0.5, '0']) {
    yield [`shuffle: axis ${axis}`, along(axis), 'ERR_AXIS', /^axis: .*-2 to 1/];
  }
  yield ['shuffle: options', () => rng.shuffle(matrix, bad(0)), 'ERR_SHAPE', /options.* 0/];
  const gone = zeros(3);
  gone.dispose();
  yield ['shuffle of released', () => rng.shuffle(gone), 'ERR_RELEASED', /dispose/];
  for (const n of [-1, 1.5, Number.NaN, -1n, 2n ** 53n]) {
    yield [`permutation(${n})`, () => rng.permutation(n), 'ERR_SHAPE', /^n: .*integer/];
  }
  for (const x of ['ab', true, null, undefined]) {
    const says = /^x: expected an integer or an array/;
    yield [`permutation(${x})`, () => rng.permutation(bad(x)), 'ERR_DTYPE', says];
  }
  yield ['permutation of scalar', () => rng.permutation(scalar), 'ERR_AXIS', /^axis: .*no axis/];
  const deep = () => rng.permutation(array([1]), { axis: 1 });
  yield ['permutation: axis', deep, 'ERR_AXIS', /^axis: .*-1 to 0.* 1/];
  yield ['permutation: options', () => rng.permutation([1], bad(null)), 'ERR_SHAPE', /options/];
  const memory = () => rng.permutation(1e15);
  yield ['permutation: memory', memory, 'ERR_OUT_OF_MEMORY', /8000000000000000/];
}

/** Calls of random generators. */
export function badDraws(): BadCall[] {
  return [...seeds(), ...fills(), ...bounds(), ...orders()];
}
