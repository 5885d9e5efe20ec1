/** Reductions other than sums that must fail. */

import { type ErrorCode, mean, type NDArray, type ReduceOptions, zeros } from 'strided';
import type { BadCall } from './bad-calls';
import { REDUCTION_NAMES, type ReductionName } from './golden';
import { bad, operands, released, releasedView } from './operands';

const { matrix, cube, scalar, none, mask, frozen, ints, most, least } = operands;

type Wrong = readonly [
  label: string,
  x: () => NDArray,
  options: unknown,
  code: ErrorCode,
  says: RegExp,
];

const PLACES: readonly ReductionName[] = ['argmin', 'argmax'];
const EXTREMES: readonly ReductionName[] = ['min', 'max'];

/** What each of them refuses. */
function* everywhere(name: ReductionName): Generator<Wrong> {
  const shape = /out.*\[3\].*\[2\]/;
  yield ['axis', () => matrix, { axis: 2 }, 'ERR_AXIS', /axis: .*-2 to 1, received 2/];
  yield ['axis 0.5', () => matrix, { axis: 0.5 }, 'ERR_AXIS', /axis: .* 0\.5/];
  yield ['axis text', () => matrix, { axis: '0' }, 'ERR_AXIS', /axis: .*"0"/];
  yield ['axis of a scalar', () => scalar, { axis: 1 }, 'ERR_AXIS', /axis: .* 1/];
  yield ['options null', () => matrix, null, 'ERR_SHAPE', /options.*null/];
  yield ['keepdims', () => matrix, { keepdims: 'no' }, 'ERR_SHAPE', /keepdims.*boolean.*"no"/];
  yield ['out list', () => matrix, { out: [0] }, 'ERR_DTYPE', /out.*NDArray.*\[0\]/];
  yield ['out shape', () => matrix, { axis: 0, out: zeros(2) }, 'ERR_SHAPE', shape];
  yield ['out of all', () => matrix, { out: zeros(1) }, 'ERR_SHAPE', /out.*\[\].*\[1\]/];
  yield ['out frozen', () => matrix, { axis: 0, out: frozen }, 'ERR_READ_ONLY', /out.*read-only/];
  yield ['of released', released, { axis: 0 }, 'ERR_RELEASED', /dispose/];
  yield ['of a released view', releasedView, {}, 'ERR_RELEASED', /dispose/];
  const other = name === 'mean' || name === 'prod' ? undefined : { dtype: 'float64' };
  if (other) {
    yield ['dtype', () => matrix, other, 'ERR_SHAPE', new RegExp(`dtype: .*no such.* ${name}`)];
  }
  if (name !== 'prod' && !EXTREMES.includes(name)) {
    const says = new RegExp(`initial: .*no such option of ${name}`);
    yield ['initial', () => matrix, { initial: 0 }, 'ERR_SHAPE', says];
  }
}

function* masks(): Generator<Wrong> {
  yield ['where 1', () => matrix, { where: 1, initial: 1 }, 'ERR_DTYPE', /where.*boolean.* 1/];
  const floats = { where: matrix, initial: 1 };
  yield ['where floats', () => matrix, floats, 'ERR_DTYPE', /where.*bool.*"float64"/];
  const short = { where: mask.slice(':2'), initial: 1 };
  yield ['where shape', () => matrix, short, 'ERR_BROADCAST', /where.*\[2, 3\].*\[2\]/];
}

/** Without the option that a reduction does not have. */
function taken(name: ReductionName, options: unknown): unknown {
  const { initial, ...others } = options as ReduceOptions;
  return name === 'prod' || EXTREMES.includes(name) ? { ...others, initial } : others;
}

function* ofEach(name: ReductionName): Generator<Wrong> {
  const noTerms = new RegExp(`^${name}: expected at least one element.*\\[0, 3\\]`);
  if (PLACES.includes(name)) {
    const where = new RegExp(`where: .*no such option of ${name}`);
    yield ['where', () => matrix, { where: true }, 'ERR_SHAPE', where];
    yield ['axes', () => cube, { axis: [0, 1] }, 'ERR_AXIS', /axis: .*one axis.*\[0, 1\]/];
    yield ['one in a list', () => cube, { axis: [1] }, 'ERR_AXIS', /axis: .*one axis.*\[1\]/];
  } else {
    for (const [label, x, options, code, says] of masks()) {
      yield [label, x, taken(name, options), code, says];
    }
    yield ['axis twice', () => cube, { axis: [0, -3] }, 'ERR_AXIS', /axis: .*once.*\[0, -3\]/];
  }
  if (PLACES.includes(name) || EXTREMES.includes(name)) {
    yield ['of nothing', () => none, {}, 'ERR_SHAPE', noTerms];
    yield ['of no rows', () => none, { axis: 0 }, 'ERR_SHAPE', noTerms];
    const kept = { axis: 0, keepdims: true };
    yield ['of no rows, kept', () => none, kept, 'ERR_SHAPE', noTerms];
  }
  if (EXTREMES.includes(name)) {
    yield ['only where', () => matrix, { where: mask }, 'ERR_SHAPE', /initial: .*where/];
    yield ['nowhere', () => matrix, { where: false }, 'ERR_SHAPE', /initial: .*where/];
    yield ['initial 0.5', () => ints, { initial: 0.5 }, 'ERR_CAST', /initial.*int8.* 0\.5/];
    yield ['initial 200', () => ints, { initial: 200 }, 'ERR_CAST', /initial.*int8.* 200/];
    yield ['initial text', () => matrix, { initial: '1' }, 'ERR_DTYPE', /initial.*"1"/];
  }
}

const narrow = () => zeros([], { dtype: 'int64' });

const OTHERS: { readonly [name in ReductionName]?: readonly Wrong[] } = {
  mean: [
    ['dtype int64', () => ints, { dtype: 'int64' }, 'ERR_CAST', /dtype.*float.*"int64"/],
    ['dtype bool', () => ints, { dtype: 'bool' }, 'ERR_CAST', /dtype.*float.*"bool"/],
    ['dtype double', () => ints, { dtype: 'double' }, 'ERR_DTYPE', /dtype.*"double"/],
    ['out int64', () => ints, { out: narrow() }, 'ERR_CAST', /out.*int64.*float64/],
  ],
  prod: [
    ['dtype of a narrower kind', () => matrix, { dtype: 'int64' }, 'ERR_CAST', /dtype.*float64/],
    ['dtype bool', () => ints, { dtype: 'bool' }, 'ERR_CAST', /dtype.*int8/],
    ['out int64', () => matrix, { out: narrow() }, 'ERR_CAST', /out.*int64.*float64/],
    ['initial 0.5', () => ints, { initial: 0.5 }, 'ERR_CAST', /initial.*int64.* 0\.5/],
    ['as int8', () => ints, { dtype: 'int8' }, 'ERR_INT_OVERFLOW', /^prod: .*fit/],
    ['most', () => most.slice(':2'), { initial: 2 }, 'ERR_INT_OVERFLOW', /^prod: .*fit/],
    ['least', () => least.slice(':2'), {}, 'ERR_INT_OVERFLOW', /^prod: .*fit/],
  ],
  min: [['out int64', () => matrix, { out: narrow() }, 'ERR_CAST', /out.*int64.*float64/]],
  max: [['out int64', () => matrix, { out: narrow() }, 'ERR_CAST', /out.*int64.*float64/]],
  argmin: [
    [
      'out bool',
      () => matrix,
      { out: zeros([], { dtype: 'bool' }) },
      'ERR_CAST',
      /out.*bool.*int64/,
    ],
  ],
  countNonzero: [
    [
      'out uint64',
      () => matrix,
      { out: zeros([], { dtype: 'uint64' }) },
      'ERR_CAST',
      /out.*uint64.*int64/,
    ],
  ],
};

function wrongs(name: ReductionName): Wrong[] {
  return [...everywhere(name), ...ofEach(name), ...(OTHERS[name] ?? [])];
}

export function badReductions(): BadCall[] {
  const calls = REDUCTION_NAMES.flatMap((name) =>
    wrongs(name).map(([label, x, options, code, says]): BadCall => {
      const call = () => x()[name](options as ReduceOptions);
      return [`${name}: ${label}`, call, code, says];
    }),
  );
  return [...calls, ['mean(text)', () => mean(bad('1')), 'ERR_DTYPE', /a number.*"1"/]];
}

/** The same, for the twins, whose promises reject. */
export function badAsyncReductions(): BadCall[] {
  return REDUCTION_NAMES.flatMap((name) =>
    wrongs(name).map(([label, x, options, code, says]): BadCall => {
      const call = () => x()[`${name}Async`](options as ReduceOptions);
      return [`${name}Async: ${label}`, call, code, says];
    }),
  );
}
