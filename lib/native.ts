/** The only door to the addon: its types, how it is loaded, and the frame that calls share. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DTYPE_NAMES, DTYPES, type DType } from './dtype';
import { MAX_DIMS } from './layout';

declare const HANDLE: unique symbol;

/** A native block, as the addon knows it; the block lives at least as long. */
export type BlockHandle = { readonly [HANDLE]: never };

/**
 * What a call has for an array's memory besides its slot: all the bytes of a user's buffer that are
 * in play; a block has its number in the slot.
 */
export type NativeBuffer = Uint8Array | undefined;

/** How a reduction or a job ended. */
export const STATUS = { ok: 0, overflow: 1, cancelled: 2, noFit: 3, noMemory: 4 } as const;

interface Addon {
  setup(onSettled: (job: number, status: number) => void): ArrayBuffer;
  dtypes(): { name: string; itemsize: number; kind: string }[];
  instructionSets(): string[];
  instructionSet(): string;
  getNumThreads(): number;
  setNumThreads(count: number): void;
  allocate(nbytes: number, zeroed: boolean): BlockHandle | undefined;
  dispose(block: BlockHandle, ...buffers: ArrayBuffer[]): void;
  detach(...buffers: ArrayBuffer[]): void;
  arrayBuffer(block: BlockHandle, offset: number, nbytes: number): ArrayBuffer;
  memoryUsage(): { blocks: number; bytes: number };
  addressOf(buffer: Uint8Array): number;
  copy(target: NativeBuffer, source: NativeBuffer, mask: NativeBuffer): void;
  allFit(source: NativeBuffer, dtype: number, mask: NativeBuffer): boolean;
  copyJob(
    target: NativeBuffer,
    source: NativeBuffer,
    mask: NativeBuffer,
    fit: number | undefined,
    late: NativeBuffer,
  ): number;
  sharesMemory(maxWork: number): 0 | 1 | 2;
  overlapsItself(): boolean;
  reductions(): string[];
  reduce(
    kind: number,
    axes: number,
    source?: NativeBuffer,
    out?: NativeBuffer,
    mask?: NativeBuffer,
    initial?: number | bigint | undefined,
  ): number;
  reduceJob(
    kind: number,
    axes: number,
    source: NativeBuffer,
    out: NativeBuffer,
    mask: NativeBuffer,
    initial: number | bigint | undefined,
    copyTo: NativeBuffer,
    late: boolean,
  ): number;
  waitJob(job: number): number;
  cancelJob(job: number): void;
  randomSeed(state: Uint32Array, seed: number | Uint32Array): void;
  randomDoubles(state: Uint32Array, target: NativeBuffer): void;
  randomIntegers(
    state: Uint32Array,
    target: NativeBuffer,
    isBool: boolean,
    low: bigint,
    range: bigint,
  ): void;
  generatorSeed(state: Uint32Array, words: Uint32Array): void;
  generatorUniform(state: Uint32Array, target: NativeBuffer, low: number, range: number): void;
  generatorNormal(state: Uint32Array, target: NativeBuffer, mean: number, sd: number): void;
  generatorIntegers(
    state: Uint32Array,
    target: NativeBuffer,
    isBool: boolean,
    low: bigint,
    range: bigint,
  ): void;
  generatorShuffle(state: Uint32Array, target: NativeBuffer): void;
}

const root = join(__dirname, '..');
const path = join(root, 'build', 'addon', 'strided.node');

function load(): Addon {
  const build = `(cd ${JSON.stringify(root)} && node scripts/build.mjs addon)`;
  if (!existsSync(path)) {
    throw new Error(
      `strided: its addon was not built: ${path} is missing. It is built when the package is ` +
        `installed, unless install scripts are off. This builds it (it needs cmake, make and g++; ` +
        `on Debian or Ubuntu: apt-get install -y cmake make g++):\n  ${build}`,
    );
  }
  try {
    return require(path) as Addon;
  } catch (cause) {
    if (cause instanceof Error && cause.message.startsWith('STRIDED_ISA')) throw cause;
    throw new Error(
      `strided: its addon cannot be loaded: ${(cause as Error).message}\nIt may have been built ` +
        `on another machine or for another platform. This builds it anew:\n  rm -r ` +
        `${JSON.stringify(join(root, 'build', 'addon'))}; ${build}`,
      { cause },
    );
  }
}

export const native: Addon = load();

const settledListeners: ((job: number, status: number) => void)[] = [];

/** Registers what is called when a job has settled. */
export function onSettled(listener: (job: number, status: number) => void): void {
  settledListeners.push(listener);
}

const frameBuffer = native.setup((job, status) => {
  for (const listener of settledListeners) listener(job, status);
});
const frame = new Float64Array(frameBuffer);
/** Bytes of the space of addresses in which the addon compares layouts. */
const SPACE = 2 ** 53;
const SHAPE = 6;
const STRIDES = SHAPE + MAX_DIMS;
const SLOT_SIZE = STRIDES + MAX_DIMS;
const NOTHING = -1;
/** In place of a block's number. */
export const USER_BUFFER = 0;
export const FRAME_RESULT = -1;

/**
 * Describes an array in a slot of the frame, for the next call. `offset` counts from the storage's
 * first byte, which is the byte `origin` of its block or buffer; it has `nbytes` bytes. Without them
 * the array lies in a space of addresses, and no memory is meant.
 */
export function describe(
  slot: number,
  dtype: DType,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
  nbytes = SPACE,
  origin = 0,
  block = USER_BUFFER,
): void {
  const at = slot * SLOT_SIZE;
  const ndim = shape.length;
  frame[at] = dtype.code;
  frame[at + 1] = offset;
  frame[at + 2] = ndim;
  frame[at + 3] = origin;
  frame[at + 4] = nbytes;
  frame[at + 5] = block;
  for (let i = 0; i < ndim; i++) {
    frame[at + SHAPE + i] = shape[i]!;
    frame[at + STRIDES + i] = strides[i]!;
  }
}

/** Leaves a slot out, which a call need not have. */
export function describeNothing(slot: number): void {
  frame[slot * SLOT_SIZE] = NOTHING;
}

/** A native block: its handle, with which it lives, and the number that slots have for it. */
export class NativeBlock {
  constructor(
    readonly handle: BlockHandle,
    readonly number: number,
  ) {}
}

/** A new block; undefined when there is no memory. */
export function allocateBlock(nbytes: number, zeroed: boolean): NativeBlock | undefined {
  const handle = native.allocate(nbytes, zeroed);
  return handle && new NativeBlock(handle, frame[frame.length - 1]!);
}

/** The last eight bytes of the frame, where a scalar result is written. */
export const frameResult = new DataView(frameBuffer, frameBuffer.byteLength - 8);

const rows = native.dtypes();
const same =
  rows.length === DTYPE_NAMES.length &&
  rows.every(({ name, itemsize, kind }, code) => {
    const row = (DTYPES as Record<string, DType>)[name];
    return row?.code === code && row.itemsize === itemsize && row.kind === kind;
  });
if (!same) {
  throw new Error(
    'strided: the addon is of another version than the package: its table of dtypes differs. ' +
      `Remove ${path} and build it anew.`,
  );
}
