/** Native blocks of which small storages are cut. */

import { keepHiddenClass } from './hidden-classes';
import { allocateBlock, type BlockHandle, NativeBlock } from './native';

const ALIGNMENT = 64;

/** A block of which each byte is given away once: it goes when the last storage cut of it does. */
export class Slab {
  #used = 0;
  constructor(
    readonly native: NativeBlock,
    readonly nbytes: number,
  ) {}

  hasRoom(nbytes: number): boolean {
    return this.#used + nbytes <= this.nbytes;
  }

  /** Where the next `nbytes` start. */
  cut(nbytes: number): number {
    const start = this.#used;
    this.#used = start + Math.max(ALIGNMENT, Math.ceil(nbytes / ALIGNMENT) * ALIGNMENT);
    return start;
  }
}

keepHiddenClass(new Slab(new NativeBlock({} as BlockHandle, 0), 0));

/**
 * The slabs of a kind, of which one is being cut. It is held while the current job of the event loop
 * runs, and known weakly from then on, so that it goes with what was cut of it; a WeakRef alone would
 * keep every slab that a job asked it for until the job's end.
 */
class Slabs {
  #current: Slab | undefined;
  #earlier: WeakRef<Slab> | undefined;

  constructor(
    readonly nbytes: number,
    readonly zeroed: boolean,
  ) {}

  /** A slab with room for so many bytes; undefined when there is no memory. */
  withRoom(nbytes: number): Slab | undefined {
    if (this.#current === undefined) {
      queueMicrotask(() => this.#letGo());
      this.#current = this.#earlier?.deref();
    }
    if (this.#current?.hasRoom(nbytes)) return this.#current;
    const native = allocateBlock(this.nbytes, this.zeroed);
    this.#current = native && new Slab(native, this.nbytes);
    return this.#current;
  }

  #letGo(): void {
    this.#earlier = this.#current && new WeakRef(this.#current);
    this.#current = undefined;
  }
}

/** The largest storages of each kind of slab, of which one keeps no more than 256 times as much. */
const SMALL_BYTES = 1 << 8;
const MEDIUM_BYTES = 1 << 10;
const RESULT_BYTES = 1 << 14;

const kind = (nbytes: number) => ({
  any: new Slabs(nbytes, false),
  zeroed: new Slabs(nbytes, true),
});
const SMALL = kind(1 << 14);
const MEDIUM = kind(1 << 16);
/** Of results, which come and go, larger ones, too: a block of its own takes as long as a small sum. */
const RESULTS = kind(1 << 18);

/** What new memory is for. */
export interface AllocateOptions {
  readonly zeroed?: boolean;
  /** What a call computes, which is likely to be forgotten soon. */
  readonly result?: boolean;
}

/** The slab that a storage of so many bytes is to be cut of; undefined when it is too large. */
export function slabFor(nbytes: number, { zeroed, result }: AllocateOptions): Slab | undefined {
  if (nbytes > (result ? RESULT_BYTES : MEDIUM_BYTES)) return undefined;
  const slabs = nbytes <= SMALL_BYTES ? SMALL : nbytes <= MEDIUM_BYTES ? MEDIUM : RESULTS;
  return (zeroed ? slabs.zeroed : slabs.any).withRoom(nbytes);
}
