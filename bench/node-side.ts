/** This project's side: a process that makes its arrays once, and times cases as it is asked. */

import { createInterface } from 'node:readline';
import Benchmark from 'benchmark';
import { asFortranArray, type NDArray, random, setNumThreads, sum } from 'strided';
import { arrayKey, type Case } from './cases.js';
import { type Answer, median, type Request } from './protocol.js';

const arrays = new Map<string, NDArray>();
const cases = new Map<string, Case>();

function remembered(key: string, make: () => NDArray): NDArray {
  const array = arrays.get(key) ?? make();
  arrays.set(key, array);
  return array;
}

function arrayOf(of: Case, seed: number): NDArray {
  const cArray = remembered(arrayKey({ ...of, order: 'C' }), () => {
    random.seed(seed);
    return random.rand([...of.shape]).asType(of.dtype, { copy: false });
  });
  return of.order === 'C' ? cArray : remembered(arrayKey(of), () => asFortranArray(cArray));
}

/** The call that is timed. */
function workOf(name: string): () => NDArray {
  const of = cases.get(name);
  const array = of && arrays.get(arrayKey(of));
  if (!of || !array) throw new Error(`no case has the name ${name}`);
  const { axis } = of;
  return () => sum(array, { axis }) as NDArray;
}

/** The median of benchmark.js's samples, each of as many calls as take 50 ms. */
function timeOf(name: string, samples: number): number {
  const fn = workOf(name);
  const bench = new Benchmark(name, { fn, minSamples: samples, maxTime: 0 });
  bench.run();
  if (bench.error) throw bench.error;
  return median(bench.stats.sample);
}

function answerTo(request: Request): Answer {
  switch (request.do) {
    case 'prepare':
      for (const each of request.cases) {
        cases.set(each.name, each);
        arrayOf(each, request.seed);
      }
      return {};
    case 'result': {
      setNumThreads(request.threads);
      const { buffer, byteOffset, byteLength } = workOf(request.name)().toTypedArray();
      return { bytes: Buffer.from(buffer, byteOffset, byteLength).toString('base64') };
    }
    case 'time':
      setNumThreads(request.threads);
      return { seconds: timeOf(request.name, request.samples) };
  }
}

createInterface({ input: process.stdin }).on('line', (line) => {
  let answer: Answer;
  try {
    answer = answerTo(JSON.parse(line));
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
