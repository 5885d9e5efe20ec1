import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** The repository's root. */
export const ROOT = join(__dirname, '..', '..');

/** How a child process ended. */
export interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Node in the repository's root, where the package can be imported by its name. */
export function node(args: readonly string[], env: NodeJS.ProcessEnv = {}): Ended {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 50_000,
  });
  return { status, signal, stdout, stderr };
}

/** Runs a script that has `s`, the package, and may use `await`; expects it to end well. */
export function script(code: string, options: { flags?: string[]; env?: NodeJS.ProcessEnv } = {}) {
  const whole = `const s = require('strided');\n(async () => {${code}\n})();`;
  const ended = node([...(options.flags ?? []), '-e', whole], options.env);
  expect({ ...ended, stdout: '' }).toEqual({ status: 0, signal: null, stdout: '', stderr: '' });
  return ended.stdout;
}
