import { expected } from './errors';

/** How arrays are printed; the names and defaults are NumPy's. */
export interface PrintOptions {
  /** Most fraction digits of a float (8); `floatmode` says how it is used. */
  readonly precision: number;
  /** Arrays of more elements than this (1000) show only their edges; `Infinity` shows all. */
  readonly threshold: number;
  /** How many elements a shortened axis shows at each end (3). */
  readonly edgeitems: number;
  /** Columns of a line (75); `Infinity` never breaks a row. */
  readonly linewidth: number;
  /** True never takes the exponent form for the sake of small numbers, which then round to 0 (false). */
  readonly suppress: boolean;
  /** What stands before a positive number: `'-'` nothing (default), `'+'` a plus, `' '` a space. */
  readonly sign: '-' | '+' | ' ';
  /**
   * Fraction digits of floats. `'fixed'`: exactly `precision`. `'unique'`: as many as tell the
   * number from its neighbours. `'maxprec'` (default): those, but at most `precision`.
   * `'maxprec_equal'`: the same, and every element gets as many as the longest one.
   */
  readonly floatmode: 'fixed' | 'unique' | 'maxprec' | 'maxprec_equal';
  /** The text of a NaN (`'nan'`). */
  readonly nanstr: string;
  /** The text of an infinity (`'inf'`). */
  readonly infstr: string;
  /**
   * `'1.21'` prints as NumPy 1.21 did: the flags table with UPDATEIFCOPY, shortened arrays without
   * their shape, and large float32 numbers without an exponent as far as float64 ones.
   */
  readonly legacy: false | '1.21';
}

type Check = readonly [what: string, accepts: (value: unknown) => boolean];

/** Beyond what any float64 has (1074 fraction digits), and near the length of NumPy's buffer. */
const MAX_PRECISION = 16000;

const isCount = (value: unknown, from: number): value is number =>
  Number.isInteger(value) && (value as number) >= from;

const oneOf = (...choices: unknown[]): Check => [
  `one of ${choices.map((choice) => JSON.stringify(choice)).join(', ')}`,
  (value) => choices.includes(value),
];

const oneLine: Check = [
  'a string without line breaks or control characters',
  (value) => typeof value === 'string' && !/[\p{Cc}\u2028\u2029]/u.test(value),
];

const CHECKS: { readonly [name in keyof PrintOptions]: Check } = {
  precision: [
    `an integer from 0 to ${MAX_PRECISION}`,
    (value) => isCount(value, 0) && value <= MAX_PRECISION,
  ],
  threshold: ['a number that is at least 0', (value) => typeof value === 'number' && value >= 0],
  edgeitems: ['an integer that is at least 1', (value) => isCount(value, 1)],
  linewidth: [
    'an integer that is at least 1, or Infinity',
    (value) => isCount(value, 1) || value === Number.POSITIVE_INFINITY,
  ],
  suppress: ['a boolean', (value) => typeof value === 'boolean'],
  sign: oneOf('-', '+', ' '),
  floatmode: oneOf('fixed', 'unique', 'maxprec', 'maxprec_equal'),
  nanstr: oneLine,
  infstr: oneLine,
  legacy: oneOf(false, '1.21'),
};

let current: PrintOptions = Object.freeze({
  precision: 8,
  threshold: 1000,
  edgeitems: 3,
  linewidth: 75,
  suppress: false,
  sign: '-',
  floatmode: 'maxprec',
  nanstr: 'nan',
  infstr: 'inf',
  legacy: false,
});

function checked(options: Partial<PrintOptions>): Partial<PrintOptions> {
  if (typeof options !== 'object' || options === null) {
    throw expected('ERR_FORMAT', 'options', 'an object of print options', options);
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    if (!Object.hasOwn(CHECKS, name)) {
      const names = Object.keys(CHECKS).join(', ');
      throw expected('ERR_FORMAT', 'print option', `one of ${names}`, name);
    }
    const [what, accepts] = CHECKS[name as keyof PrintOptions];
    if (!accepts(value)) throw expected('ERR_FORMAT', name, what, value);
  }
  return Object.fromEntries(given);
}

/**
 * Changes the print options that are given (`undefined` leaves one as it is). When one is wrong,
 * none changes: throws ERR_FORMAT.
 */
export function setPrintOptions(options: Partial<PrintOptions>): void {
  current = Object.freeze({ ...current, ...checked(options) });
}

/** The print options now in force, as a frozen object. */
export function getPrintOptions(): PrintOptions {
  return current;
}

/**
 * What `fn` returns, run with these print options; the earlier ones are back when it returns or
 * throws, so an asynchronous `fn` has them only up to its first `await`. Throws ERR_FORMAT.
 */
export function withPrintOptions<R>(options: Partial<PrintOptions>, fn: () => R): R {
  if (typeof fn !== 'function') throw expected('ERR_FORMAT', 'fn', 'a function', fn);
  const before = current;
  setPrintOptions(options);
  try {
    return fn();
  } finally {
    current = before;
  }
}
