/**
 * This project's side: a process that makes the arrays of a case, or of several of one array, and
 * times it, and the limit of as many bytes of their memory, as it is asked. Memory is not equally fast
 * everywhere.
 *
 * usage: node-side.js [addon that measures the limits of memory]
 */

import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import Benchmark from 'benchmark';
import { array, empty, NDArray, type Scalar, setNumThreads } from 'strided';
import { arrayKey, filledArray, viewOf } from './arrays';
import type { DTypeName, Facts } from './facts';
import { type LimitTime, limitOn } from './limits';
import { Missing, workOf } from './ops';
import { type Answer, ENDS, LARGEST_SENT, median, type Request, type Result } from './protocol';

interface Filled {
  readonly base: NDArray;
  /** The SHA-256 of its first and last bytes. */
  readonly hash: string;
}

interface Prepared {
  readonly op: string;
  readonly work: () => unknown;
  readonly limit: LimitTime | undefined;
  /** The dtype of the result of an operation that gives a scalar, which has none. */
  readonly scalarType: DTypeName;
  readonly filled: string;
}

const arrays = new Map<string, Filled>();
const cases = new Map<string, Prepared>();
let current: Prepared | undefined;

function fill(facts: Facts, seed: number): Filled {
  const base = filledArray(facts, seed);
  const { buffer, byteOffset, byteLength } = base.asTypedArray();
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  const hash = createHash('sha256')
    .update(bytes.subarray(0, ENDS))
    .update(bytes.subarray(-ENDS))
    .digest('hex');
  return { base, hash };
}

function prepare(facts: Facts, seed: number): Prepared {
  const { base, hash } = kept(arrays, arrayKey(facts), () => fill(facts, seed));
  const x = viewOf(base, facts);
  const other = () => empty([...x.shape], facts.into ?? {}).fill(0) as NDArray;
  const path = process.argv[2];
  return {
    op: facts.op,
    work: workOf(facts.op, { x, axis: facts.axis, other }),
    limit: path ? limitOn(facts, base.asTypedArray(), path) : undefined,
    scalarType: x.dtype,
    filled: hash,
  };
}

/** What is there under a key; made where nothing is. */
function kept<T>(map: Map<string, T>, key: string, make: () => T): T {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}

function prepared(): Prepared {
  if (!current) throw new Error('expected a request to prepare before others');
  return current;
}

function asArray(result: unknown): NDArray {
  if (result instanceof NDArray) return result;
  const isFloat = typeof result === 'number' && prepared().scalarType === 'float32';
  return array(result as Scalar, isFloat ? { dtype: 'float32' } : {});
}

function resultOf(): Result {
  const { op, work } = prepared();
  const result = asArray(work());
  const x = op === 'empty' ? array(result.shape) : result; // the elements are any
  const { buffer, byteOffset, byteLength } = x.toTypedArray();
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  return byteLength > LARGEST_SENT
    ? { dtype: x.dtype, sha256: createHash('sha256').update(bytes).digest('hex') }
    : { dtype: x.dtype, bytes: bytes.toString('base64') };
}

/**
 * Results of before go, so that their memory serves the next ones, as in a process that has run for
 * a while. (What serves NumPy is the memory of the call before.)
 */
function collect(): void {
  globalThis.gc!();
}

/**
 * The median of benchmark.js's samples, each of as many calls as take 50 ms. Its loop costs a call
 * of a function and a step of a counter: half a nanosecond on a machine where the shortest case
 * takes a microsecond.
 */
function timeOf(samples: number): number {
  collect();
  const bench = new Benchmark({ fn: prepared().work, minSamples: samples, maxTime: 0 });
  bench.run();
  if (bench.error) throw bench.error;
  return median(bench.stats.sample);
}

function answerTo(request: Request): Answer {
  switch (request.do) {
    case 'prepare':
      current = kept(cases, JSON.stringify(request.facts), () =>
        prepare(request.facts, request.seed),
      );
      return { filled: current.filled };
    case 'result':
      setNumThreads(request.threads);
      return { result: resultOf() };
    case 'time':
      setNumThreads(request.threads);
      return { seconds: timeOf(request.samples) };
    case 'limit': {
      const { limit } = prepared();
      if (!limit) throw new Error('expected a case that has a limit');
      const passes = Array.from({ length: request.samples }, () => limit(request.threads));
      return { seconds: median(passes) };
    }
  }
}

createInterface({ input: process.stdin }).on('line', (line) => {
  let answer: Answer;
  try {
    answer = answerTo(JSON.parse(line));
  } catch (error) {
    answer =
      error instanceof Missing ? { missing: error.message } : { error: (error as Error).message };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
