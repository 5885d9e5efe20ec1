/**
 * The limit of single elements: a process that gets or sets all elements of a TypedArray by an index
 * computed by hand. Arguments and lines are those of native/memory_limit.cpp.
 */

import { createInterface } from 'node:readline';
import { BY_HAND } from './elements';

const ROUND_SECONDS = 0.05;

const [name, nbytes] = process.argv.slice(2) as [keyof typeof BY_HAND, string];
const count = Number(nbytes) / 8;
const rows = Math.floor(Math.sqrt(count));
const elements = Float64Array.from({ length: count }, (_, i) => i);
const work = BY_HAND[name];

/** Seconds that it takes once: of as many times as take 50 ms, the mean. */
function timeRound(): number {
  const start = performance.now();
  let seconds = 0;
  let times = 0;
  for (; seconds < ROUND_SECONDS; times++) {
    work(elements, rows, count / rows);
    seconds = (performance.now() - start) / 1e3;
  }
  return seconds / times;
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const [, rounds] = line.split(' ').map(Number) as [number, number];
  console.log(Array.from({ length: rounds }, timeRound).join(' '));
});
