/** Blocks of memory, their owners, and how JavaScript reads and writes single elements. */

import { types } from 'node:util';
import { DTYPES, type DType, type Scalar, type TypedArray } from './dtype';
import { failure } from './errors';
import { keepHiddenClass } from './hidden-classes';
import { allocateBlock, type NativeBlock, type NativeBuffer, native, USER_BUFFER } from './native';
import { type AllocateOptions, type Slab, slabFor } from './slabs';

/** A job as a block knows it: something that can be waited for. */
export interface Pending {
  /** What it writes is written in JavaScript, when the addon has done its part. */
  readonly late: boolean;
  wait(): void;
}

/** What a block's `state` says; 0 lets every access through without a further look. */
const RELEASED = 1;
const BUSY = 2;

/** Memory with one owner, and the jobs that use it. */
export class Block {
  state = 0;
  /** Made by the first job: most blocks never see one. */
  #jobs: { readonly readers: Set<Pending>; readonly writers: Set<Pending> } | undefined;

  get released(): boolean {
    return (this.state & RELEASED) !== 0;
  }

  release(): void {
    this.state |= RELEASED;
  }

  enter(job: Pending, writes: boolean): void {
    this.#jobs ??= { readers: new Set(), writers: new Set() };
    (writes ? this.#jobs.writers : this.#jobs.readers).add(job);
    this.state |= BUSY;
  }

  leave(job: Pending): void {
    const jobs = this.#jobs;
    if (jobs === undefined) return;
    jobs.readers.delete(job);
    jobs.writers.delete(job);
    if (jobs.readers.size + jobs.writers.size === 0) this.state &= ~BUSY;
  }

  /** Waits for jobs that write the memory, and before a write also for those that read it. */
  settle(writes: boolean): void {
    if (this.released) {
      throw failure('ERR_RELEASED', "this array's memory was released by dispose()");
    }
    if (this.#jobs === undefined) return;
    for (const job of [...this.#jobs.writers]) job.wait();
    if (writes) for (const job of [...this.#jobs.readers]) job.wait();
  }

  /** Waits for the late writes of jobs before a given one, or of all. */
  settleLate(before?: Pending): void {
    for (const job of this.#jobs?.writers ?? []) {
      if (job === before) return;
      if (job.late) job.wait();
    }
  }
}

/** Bytes that one window shows, and from one window's start to the next; both keep alignment. */
const WINDOW_BYTES = 2 ** 32;
const WINDOW_STEP = 2 ** 32 - 64;

/**
 * A part of a storage as an ArrayBuffer. Not every Node has a TypedArray of more than 2^32 bytes, so a
 * larger storage has several windows, which overlap by more than an element.
 */
class Window {
  readonly #typed: (TypedArray | undefined)[] = [];
  readonly #view: DataView;

  constructor(
    readonly buffer: ArrayBufferLike,
    /** Where the window starts in its buffer, and how long it is. */
    readonly start: number,
    readonly nbytes: number,
  ) {
    this.#view = new DataView(buffer, start, nbytes);
  }

  /** All whole elements of the window's buffer, from its first byte on. */
  typed(dtype: DType): TypedArray {
    let typed = this.#typed[dtype.code];
    if (typed === undefined) {
      const length = Math.floor((this.start + this.nbytes) / dtype.itemsize);
      typed = new dtype.typedArray(this.buffer, 0, length);
      this.#typed[dtype.code] = typed;
    }
    return typed;
  }

  read(dtype: DType, at: number): number | bigint {
    const place = (this.start + at) / dtype.itemsize;
    if (Number.isInteger(place)) return this.typed(dtype)[place]!;
    return readBytes(this.#view, dtype, at);
  }

  write(dtype: DType, at: number, value: number | bigint): void {
    const place = (this.start + at) / dtype.itemsize;
    if (Number.isInteger(place)) this.typed(dtype)[place] = value;
    else writeBytes(this.#view, dtype, at, value);
  }
}

keepHiddenClass(new Window(new ArrayBuffer(0), 0, 0));

function readBytes(view: DataView, dtype: DType, at: number): number | bigint {
  switch (dtype.name) {
    case 'int16':
      return view.getInt16(at, true);
    case 'uint16':
      return view.getUint16(at, true);
    case 'int32':
      return view.getInt32(at, true);
    case 'uint32':
      return view.getUint32(at, true);
    case 'int64':
      return view.getBigInt64(at, true);
    case 'uint64':
      return view.getBigUint64(at, true);
    case 'float32':
      return view.getFloat32(at, true);
    case 'float64':
      return view.getFloat64(at, true);
    default:
      return view.getUint8(at);
  }
}

const scratch = new DataView(new ArrayBuffer(8));

function writeBytes(view: DataView, dtype: DType, at: number, value: number | bigint): void {
  const bytes = new dtype.typedArray(scratch.buffer);
  bytes[0] = value;
  for (let i = 0; i < dtype.itemsize; i++) view.setUint8(at + i, scratch.getUint8(i));
}

/** A block, a part of a slab, or the part of a user's buffer that an array may use. */
export class Storage {
  #windows: (Window | undefined)[] | undefined;

  private constructor(
    readonly block: Block,
    /** The addon's block, or all the bytes of a user's buffer. */
    readonly native: NativeBlock | Uint8Array,
    /** The block's number. */
    readonly number: number,
    /** Where it starts in the addon's block, or in those bytes. */
    readonly origin: number,
    /** Where it starts in its block. */
    readonly start: number,
    readonly nbytes: number,
    /** The buffer, when a user's. */
    readonly buffer: ArrayBufferLike | null,
    /** The slab that it was cut of. */
    readonly slab: Slab | undefined,
  ) {}

  /** New native memory: a block of its own, or a part of a slab. Throws ERR_OUT_OF_MEMORY. */
  static allocate(nbytes: number, options: AllocateOptions): Storage {
    const slab = slabFor(nbytes, options);
    if (slab !== undefined) {
      const { native } = slab;
      const origin = slab.cut(nbytes);
      return new Storage(new Block(), native, native.number, origin, 0, nbytes, null, slab);
    }
    const block = allocateBlock(nbytes, options.zeroed ?? false);
    if (block === undefined) {
      throw failure(
        'ERR_OUT_OF_MEMORY',
        `shape: expected an array that fits the memory, received one of ${nbytes} bytes`,
      );
    }
    return new Storage(new Block(), block, block.number, 0, 0, nbytes, null, undefined);
  }

  /** The bytes of a user's buffer; storages over one memory share its block. */
  static over(buffer: ArrayBufferLike, start: number, nbytes: number): Storage {
    let block = blocks.get(buffer);
    if (block === undefined) {
      block = types.isSharedArrayBuffer(buffer) ? sharedBlock(buffer) : new Block();
      blocks.set(buffer, block);
    }
    let bytes: Uint8Array;
    try {
      bytes = new Uint8Array(buffer, start, nbytes);
    } catch {
      if (nbytes === 0 || buffer.byteLength < start + nbytes) throw detached();
      throw failure(
        'ERR_SHAPE',
        `value: expected a buffer whose bytes a Uint8Array of this Node shows, received ${nbytes}`,
      );
    }
    return new Storage(block, bytes, USER_BUFFER, 0, start, nbytes, buffer, undefined);
  }

  /** True when the memory may be taken away by transferring its buffer. */
  get transferable(): boolean {
    return types.isArrayBuffer(this.buffer);
  }

  /** A call's argument, after a check that the memory is there and no job is in the way. */
  forNative(writes: boolean): NativeBuffer {
    if (this.block.state !== 0) this.block.settle(writes);
    return this.nativeNow();
  }

  /**
   * The same for a job: the addon lets it run after those that are in its way, but does not know
   * when JavaScript writes what is late.
   */
  forJob(): NativeBuffer {
    if (this.block.state !== 0) this.block.settleLate();
    return this.nativeNow();
  }

  /** The same without waiting. */
  nativeNow(): NativeBuffer {
    if (this.block.released) this.block.settle(false);
    if (this.buffer === null) return undefined;
    this.#checkAttached();
    return this.native as Uint8Array;
  }

  #checkAttached(): void {
    if (this.buffer !== null && (this.native as Uint8Array).length !== this.nbytes) {
      throw detached();
    }
  }

  read(dtype: DType, at: number): Scalar {
    if (this.block.state !== 0) this.block.settle(false);
    this.#checkAttached();
    const window = this.nbytes <= WINDOW_BYTES ? 0 : Math.floor(at / WINDOW_STEP);
    const value = this.#window(window).read(dtype, at - window * WINDOW_STEP);
    return dtype === DTYPES.bool ? value !== 0 : value;
  }

  write(dtype: DType, at: number, value: number | bigint): void {
    if (this.block.state !== 0) this.block.settle(true);
    this.#checkAttached();
    const window = this.nbytes <= WINDOW_BYTES ? 0 : Math.floor(at / WINDOW_STEP);
    this.#window(window).write(dtype, at - window * WINDOW_STEP, value);
  }

  /**
   * A TypedArray of all elements of a dtype, kept for the next who asks, and the byte of it where the
   * storage starts; undefined when none shows so many bytes.
   */
  elements(dtype: DType): { readonly typed: TypedArray; readonly start: number } | undefined {
    this.nativeNow();
    if (this.nbytes > WINDOW_BYTES) return undefined;
    const window = this.#window(0);
    return { typed: window.typed(dtype), start: window.start };
  }

  /** A TypedArray over `length` elements from a byte on, or undefined when none is so large. */
  typedArray(dtype: DType, at: number, length: number): TypedArray | undefined {
    this.forNative(true);
    if (this.nbytes > WINDOW_BYTES) return undefined;
    const window = this.#window(0);
    return new dtype.typedArray(window.buffer, window.start + at, length);
  }

  /** Frees a native block; a user's buffer is only let go of. */
  dispose(): void {
    if (this.block.released) return;
    this.block.release();
    if (this.buffer !== null) return;
    const buffers = (this.#windows ?? []).flatMap((window) =>
      window ? [window.buffer as ArrayBuffer] : [],
    );
    if (this.slab === undefined) native.dispose((this.native as NativeBlock).handle, ...buffers);
    else native.detach(...buffers);
  }

  #window(number: number): Window {
    return this.#windows?.[number] ?? this.#makeWindow(number);
  }

  #makeWindow(number: number): Window {
    const offset = number * WINDOW_STEP;
    const nbytes = Math.min(WINDOW_BYTES, this.nbytes - offset);
    const window =
      this.buffer === null
        ? new Window(
            native.arrayBuffer((this.native as NativeBlock).handle, this.origin + offset, nbytes),
            0,
            nbytes,
          )
        : new Window(this.buffer, this.start + offset, nbytes);
    // Arrays over the window's buffer, which users may get to see, share this storage's memory.
    if (this.buffer === null && number === 0) blocks.set(window.buffer, this.block);
    this.#windows ??= [];
    this.#windows[number] = window;
    return window;
  }
}

const blocks = new WeakMap<ArrayBufferLike, Block>();

/** The blocks of SharedArrayBuffers, of which several may be over one memory, by its address. */
const shared = new Map<number, WeakRef<Block>>();
const forgotten = new FinalizationRegistry<number>((address) => {
  if (shared.get(address)?.deref() === undefined) shared.delete(address);
});

function sharedBlock(buffer: SharedArrayBuffer): Block {
  const address = native.addressOf(new Uint8Array(buffer));
  let block = shared.get(address)?.deref();
  if (block === undefined) {
    block = new Block();
    shared.set(address, new WeakRef(block));
    forgotten.register(block, address);
  }
  return block;
}

const detached = () =>
  failure('ERR_RELEASED', "this array's memory is gone: its ArrayBuffer was detached or shrunk");
