/** Options that a function does not have are refused, so that one that is misspelt is not ignored. */

import {
  all,
  any,
  arange,
  argmax,
  argmin,
  array,
  arrayAsync,
  asContiguousArrayAsync,
  asStrided,
  copyTo,
  copyToAsync,
  countNonzero,
  eye,
  full,
  linspace,
  max,
  mayShareMemory,
  mean,
  min,
  onesLike,
  prod,
  random,
  require as requireArray,
  sum,
  zeros,
} from 'strided';
import { REDUCTION_NAMES } from './support/golden';

const functions = { sum, mean, prod, min, max, argmin, argmax, any, all, countNonzero };
const x = arange(6).reshape([2, 3]);

/** Each call with its last argument, and a name that it knows, but for those that take a signal only. */
const calls: readonly [name: string, call: (options: never) => unknown, known: string][] = [
  ['zeros', (options) => zeros([2], options), 'order'],
  ['full', (options) => full([2], 1, options), 'dtype'],
  ['onesLike', (options) => onesLike(x, options), 'shape'],
  ['array', (options) => array([1, 2], options), 'copy'],
  ['arrayAsync', (options) => arrayAsync([1, 2], options), 'copy'],
  ['asContiguousArrayAsync', (options) => asContiguousArrayAsync(x.T, options), 'signal'],
  ['arange', (options) => arange(2, options), 'dtype'],
  ['linspace', (options) => linspace(0, 1, 3, options), 'endpoint'],
  ['eye', (options) => eye(2, 2, options), 'k'],
  ['require', (options) => requireArray(x, options), 'writeback'],
  ['asStrided', (options) => asStrided(x, options), 'strides'],
  ['copyTo', (options) => copyTo(zeros([2]), [1, 2], options), 'where'],
  ['copyToAsync', (options) => copyToAsync(zeros([2]), [1, 2], options), 'where'],
  ['mayShareMemory', (options) => mayShareMemory(x, x, options), 'maxWork'],
  ['randint', (options) => random.randint(0, 2, [2], options), 'dtype'],
  ['integers', (options) => random.defaultRng(1).integers(0, 2, [2], options), 'endpoint'],
  ['random', (options) => random.defaultRng(1).random([2], options), 'dtype'],
  ['shuffle', (options) => random.defaultRng(1).shuffle(x.copy(), options), 'axis'],
  ['permutation', (options) => random.defaultRng(1).permutation(x, options), 'axis'],
  ['assign', (options) => x.copy().assign(1, options), 'casting'],
  ['assignAsync', (options) => x.copy().assignAsync(1, options), 'casting'],
  ['copy', (options) => x.copy(options), 'order'],
  ['copyAsync', (options) => x.copyAsync(options), 'order'],
  ['flatten', (options) => x.flatten(options), 'order'],
  ['ravel', (options) => x.ravel(options), 'order'],
  ['asType', (options) => x.asType('float32', options), 'casting'],
  ['reshape', (options) => x.reshape([6], options), 'copy'],
  ['setFlags', (options) => x.copy().setFlags(options), 'writeable'],
  ['toTypedArrayAsync', (options) => x.toTypedArrayAsync(options), 'signal'],
  ...REDUCTION_NAMES.flatMap((name): (typeof calls)[number][] => [
    [name, (options) => x[name](options), 'keepdims'],
    [`${name}Async`, (options) => x[`${name}Async`](options), 'keepdims'],
    [`${name} as a function`, (options) => functions[name](x, options), 'axis'],
  ]),
];

describe.each(calls)('%s', (_, call, known) => {
  const refused = (message: RegExp) =>
    expect.objectContaining({ code: 'ERR_SHAPE', message: expect.stringMatching(message) });
  const failing = async (options: unknown) => call(options as never);

  test('refuses a name that it does not know, and says which it does', async () => {
    await expect(failing({ axes: 1 })).rejects.toEqual(
      refused(new RegExp(`: expected options among .*${known}.*, received "axes"`)),
    );
  });

  test('refuses arrays in the place of options', async () => {
    await expect(failing([0])).rejects.toEqual(refused(/: expected an object, received \[0\]/));
    await expect(failing(zeros(2))).rejects.toEqual(
      refused(/: expected options among .*an instance of /),
    );
    await expect(failing(new Float64Array(2))).rejects.toEqual(
      refused(/an instance of Float64Array/),
    );
  });

  test('knows what is undefined for what is not there, and what the prototype has', async () => {
    await failing({ axes: undefined });
    await failing(Object.create({ axes: 1 }));
    await failing(Object.create(null));
  });
});
