/** Checks that all options share. */

import { expected, failure, show } from './errors';

/** The names of the options that a function has. */
export function optionNames<Options>(
  ...names: readonly (keyof Options & string)[]
): ReadonlySet<string> {
  return new Set(names);
}

/** Options must be an object, so that a dtype in their place is not ignored. Throws ERR_SHAPE. */
export function checkObject(options: unknown, argument = 'options'): asserts options is object {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  throw expected('ERR_SHAPE', argument, 'an object', options);
}

/**
 * Options must have no names but these, so that one that is misspelt is not ignored, nor an array in
 * their place. What is undefined is not there, and any may have the `signal` of a twin. Throws
 * ERR_SHAPE.
 */
export function checkOptions(
  options: unknown,
  names: ReadonlySet<string>,
  argument = 'options',
): void {
  checkObject(options, argument);
  for (const name in options) {
    if (!names.has(name) && name !== 'signal') checkUnknown(options, name, names, argument);
  }
}

function checkUnknown(
  options: object,
  name: string,
  names: ReadonlySet<string>,
  argument: string,
): void {
  if (!Object.hasOwn(options, name) || options[name as never] === undefined) return;
  const prototype = Object.getPrototypeOf(options) as unknown;
  const plain = prototype === Object.prototype || prototype === null;
  const known = names.size === 0 ? 'no options' : `options among ${[...names].join(', ')}`;
  const received = plain ? show(name) : show(options);
  throw failure('ERR_SHAPE', `${argument}: expected ${known}, received ${received}`);
}

/** An option that is true, false or left out. Throws ERR_SHAPE. */
export function flagOf<Default>(value: unknown, name: string, otherwise: Default) {
  if (value === undefined) return otherwise;
  if (typeof value !== 'boolean') throw expected('ERR_SHAPE', name, 'a boolean', value);
  return value;
}
