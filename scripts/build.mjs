// Builds what is missing or older than its sources: `addon` (C++, by cmake-js), `facade` (lib to
// dist), `core-tests` (the C++ tests, with the addon), or `all` (the addon, the facade, and examples
// and bench in build/js).
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

function fail(message) {
  console.error(`strided: ${message}`);
  process.exit(1);
}

function run(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  const output = `${stdout ?? ''}${stderr ?? ''}`.trim();
  return { ok: status === 0, output };
}

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function fresh(target, sources) {
  if (!existsSync(join(root, target))) return false;
  const built = newest(join(root, target));
  return sources.every((source) => newest(join(root, source)) <= built);
}

function has(command) {
  return spawnSync(command, ['--version']).error === undefined;
}

function buildAddon() {
  const target = 'build/addon/strided.node';
  if (fresh(target, ['CMakeLists.txt', 'native', 'binding'])) return;
  const missing = [
    ['cmake', ['cmake']],
    ['g++', [process.env.CXX ?? 'c++', 'g++', 'clang++']],
    ['make', ['make', 'ninja']],
  ].filter(([, commands]) => !commands.some(has));
  if (missing.length > 0) {
    const names = missing.map(([name]) => name).join(' ');
    fail(
      `cannot build the addon: ${names} not found. On Debian or Ubuntu this installs what is ` +
        `missing:\n  apt-get install -y ${names}`,
    );
  }
  console.log('strided: building the addon from source');
  const args = [
    require.resolve('cmake-js/bin/cmake-js'),
    'build',
    '--directory=.',
    '--out=build/addon',
    '--log-level=error',
    '--parallel=2',
    `--CDSTRIDED_WERROR=${process.env.STRIDED_WERROR ? 'ON' : 'OFF'}`,
  ];
  const built = run(process.execPath, args);
  const warnings = built.output.split('\n').filter((line) => /warning/i.test(line));
  if (!built.ok) fail(`cannot build the addon:\n${built.output}`);
  if (warnings.length > 0) console.warn(warnings.join('\n'));
}

// TypeScript is there in a checkout; a package that was installed has its dist already.
function compile(project, target, sources) {
  if (fresh(target, [...sources, project])) return;
  rmSync(join(root, target), { recursive: true, force: true });
  const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
  const built = run(process.execPath, [tsc, '-p', project]);
  if (!built.ok) fail(`cannot compile ${sources.join(' and ')}:\n${built.output}`);
}

const buildFacade = () => compile('tsconfig.build.json', 'dist', ['lib']);

function buildExamples() {
  buildFacade();
  compile('tsconfig.examples.json', 'build/js', ['examples', 'bench', 'dist']);
}

// They have the kernels, which take long to compile, in common with the addon.
function buildCoreTests() {
  buildAddon();
  const what = ['--target', 'core_tests', '--parallel', '2'];
  const built = run('cmake', ['--build', 'build/addon', ...what]);
  if (!built.ok) fail(`cannot build the core's tests:\n${built.output}`);
}

const steps = {
  addon: [buildAddon],
  facade: [buildFacade],
  'core-tests': [buildCoreTests],
  all: [buildAddon, buildExamples],
};
for (const wanted of process.argv.slice(2)) {
  if (!Object.hasOwn(steps, wanted)) {
    fail(`expected ${Object.keys(steps).join(', ')}, received ${wanted}`);
  }
  for (const step of steps[wanted]) step();
}
