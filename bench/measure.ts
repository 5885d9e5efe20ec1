/** Runs one case, or several of one array: their processes live for them alone, and are timed in turn. */

import { limitOf } from './cases';
import { type Bits, differenceOf } from './check';
import { type Case, SEED } from './facts';
import type { Options } from './options';
import { type CaseResult, type Pair, type Rounds, resultOf } from './results';
import { type Python, startNode, startNumPy, type WorkSide } from './sides';

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
  /** The addon that measures limits. */
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
}

function startSides({ python, limits }: Setting): Sides {
  return { ours: startNode(limits), numpy: python && startNumPy(python) };
}

/** Makes the arrays that are not there, on either side; tells what is missing, if anything is. */
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

/** Whether the limit of a case is measured, too. */
const isLimited = ({ facts }: Case, { limits }: Setting) =>
  limits !== undefined && limitOf(facts) !== undefined;

/** Finds the fastest ways to the limit, as its first round with so many threads does. */
async function findWays(each: Case, setting: Setting, { ours }: Sides): Promise<void> {
  if (!isLimited(each, setting)) return;
  for (const threads of Object.values(setting.threads)) {
    await ours.ask({ do: 'limit', threads, samples: 1 });
  }
}

/** Everything once, in turn: what is compared, next to each other. */
async function timeRound(
  each: Case,
  setting: Setting,
  { ours, numpy }: Sides,
  into: Rounds,
): Promise<void> {
  const { threads, options } = setting;
  const { samples } = options;
  const limited = isLimited(each, setting);
  const time = async (what: 'time' | 'limit', side: WorkSide, count: number, list: number[]) => {
    const { seconds } = await side.ask({ do: what, threads: count, samples });
    list.push(seconds!);
  };
  if (limited) await time('limit', ours, threads.one, into.limitOne);
  await time('time', ours, threads.one, into.one);
  if (numpy) await time('time', numpy, 1, into.numpy);
  await time('time', ours, threads.all, into.all);
  if (limited) await time('limit', ours, threads.all, into.limitAll);
}

/** Measures cases of one array, round by round in turn, in processes of their own. */
async function measureIn(
  sides: Sides,
  cases: readonly Case[],
  setting: Setting,
): Promise<Outcome[]> {
  const rounds = cases.map(() => ({ one: [], all: [], numpy: [], limitOne: [], limitAll: [] }));
  for (const each of cases) {
    const missing = await prepare(each, sides);
    if (missing !== undefined) return cases.map(() => ({ missing }));
    await check(each, setting, sides);
    await findWays(each, setting, sides);
  }
  const begin = performance.now();
  const seconds = () => (performance.now() - begin) / 1e3 / cases.length;
  for (let done = 0; isDue(done, seconds(), setting.options); done++) {
    for (const [i, each] of cases.entries()) {
      await prepare(each, sides);
      await timeRound(each, setting, sides, rounds[i]!);
    }
  }
  return cases.map((each, i) => ({ measured: resultOf(each, rounds[i]!) }));
}

/** What comes of cases of one array. */
export async function measure(cases: readonly Case[], setting: Setting): Promise<Outcome[]> {
  const sides = startSides(setting);
  try {
    return await measureIn(sides, cases, setting);
  } catch (error) {
    const problem = (error as Error).message;
    return cases.map(() => ({ problem }));
  } finally {
    await Promise.all([sides.ours.close(), sides.numpy?.close()]);
  }
}
