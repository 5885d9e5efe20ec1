import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { DTYPES, type DTypeName, type Scalar, type TypedArray } from '../lib/dtype';
import {
  arrayRepr,
  arrayStr,
  coloredRepr,
  getPrintOptions,
  type Printable,
  type PrintOptions,
  scalarStr,
  setPrintOptions,
  withPrintOptions,
} from '../lib/print';

/** Base64 of the elements' bytes, or the rule of golden/print.py. */
type Data = string | [a: number, b: number, m: number, c: number, d: number];
type StoredOptions = { [name: string]: unknown };

interface Golden {
  options: StoredOptions[];
  arrays: [DTypeName, number[], Data, number, string, string][];
  scalars: { [name in DTypeName]: [string, string[]] };
}

const file = join(__dirname, 'golden', 'data', 'print.json.gz');
const golden: Golden = JSON.parse(gunzipSync(readFileSync(file)).toString());

function scalarOf(element: number | bigint, dtype: DTypeName): Scalar {
  const { scalar } = DTYPES[dtype];
  if (scalar === 'boolean') return element !== 0;
  return scalar === 'bigint' ? BigInt(element) : element;
}

function stored(data: string, dtype: DTypeName): TypedArray {
  const bytes = new Uint8Array(Buffer.from(data, 'base64'));
  return new DTYPES[dtype].typedArray(bytes.buffer);
}

function elementGetter(data: Data, dtype: DTypeName): (i: number) => Scalar {
  if (typeof data === 'string') {
    const elements = stored(data, dtype);
    return (i) => scalarOf(elements[i]!, dtype);
  }
  const [a, b, m, c, d] = data;
  const round = dtype === 'float32' ? Math.fround : (x: number) => x;
  return (i) => scalarOf(round((((i * a + b) % m) + c) / d), dtype);
}

/** An array in C order, which counts how often it is read. */
class Elements implements Printable {
  reads = 0;
  readonly size: number;
  readonly #at: (i: number) => Scalar;

  constructor(
    readonly dtype: DTypeName,
    readonly shape: readonly number[],
    data: Data,
  ) {
    this.size = shape.reduce((product, length) => product * length, 1);
    this.#at = elementGetter(data, dtype);
  }

  get(...index: number[]): Scalar {
    this.reads++;
    if (index.length !== this.shape.length) throw new Error(`index [${index}]`);
    const flat = index.reduce((sum, i, axis) => {
      if (!(i >= 0 && i < this.shape[axis]!)) throw new Error(`index [${index}]`);
      return sum * this.shape[axis]! + i;
    }, 0);
    return this.#at(flat);
  }
}

function floats(values: number[], dtype: 'float32' | 'float64' = 'float64'): Elements {
  const { buffer } = dtype === 'float32' ? new Float32Array(values) : new Float64Array(values);
  return new Elements(dtype, [values.length], Buffer.from(buffer).toString('base64'));
}

/** In JSON an infinite option is null. */
const restored = (options: StoredOptions): Partial<PrintOptions> =>
  Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, value ?? Number.POSITIVE_INFINITY]),
  );

describe('the text of arrays is that of NumPy', () => {
  const mismatch = (k: number, print: (x: Printable) => string, expected: string) => {
    const [dtype, shape, data, option] = golden.arrays[k]!;
    const options = golden.options[option]!;
    const text = withPrintOptions(restored(options), () => print(new Elements(dtype, shape, data)));
    return text === expected ? [] : [{ case: k, dtype, shape, data, options, text, expected }];
  };

  test('there are enough cases', () => {
    expect(golden.arrays.length).toBeGreaterThan(3000);
  });

  test('repr', () => {
    const wrong = golden.arrays.flatMap(([, , , , repr], k) => mismatch(k, arrayRepr, repr));
    expect(wrong.slice(0, 3)).toEqual([]);
  });

  test('str', () => {
    const wrong = golden.arrays.flatMap(([, , , , , str], k) => mismatch(k, arrayStr, str));
    expect(wrong.slice(0, 3)).toEqual([]);
  });

  test('repr, under its colours', () => {
    const colour = (text: string) => `\u001b[33m${text}\u001b[39m`;
    const uncoloured = (x: Printable) => stripVTControlCharacters(coloredRepr(x, colour));
    const wrong = golden.arrays.flatMap(([, , , , repr], k) => mismatch(k, uncoloured, repr));
    expect(wrong.slice(0, 3)).toEqual([]);
  });

  test('colours never touch the spaces between elements', () => {
    const mark = (text: string) => `<${text}>`;
    const loose = golden.arrays.filter(([dtype, shape, data]) => {
      const text = coloredRepr(new Elements(dtype, shape, data), mark);
      return /< | >|<>/.test(text) || />(?![ ,\])])/.test(text);
    });
    expect(loose.slice(0, 3)).toEqual([]);
  });

  test.each(Object.keys(golden.scalars) as DTypeName[])('str of %s scalars', (dtype) => {
    const [data, expected] = golden.scalars[dtype];
    const values = Array.from<number | bigint>(stored(data, dtype));
    const texts = values.map((value) => scalarStr(scalarOf(value, dtype), dtype));
    const wrong = texts.flatMap((text, i) => {
      return text === expected[i] ? [] : [{ value: values[i], text, expected: expected[i] }];
    });
    expect(wrong).toEqual([]);
    expect(texts).toHaveLength(expected.length);
  });
});

describe('a large array', () => {
  test('is read at its edges only, each element once', () => {
    const x = new Elements('float64', [10000, 10000], [1, 0, 10000, 0, 1]);
    arrayRepr(x);
    expect(x.reads).toBe(36);
  });

  test('is read whole and printed whole below the threshold', () => {
    const x = new Elements('int32', [100_000], [1, 0, 1_000_000, 0, 1]);
    const text = withPrintOptions({ threshold: Number.POSITIVE_INFINITY }, () => arrayStr(x));
    expect(x.reads).toBe(100_000);
    expect(text.slice(1, -1).trim().split(/\s+/).map(Number)).toEqual(
      Array.from({ length: 100_000 }, (_, i) => i),
    );
  });
});

describe('print options', () => {
  const defaults = getPrintOptions();
  afterEach(() => setPrintOptions(defaults));

  test('have the defaults of NumPy', () => {
    expect(defaults).toEqual({
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
  });

  test('change where given and stay elsewhere', () => {
    setPrintOptions({ precision: 2, sign: '+', legacy: '1.21' });
    setPrintOptions({ edgeitems: 1, precision: undefined } as object);
    expect(getPrintOptions()).toEqual({
      ...defaults,
      precision: 2,
      sign: '+',
      legacy: '1.21',
      edgeitems: 1,
    });
    expect(arrayRepr(floats([1 / 3, 2]))).toBe('array([+0.33, +2.  ])');
  });

  test('cannot be changed through what getPrintOptions gives', () => {
    expect(() => Object.assign(getPrintOptions(), { precision: 1 })).toThrow(TypeError);
    expect(getPrintOptions()).toEqual(defaults);
  });

  test.each<[name: string, accepted: unknown[], refused: unknown[]]>([
    ['precision', [0, 1100, 16000], [-1, 1.5, 16001, Number.NaN, '8', null, 8n]],
    ['threshold', [0, 2.5, Number.POSITIVE_INFINITY], [-1, Number.NaN, '1000', null]],
    ['edgeitems', [1, 100], [0, -1, 1.5, Number.POSITIVE_INFINITY, '3', null]],
    ['linewidth', [1, 75, Number.POSITIVE_INFINITY], [0, -1, 7.5, Number.NaN, '75', null]],
    ['suppress', [true, false], [0, 1, 'true', null]],
    ['sign', ['-', '+', ' '], ['', '*', true, null]],
    ['floatmode', ['fixed', 'unique', 'maxprec', 'maxprec_equal'], ['Fixed', '', null]],
    ['nanstr', ['', 'NaN', '\u2205'], ['a\nb', 'a\tb', 'a\u2028b', 5, null]],
    ['infstr', ['', 'Inf', '\u221e'], ['a\r\nb', '\u0000', 5, null]],
    ['legacy', [false, '1.21'], [true, '1.13', '2.2', 1.21, null]],
  ])('%s is checked', (name, accepted, refused) => {
    for (const value of accepted) {
      setPrintOptions({ [name]: value });
      expect(getPrintOptions()[name as keyof PrintOptions]).toBe(value);
    }
    const before = getPrintOptions();
    for (const value of refused) {
      expect(() => setPrintOptions({ [name]: value })).toThrow(
        expect.objectContaining({
          code: 'ERR_FORMAT',
          message: expect.stringMatching(new RegExp(`^${name}: expected .*, received `)),
        }),
      );
    }
    expect(getPrintOptions()).toBe(before);
  });

  test('change none when one is wrong', () => {
    expect(() => setPrintOptions({ precision: 3, edgeitems: 0 })).toThrow(
      'edgeitems: expected an integer that is at least 1, received 0',
    );
    expect(getPrintOptions()).toEqual(defaults);
  });

  test('have no other names', () => {
    for (const name of ['precison', 'formatter', 'toString', '__proto__']) {
      const options = Object.defineProperty({}, name, { value: 1, enumerable: true });
      expect(() => setPrintOptions(options)).toThrow(`received "${name}"`);
    }
    for (const options of [null, 5, 'precision']) {
      expect(() => setPrintOptions(options as unknown as object)).toThrow(
        'options: expected an object of print options',
      );
    }
  });
});

describe('withPrintOptions', () => {
  const x = floats([1 / 3], 'float32');

  test('returns what the function returns, and puts the options back', () => {
    const before = getPrintOptions();
    const text = withPrintOptions({ precision: 3 }, () =>
      withPrintOptions({ sign: '+' }, () => arrayRepr(x)),
    );
    expect(text).toBe('array([+0.333], dtype=float32)');
    expect(getPrintOptions()).toBe(before);
  });

  test('puts the options back when the function throws', () => {
    const before = getPrintOptions();
    const fail = () => {
      setPrintOptions({ precision: 1 });
      throw new Error('from inside');
    };
    expect(() => withPrintOptions({ edgeitems: 7 }, fail)).toThrow('from inside');
    expect(getPrintOptions()).toBe(before);
  });

  test('does not call the function when an option is wrong', () => {
    const fn = jest.fn();
    expect(() => withPrintOptions({ precision: -1 }, fn)).toThrow(
      `precision: expected an integer from 0 to 16000, received -1`,
    );
    expect(fn).not.toHaveBeenCalled();
  });

  test('wants a function', () => {
    expect(() => withPrintOptions({ precision: 1 }, undefined as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_FORMAT',
        message: 'fn: expected a function, received undefined',
      }),
    );
    expect(getPrintOptions().precision).toBe(8);
  });
});
