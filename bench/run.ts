/**
 * Times the table of cases: this project beside NumPy and the machine's memory read limit, in turn,
 * so that what drifts, drifts for all.
 *
 * usage: npm run bench -- [--size N] [--rounds N] [--quick]
 */

import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { getNumThreads } from 'strided';
import { bytesOf, type Case, casesOf, SEED } from './cases.js';
import { checkResults } from './check.js';
import { largestBytes, type Options, optionsOf } from './options.js';
import { median } from './protocol.js';
import {
  buildReadLimit,
  findPython,
  type Python,
  ReadSide,
  root,
  type SumSide,
  startNode,
  startNumPy,
} from './sides.js';
import { tableText } from './table.js';

interface Sides {
  readonly ours: SumSide;
  readonly numpy: SumSide | undefined;
  readonly reader: ReadSide | undefined;
}

/** Seconds of every round, by what was timed. */
class Times {
  readonly #seconds = new Map<string, number[]>();

  add(what: string, seconds: number): void {
    const list = this.#seconds.get(what) ?? [];
    this.#seconds.set(what, [...list, seconds]);
  }

  /** The median of the rounds; undefined for what was not timed. */
  of(what: string): number | undefined {
    const list = this.#seconds.get(what);
    return list && median(list);
  }
}

const oursKey = (name: string, threads: number) => `ours ${threads} ${name}`;
const numpyKey = (name: string) => `numpy ${name}`;
const limitKey = (threads: number) => `limit ${threads}`;

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${text}\x1b[K`);
}

function header(size: number, threads: readonly number[], python: Python | undefined): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const processors = cpus();
  const model = processors[0]?.model.trim() ?? 'unknown';
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `machine  ${model}, ${processors.length} processors, ${memory} GiB`,
    `strided  ${version}, Node ${process.version}, threads: ${threads.join(' and ')}`,
    python ? `NumPy    ${python.numpy}` : 'NumPy    not timed: no python3 on the PATH has it',
    `arrays   ${size} x ${size} of random.rand`,
  ].join('\n');
}

function startReader(cases: readonly Case[]): ReadSide | undefined {
  const built = buildReadLimit();
  if ('program' in built) return new ReadSide(built.program, largestBytes(cases));
  console.log(`The read limit is not measured: ${built.problem}`);
  return undefined;
}

async function timeAll(
  cases: readonly Case[],
  threads: readonly number[],
  { rounds, samples }: Options,
  { ours, numpy, reader }: Sides,
): Promise<Times> {
  const times = new Times();
  for (let round = 1; round <= rounds; round++) {
    progress(`round ${round} of ${rounds} ...`);
    for (const count of threads) {
      const passes = await reader?.times(count, samples);
      if (passes) times.add(limitKey(count), median(passes));
    }
    for (const { name } of cases) {
      for (const count of threads) {
        const { seconds } = await ours.ask({ do: 'time', name, threads: count, samples });
        times.add(oursKey(name, count), seconds!);
      }
      const answer = await numpy?.ask({ do: 'time', name, threads: 1, samples });
      if (answer) times.add(numpyKey(name), answer.seconds!);
    }
  }
  progress('');
  return times;
}

const plural = (threads: number) => `${threads} thread${threads === 1 ? '' : 's'}`;

function report(cases: readonly Case[], threads: readonly number[], times: Times): string {
  const text = (value: number | undefined, digits: number, unit = '') =>
    value === undefined ? '-' : `${value.toFixed(digits)}${unit}`;
  const limits = threads.map((count) => {
    const seconds = times.of(limitKey(count));
    return seconds && largestBytes(cases) / seconds;
  });
  const all = cases.flatMap(({ name }) => threads.map((count) => times.of(oursKey(name, count))!));
  // Three digits of the shortest time.
  const digits = Math.max(1, 2 - Math.floor(Math.log10(Math.min(...all) * 1e3)));
  const rows = cases.map((each) => {
    const numpy = times.of(numpyKey(each.name));
    const ours = threads.map((count) => times.of(oursKey(each.name, count))!);
    const share = (seconds: number, i: number) =>
      limits[i] && (bytesOf(each) / seconds / limits[i]) * 100;
    return [
      each.name,
      ...ours.map((seconds) => text(seconds * 1e3, digits)),
      text(numpy && numpy * 1e3, digits),
      ...ours.map((seconds) => text(numpy && numpy / seconds, 2)),
      ...ours.map((seconds, i) => text(share(seconds, i), 0, ' %')),
    ];
  });
  const by = threads.map(plural);
  const titles = [
    ['', ...by.map(() => 'ms'), 'ms', ...by.map(() => 'NumPy /'), ...by.map(() => 'of limit')],
    ['', ...by, 'NumPy', ...by, ...by],
  ];
  const measured = limits.flatMap((limit, i) =>
    limit === undefined ? [] : [`${(limit / 1e9).toFixed(1)} GB/s with ${by[i]}`],
  );
  return `${tableText(titles, rows)}\n\nmemory read limit: ${measured.join(', ') || 'not measured'}`;
}

async function main(): Promise<void> {
  const options = optionsOf(process.argv.slice(2));
  const cases = casesOf(options.size);
  const threads = [...new Set([1, getNumThreads()])];
  const python = findPython();
  console.log(header(options.size, threads, python));
  const sides: Sides = {
    ours: startNode(),
    numpy: python && startNumPy(python),
    reader: startReader(cases),
  };
  try {
    progress('making the arrays ...');
    const prepare = { do: 'prepare', cases, seed: SEED } as const;
    await Promise.all([sides.ours.ask(prepare), sides.numpy?.ask(prepare)]);
    progress('checking the results ...');
    await checkResults(cases, threads, sides.ours, sides.numpy);
    const times = await timeAll(cases, threads, options, sides);
    console.log(`rounds   ${options.rounds}, of which the medians:\n`);
    console.log(report(cases, threads, times));
  } finally {
    for (const side of Object.values(sides)) side?.close();
  }
}

main().catch((error) => {
  progress('');
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
});
