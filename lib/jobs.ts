/** Asynchronous operations: what uses which memory, and promises. */

import { expected, failure } from './errors';
import { keepHiddenClass } from './hidden-classes';
import { native, onSettled, STATUS } from './native';
import { checkObject, checkOptions, optionNames } from './options';
import type { Block, Pending } from './storage';

/** Options of every asynchronous operation. */
export interface AsyncOptions {
  /**
   * Aborting it rejects with its reason (an AbortError), and leaves what is written as it was. What is
   * done by then stays done, and resolves.
   */
  readonly signal?: AbortSignal;
}

const running = new Map<number, Job>();

/** The jobs that a signal stops, and its one listener: Node warns of more than ten. */
interface Stopping {
  readonly jobs: Set<Job>;
  readonly listener: () => void;
}

const stopping = new WeakMap<AbortSignal, Stopping>();

function stopWith(signal: AbortSignal, job: Job): void {
  const known = stopping.get(signal);
  if (known !== undefined) {
    known.jobs.add(job);
    return;
  }
  const jobs = new Set([job]);
  const listener = () => {
    for (const { number } of jobs) native.cancelJob(number);
  };
  stopping.set(signal, { jobs, listener });
  signal.addEventListener('abort', listener);
}

function goOnWithout(signal: AbortSignal, job: Job): void {
  const known = stopping.get(signal);
  if (known === undefined) return;
  known.jobs.delete(job);
  if (known.jobs.size > 0) return;
  stopping.delete(signal);
  signal.removeEventListener('abort', known.listener);
}

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
    if (signal !== undefined) stopWith(signal, this);
  }

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
    if (this.signal !== undefined) goOnWithout(this.signal, this);
    for (const block of [...this.reads, ...this.writes]) block.leave(this);
    try {
      if (status === STATUS.overflow) throw overflow(this.what);
      // An abort comes in time as long as there is something left to write.
      if (status === STATUS.cancelled || (this.late && this.signal?.aborted)) {
        throw this.signal?.reason ?? new Error('the job was stopped');
      }
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
  checkObject(options);
  const { signal } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw expected('ERR_SHAPE', 'signal', 'an AbortSignal', signal);
  }
  signal?.throwIfAborted();
  return signal;
}

const NO_OTHERS = optionNames<AsyncOptions>('signal');

/** {@link signalOf} where there are no other options. */
export function onlySignalOf(options: AsyncOptions): AbortSignal | undefined {
  checkOptions(options, NO_OTHERS);
  return signalOf(options);
}

export function noMemory(what: string) {
  return failure('ERR_OUT_OF_MEMORY', `memory: expected room for ${what}, found none`);
}

export function overflow(what: string) {
  return failure(
    'ERR_INT_OVERFLOW',
    `${what}: expected results that fit their dtype, received more`,
  );
}
