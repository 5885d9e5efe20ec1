/**
 * "Memory Management in NumPy": the notebook that this package was made from, cell by cell.
 *
 * usage: npm start -- [--size N] [--loops N]
 */

import { freemem } from 'node:os';
import { parseArgs } from 'node:util';
import {
  arange,
  asFortranArray,
  empty,
  getNumThreads,
  mayShareMemory,
  type NDArray,
  random,
  setPrintOptions,
  sum,
} from 'strided';
import { cell, note, Progress } from './support/cells.js';
import { readLimit } from './support/read-limit.js';
import { type Timing, timeit, timeitText } from './support/timeit.js';

const USUAL_SIZE = 10_000;
const NEEDED_BYTES = 3e9;
const progress = new Progress();

/** The arrays' size, and how many loops a run of a timing has. */
function givenArguments(): { size: number | undefined; loops: number | undefined } {
  try {
    const options = { size: { type: 'string' }, loops: { type: 'string' } } as const;
    const { size, loops } = parseArgs({ options }).values;
    return { size: count(size, '--size'), loops: count(loops, '--loops') };
  } catch (error) {
    usage((error as Error).message);
  }
}

function count(given: string | undefined, option: string): number | undefined {
  if (given === undefined) return undefined;
  const number = Number(given);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  return usage(`${option}: expected a positive integer, received ${given}`);
}

function usage(problem: string): never {
  console.error(`${problem}\nusage: npm start -- [--size N] [--loops N]`);
  process.exit(2);
}

/** The notebook's size, or what fits a third of the free memory. */
function affordableSize(): number {
  const free = Math.min(freemem(), process.constrainedMemory?.() || Number.POSITIVE_INFINITY);
  if (free >= NEEDED_BYTES) return USUAL_SIZE;
  const size = Math.max(100, Math.floor(Math.sqrt(free / 3 / 16) / 100) * 100);
  note(
    `${(free / 1e9).toFixed(1)} GB of memory are free, and the notebook's arrays of ${USUAL_SIZE} x ` +
      `${USUAL_SIZE} want 3 GB: this run has arrays of ${size} x ${size}.`,
  );
  return size;
}

/** `random.rand([size, size])`, some rows at a time, to show how far it is. */
function bigRandom(size: number): NDArray {
  const rows = Math.max(1, Math.floor(size / 50));
  const result = empty([size, size]);
  for (let row = 0; row < size; row += rows) {
    progress.show(`making ${size} x ${size} random numbers`, row / size);
    const part = result.slice(`${row}:${row + rows}`);
    part.assign(random.rand(part.shape));
  }
  progress.clear();
  return result;
}

function bigFortran(array: NDArray): NDArray {
  progress.show('copying them to Fortran order', 0);
  const result = asFortranArray(array);
  progress.clear();
  return result;
}

const { size = affordableSize(), loops } = givenArguments();
setPrintOptions({ legacy: '1.21' }); // the notebook's NumPy

note('# Memory Management in NumPy\n\n## Internal memory layout of an ndarray');

cell(1, "import * as np from 'strided'", () => undefined);
{
  const x = arange(5, { dtype: 'int64' });
  cell(2, "x = np.arange(5, {dtype: 'int64'})", () => undefined);
  cell(3, 'x.flags', () => x.flags);
}

const cArray = bigRandom(size);
cell(58, `c_array = np.random.rand([${size}, ${size}])`, () => undefined);
cell(59, 'c_array.strides', () => cArray.strides);
const fArray = bigFortran(cArray);
cell(60, 'f_array = np.asFortranArray(c_array)', () => undefined);
cell(61, 'f_array.strides', () => fArray.strides);
cell(62, 'c_array.flags', () => cArray.flags);
cell(63, 'f_array.flags', () => fArray.flags);
cell(64, 'np.mayShareMemory(c_array, f_array)', () => mayShareMemory(cArray, fArray));

note("now let's check some operations on these two arrays to see the difference");

const sumRow = (x: NDArray) => sum(x, { axis: 1 });
const sumCol = (x: NDArray) => sum(x, { axis: 0 });
cell(73, 'sumRow = (x) => np.sum(x, {axis: 1})', () => undefined);
cell(74, 'sumCol = (x) => np.sum(x, {axis: 0})', () => undefined);

interface Timed {
  readonly code: string;
  readonly notebook: string;
  readonly timing: Timing;
}

function timed(number: number, code: string, notebook: string, work: () => unknown): Timed {
  let timing: Timing | undefined;
  cell(number, `%timeit ${code}`, () => {
    timing = timeit(work, loops);
    return timeitText(timing);
  });
  return { code, notebook, timing: timing! };
}

const timings = [
  timed(75, 'sumRow(c_array)', '32.3 ms ± 916 µs', () => sumRow(cArray)),
  timed(76, 'sumRow(f_array)', '43 ms ± 74.2 µs', () => sumRow(fArray)),
  timed(77, 'sumCol(c_array)', '44.5 ms ± 272 µs', () => sumCol(cArray)),
  timed(78, 'sumCol(f_array)', '33.9 ms ± 133 µs', () => sumCol(fArray)),
];
const limit = readLimit(cArray.nbytes, getNumThreads());

note('## Views and Copies');
{
  const x = random.randint(1, 10, [3, 3]);
  cell(83, 'x = np.random.randint(1, 10, [3, 3])\nx', () => x);
  const y = x;
  cell(84, 'y = x\nnp.mayShareMemory(x, y)', () => mayShareMemory(x, y));
  cell(85, "y.slice(0, ':').assign(-1)\ny", () => {
    y.slice(0, ':').assign(-1);
    return y;
  });
  cell(86, 'x', () => x);
}
note(
  'so as we can see, when they share memory, if you change one of them, the other one will be\n' +
    'changed too. in this case, we say y is a view of x',
);
{
  const x = random.randint(1, 10, [3, 3]);
  cell(88, 'x = np.random.randint(1, 10, [3, 3])\nx', () => x);
  const y = x.slice(':', 0);
  cell(97, "y = x.slice(':', 0)\ny\n// here y is only the first column of x", () => y);
  cell(98, 'np.mayShareMemory(x, y)', () => mayShareMemory(x, y));
  cell(99, "y.slice(':').assign(0)\ny", () => {
    y.slice(':').assign(0);
    return y;
  });
  cell(100, 'x', () => x);
}
note(
  "in this example, although y is just a part of x, still it's a view and if you change y, x will\n" +
    'be changed too',
);
{
  const x = arange(1, 10, { dtype: 'int64' }).reshape([3, 3]);
  cell(121, "x = np.arange(1, 10, {dtype: 'int64'}).reshape([3, 3])\nx", () => x);
  const y = empty([3, 3]);
  cell(122, 'y = np.empty([3, 3])\ny', () => y);
  cell(
    123,
    "y.slice(0, ':').assign(x.slice(0, ':'))\ny // first row of y now has the same elements as first row of x",
    () => {
      y.slice(0, ':').assign(x.slice(0, ':'));
      return y;
    },
  );
  cell(124, "y.slice(0, ':').assign(0)\ny", () => {
    y.slice(0, ':').assign(0);
    return y;
  });
  cell(125, 'x', () => x);
  note(
    'after changing y, x is the same as it was before,\nso they should not share memory in this case :',
  );
  cell(126, 'np.mayShareMemory(x, y)', () => mayShareMemory(x, y));
}

note(
  `## The four timings, ${size} x ${size} float64, ${getNumThreads()} threads\n` +
    "(the notebook's own figures are for 10000 x 10000, NumPy, on its author's machine)",
);
if (limit === undefined) note('The read limit was not measured.');
else note(`memory read limit of this machine, in this run: ${(limit / 1e9).toFixed(1)} GB/s`);
for (const { code, notebook, timing } of timings) {
  const share =
    limit === undefined
      ? ''
      : `${Math.round((cArray.nbytes / timing.mean / limit) * 100)} % of the read limit`;
  console.log(`${code.padEnd(16)} ${timeitText(timing)}`);
  console.log(`${''.padEnd(16)} the notebook: ${notebook.padEnd(20)} ${share}`);
}
