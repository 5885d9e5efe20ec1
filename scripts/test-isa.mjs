// Runs the tests once for each instruction set that this machine has.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const addon = createRequire(import.meta.url)('../build/addon/strided.node');
for (const name of addon.instructionSets()) {
  console.log(`strided: the tests with STRIDED_ISA=${name}`);
  const { status } = spawnSync('node_modules/.bin/jest', process.argv.slice(2), {
    stdio: 'inherit',
    env: { ...process.env, STRIDED_ISA: name },
  });
  if (status !== 0) process.exit(status ?? 1);
}
