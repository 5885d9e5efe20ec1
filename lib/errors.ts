/** Every error of this package is made here, so that codes and phrasing stay one family. */

/** The stable `code` of an error; the class that each comes as is the table below. */
export type ErrorCode = keyof typeof CLASSES;

const CLASSES = {
  ERR_DTYPE: TypeError,
  ERR_SHAPE: RangeError,
  ERR_AXIS: RangeError,
  ERR_INDEX: RangeError,
  ERR_BROADCAST: RangeError,
  ERR_CAST: TypeError,
  ERR_READ_ONLY: TypeError,
  ERR_OVERLAP: RangeError,
  ERR_TOO_HARD: Error,
  ERR_INT_OVERFLOW: RangeError,
  ERR_OUT_OF_MEMORY: RangeError,
  ERR_RELEASED: Error,
  ERR_FORMAT: Error,
} as const;

/** An `Error` that carries a stable `code`. */
export interface StridedError extends Error {
  readonly code: ErrorCode;
}

/** An error with its code. The message should come from {@link expected} where an argument is wrong. */
export function failure(code: ErrorCode, message: string): StridedError {
  const error = new CLASSES[code](message);
  return Object.defineProperty(error, 'code', { value: code, enumerable: true }) as StridedError;
}

/** The error for a wrong argument: which one, what was expected, and what came. */
export function expected(
  code: ErrorCode,
  argument: string,
  what: string,
  received: unknown,
): StridedError {
  return failure(code, `${argument}: expected ${what}, received ${show(received)}`);
}

/** A short, safe rendering of any value for an error message. */
export function show(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
    case 'bigint':
      return showBigInt(value);
    case 'function':
      return `a function${value.name ? ` (${value.name})` : ''}`;
    case 'object':
      return showObject(value);
    default:
      return Object.is(value, -0) ? '-0' : String(value);
  }
}

/** All of a long one would take longer than what failed. */
function showBigInt(value: bigint): string {
  const bits = BigInt.asIntN(256, value);
  return bits === value ? `${value}n` : `a bigint of more than 256 bits`;
}

function showObject(value: object | null): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) {
    const head = value.slice(0, 6).map((item) => (Array.isArray(item) ? '[...]' : show(item)));
    return `[${head.join(', ')}${value.length > 6 ? `, ... (${value.length} in all)` : ''}]`;
  }
  const name = (Object.getPrototypeOf(value) as object | null)?.constructor?.name;
  return name === undefined || name === 'Object' ? 'an object' : `an instance of ${name}`;
}
