/** Checks that all options share. */

import { expected } from './errors';

/** Options must be an object, so that a dtype in their place is not ignored. Throws ERR_SHAPE. */
export function checkOptions(options: unknown, argument = 'options'): void {
  if (typeof options === 'object' && options !== null) return;
  throw expected('ERR_SHAPE', argument, 'an object', options);
}

/** An option that is true, false or left out. Throws ERR_SHAPE. */
export function flagOf<Default>(value: unknown, name: string, otherwise: Default) {
  if (value === undefined) return otherwise;
  if (typeof value !== 'boolean') throw expected('ERR_SHAPE', name, 'a boolean', value);
  return value;
}
