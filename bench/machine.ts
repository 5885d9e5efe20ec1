/** Where and with what a run is made. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Results } from './results';
import { type Python, ROOT } from './sides';

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}

function outputOf(command: string, args: string[]): string | null {
  const { status, stdout } = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}

/** The commit that is checked out, with a word of it when there are changes besides. */
function commitOf(): string | null {
  return outputOf('git', ['describe', '--always', '--dirty=-changed', '--exclude=*']);
}

/** What built the addon. */
function compilerOf(): string | null {
  const cache = textOf(join(ROOT, 'build', 'addon', 'CMakeCache.txt'));
  const command = cache?.match(/^CMAKE_CXX_COMPILER:\w+=(.+)$/m)?.[1];
  return (command && outputOf(command, ['--version'])?.split('\n')[0]) || null;
}

/** The CPU's name, with the numbers of its kind where the system tells them: names may hide it. */
function cpuOf(name: string | undefined): string {
  const facts = textOf('/proc/cpuinfo');
  const [family, model] = ['cpu family', 'model'].map(
    (fact) => facts?.match(new RegExp(`^${fact}\\s*:\\s*(\\d+)$`, 'm'))?.[1],
  );
  const known = name?.trim() || 'unknown';
  return family && model ? `${known} (family ${family}, model ${model})` : known;
}

export function machineOf(): Results['machine'] {
  const processors = cpus();
  return {
    cpu: cpuOf(processors[0]?.model),
    processors: processors.length,
    memoryBytes: totalmem(),
    kernel: release(),
    governor: textOf('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor'),
    load: loadavg()[0]!,
  };
}

export function versionsOf(python: Python | undefined): Results['versions'] {
  return {
    strided: JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version,
    commit: commitOf(),
    node: process.version,
    python: python?.version ?? null,
    numpy: python?.numpy ?? null,
    compiler: compilerOf(),
  };
}
