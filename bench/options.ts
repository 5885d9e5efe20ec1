/** The command line, and the size that this machine's memory allows. */

import { freemem } from 'node:os';
import { parseArgs } from 'node:util';
import { bytesOf, type Case, casesOf, heldBytes } from './cases.js';

export interface Options {
  readonly size: number;
  readonly rounds: number;
  readonly samples: number;
}

const USAGE = `usage: npm run bench -- [--size N] [--rounds N] [--quick]
  --size N    arrays of N x N (default 10000, or what fits the free memory)
  --rounds N  how often everything is timed (default 7)
  --quick     3 rounds of fewer samples`;

const USUAL_SIZE = 10_000;

export function usage(problem: string): never {
  console.error(`${problem}\n${USAGE}`);
  process.exit(2);
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        size: { type: 'string' },
        rounds: { type: 'string' },
        quick: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    usage((error as Error).message);
  }
}

function positiveInteger(name: string, given: string): number {
  const value = Number(given);
  if (!/^\d+$/.test(given) || !Number.isSafeInteger(value) || value < 1) {
    usage(`--${name}: expected a positive integer, received ${given || 'nothing'}`);
  }
  return value;
}

/** Bytes that all processes hold together: two that sum, and the block that is only read. */
function neededBytes(cases: readonly Case[]): number {
  return 2 * heldBytes(cases) + largestBytes(cases);
}

/** Bytes of the largest array. */
export function largestBytes(cases: readonly Case[]): number {
  return Math.max(...cases.map(bytesOf));
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

function sizeFor(given: string | undefined): number {
  const free = Math.min(freemem(), process.constrainedMemory?.() || Number.POSITIVE_INFINITY);
  const usable = free * 0.9;
  const wanted = given === undefined ? USUAL_SIZE : positiveInteger('size', given);
  const needed = neededBytes(casesOf(wanted));
  if (needed <= usable) return wanted;
  const problem =
    `arrays of ${wanted} x ${wanted} need ${gigabytes(needed)} of memory in all, and ` +
    `${gigabytes(free)} are free`;
  if (given !== undefined) usage(`--size: ${problem}`);
  const size = Math.max(100, Math.floor((wanted * Math.sqrt(usable / needed)) / 100) * 100);
  console.log(`The ${problem}: this run has arrays of ${size} x ${size}.\n`);
  return size;
}

export function optionsOf(args: string[]): Options {
  const { size, rounds, quick, help } = parse(args);
  if (help) {
    console.log(USAGE);
    process.exit(0);
  }
  return {
    rounds: rounds === undefined ? (quick ? 3 : 7) : positiveInteger('rounds', rounds),
    samples: quick ? 3 : 5,
    size: sizeFor(size),
  };
}
