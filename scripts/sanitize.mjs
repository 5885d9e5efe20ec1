// Builds the core with sanitizers and runs its tests: addresses and undefined behaviour in all of
// them, data races in those that use threads.
import { spawnSync } from 'node:child_process';

const builds = [
  ['build/sanitize-address', 'address,undefined', []],
  [
    'build/sanitize-thread',
    'thread',
    [
      '--tests-regex',
      '^(pool|jobs|sum|few_sum|loops|reduce|copy|overlap|storage|rooms|generator)$',
    ],
  ],
];

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (error) console.error(error.message);
  if (status !== 0) process.exit(status ?? 1);
}

for (const [folder, sanitizers, tests] of builds) {
  console.log(`strided: the C++ tests with -fsanitize=${sanitizers}`);
  run('cmake', [
    '-S',
    '.',
    '-B',
    folder,
    `-DSTRIDED_SANITIZE=${sanitizers}`,
    '--log-level=WARNING',
  ]);
  run('cmake', ['--build', folder, '--target', 'core_tests', '--parallel', '2']);
  run('ctest', ['--test-dir', folder, '--output-on-failure', ...tests]);
}
