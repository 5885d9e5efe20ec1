/** The benchmark's table, what it computes, and that the README shows what was measured. */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  bytesOf,
  casesOf,
  limitOf,
  neededBytes,
  QUICK,
  resultKey,
  viewedShape,
} from '../bench/cases';
import { chartOf } from '../bench/chart';
import { Bits, differenceOf, toleranceOf } from '../bench/check';
import { type Case, ITEMSIZE } from '../bench/facts';
import { limitOn } from '../bench/limits';
import { isDue } from '../bench/measure';
import { fittingSize, readOptions } from '../bench/options';
import { geometricMean, median, type Result } from '../bench/protocol';
import { resultsIn, sectionIn, sectionOf, withSection } from '../bench/readme';
import { alikeText, durationText, groupText, summaryText, unmeasuredText } from '../bench/report';
import {
  fileNameOf,
  jsonOf,
  limitRatioOf,
  type Results,
  resultOf,
  type Spread,
  summariesOf,
} from '../bench/results';
import { ROOT } from './support/child';

const GIGABYTE = 1e9;
const cases = casesOf(10_000);
const named = (name: string) => cases.find((each) => each.name === name)!;

describe('the table', () => {
  test('names are unique, and groups lie together', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    const changes = cases.filter(({ group }, i) => group !== cases[i - 1]?.group);
    expect(changes.length).toBe(new Set(cases.map(({ group }) => group)).size);
  });

  test.each(cases.map((each) => [each.name, each.facts] as const))(
    '%s is consistent',
    (_, facts) => {
      const shape = viewedShape(facts.shape, facts.view);
      const axes = facts.axis === null ? [] : [facts.axis].flat();
      for (const axis of axes) expect(shape.length).toBeGreaterThan(axis);
      expect(new Set(axes).size).toBe(axes.length);
      expect(Object.keys(facts.view ?? { one: 1 })).toHaveLength(1);
      if (facts.view?.shiftedBytes) expect(facts.shape).toHaveLength(1);
      const floats = facts.dtype.startsWith('float');
      expect(facts.range === null).toBe(floats);
      if (['centred', 'antisymmetric', 'nearOne'].includes(facts.data)) expect(floats).toBe(true);
      if (['centred', 'antisymmetric'].includes(facts.data)) expect(facts.shape).toHaveLength(2);
      if (facts.data === 'signs') expect(facts.dtype).toBe('int32');
      expect(facts.into !== null).toBe(facts.op === 'assign');
      expect(bytesOf(facts)).toBe(shape.reduce((a, b) => a * b, ITEMSIZE[facts.dtype]));
    },
  );

  test('integer sums fit their dtype', () => {
    for (const { facts } of cases.filter(({ facts }) => facts.op === 'sum' && facts.range)) {
      const [low, high] = facts.range!;
      const count = facts.shape.reduce((a, b) => a * b, 1);
      expect(BigInt(Math.max(-low, high)) * BigInt(count)).toBeLessThan(2n ** 63n);
    }
  });

  test('either side knows every operation', () => {
    const sources = ['ops.ts', 'numpy_side.py'].map((name) =>
      readFileSync(join(ROOT, 'bench', name), 'utf8'),
    );
    for (const op of new Set(cases.map(({ facts }) => facts.op))) {
      expect(sources[0]).toMatch(new RegExp(`^  ${op}:`, 'm'));
      expect(sources[1]).toMatch(new RegExp(`^    "${op}": `, 'm'));
    }
  });

  test('the quick cases are there', () => {
    expect(QUICK.filter((name) => !named(name))).toEqual([]);
  });

  test('views, limits and keys', () => {
    expect(viewedShape([10, 10], { slice: ['::2', '::3'] })).toEqual([5, 4]);
    expect(viewedShape([10, 7], { slice: ['::-1'] })).toEqual([10, 7]);
    expect(viewedShape([2, 3, 4], { transpose: [1, 2, 0] })).toEqual([3, 4, 2]);
    expect(viewedShape([4], { broadcastTo: [3, 4] })).toEqual([3, 4]);
    expect(() => viewedShape([4], { slice: ['1:'] })).toThrow('of the form ::step');
    expect(limitOf(named('sum 1000x1000 C axis=0').facts)).toBe('read');
    expect(limitOf(named('sum 100x100 axis=0').facts)).toBeUndefined();
    expect(limitOf(named('sum broadcast row axis=0').facts)).toBeUndefined();
    expect(limitOf(named('copy float64').facts)).toBe('copy');
    expect(limitOf(named('loop of get').facts)).toBe('get');
    expect(limitOf(named('call T').facts)).toBeUndefined();
    const key = (name: string) => resultKey(named(name).facts);
    expect(key('sum float64 C axis=0')).toBe(key('sum float64 F axis=0'));
    expect(key('sum float64 C axis=0')).not.toBe(key('sum float64 F axis=1'));
    expect(key('assign C to F')).not.toBe(key('assign float64 to float32'));
    expect(key('sum odd address axis=none')).toBe(key('sum 1-D axis=none'));
  });
});

describe('the command line', () => {
  const read = (line: string, free = 100 * GIGABYTE) =>
    readOptions(line.split(' ').filter(Boolean), free);

  test('a full run writes, a partial one only when asked', () => {
    expect(read('')).toMatchObject({ size: 10_000, rounds: 5, partial: false, write: true });
    expect(read('').cases).toHaveLength(cases.length);
    expect(read('--no-write')).toMatchObject({ partial: false, write: false });
    expect(read('--quick')).toMatchObject({ size: 2000, rounds: 3, partial: true, write: false });
    expect(read('--quick').cases).toHaveLength(QUICK.length);
    expect(read('--quick --write')).toMatchObject({ partial: true, write: true });
    expect(read('--size 500')).toMatchObject({ size: 500, partial: true, write: false });
    expect(read('--only ^mean').cases.every(({ name }) => name.startsWith('mean'))).toBe(true);
    expect(read('--only ^mean')).toMatchObject({ partial: true, write: false });
  });

  test.each([
    ['--rounds 0', '--rounds: expected a positive integer, received 0'],
    ['--size 1e3', '--size: expected a positive integer, received 1e3'],
    ['--only nothing-is-called-so', '--only: no case has a name that matches nothing-is-called-so'],
    ['--only (', '--only: Invalid regular expression'],
    ['--write --no-write', '--write: not with --no-write'],
    ['--slow', "Unknown option '--slow'"],
    ['--size 20000', '--size: arrays of 20000 x 20000 need 22.4 GB of memory in all, and 10.0 GB'],
  ])('%s', (line, message) => {
    expect(() => read(line, 10 * GIGABYTE)).toThrow(message);
  });

  test('little memory means smaller arrays, and a word of it', () => {
    const needed = (size: number) => neededBytes(casesOf(size));
    const { size, note } = fittingSize(undefined, 10_000, GIGABYTE, needed);
    expect(size).toBe(4000);
    expect(needed(size)).toBeLessThanOrEqual(0.9 * GIGABYTE);
    expect(note).toMatch(/need 5.6 GB .* 1.0 GB are free: this run has arrays of 4000 x 4000/);
    expect(fittingSize(undefined, 10_000, 10 * GIGABYTE, needed)).toEqual({ size: 10_000 });
    expect(read('', GIGABYTE)).toMatchObject({ size: 4000, partial: true, write: false });
  });
});

const bytesOfFloats = (values: number[], type: 'float64' | 'float32' = 'float64') =>
  Buffer.from((type === 'float64' ? Float64Array : Float32Array).from(values).buffer).toString(
    'base64',
  );

describe('the check of results', () => {
  const sum = named('sum float64 C axis=0');
  const mine = (values: number[]): Result => ({ dtype: 'float64', bytes: bytesOfFloats(values) });
  const theirs = (values: number[], scale: number[]): Result => ({
    ...mine(values),
    scale: bytesOfFloats(scale),
  });

  test('float sums may differ by roundings, relative to the absolute values', () => {
    const each = { ...sum, facts: { ...sum.facts, shape: [100, 2] } };
    const off = toleranceOf('float64', 100) * 50;
    expect(differenceOf(each, mine([1, 2]), theirs([1 + 0.9 * off, 2], [50, 50]))).toBeUndefined();
    expect(differenceOf(each, mine([1, 2]), theirs([1, 2 + 1.1 * off], [50, 50]))).toMatch(
      /^element 1 is 2, NumPy's 2\.0+\d+, off by more than/,
    );
    expect(differenceOf(each, mine([Number.NaN, 2]), theirs([1, 2], [50, 50]))).toMatch('NaN');
    expect(differenceOf(each, mine([1]), theirs([1, 2], [50, 50]))).toBe(
      "it has 1 elements, NumPy's 2",
    );
  });

  test('what has no scale has to be equal', () => {
    expect(differenceOf(sum, mine([1, Number.NaN]), mine([1, Number.NaN]))).toBeUndefined();
    expect(differenceOf(sum, mine([0]), mine([-0]))).toMatch('element 0');
    const big = Buffer.from(BigInt64Array.of(5n).buffer).toString('base64');
    expect(differenceOf(sum, mine([5]), { dtype: 'int64', bytes: big })).toBeUndefined();
    expect(differenceOf(sum, mine([6]), { dtype: 'int64', bytes: big })).toMatch('element 0 is 6');
    const hash = (sha256: string): Result => ({ dtype: 'float64', sha256 });
    expect(differenceOf(sum, hash('a'), hash('a'))).toBeUndefined();
    expect(differenceOf(sum, hash('a'), hash('b'))).toBe("its elements are not NumPy's");
    expect(differenceOf(sum, hash('a'), mine([1]))).toBe("its elements are not NumPy's");
  });

  test('the same sums have the same bits, in any order and with any number of threads', () => {
    const bits = new Bits();
    const other = named('sum float64 F axis=0');
    expect(bits.problemOf(sum, 1, mine([1]))).toBeUndefined();
    expect(bits.problemOf(sum, 2, mine([1]))).toBeUndefined();
    expect(bits.problemOf(other, 1, mine([1]))).toBeUndefined();
    expect(bits.problemOf(other, 2, mine([1 + 2 ** -52]))).toBe(
      'the bits of sum float64 F axis=0 with 2 threads and of sum float64 C axis=0 with 1 thread differ',
    );
    expect(bits.problemOf(named('sum float64 F axis=1'), 1, mine([2]))).toBeUndefined();
  });
});

const rounds = {
  one: [2, 1, 9],
  all: [1, 0.5, 0.75],
  numpy: [3, 2, 4],
  limitOne: [1, 1, 1],
  limitAll: [0.5, 0.5, 0.6],
};

describe('what is computed', () => {
  const sum: Case = {
    ...named('sum float64 C axis=0'),
    targets: { one: 1.5, all: 4.5, limitOne: 0.6, limitAll: 0.6 },
  };

  test('medians and geometric means', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(geometricMean([1, 4])).toBeCloseTo(2, 12);
    expect(() => median([])).toThrow(RangeError);
    expect(() => geometricMean([])).toThrow(RangeError);
  });

  test('ratios, shares, spreads and targets', () => {
    expect(resultOf(sum, rounds)).toEqual({
      name: sum.name,
      group: sum.group,
      facts: sum.facts,
      bytes: 8e8,
      rounds: 3,
      seconds: { one: 2, all: 0.75, numpy: 3 },
      limit: { one: 8e8, all: 1.6e9 },
      ratio: { one: 1.5, all: 4 },
      share: { one: 0.5, all: 0.8 },
      spread: {
        one: [1, 9],
        all: [0.5, 1],
        numpy: [2, 4],
        limit: { one: [1, 1], all: [0.5, 0.6] },
      },
      targets: sum.targets,
      met: { one: true, all: false, limitOne: false, limitAll: true },
    });
  });

  test('slow cases have fewer rounds, fast ones more', () => {
    const roundsOf = (each: number, rounds: number, mostRounds: number) => {
      let done = 0;
      while (isDue(done, done * each, { rounds, mostRounds })) done++;
      return done;
    };
    expect([0.001, 0.3, 0.5, 1, 3].map((each) => roundsOf(each, 5, 25))).toEqual([25, 7, 5, 5, 3]);
    expect([0.001, 10].map((each) => roundsOf(each, 1, 1))).toEqual([1, 1]);
  });

  test('without NumPy and the limits, there is nothing to compare with', () => {
    const bare = resultOf(sum, { ...rounds, numpy: [], limitOne: [], limitAll: [] });
    expect(bare).toMatchObject({ limit: null, ratio: null, share: null, met: {} });
    expect(bare.seconds.numpy).toBeNull();
    expect(groupText([bare], { one: 1, all: 2 })).toMatch(/0\.750? s|750 ms/);
    expect(summariesOf([bare])[0]).toMatchObject({ ratio: null, share: null, short: 0 });
  });

  test('a group is summarised, and marked where it falls short', () => {
    const views = named('sum 1-D axis=none');
    const [summary] = summariesOf([
      resultOf(views, rounds),
      resultOf(views, { ...rounds, numpy: [1] }),
    ]);
    expect(summary).toMatchObject({ cases: 2, short: 1, shortTogether: { all: 2.5 } });
    expect(summary!.ratio!.one).toEqual({ mean: geometricMean([1.5, 0.5]), least: 0.5 });
    const text = summaryText([resultOf(sum, rounds)], { one: 1, all: 2 });
    expect(text).toContain('sum of float64');
    expect(groupText([resultOf(sum, rounds)], { one: 1, all: 2 })).toContain('4.00 x < 4.50 x │');
  });

  test('a target beyond the limit is marked with what the limit comes to', () => {
    const threads = { one: 1, all: 2 };
    const beyond = resultOf(sum, { ...rounds, limitAll: [1] });
    expect(limitRatioOf(resultOf(sum, rounds))).toEqual({ one: 3, all: 5 });
    expect(limitRatioOf(beyond)!.all).toBeCloseTo(4, 3);
    expect(groupText([beyond], threads)).toContain('4.00 x < 4.50 x (limit 4.00 x)');
    expect(summaryText([beyond], threads)).toContain('limit x NumPy, 2 threads');
    expect(limitRatioOf(resultOf(sum, { ...rounds, numpy: [] }))).toBeNull();
  });

  test('cases that are meant to be alike: how far apart they are', () => {
    const taking = (name: string, all: number) => resultOf(named(name), { ...rounds, all: [all] });
    const slow = taking('sum one array axis=0', 1.2);
    const fast = taking('sum one array transposed axis=1', 1);
    const threads = { one: 1, all: 2 };
    const line = 'sums of one array of float64, 2 threads: the slowest takes';
    expect(alikeText([slow, fast], threads)).toBe(`${line} 1.20 x > 1.15 x as long as the fastest`);
    expect(alikeText([fast, fast], threads)).toBe(`${line} 1.00 x as long as the fastest`);
    expect(alikeText([fast], threads)).toBe('');
    const others = ['sum float64 C axis=0', 'sum float64 C axis=1'];
    expect(alikeText([taking(others[0]!, 2), taking(others[1]!, 1)], threads)).toBe('');
  });

  test('what was not measured is listed', () => {
    const missing = [{ name: 'x', group: 'y', reason: 'NDArray has no method z' }];
    expect(unmeasuredText('not run', missing)).toBe('!!! not run: 1\n  x: NDArray has no method z');
    expect(unmeasuredText('not run', [])).toBe('');
  });

  test('durations have three digits', () => {
    expect([1.23456, 0.0123456, 4.2e-6, 123.4e-9, 0.99996].map(durationText)).toEqual([
      '1.23 s',
      '12.3 ms',
      '4.20 us',
      '123 ns',
      '1000 ms',
    ]);
  });

  test('files are named by day and CPU', () => {
    const machine = { cpu: 'Intel(R) Xeon(R) CPU @ 2.20GHz' } as Results['machine'];
    expect(fileNameOf({ date: '2031-01-02T03:04:05.678Z', machine })).toBe(
      '2031-01-02-intel-xeon-cpu-2-20ghz',
    );
  });
});

describe('the committed results', () => {
  const folder = join(ROOT, 'bench', 'results');
  const { newest, others } = resultsIn(folder);
  const results = newest!;
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

  test("are in the README's table (npm run bench:readme)", () => {
    const section = sectionOf(results, others);
    expect(sectionIn(readme)).toBe(section);
    expect(withSection(readme, section)).toBe(readme);
    for (const { machine } of others) expect(section).toContain(machine.cpu);
    const changed = structuredClone(results) as unknown as {
      cases: { ratio: { one: number } }[];
    };
    changed.cases[0]!.ratio.one *= 2;
    expect(sectionOf(changed as unknown as Results, others)).not.toBe(section);
  });

  test('have every field, and numbers that fit together', () => {
    expect(jsonOf(results)).toBe(readFileSync(join(folder, `${fileNameOf(results)}.json`), 'utf8'));
    const text = expect.any(String);
    const number = expect.any(Number);
    expect(results).toEqual({
      date: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      machine: {
        cpu: text,
        processors: number,
        memoryBytes: number,
        kernel: text,
        governor: results.machine.governor === null ? null : text,
        load: number,
      },
      versions: {
        strided: text,
        commit: text,
        node: text,
        python: text,
        numpy: text,
        compiler: text,
      },
      settings: {
        threads: { one: 1, all: number },
        rounds: number,
        samples: number,
        size: number,
        partial: false,
        isa: results.settings.isa === null ? null : text,
      },
      wallSeconds: number,
      cases: expect.any(Array),
      notRun: expect.any(Array),
      failed: [],
    });
    for (const each of results.cases) {
      const { seconds, spread, limit, ratio, share } = each;
      const within = (value: number, theirs: Spread, ours: Spread) => {
        expect(value).toBeGreaterThanOrEqual((theirs[0] / ours[1]) * 0.999);
        expect(value).toBeLessThanOrEqual((theirs[1] / ours[0]) * 1.001);
      };
      for (const key of ['one', 'all'] as const) {
        within(ratio![key], spread.numpy!, spread[key]);
        if (limit) within(share![key], spread.limit![key], spread[key]);
      }
      const reached = { ...ratio, limitOne: share?.one, limitAll: share?.all };
      const targets = Object.keys(each.targets) as (keyof typeof reached)[];
      const known = targets.filter((target) => reached[target] !== undefined);
      expect(each.met).toEqual(
        Object.fromEntries(
          known.map((target) => [target, reached[target]! >= each.targets[target]!]),
        ),
      );
      for (const key of ['one', 'all', 'numpy'] as const) {
        expect(spread[key]![0]).toBeLessThanOrEqual(seconds[key]!);
        expect(spread[key]![1]).toBeGreaterThanOrEqual(seconds[key]!);
      }
    }
  });

  test('have a chart that names every group', () => {
    const path = join(folder, `${fileNameOf(results)}.svg`);
    expect(existsSync(path)).toBe(true);
    const committed = readFileSync(path, 'utf8');
    const drawn = chartOf(results)!;
    for (const { group } of summariesOf(results.cases)) {
      expect(committed).toContain(group);
      expect(drawn).toContain(group);
    }
  });
});

test('a run without NumPy and cmake says so, checks its bits and measures', () => {
  const build = join(ROOT, 'build', 'js', 'bench', 'run.js');
  const { status, stdout } = spawnSync(
    process.execPath,
    [build, '--only', '^sum (3x3|100x100 axis=0)', '--rounds', '1'],
    { encoding: 'utf8', env: { PATH: '/nonexistent' }, cwd: ROOT },
  );
  expect(stdout).toContain('!!! NumPy is not timed: no python3 on the PATH has it');
  expect(stdout).toContain('!!! The limits are not measured: spawnSync cmake ENOENT');
  expect(stdout).toMatch(/sum 3x3 axis=0 +│ +[\d.]+ [un]s │ +[\d.]+ [un]s │ +- │/);
  expect(stdout).toMatch(/2 cases in \d+ s/);
  expect(status).toBe(0);
});

describe('the limits of memory', () => {
  const program = join(ROOT, 'build', 'addon', 'bench', 'native', 'memory_limit');
  const run = (...args: string[]) => spawnSync(program, args, { encoding: 'utf8' });

  test.each(['read', 'copy'])('%s: the seconds of each round', (limit) => {
    const { status, stdout } = run(limit, '5000000', '2', '3');
    expect(stdout).toMatch(/^(\d\.\d{9}\n){3}$/);
    expect(
      stdout
        .split('\n')
        .slice(0, 3)
        .map(Number)
        .every((seconds) => seconds > 0),
    ).toBe(true);
    expect(status).toBe(0);
  });

  test.each([[], ['read'], ['write', '5'], ['copy', '0'], ['read', '5', '1']])(
    'says how it is used: %s',
    (...args) => {
      const { status, stderr } = run(...args);
      expect(stderr).toMatch(/^usage: memory_limit read\|copy BYTES/);
      expect(status).toBe(2);
    },
  );

  test.each(['sum 1000x1000 C axis=0', 'copy float64', 'loop of get'])(
    '%s, in its process',
    (name) => {
      const addon = join(ROOT, 'build', 'addon', 'bench', 'native', 'limits.node');
      const { facts } = casesOf(400).find((each) => each.name === name)!;
      const time = limitOn(facts, new Float64Array(1e6), addon)!;
      for (const threads of [2, 1, 2]) expect(time(threads)).toBeGreaterThan(0);
      expect(limitOn(named('call T').facts, new Float64Array(1), addon)).toBeUndefined();
    },
  );

  test('the notebook measures that of reading', () => {
    const { readLimit } = require(join(ROOT, 'build/js/examples/support/read-limit.js'));
    expect(readLimit(5_000_000, 2, 3)).toBeGreaterThan(0);
  });
});
