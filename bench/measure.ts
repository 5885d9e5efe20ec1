/** Runs one case: its processes live for it alone, and are timed in turn. */

import { bytesOf, limitOf } from './cases';
import { type Bits, differenceOf } from './check';
import { type Case, SEED } from './facts';
import type { Options } from './options';
import { median } from './protocol';
import { type CaseResult, type Pair, type Rounds, resultOf } from './results';
import { LimitSide, type Python, startNode, startNumPy, type WorkSide } from './sides';

/** Slow cases have fewer rounds: when these are done, none begins after so many seconds. */
const LEAST_ROUNDS = 3;
const ENOUGH_SECONDS = 4;
/** Fast cases have more, as long as fewer seconds have gone by. */
const FEW_SECONDS = 2;

type Often = Pick<Options, 'rounds' | 'mostRounds'>;

/** Whether a round is to follow so many, which took so many seconds. */
export function isDue(done: number, seconds: number, { rounds, mostRounds }: Often): boolean {
  if (done < rounds) return done < LEAST_ROUNDS || seconds <= ENOUGH_SECONDS;
  return done < mostRounds && seconds < FEW_SECONDS;
}

/** What every case is measured with. */
export interface Setting {
  readonly threads: Pair<number>;
  readonly python: Python | undefined;
  /** The program that measures limits. */
  readonly limits: string | undefined;
  readonly bits: Bits;
  readonly options: Pick<Options, 'rounds' | 'mostRounds' | 'samples'>;
}

/** What came of a case. */
export type Outcome =
  | { readonly measured: CaseResult }
  | { readonly missing: string }
  | { readonly problem: string };

interface Sides {
  readonly ours: WorkSide;
  readonly numpy: WorkSide | undefined;
  readonly limit: LimitSide | undefined;
}

function startSides({ facts }: Case, { python, limits }: Setting): Sides {
  const limit = limitOf(facts);
  return {
    ours: startNode(),
    numpy: python && startNumPy(python),
    limit: limits && limit ? new LimitSide(limits, limit, bytesOf(facts)) : undefined,
  };
}

/** Makes the arrays on either side; tells what is missing, if anything is. */
async function prepare({ facts }: Case, { ours, numpy }: Sides): Promise<string | undefined> {
  const request = { do: 'prepare', facts, seed: SEED } as const;
  const [own, numpys] = await Promise.all([ours.ask(request), numpy?.ask(request)]);
  const missing = own.missing ?? numpys?.missing;
  if (missing === undefined && numpys && own.filled !== numpys.filled) {
    throw new Error("the array that is filled is not NumPy's");
  }
  return missing;
}

/** Throws when a result is not right. */
async function check(each: Case, { threads, bits }: Setting, { ours, numpy }: Sides) {
  const counts = [...new Set([threads.one, threads.all])];
  let own = {} as Parameters<typeof differenceOf>[1];
  for (const count of counts) {
    own = (await ours.ask({ do: 'result', threads: count })).result!;
    const problem = bits.problemOf(each, count, own);
    if (problem) throw new Error(problem);
  }
  const answer = await numpy?.ask({ do: 'result', threads: 1 });
  const difference = answer && differenceOf(each, own, answer.result!);
  if (difference) throw new Error(`the result is wrong: ${difference}`);
}

/** Everything once, in turn. */
async function timeRound({ threads, options }: Setting, sides: Sides, into: Rounds): Promise<void> {
  const { samples } = options;
  const limit = async (count: number, list: number[]) => {
    const passes = await sides.limit?.times(count, samples);
    if (passes) list.push(median(passes));
  };
  const time = async (side: WorkSide | undefined, count: number, list: number[]) => {
    const answer = await side?.ask({ do: 'time', threads: count, samples });
    if (answer) list.push(answer.seconds!);
  };
  await limit(threads.one, into.limitOne);
  await time(sides.ours, threads.one, into.one);
  await time(sides.numpy, 1, into.numpy);
  await limit(threads.all, into.limitAll);
  await time(sides.ours, threads.all, into.all);
}

export async function measure(each: Case, setting: Setting): Promise<Outcome> {
  const sides = startSides(each, setting);
  try {
    const missing = await prepare(each, sides);
    if (missing !== undefined) return { missing };
    await check(each, setting, sides);
    const rounds: Rounds = { one: [], all: [], numpy: [], limitOne: [], limitAll: [] };
    const start = performance.now();
    const seconds = () => (performance.now() - start) / 1e3;
    for (let done = 0; isDue(done, seconds(), setting.options); done++) {
      await timeRound(setting, sides, rounds);
    }
    return { measured: resultOf(each, rounds) };
  } catch (error) {
    return { problem: (error as Error).message };
  } finally {
    await Promise.all(Object.values(sides).map((side) => side?.close()));
  }
}
