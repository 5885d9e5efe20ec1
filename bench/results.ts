/** What is kept of a run, and what follows from it: bench/results/<date>-<cpu>.json. */

import { bytesOf, limitOf } from './cases';
import type { Case, Facts, GroupTargets, Targets } from './facts';
import { GROUPS } from './groups';
import { geometricMean, median } from './protocol';

/** What one thread and all threads have in common, or NumPy and they. */
export interface Pair<T> {
  readonly one: T;
  readonly all: T;
}

/** Least and greatest of the rounds. */
export type Spread = readonly [number, number];

export interface CaseResult {
  readonly name: string;
  readonly group: string;
  readonly facts: Facts;
  /** Bytes of the elements that are read. */
  readonly bytes: number;
  /** How often everything was timed. */
  readonly rounds: number;
  /** Seconds of one call: medians of the rounds. */
  readonly seconds: Pair<number> & { readonly numpy: number | null };
  /** Bytes that can be read in a second from a block as large. */
  readonly limit: Pair<number> | null;
  /** How often the speed of NumPy: the median of what it was in each round. */
  readonly ratio: Pair<number> | null;
  /** How much of the limit, likewise. */
  readonly share: Pair<number> | null;
  /** Seconds of the least and the greatest round; of the limit, of one pass over the block. */
  readonly spread: Pair<Spread> & {
    readonly numpy: Spread | null;
    readonly limit: Pair<Spread> | null;
  };
  readonly targets: Targets;
  /** Whether each target was met; what was not measured is not there. */
  readonly met: { readonly [target in keyof Targets]?: boolean };
}

/** A case without a time, and why. */
export interface Unmeasured {
  readonly name: string;
  readonly group: string;
  readonly reason: string;
}

export interface Results {
  readonly date: string;
  readonly machine: {
    readonly cpu: string;
    readonly processors: number;
    readonly memoryBytes: number;
    readonly kernel: string;
    readonly governor: string | null;
    /** Processes that wanted to run in the minute before. */
    readonly load: number;
  };
  readonly versions: {
    readonly strided: string;
    readonly commit: string | null;
    readonly node: string;
    readonly python: string | null;
    readonly numpy: string | null;
    readonly compiler: string | null;
  };
  readonly settings: {
    readonly threads: Pair<number>;
    readonly rounds: number;
    readonly samples: number;
    readonly size: number;
    readonly partial: boolean;
    /** What forced an instruction set; null when it was the best that the CPU has. */
    readonly isa: string | null;
  };
  readonly wallSeconds: number;
  readonly cases: readonly CaseResult[];
  /** Cases that need what is not there. */
  readonly notRun: readonly Unmeasured[];
  /** Cases that went wrong. */
  readonly failed: readonly Unmeasured[];
}

/** Seconds of each round. */
export interface Rounds {
  readonly one: number[];
  readonly all: number[];
  readonly numpy: number[];
  readonly limitOne: number[];
  readonly limitAll: number[];
}

const rounded = (value: number) => Number(value.toPrecision(5));

const spreadOf = (seconds: readonly number[]): Spread => [
  rounded(Math.min(...seconds)),
  rounded(Math.max(...seconds)),
];

function pair<T, U>({ one, all }: Pair<T>, of: (each: T) => U): Pair<U> {
  return { one: of(one), all: of(all) };
}

/**
 * How many times as fast as others, which were timed in the same rounds. A machine that is shared has
 * faster and slower times, each of which lasts longer than a round.
 */
function timesAsFast(ours: readonly number[], theirs: readonly number[]): number {
  const both = Math.min(ours.length, theirs.length);
  return rounded(median(ours.slice(0, both).map((seconds, round) => theirs[round]! / seconds)));
}

function metOf(
  targets: Targets,
  ratio: Pair<number> | null,
  share: Pair<number> | null,
): CaseResult['met'] {
  const reached = { ...ratio, limitOne: share?.one, limitAll: share?.all };
  const known = (Object.keys(targets) as (keyof Targets)[]).filter(
    (target) => reached[target] !== undefined,
  );
  return Object.fromEntries(known.map((target) => [target, reached[target]! >= targets[target]!]));
}

/** What the rounds of a case come to. */
export function resultOf({ name, group, facts, targets }: Case, rounds: Rounds): CaseResult {
  const bytes = bytesOf(facts);
  const seconds = pair({ one: rounds.one, all: rounds.all }, median);
  const numpy = rounds.numpy.length > 0 ? median(rounds.numpy) : null;
  const passes =
    limitOf(facts) && rounds.limitOne.length > 0
      ? { one: rounds.limitOne, all: rounds.limitAll }
      : null;
  const limit = passes && pair(passes, (times) => bytes / median(times));
  const ratio = numpy === null ? null : pair(rounds, (ours) => timesAsFast(ours, rounds.numpy));
  const share = passes && {
    one: timesAsFast(rounds.one, passes.one),
    all: timesAsFast(rounds.all, passes.all),
  };
  return {
    name,
    group,
    facts,
    bytes,
    rounds: rounds.one.length,
    seconds: { ...pair(seconds, rounded), numpy: numpy && rounded(numpy) },
    limit: limit && pair(limit, rounded),
    ratio,
    share,
    spread: {
      ...pair({ one: rounds.one, all: rounds.all }, spreadOf),
      numpy: numpy === null ? null : spreadOf(rounds.numpy),
      limit: passes && pair(passes, spreadOf),
    },
    targets,
    met: metOf(targets, ratio, share),
  };
}

/** How many times NumPy's speed the machine's limit is; null where either is not known. */
export function limitRatioOf({ ratio, share }: Pick<CaseResult, 'ratio' | 'share'>) {
  if (!ratio || !share) return null;
  return { one: rounded(ratio.one / share.one), all: rounded(ratio.all / share.all) };
}

/** Several numbers in two. */
export interface Digest {
  readonly mean: number;
  readonly least: number;
}

/** A group of cases in one line. */
export interface Summary {
  readonly group: string;
  readonly cases: number;
  readonly ratio: Pair<Digest> | null;
  readonly share: Pair<Digest> | null;
  readonly limitRatio: Pair<Digest> | null;
  /** Cases that miss a target. */
  readonly short: number;
  /** Targets of the group as a whole that it misses. */
  readonly shortTogether: GroupTargets;
  /** Of a group whose cases are meant to be alike; null where fewer than two were measured. */
  readonly alike: Alike | null;
}

/** How many times as long as the fastest case the slowest takes with all threads. */
export interface Alike {
  readonly times: number;
  readonly target: number;
}

function digestOf(pairs: readonly (Pair<number> | null)[]): Pair<Digest> | null {
  const known = pairs.filter((each) => each !== null);
  if (known.length === 0) return null;
  const digest = (values: number[]) => ({
    mean: geometricMean(values),
    least: Math.min(...values),
  });
  return { one: digest(known.map(({ one }) => one)), all: digest(known.map(({ all }) => all)) };
}

function missedTogether(group: string, ratio: Pair<Digest> | null): GroupTargets {
  const together = GROUPS.find(({ name }) => name === group)?.together ?? {};
  if (!ratio) return {};
  return Object.fromEntries(
    Object.entries(together).filter(
      ([threads, target]) => ratio[threads as keyof GroupTargets].mean < target,
    ),
  );
}

function alikeOf(group: string, cases: readonly CaseResult[]): Alike | null {
  const target = GROUPS.find(({ name }) => name === group)?.alike;
  if (target === undefined || cases.length < 2) return null;
  const times = cases.map(({ seconds }) => seconds.all);
  return { times: Math.max(...times) / Math.min(...times), target };
}

/** A line for each group, in the order of the cases. */
export function summariesOf(cases: readonly CaseResult[]): Summary[] {
  const groups = [...new Set(cases.map(({ group }) => group))];
  return groups.map((group) => {
    const members = cases.filter((each) => each.group === group);
    const ratio = digestOf(members.map((each) => each.ratio));
    return {
      group,
      cases: members.length,
      ratio,
      share: digestOf(members.map((each) => each.share)),
      limitRatio: digestOf(members.map(limitRatioOf)),
      short: members.filter(({ met }) => Object.values(met).includes(false)).length,
      shortTogether: missedTogether(group, ratio),
      alike: alikeOf(group, members),
    };
  });
}

/** JSON with a line for each case, so that runs can be compared line by line. */
export function jsonOf(results: Results): string {
  const lines = (Object.keys(results) as (keyof Results)[]).map((key) => {
    const value = results[key];
    const text = Array.isArray(value)
      ? `[${value.map((each) => `\n    ${JSON.stringify(each)}`).join(',')}${value.length ? '\n  ' : ''}]`
      : JSON.stringify(value);
    return `  ${JSON.stringify(key)}: ${text}`;
  });
  return `{\n${lines.join(',\n')}\n}\n`;
}

/** The name of a run's files, without what follows the dot. */
export function fileNameOf({ date, machine }: Pick<Results, 'date' | 'machine'>): string {
  const cpu = machine.cpu
    .toLowerCase()
    .replace(/\((r|tm)\)/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return `${date.slice(0, 10)}-${cpu || 'unknown'}`;
}
