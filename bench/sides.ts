/** The processes that are timed: this project, which also measures the limits, and NumPy. */

import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Answer, Request } from './protocol';

/** From build/js/bench, where this file is compiled to. */
export const ROOT = join(__dirname, '..', '..', '..');

const alive = new Set<ChildProcessWithoutNullStreams>();

// However this process ends, its children end with it. (When it is killed, their input ends.)
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});
for (const [signal, number] of [
  ['SIGHUP', 1],
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const) {
  process.on(signal, () => process.exit(128 + number));
}

/** A process that answers each line with a line. */
class Lines {
  readonly #name: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<void>;
  #problem = 'it ended';

  constructor(name: string, command: string, args: string[]) {
    this.#name = name;
    this.#child = spawn(command, args);
    alive.add(this.#child);
    this.#child.stderr.pipe(process.stderr, { end: false });
    this.#child.on('error', (error) => {
      this.#problem = error.message;
    });
    this.#child.on('exit', (status, signal) => {
      this.#problem = signal ? `it was ended by ${signal}` : `it ended with status ${status}`;
    });
    this.#ended = new Promise((resolve) => {
      this.#child.on('close', () => {
        alive.delete(this.#child);
        resolve();
      });
    });
    // A process that is gone shows by the answer that does not come.
    this.#child.stdin.on('error', () => {});
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async ask(line: string): Promise<string> {
    this.#child.stdin.write(`${line}\n`);
    const { value, done } = await this.#lines.next();
    if (!done) return value;
    await this.#ended;
    throw new Error(`${this.#name} gave no answer: ${this.#problem}`);
  }

  /** Ends the process, which has nothing to save, and waits until its memory is free. */
  async close(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

/** A process that works: its requests are protocol.ts's. */
export class WorkSide {
  readonly name: string;
  readonly #lines: Lines;

  constructor(name: string, command: string, args: string[]) {
    this.name = name;
    this.#lines = new Lines(name, command, args);
  }

  async ask(request: Request): Promise<Answer> {
    const answer: Answer = JSON.parse(await this.#lines.ask(JSON.stringify(request)));
    if (answer.error !== undefined) throw new Error(`${this.name}: ${answer.error}`);
    return answer;
  }

  close(): Promise<void> {
    return this.#lines.close();
  }
}

/** `limits` is the addon that measures those of memory. */
export function startNode(limits: string | undefined): WorkSide {
  const script = join(__dirname, 'node-side.js');
  return new WorkSide('strided', process.execPath, ['--expose-gc', script, limits ?? '']);
}

export interface Python {
  readonly path: string;
  readonly version: string;
  readonly numpy: string; // its version
}

/** The first python3 on the PATH that has NumPy. */
export function findPython(): Python | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, 'python3');
    try {
      accessSync(path, constants.X_OK);
    } catch {
      continue;
    }
    const code = 'import platform, numpy; print(platform.python_version(), numpy.__version__)';
    const { status, stdout } = spawnSync(path, ['-c', code], { encoding: 'utf8' });
    const [version, numpy] = stdout?.trim().split(' ') ?? [];
    if (status === 0 && version && numpy) return { path, version, numpy };
  }
  return undefined;
}

export function startNumPy({ path }: Python): WorkSide {
  return new WorkSide('NumPy', path, [join(ROOT, 'bench', 'numpy_side.py')]);
}

/** The addon that only reads or copies, brought up to date where the package's was built. */
export function buildLimits(): { addon: string } | { problem: string } {
  const build = join(ROOT, 'build', 'addon');
  const { error, status, stdout, stderr } = spawnSync(
    'cmake',
    ['--build', build, '--target', 'limits_addon'],
    { encoding: 'utf8' },
  );
  if (error) return { problem: error.message };
  if (status !== 0) return { problem: `${stdout}${stderr}`.trim() };
  return { addon: join(build, 'bench', 'native', 'limits.node') };
}
