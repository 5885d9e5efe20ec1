/** Arrays as `console.log`, `util.inspect` and template strings show them. */

import { format, inspect } from 'node:util';
import {
  arange,
  array,
  arrayRepr,
  full,
  type NDArray,
  ones,
  random,
  setPrintOptions,
} from 'strided';

const matrix = () =>
  array([
    [1, 2.5],
    [-3, 40],
  ]);

const RESET = '\u001b[39m';
const yellow = (text: string) => `\u001b[33m${text}${RESET}`;

test('console.log and util.inspect show the repr, template strings the str', () => {
  const x = matrix();
  const repr = 'array([[ 1. ,  2.5],\n       [-3. , 40. ]])';
  expect(inspect(x)).toBe(repr);
  expect(format(x)).toBe(repr); // what console.log prints
  expect(format('%o %O', x, x)).toBe(`${repr} ${repr}`);
  expect(`${x}`).toBe('[[ 1.   2.5]\n [-3.  40. ]]');
  expect(format('%s', x.slice(0))).toBe('[1.  2.5]');
  expect(inspect(full([], 7, { dtype: 'int8' }))).toBe('array(7, dtype=int8)');
  expect(`${full([], 7, { dtype: 'int8' })}`).toBe('7');
});

test('the lines of an array inside of something are indented with it', () => {
  expect(inspect({ x: matrix() })).toBe('{\n  x: array([[ 1. ,  2.5],\n         [-3. , 40. ]])\n}');
  expect(inspect([[matrix()]])).toBe(
    '[\n  [\n    array([[ 1. ,  2.5],\n           [-3. , 40. ]])\n  ]\n]',
  );
  expect(inspect(new Map([['x', arange(3n)]]))).toBe("Map(1) { 'x' => array([0, 1, 2]) }");
});

describe('depth', () => {
  test('arrays deeper than asked for are named only, as objects are', () => {
    const nested = { a: { b: { x: matrix() } } };
    expect(inspect(nested)).toBe('{ a: { b: { x: [NDArray] } } }');
    expect(inspect({ a: { x: matrix() } }, { depth: 0 })).toBe('{ a: [Object] }');
    expect(inspect({ x: matrix() }, { depth: 0 })).toBe('{ x: [NDArray] }');
    expect(inspect({ f: matrix().flags }, { depth: 0 })).toBe('{ f: [Flags] }');
    expect(inspect({ x: matrix() }, { depth: 0, colors: true })).toBe(
      '{ x: \u001b[36m[NDArray]\u001b[39m }',
    );
  });

  test('an array is itself one level, however many axes it has', () => {
    const x = ones([2, 1, 1, 1, 2]);
    expect(inspect(x, { depth: 0 })).toBe(arrayRepr(x));
    const deep = { a: { b: { c: { x: array([1n]) } } } };
    for (const depth of [null, 4, Number.POSITIVE_INFINITY]) {
      expect(inspect(deep, { depth, breakLength: 99, compact: 9 })).toBe(
        '{ a: { b: { c: { x: array([1]) } } } }',
      );
    }
  });
});

describe('colours', () => {
  test.each<[NDArray, string]>([
    [array([1, -2.5]), `array([ ${yellow('1.')} , ${yellow('-2.5')}])`],
    [array([1n, 20n]), `array([ ${yellow('1')}, ${yellow('20')}])`],
    [array([true, false]), `array([ ${yellow('True')}, ${yellow('False')}])`],
    [array([Number.NaN, 1 / 0]), `array([${yellow('nan')}, ${yellow('inf')}])`],
    [full([], 3, { dtype: 'uint8' }), `array(${yellow('3')}, dtype=uint8)`],
    [ones([0, 2]), 'array([], shape=(0, 2), dtype=float64)'],
    [
      full([2, 2000], 7, { dtype: 'int16' }),
      [0, 1]
        .map((row) => {
          const edge = [7, 7, 7].map((n) => yellow(String(n))).join(', ');
          return `${row ? '       ' : 'array(['}[${edge}, ..., ${edge}]`;
        })
        .join(',\n')
        .concat('], shape=(2, 2000), dtype=int16)'),
    ],
  ])('are those of elements, and of nothing else: %#', (x, text) => {
    expect(inspect(x, { colors: true })).toBe(text);
  });

  test('follow the styles of util.inspect', () => {
    const styles = { ...inspect.styles };
    try {
      Object.assign(inspect.styles, { number: 'red', bigint: 'green', boolean: 'blue' });
      const shown = (x: NDArray) => inspect(x, { colors: true });
      expect(shown(array([1]))).toBe('array([\u001b[31m1.\u001b[39m])');
      expect(shown(array([1n]))).toBe('array([\u001b[32m1\u001b[39m])');
      expect(shown(array([true]))).toBe('array([ \u001b[34mTrue\u001b[39m])');
    } finally {
      Object.assign(inspect.styles, styles);
    }
  });

  test('are in the table of flags too', () => {
    const plain = inspect(matrix().T.flags);
    expect(plain).toBe(String(matrix().T.flags));
    expect(inspect(matrix().T.flags, { colors: true })).toBe(plain.replace(/True|False/g, yellow));
  });
});

test('print options count, as the time of printing has them', () => {
  const x = array([1 / 3]);
  setPrintOptions({ precision: 2 });
  try {
    expect(inspect({ x })).toBe('{ x: array([0.33]) }');
  } finally {
    setPrintOptions({ precision: 8 });
  }
});

test('what cannot be read is still shown', () => {
  const [x, y] = [ones(3), ones([2, 3])];
  x.dispose();
  y.dispose();
  expect(inspect([x, y.T])).toBe(
    '[ array(<released>, shape=(3,)), array(<released>, shape=(3, 2)) ]',
  );
  expect(inspect(random.defaultRng(1))).toBe('Generator(PCG64)');
});

test('the method can be called without arguments', () => {
  const shown = matrix() as unknown as Record<symbol, () => string>;
  expect(shown[inspect.custom]!()).toBe(arrayRepr(matrix()));
});
