/** Wrong calls of what copies, and of its twins, which reject for the same reasons. */

import * as strided from 'strided';
import { type ErrorCode, NDArray, zeros } from 'strided';
import type { BadCall } from './bad-calls';
import { detached, emptied, operands, readOnly, released, repeated } from './operands';

const { matrix, frozen, wide } = operands;

/** The name of a function or else of a method, what it is called with, and the failure. */
type Row = readonly [
  name: string,
  given: readonly [unknown, ...unknown[]],
  code: ErrorCode,
  says: RegExp,
];

/** Where each takes its options, after the array. */
const OPTIONS_AFTER: readonly (readonly [name: string, ...others: unknown[]])[] = [
  ['array'],
  ['require'],
  ['copyTo', 1],
  ['assign', 1],
  ['asType', 'float32'],
  ['copy'],
  ['flatten'],
  ['ravel'],
  ['reshape', 6],
];

/** Those that take a signal only. */
const SIGNAL_ONLY = [
  'toTypedArray',
  'asContiguousArray',
  'asFortranArray',
  'resolveWriteback',
  'dispose',
];

function* rows(): Generator<Row> {
  for (const [name, ...others] of OPTIONS_AFTER) {
    for (const options of [null, 'C']) {
      const says = /^options: expected an object/;
      yield [name, [matrix, ...others, options], 'ERR_SHAPE', says];
    }
  }
  for (const name of ['array', 'require', 'copy', 'flatten', 'ravel']) {
    yield [name, [matrix, { order: 'X' }], 'ERR_SHAPE', /^order: .*C, F, A, K.*"X"/];
    if (name === 'array' || name === 'require') continue;
    yield [name, [repeated(1e6, 1e6), {}], 'ERR_OUT_OF_MEMORY', /8000000000000/];
  }
  yield ['reshape', [matrix, 6, { order: 'K' }], 'ERR_SHAPE', /^order: .*C, F, A.*"K"/];
  yield ['reshape', [matrix, 6, { copy: 1 }], 'ERR_SHAPE', /^copy: .*boolean.* 1$/];
  yield ['reshape', [matrix, 5], 'ERR_SHAPE', /^shape: .*product is 6/];
  yield ['reshape', [matrix, [-1, -1]], 'ERR_SHAPE', /^shape: .*one size of -1/];
  yield ['reshape', [matrix.T, 6, { copy: false }], 'ERR_SHAPE', /^shape: .*copy: false/];
  yield [
    'reshape',
    [repeated(1e6, 1e6), 1e12, { copy: true }],
    'ERR_OUT_OF_MEMORY',
    /8000000000000/,
  ];
  yield ['asType', [matrix, 'int'], 'ERR_DTYPE', /^dtype: .*"int"/];
  yield ['asType', [matrix, 'int32'], 'ERR_CAST', /^dtype: .*int32.*same_kind.*float64/];
  yield ['asType', [wide, 'int8'], 'ERR_CAST', /^this array: .*fit int8.*int32/];
  yield ['array', [wide, { dtype: 'int8' }], 'ERR_CAST', /^this array: .*fit int8.*int32/];
  yield ['array', [matrix, { dtype: 'f8' }], 'ERR_DTYPE', /^dtype: .*"f8"/];
  yield ['array', [matrix, { copy: 'no' }], 'ERR_SHAPE', /^copy: .*"no"/];
  yield ['require', [wide, { dtype: 'int8' }], 'ERR_CAST', /^this array: .*fit int8.*int32/];
  yield ['require', [matrix, { dtype: 'int8' }], 'ERR_CAST', /^dtype: .*int8/];
  const back = { writeback: true, order: 'F' };
  yield ['require', [frozen, back], 'ERR_READ_ONLY', /^x: .*read-only/];
  yield ['require', [[1, 2], back], 'ERR_DTYPE', /^x: .*written back.*\[1, 2\]/];
  const narrow = { writeback: true, dtype: 'float32', casting: 'safe' };
  yield ['require', [matrix, narrow], 'ERR_CAST', /^dtype: .*safe/];
  yield ['require', [matrix, { writeback: 1 }], 'ERR_SHAPE', /^writeback: .* 1$/];
  for (const name of ['array', 'asContiguousArray', 'asFortranArray', 'require']) {
    for (const value of [undefined, null, 'ab', {}]) {
      yield [name, [value], 'ERR_DTYPE', /a number/];
    }
    yield [name, [[[1], [2, 3]]], 'ERR_SHAPE', /array\[1\].*array of 1/];
    yield [name, [emptied()], 'ERR_RELEASED', /detached/];
  }
  yield ['assign', [readOnly(zeros(3)), 1], 'ERR_READ_ONLY', /^this array: /];
  const gone = [
    [released(), /dispose/],
    [detached(false).reshape([2, 3]), /was detached/],
    [detached(true).reshape([2, 3]), /was detached/],
  ] as const;
  for (const [x, says] of gone) {
    for (const name of ['copy', 'flatten', 'toTypedArray', 'array']) {
      yield [name, [x], 'ERR_RELEASED', says];
    }
    for (const name of ['ravel', 'asContiguousArray']) {
      yield [name, [x.T], 'ERR_RELEASED', says];
    }
    yield ['asFortranArray', [x], 'ERR_RELEASED', says];
    yield ['reshape', [x.T, 6], 'ERR_RELEASED', says];
    yield ['asType', [x, 'float32'], 'ERR_RELEASED', says];
    yield ['require', [x, { order: 'F' }], 'ERR_RELEASED', says];
    yield ['require', [x, back], 'ERR_RELEASED', says];
  }
}

function called(name: string, given: readonly unknown[]): unknown {
  const f = (strided as unknown as Record<string, (...given: unknown[]) => unknown>)[name];
  if (f !== undefined) return f(...given);
  const [x, ...rest] = given;
  return (x as Record<string, (...given: unknown[]) => unknown>)[name]!(...rest);
}

const brief = (value: unknown) =>
  value instanceof NDArray ? `an array of [${value.shape}]` : JSON.stringify(value);

function* calls(ending: string): Generator<BadCall> {
  for (const [name, given, code, says] of rows()) {
    const whole = `${name}${ending}`;
    const label = `${whole} of ${given.map(brief).join(' and ')}: ${says.source}`;
    yield [label, () => called(whole, given), code, says];
  }
}

export const badCopies = () => calls('');

export function* badAsyncCopies(): Generator<BadCall> {
  yield* calls('Async');
  for (const [name, ...others] of [...OPTIONS_AFTER, ...SIGNAL_ONLY.map((name) => [name])]) {
    const twin = `${name}Async`;
    const wrong = () => called(twin, [matrix, ...others, { signal: {} }]);
    yield [`${twin}: signal`, wrong, 'ERR_SHAPE', /^signal: expected an AbortSignal.*an object/];
    const none = () => called(twin, [matrix, ...others, null]);
    yield [`${twin}: no options`, none, 'ERR_SHAPE', /^options: expected an object.*null/];
  }
}
