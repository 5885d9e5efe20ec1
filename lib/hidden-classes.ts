/**
 * V8 knows the fields of objects by their hidden class. That goes when a collection finds none of
 * its objects, and with it all code that was optimized for it: calls take longer until this has been
 * compiled again, on a core that threads could have used. Objects that come and go within a call, or
 * with its result, often leave none behind. So of each such class one is kept, which nothing else
 * uses.
 */

const examples: object[] = [];

/** Keeps the hidden class of an object. */
export function keepHiddenClass(example: object): void {
  examples.push(example);
}
