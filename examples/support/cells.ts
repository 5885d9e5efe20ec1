/** Shows cells of a notebook and what they give, as NumPy prints it. */

import { Console } from 'node:console';
import { arrayRepr, type Flags, NDArray } from 'strided';

const out = new Console(process.stdout, process.stderr);

/** Text between cells. */
export function note(text: string): void {
  out.log(`${text}\n`);
}

/** Runs a cell, and prints its code and its result: nothing when it gives none. */
export function cell<Result>(number: number, code: string, run: () => Result): Result {
  const prompt = `In [${number}]: `;
  out.log(prompt + code.replaceAll('\n', `\n${' '.repeat(prompt.length)}`));
  const result = run();
  if (result !== undefined) out.log(`\n${text(result)}`);
  out.log();
  return result;
}

function text(result: unknown): string {
  if (result instanceof NDArray) return arrayRepr(result);
  if (typeof result === 'boolean') return result ? 'True' : 'False';
  if (Array.isArray(result)) return `(${result.join(', ')}${result.length === 1 ? ',' : ''})`;
  return String(result as Flags | string);
}

/** On a terminal, a line that says how far something long has come. */
export class Progress {
  readonly #stream = process.stderr;

  show(what: string, part: number): void {
    if (this.#stream.isTTY) this.#stream.write(`\r${what} ... ${Math.floor(part * 100)} %\x1b[K`);
  }

  clear(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\x1b[K');
  }
}
