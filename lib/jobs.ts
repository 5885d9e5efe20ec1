/** Asynchronous operations: what uses which memory, and promises. */

import { expected, failure } from './errors';
import { keepHiddenClass } from './hidden-classes';
import { native, onSettled, STATUS } from './native';
import { checkOptions } from './options';
import type { Block, Pending } from './storage';

/** Options of every asynchronous operation. */
export interface AsyncOptions {
  /** Aborting it rejects with its reason (an AbortError), and leaves what is written as it was. */
  readonly signal?: AbortSignal;
}

const running = new Map<number, Job>();

/** A job from its start until JavaScript has seen its end. */
class Job implements Pending {
  readonly promise: Promise<void>;
  #resolve!: () => void;
  #reject!: (reason: unknown) => void;
  #seen = false;

  constructor(
    readonly number: number,
    readonly what: string,
    readonly reads: readonly Block[],
    readonly writes: readonly Block[],
    /** What is left to write in JavaScript when the job has done its work. */
    readonly finish: (() => void) | undefined,
    readonly signal: AbortSignal | undefined,
    /** The error for a status that only this kind of job has. */
    readonly explain: ((status: number) => Error) | undefined,
  ) {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    for (const block of reads) block.enter(this, false);
    for (const block of writes) block.enter(this, true);
    running.set(number, this);
    signal?.addEventListener('abort', this.#abort);
  }

  readonly #abort = () => native.cancelJob(this.number);

  get late(): boolean {
    return this.finish !== undefined;
  }

  wait(): void {
    if (this.#seen) return;
    // The event loop brings the ends of jobs that write the same in order, and so must this.
    if (this.late) for (const block of this.writes) block.settleLate(this);
    this.see(native.waitJob(this.number));
  }

  /** Takes note of the end, once: when it was waited for, or when the event loop brings it. */
  see(status: number): void {
    if (this.#seen) return;
    this.#seen = true;
    this.signal?.removeEventListener('abort', this.#abort);
    for (const block of [...this.reads, ...this.writes]) block.leave(this);
    try {
      if (status === STATUS.overflow) throw overflow(this.what);
      if (status === STATUS.cancelled)
        throw this.signal?.reason ?? new Error('the job was stopped');
      if (status !== STATUS.ok && this.explain !== undefined) throw this.explain(status);
      this.finish?.();
      this.#resolve();
    } catch (error) {
      this.#reject(error);
    }
  }
}

keepHiddenClass(new Job(0, '', [], [], undefined, undefined, undefined));
running.clear();

onSettled((number, status) => {
  running.get(number)?.see(status);
  running.delete(number);
});

/** The promise of a started job's end. `finish`, a late write, runs when it ended well. */
export function follow(
  number: number,
  uses: {
    /** The operation's name. */
    readonly what: string;
    readonly reads: readonly Block[];
    readonly writes: readonly Block[];
  },
  signal: AbortSignal | undefined,
  finish: (() => void) | undefined,
  explain?: (status: number) => Error,
): Promise<void> {
  return new Job(number, uses.what, uses.reads, uses.writes, finish, signal, explain).promise;
}

/** The signal of options, not aborted yet. Throws ERR_SHAPE, and the reason of an aborted one. */
export function signalOf(options: AsyncOptions): AbortSignal | undefined {
  checkOptions(options);
  const { signal } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw expected('ERR_SHAPE', 'signal', 'an AbortSignal', signal);
  }
  signal?.throwIfAborted();
  return signal;
}

export function overflow(what: string) {
  return failure(
    'ERR_INT_OVERFLOW',
    `${what}: expected results that fit their dtype, received more`,
  );
}
