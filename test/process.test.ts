/** Threads, workers, exits and memory, each in a process of its own. */

import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { node, ROOT, script } from './support/child';

test('a process exits cleanly while a job runs', () => {
  const out = script(`
    const x = s.ones([4000, 4000]);
    for (let i = 0; i < 20; i++) x.sumAsync({ axis: i % 2 }).then(() => {});
    console.log('leaving');
    process.exit(0);`);
  expect(out).toBe('leaving\n');
});

test('an uncaught error during a job ends the process in the usual way', () => {
  const { status, signal } = node([
    '-e',
    "const s = require('strided'); s.ones([3000, 3000]).sumAsync(); throw new Error('as usual')",
  ]);
  expect([status, signal]).toEqual([1, null]);
});

test('jobs keep the process alive until they have settled, and no longer', () => {
  const out = script(`
    s.ones([2000, 2000]).sumAsync().then((total) => console.log(total));`);
  expect(out).toBe('4000000\n');
});

test('several worker threads load the addon at once, work, and unload it', () => {
  const out = script(`
    const { Worker } = require('node:worker_threads');
    const work = \`
      const { workerData, parentPort } = require('node:worker_threads');
      const s = require('strided');
      (async () => {
        const x = s.ones([500, 1000]);
        const totals = [x.sum(), await x.sumAsync(), (await x.sumAsync({ axis: 0 })).get(3)];
        if (workerData === 'leave') { for (let i = 0; i < 50; i++) x.sumAsync(); process.exit(0); }
        parentPort.postMessage(totals.join());
      })();\`;
    const run = (data) => new Promise((resolve, reject) => {
      let message = data;
      new Worker(work, { eval: true, workerData: data })
        .on('message', (m) => { message = m; }).on('error', reject)
        .on('exit', (code) => resolve(code + ' ' + message));
    });
    const kinds = ['stay', 'leave', 'stay', 'leave', 'stay', 'stay'];
    for (let round = 0; round < 3; round++) console.log((await Promise.all(kinds.map(run))).join('; '));
    console.log(s.ones([1000, 1000]).sum());`);
  const round =
    '0 500000,500000,500; 0 leave; 0 500000,500000,500; 0 leave; 0 500000,500000,500; 0 500000,500000,500';
  expect(out).toBe(`${round}\n${round}\n${round}\n1000000\n`);
});

test('the addon is unloaded with the only thread that had it', () => {
  const { status, signal, stdout, stderr } = node([
    '-e',
    `const { Worker } = require('node:worker_threads');
     const work = "const s = require('strided'); s.setNumThreads(4);" +
       "const x = s.ones([2000, 1000]); x.sum(); x.sumAsync().then(() => {});";
     const run = (left) => new Worker(work, { eval: true }).on('exit', (code) => {
       console.log(code); if (left > 1) run(left - 1); });
     run(4);`,
  ]);
  expect({ status, signal, stdout, stderr }).toEqual({
    status: 0,
    signal: null,
    stdout: '0\n0\n0\n0\n',
    stderr: '',
  });
});

test('a worker that is terminated during jobs takes nothing with it', () => {
  const out = script(`
    const { Worker } = require('node:worker_threads');
    const work = "const s = require('strided'); const x = s.ones([3000, 3000]);" +
      "for (let i = 0; i < 20; i++) x.sumAsync({ axis: 0 });" +
      "require('node:worker_threads').parentPort.postMessage(0)";
    for (let i = 0; i < 5; i++) {
      const worker = new Worker(work, { eval: true });
      await new Promise((resolve) => worker.once('message', resolve));
      await worker.terminate();
    }
    console.log(s.ones([9]).sum());`);
  expect(out).toBe('9\n');
});

test('a loop that never yields does not keep what it let go of', () => {
  const out = script(`
    const x = s.ones([4e6]);
    for (let i = 0; i < 400; i++) x.copy();
    for (let i = 0; i < 1_000_000; i++) s.zeros([3, 3]);
    const { blocks } = s.memoryUsage();
    console.log(process.resourceUsage().maxRSS < 4e6, blocks < 4000);`);
  expect(out).toBe('true true\n');
});

test('memory returns to where it started, collected or disposed of', () => {
  const out = script(
    `const start = s.memoryUsage();
    for (let i = 0; i < 10_000; i++) {
      const x = s.ones([10, 10]);
      x.get(1, 1); x.slice(0).sum({ keepdims: true }); x.T.copy();
      if (i % 3 === 0) x.dispose();
    }
    for (let i = 0; i < 20; i++) await s.ones([100, 100]).sumAsync({ axis: 0 });
    for (let i = 0; i < 5; i++) { gc(); await new Promise(setImmediate); }
    const end = s.memoryUsage();
    console.log(end.blocks - start.blocks, end.bytes - start.bytes);
    const big = s.zeros([1e6]);
    console.log(s.memoryUsage().bytes - end.bytes);
    big.dispose();
    console.log(s.memoryUsage().bytes - end.bytes);`,
    { flags: ['--expose-gc'] },
  );
  expect(out).toBe('0 0\n8000000\n0\n');
});

test('memory returns to where it started after views and writebacks', () => {
  const out = script(
    `const collect = async () => {
      for (let i = 0; i < 5; i++) { gc(); await new Promise(setImmediate); }
    };
    const round = (i) => {
      const x = s.zeros([6, 8]);
      const views = [x.T.flip(0), x.diagonal(1), x.broadcastTo([2, 6, 8]), x.reinterpret('uint8'),
        x.reshape([4, -1], { order: 'F' }), s.asStrided(x, { shape: [3], strides: [16] }),
        x.expandDims(0).squeeze(), x.moveAxis(0, 1), x.flatten({ order: 'K' })];
      const t = s.require(views[i % 3 === 0 ? 0 : 6], { dtype: 'float32', ownData: true, writeback: true });
      if (i % 4 === 0) t.resolveWriteback();
      else if (i % 4 === 1) t.discardWriteback();
      else if (i % 4 === 2) t.dispose();
      if (i % 5 === 0) x.dispose();
    };
    const start = s.memoryUsage();
    for (let i = 0; i < 10_000; i++) round(i);
    await collect();
    const end = s.memoryUsage();
    console.log(end.blocks - start.blocks, end.bytes - start.bytes);`,
    { flags: ['--expose-gc', '--no-warnings'] },
  );
  expect(out).toBe('0 0\n');
});

test('zeros of a large block costs no memory before it is written', () => {
  const out = script(`
    const before = process.memoryUsage().rss;
    const x = s.zeros([2e8]);
    console.log(process.memoryUsage().rss - before < 50e6, x.get(-1));`);
  expect(out).toBe('true 0\n');
});

test.each([
  ['3', '3'],
  ['1', '1'],
])('STRIDED_NUM_THREADS=%s sets the threads', (value, threads) => {
  const out = script('console.log(s.getNumThreads())', { env: { STRIDED_NUM_THREADS: value } });
  expect(out).toBe(`${threads}\n`);
});

test('a package without its addon says what builds it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'strided-'));
  try {
    cpSync(join(ROOT, 'dist'), join(folder, 'dist'), { recursive: true });
    const missing = node(['-e', `require(${JSON.stringify(join(folder, 'dist'))})`]);
    expect(missing.status).toBe(1);
    expect(missing.stderr).toContain('its addon was not built');
    expect(missing.stderr).toContain('apt-get install -y cmake make g++');
    expect(missing.stderr).toContain('node scripts/build.mjs addon');

    mkdirSync(join(folder, 'build', 'addon'), { recursive: true });
    cpSync(join(ROOT, 'package.json'), join(folder, 'build', 'addon', 'strided.node'));
    const broken = node(['-e', `require(${JSON.stringify(join(folder, 'dist'))})`]);
    expect(broken.status).toBe(1);
    expect(broken.stderr).toContain('its addon cannot be loaded');
    expect(broken.stderr).toContain('node scripts/build.mjs addon');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a machine without a compiler is told what to install', () => {
  const folder = mkdtempSync(join(tmpdir(), 'strided-'));
  try {
    for (const part of ['scripts', 'native', 'binding', 'CMakeLists.txt']) {
      cpSync(join(ROOT, part), join(folder, part), { recursive: true });
    }
    const build = join(folder, 'scripts', 'build.mjs');
    const { status, stderr } = node([build, 'addon'], { PATH: '/nowhere' });
    expect(status).toBe(1);
    expect(stderr).toContain('cmake g++ make not found');
    expect(stderr).toContain('apt-get install -y cmake g++ make');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** What V8 dropped of its code since all objects of a class were gone, but for that of the loop. */
function dropped(code: string): string[] {
  const out = script(
    `${code}
    for (const name in works) {
      for (let round = 0; round < 10; round++) {
        gc();
        await new Promise(setImmediate);
        for (let i = 0; i < 2000; i++) works[name]();
      }
    }`,
    { flags: ['--expose-gc', '--trace-deopt', '--no-use-osr', '--no-concurrent-recompilation'] },
  );
  return [...out.matchAll(/SharedFunctionInfo (\w+)>.*reason: weak objects/g)].map((m) => m[1]!);
}

test('code that was optimized for what comes and goes outlives collections', () => {
  const arrays = dropped(`
    const x = s.ones([30, 30]), counts = s.ones([30, 30], { dtype: 'int32' });
    const works = {
      axis: () => x.sum({ axis: 0 }),
      all: () => x.mean(),
      bigints: () => counts.sum({ axis: 1 }),
      booleans: () => x.any({ axis: 0 }),
      copies: () => x.slice(':10').copy(),
    };`);
  const fleeting = dropped(`
    class Fleeting { constructor(i) { this.i = i; } }
    const places = [];
    const works = { fleeting: () => { places[0] = new Fleeting(1); places[0] = undefined; } };`);
  expect([arrays, fleeting.length > 0]).toEqual([[], true]);
});
