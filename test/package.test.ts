/** What is published, and that every kind of consumer finds it. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { node, ROOT } from './support/child';

const NAMES = [
  'NDArray',
  'all',
  'allAsync',
  'any',
  'anyAsync',
  'arange',
  'argmax',
  'argmaxAsync',
  'argmin',
  'argminAsync',
  'array',
  'arrayAsync',
  'arrayRepr',
  'arrayStr',
  'asArray',
  'asContiguousArray',
  'asContiguousArrayAsync',
  'asFortranArray',
  'asFortranArrayAsync',
  'asStrided',
  'broadcastArrays',
  'broadcastShapes',
  'byteBounds',
  'copyTo',
  'copyToAsync',
  'countNonzero',
  'countNonzeroAsync',
  'empty',
  'emptyLike',
  'eye',
  'fromJSON',
  'full',
  'fullLike',
  'getNumThreads',
  'getPrintOptions',
  'hasInternalOverlap',
  'linspace',
  'max',
  'maxAsync',
  'mayShareMemory',
  'mean',
  'meanAsync',
  'memoryUsage',
  'min',
  'minAsync',
  'ones',
  'onesLike',
  'prod',
  'prodAsync',
  'random',
  'require',
  'requireAsync',
  'setNumThreads',
  'setPrintOptions',
  'sharesMemory',
  'sum',
  'sumAsync',
  'withPrintOptions',
  'zeros',
  'zerosLike',
];

test('CommonJS and ES modules see the same names', () => {
  const required = node(['-p', "JSON.stringify(Object.keys(require('strided')).sort())"]);
  expect(JSON.parse(required.stdout)).toEqual(NAMES);
  const imported = node([
    '--input-type=module',
    '-e',
    "import * as s from 'strided'; import { sum } from 'strided';" +
      "const names = Object.keys(s).filter((name) => !['default', '__esModule', 'module.exports'].includes(name));" +
      'console.log(JSON.stringify([typeof sum, ...names.sort()]));',
  ]);
  expect(JSON.parse(imported.stdout)).toEqual(['function', ...NAMES]);
});

test('the published files are those that a user needs', () => {
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const packed = JSON.parse(output);
  const { files } = (Array.isArray(packed) ? packed[0] : Object.values(packed)[0]) as {
    files: { path: string }[];
  };
  const paths = files.map(({ path }) => path);
  for (const needed of [
    'dist/index.js',
    'dist/index.d.ts',
    'native/reduce.cpp',
    'native/kernels/sum.cpp',
    'binding/addon.cpp',
    'scripts/build.mjs',
    'CMakeLists.txt',
    'README.md',
    'LICENSE',
    'package.json',
  ]) {
    expect(paths).toContain(needed);
  }
  const allowed =
    /^(dist\/[\w-]+\.(js|d\.ts)|(native|binding)\/[\w/-]+\.(cpp|hpp|txt)|native\/kernels\/[\w-]+\.(cpp|hpp)|scripts\/build\.mjs|CMakeLists\.txt|README\.md|CHANGELOG\.md|LICENSE|package\.json)$/;
  expect(paths.filter((path) => !allowed.test(path))).toEqual([]);
});

test('the types are complete for CommonJS and ES module consumers', () => {
  const folder = mkdtempSync(join(ROOT, 'build', 'consumer-'));
  try {
    const code = `
import { type DTypeName, NDArray, type ReduceOptions, type TypedArray, array, arange, arrayAsync, random, requireAsync, sum, sumAsync, zeros } from 'strided';
const x: NDArray<'int32'> = zeros([2, 3], { dtype: 'int32' });
const element: number = x.get(0, 0);
const big: bigint = zeros([1], { dtype: 'int64' }).item();
const truth: boolean = zeros([1], { dtype: 'bool' }).item();
const options: ReduceOptions = { axis: [0, -1], keepdims: true, out: x, where: true, initial: 0 };
const total = sum(array([[1, 2], [3, 4]]), options);
const later: Promise<number | bigint | boolean | NDArray> = sumAsync(x, { signal: AbortSignal.timeout(9) });
const bytes: Promise<TypedArray> = x.toTypedArrayAsync({ signal: AbortSignal.timeout(9) });
const cast: Promise<NDArray<'int8'>> = arrayAsync(x, { dtype: 'int8', order: 'F' });
async function scoped(): Promise<void> {
  await using t = await requireAsync(x, { dtype: 'float32', writeback: true });
  const single: NDArray<'float32'> = await t.reshapeAsync(-1, { copy: true });
  console.log(await single.ravelAsync(), await t.flattenAsync({ order: 'F' }), bytes, cast);
}
const name: DTypeName = x.dtype;
const shape: readonly number[] = x.slice(0, '1:', null, '...').T.shape;
// @ts-expect-error a shape cannot be written
x.shape[0] = 1;
// @ts-expect-error no such dtype
zeros([1], { dtype: 'float16' });
// @ts-expect-error the rooms' inside is not public
x.storage;
console.log(scoped, element, big, truth, total, later, name, shape, random.rand([2]).dtype, arange(3n));
`;
    for (const extension of ['mts', 'cts']) writeFileSync(join(folder, `user.${extension}`), code);
    const options = {
      compilerOptions: {
        module: 'node16',
        target: 'es2022',
        lib: ['ES2023', 'ESNext.Disposable'],
        types: ['node'],
        strict: true,
        noEmit: true,
        exactOptionalPropertyTypes: true,
      },
      include: ['*'],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(options));
    const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
    const { status, stdout } = node([tsc, '-p', folder]);
    expect([status, stdout]).toEqual([0, '']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the README's example runs as it stands", () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const [first, second] = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1]!);
  expect(first!.trim().split('\n').length).toBeLessThanOrEqual(10);
  const ran = node(['--input-type=module', '-e', first!]);
  expect(ran.stderr).toBe('');
  expect(ran.stdout).toBe(
    [
      'array([1.e-01, 1.e+16]) true',
      '1.6 1.6',
      'array([0.6, 1. ])',
      'array([[ 0.e+00,  2.e-01,  3.e-01],',
      '       [ 0.e+00,  1.e+00, -1.e+16]]) [ 24, 8 ] true',
      'array([ 0.0e+00,  1.2e+00, -1.0e+16])',
      '',
    ].join('\n'),
  );
  expect(node(['--input-type=module', '-e', second!])).toMatchObject({ status: 0, stderr: '' });
});
