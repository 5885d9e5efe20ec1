/** The machine's memory read limit, from the native program that only reads. */

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** From build/js/examples/support, where this file is compiled to. */
const root = join(__dirname, '..', '..', '..', '..');
const program = join(root, 'build', 'addon', 'bench', 'native', 'memory_limit');

/** Bytes per second that `threads` threads read of a block of that size: the median of the rounds. */
export function readLimit(nbytes: number, threads: number, rounds = 7): number | undefined {
  if (!existsSync(program)) return undefined;
  let output: string;
  try {
    output = execFileSync(program, ['read', ...[nbytes, threads, rounds].map(String)], {
      encoding: 'utf8',
    });
  } catch {
    return undefined; // it has said why
  }
  const seconds = output.trim().split('\n').map(Number);
  seconds.sort((a, b) => a - b);
  return nbytes / seconds[seconds.length >> 1]!;
}
