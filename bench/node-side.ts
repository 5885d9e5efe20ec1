/**
 * This project's side: a process that makes the arrays of a case, and times it, and the limit of as
 * many bytes of their memory, as it is asked. Memory is not equally fast everywhere.
 *
 * usage: node-side.js [addon that measures the limits of memory]
 */

import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import Benchmark from 'benchmark';
import { array, empty, NDArray, type Scalar, setNumThreads } from 'strided';
import { filledArray, viewOf } from './arrays';
import type { DTypeName, Facts } from './facts';
import { type LimitTime, limitOn } from './limits';
import { Missing, workOf } from './ops';
import { type Answer, ENDS, LARGEST_SENT, median, type Request, type Result } from './protocol';

let op = '';
let work: (() => unknown) | undefined;
let limit: LimitTime | undefined;
/** The dtype of the result of an operation that gives a scalar, which has none. */
let scalarType: DTypeName = 'float64';

function prepare(facts: Facts, seed: number): Answer {
  const base = filledArray(facts, seed);
  const memory = base.asTypedArray();
  const bytes = Buffer.from(memory.buffer, memory.byteOffset, memory.byteLength);
  const filled = createHash('sha256')
    .update(bytes.subarray(0, ENDS))
    .update(bytes.subarray(-ENDS))
    .digest('hex');
  const x = viewOf(base, facts);
  const other = () => empty([...x.shape], facts.into ?? {}).fill(0) as NDArray;
  scalarType = x.dtype;
  op = facts.op;
  work = workOf(facts.op, { x, axis: facts.axis, other });
  limit = process.argv[2] ? limitOn(facts, memory, process.argv[2]) : undefined;
  return { filled };
}

function prepared(): () => unknown {
  if (!work) throw new Error('expected a request to prepare before others');
  return work;
}

function asArray(result: unknown): NDArray {
  if (result instanceof NDArray) return result;
  const isFloat = typeof result === 'number' && scalarType === 'float32';
  return array(result as Scalar, isFloat ? { dtype: 'float32' } : {});
}

function resultOf(): Result {
  const result = asArray(prepared()());
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
  const bench = new Benchmark({ fn: prepared(), minSamples: samples, maxTime: 0 });
  bench.run();
  if (bench.error) throw bench.error;
  return median(bench.stats.sample);
}

function answerTo(request: Request): Answer {
  switch (request.do) {
    case 'prepare':
      return prepare(request.facts, request.seed);
    case 'result':
      setNumThreads(request.threads);
      return { result: resultOf() };
    case 'time':
      setNumThreads(request.threads);
      return { seconds: timeOf(request.samples) };
    case 'limit':
      if (!limit) throw new Error('expected a case that has a limit');
      return {
        seconds: median(Array.from({ length: request.samples }, () => limit!(request.threads))),
      };
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
