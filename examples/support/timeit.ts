/** IPython's %timeit: the mean and the standard deviation of 7 runs. */

export interface Timing {
  readonly mean: number; // seconds
  readonly deviation: number;
  readonly runs: number;
  readonly loops: number;
}

const RUNS = 7;
const ENOUGH_SECONDS = 0.2;

/** Times a function; as many loops a run as take a fifth of a second, unless given. */
export function timeit(work: () => void, given?: number): Timing {
  const run = (loops: number) => {
    const start = process.hrtime.bigint();
    for (let i = 0; i < loops; i++) work();
    return Number(process.hrtime.bigint() - start) / 1e9;
  };
  let loops = given ?? 1;
  while (given === undefined && run(loops) < ENOUGH_SECONDS) loops *= 10;
  const times = Array.from({ length: RUNS }, () => run(loops) / loops);
  const mean = times.reduce((sum, time) => sum + time, 0) / RUNS;
  const variance = times.reduce((sum, time) => sum + (time - mean) ** 2, 0) / RUNS;
  return { mean, deviation: Math.sqrt(variance), runs: RUNS, loops };
}

/** A time in the largest unit that keeps it above 1, with three digits. */
export function duration(seconds: number): string {
  const [unit, scale] =
    seconds >= 1
      ? ['s', 1]
      : seconds >= 1e-3
        ? ['ms', 1e3]
        : seconds >= 1e-6
          ? ['µs', 1e6]
          : ['ns', 1e9];
  return `${Number((seconds * Number(scale)).toPrecision(3))} ${unit}`;
}

/** The line that %timeit prints. */
export function timeitText({ mean, deviation, runs, loops }: Timing): string {
  const each = `${loops} loop${loops === 1 ? '' : 's'} each`;
  return `${duration(mean)} ± ${duration(deviation)} per loop (mean ± std. dev. of ${runs} runs, ${each})`;
}
