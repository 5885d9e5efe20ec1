/** The command line, and the size that this machine's memory allows. */

import { freemem } from 'node:os';
import { parseArgs } from 'node:util';
import { casesOf, neededBytes, QUICK } from './cases';
import type { Case } from './facts';

export interface Options {
  readonly cases: readonly Case[];
  /** Large arrays have size x size elements. */
  readonly size: number;
  /** How often everything is timed, and how often what takes little time is at most. */
  readonly rounds: number;
  readonly mostRounds: number;
  /** Samples of each timing; their median is its time. */
  readonly samples: number;
  /** Not every case, or not at the usual size. */
  readonly partial: boolean;
  readonly write: boolean;
  /** Only names are wanted. */
  readonly list: boolean;
}

const USAGE = `usage: npm run bench -- [--quick] [--only REGEXP] [--size N] [--rounds N] [--list] [--write | --no-write]
  --quick        a few cases, smaller arrays: less than a minute
  --only REGEXP  cases whose names match
  --size N       large arrays of N x N (default 10000, 2000 if quick, or what fits the free memory)
  --rounds N     how often everything is timed (default 5; 3 if quick; slow cases less often,
                 and fast ones up to 5 times as often, unless quick)
  --list         prints the names of the cases
  --write        writes bench/results, as a full run does, though this is none
  --no-write     writes nothing`;

const MORE_ROUNDS = 5;
const USUAL_SIZE = 10_000;
const QUICK_SIZE = 2000;
const LEAST_SIZE = 100;

class UsageError extends Error {}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string' },
        size: { type: 'string' },
        rounds: { type: 'string' },
        list: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        'no-write': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function positiveInteger(name: string, given: string): number {
  const value = Number(given);
  if (!/^\d+$/.test(given) || !Number.isSafeInteger(value) || value < 1) {
    throw new UsageError(`--${name}: expected a positive integer, received ${given || 'nothing'}`);
  }
  return value;
}

function chosen(cases: readonly Case[], quick: boolean, only: string | undefined): Case[] {
  if (only === undefined) return cases.filter(({ name }) => !quick || QUICK.includes(name));
  let pattern: RegExp;
  try {
    pattern = new RegExp(only);
  } catch (error) {
    throw new UsageError(`--only: ${(error as Error).message}`);
  }
  const found = cases.filter(({ name }) => pattern.test(name));
  if (found.length === 0) throw new UsageError(`--only: no case has a name that matches ${only}`);
  return found;
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

/** The size that was asked for, or less, with a word of why, if only that fits the free memory. */
export function fittingSize(
  given: number | undefined,
  usual: number,
  free: number,
  needed: (size: number) => number,
): { size: number; note?: string } {
  const wanted = given ?? usual;
  const usable = free * 0.9;
  if (needed(wanted) <= usable) return { size: wanted };
  const problem =
    `arrays of ${wanted} x ${wanted} need ${gigabytes(needed(wanted))} of memory in all, and ` +
    `${gigabytes(free)} are free`;
  if (given !== undefined) throw new UsageError(`--size: ${problem}`);
  const fits = wanted * Math.sqrt(usable / needed(wanted));
  const size = Math.max(LEAST_SIZE, Math.floor(fits / 100) * 100);
  return { size, note: `The ${problem}: this run has arrays of ${size} x ${size}.` };
}

/** The options that a command line gives. Throws when it makes no sense. */
export function readOptions(args: readonly string[], free: number): Options & { note?: string } {
  const given = parse(args);
  if (given.help) throw new UsageError('');
  const { quick, only } = given;
  if (given.write && given['no-write']) throw new UsageError('--write: not with --no-write');
  const asked = given.size === undefined ? undefined : positiveInteger('size', given.size);
  const needed = (size: number) => neededBytes(chosen(casesOf(size), quick, only));
  const fitting = fittingSize(asked, quick ? QUICK_SIZE : USUAL_SIZE, free, needed);
  const partial = quick || only !== undefined || fitting.size !== USUAL_SIZE;
  const rounds = positiveInteger('rounds', given.rounds ?? (quick ? '3' : '5'));
  return {
    ...fitting,
    cases: chosen(casesOf(fitting.size), quick, only),
    rounds,
    mostRounds: quick ? rounds : MORE_ROUNDS * rounds,
    samples: 1,
    partial,
    write: given.write || (!partial && !given['no-write']),
    list: given.list,
  };
}

const freeBytes = () =>
  Math.min(freemem(), process.constrainedMemory?.() || Number.POSITIVE_INFINITY);

/** The options of this process; it ends when they make no sense. */
export function optionsOf(args: readonly string[]): Options {
  try {
    const { note, ...options } = readOptions(args, freeBytes());
    if (note) console.log(`${note}\n`);
    return options;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    if (error.message === '') console.log(USAGE);
    else console.error(`${error.message}\n${USAGE}`);
    process.exit(error.message === '' ? 0 : 2);
  }
}
