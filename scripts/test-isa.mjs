// Runs the tests once for each instruction set that this machine has; after --others only for those
// that `npm test` does not run with. Other arguments are jest's.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const addon = createRequire(import.meta.url)('../build/addon/strided.node');
const others = process.argv.includes('--others');
const rest = process.argv.slice(2).filter((argument) => argument !== '--others');
for (const name of addon.instructionSets()) {
  if (others && name === addon.instructionSet()) continue;
  console.log(`strided: the tests with STRIDED_ISA=${name}`);
  const { status } = spawnSync('node_modules/.bin/jest', rest, {
    stdio: 'inherit',
    env: { ...process.env, STRIDED_ISA: name },
  });
  if (status !== 0) process.exit(status ?? 1);
}
