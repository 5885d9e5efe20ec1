/** The example `npm start` against what the notebook shows (golden/data/notebook.txt). */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { array, arrayRepr } from 'strided';
import { node } from './support/child';

const NOTEBOOK = join('build', 'js', 'examples', 'notebook.js');
const SIZE = 300;

/** Cells' numbers and what they gave, which comes after what `end` is the end of. */
function cellsOf(text: string, end: string): [number: number, output: string][] {
  return text.split(/^In \[(?=\d+\])/m).flatMap((part) => {
    const number = Number.parseInt(part, 10);
    if (Number.isNaN(number)) return []; // before the first one
    const output = part.slice(part.indexOf(end) + end.length).split('\n\n')[0]!;
    return [[number, output.trimEnd()]];
  });
}

const golden = cellsOf(
  readFileSync(join(__dirname, 'golden', 'data', 'notebook.txt'), 'utf8'),
  '\n',
);

const digitsDrawn = (text: string) => text.replace(/(?<![-\d])[1-9]/g, '#');
const figuresTimed = (text: string) =>
  text.replace(/[\d.]+ [nµm]?s\b/g, '# s').replace(/, \d+ loops? each/, ', # loops each');
const forThisSize = (text: string) => text.replace('80000', String(8 * SIZE));
/** Numbers that the memory held, in columns as wide as they want, below a row that was written. */
const numbersHeld = (rows: number) => (text: string) =>
  text
    .split('\n')
    .map((line, i) =>
      i < rows
        ? line.replace(/[\d.]+(e[+-]\d+)?/g, (number) => String(Number(number)))
        : line.replace(/-?[\d.]+(e[+-]\d+)?|-?inf|nan/g, '#'),
    )
    .map((line) => line.replace(/\[ +/g, '[').replace(/ +/g, ' '));

/** What of a cell's output does not depend on chance, time or memory; all of it, unless listed. */
const CERTAIN: { readonly [cell: number]: (output: string) => unknown } = {
  59: forThisSize,
  61: forThisSize,
  75: figuresTimed,
  76: figuresTimed,
  77: figuresTimed,
  78: figuresTimed,
  83: digitsDrawn,
  85: digitsDrawn,
  86: digitsDrawn,
  88: digitsDrawn,
  97: digitsDrawn,
  100: digitsDrawn,
  122: numbersHeld(0),
  123: numbersHeld(1),
  124: numbersHeld(1),
};

const certain = ([cell, output]: [number, string]) => [cell, CERTAIN[cell]?.(output) ?? output];

test('every cell prints what it prints in the notebook, except for what is random or timed', () => {
  const run = node([NOTEBOOK, '--size', String(SIZE), '--loops', '1'], { NODE_NO_WARNINGS: '1' });
  expect([run.status, run.stderr]).toEqual([0, '']);
  const cells = cellsOf(run.stdout, '\n\n');
  expect(golden).toHaveLength(31);
  expect(cells.map(certain)).toEqual(golden.map(certain));
  // The same numbers wherever the notebook shows the same array twice.
  const shown = new Map(cells);
  expect(shown.get(86)).toBe(shown.get(85));
  expect(shown.get(97)).toBe(
    `array([${[...shown.get(88)!.matchAll(/\[(\d)/g)].map((m) => m[1]).join(', ')}])`,
  );
  expect(shown.get(100)).toBe(shown.get(88)!.replace(/\[(\d),/g, '[0,'));
});

test.each([122, 123, 124])(
  'cell %i: what its memory held is printed as in the notebook',
  (cell) => {
    const text = new Map(golden).get(cell)!;
    const rows = [...text.matchAll(/\[([^[\]]+)\]/g)].map(([, row]) => row!.split(',').map(Number));
    expect(rows.map((row) => row.length)).toEqual([3, 3, 3]);
    expect(arrayRepr(array(rows))).toBe(text);
  },
);

test.each([
  [['--size', '0'], '--size: expected a positive integer, received 0'],
  [['--loops', 'many'], '--loops: expected a positive integer, received many'],
  [['--speed', '1'], "Unknown option '--speed'"],
])('wrong arguments are refused: %j', (given, message) => {
  const { status, stderr } = node([NOTEBOOK, ...given]);
  expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
  expect(stderr).toContain('usage: npm start -- [--size N] [--loops N]');
});
