/**
 * NumPy's SeedSequence: any amount of entropy, mixed into a pool of four words from which the words
 * of a generator's state come. After M. E. O'Neill, "Developing a seed_seq Alternative", 2015.
 */

import { randomFillSync } from 'node:crypto';
import { expected } from './errors';

/** What seeds a generator: integers of any size that are not negative. */
export type Seed = number | bigint | ArrayLike<number | bigint>;

const POOL_SIZE = 4;

/** Multiplies the words of one hash, changing from word to word. */
class Hash {
  constructor(
    private constant: number,
    private readonly factor: number,
  ) {}

  next(word: number): number {
    const mixed = word ^ this.constant;
    this.constant = Math.imul(this.constant, this.factor);
    const product = Math.imul(mixed, this.constant);
    return product ^ (product >>> 16);
  }
}

function mix(a: number, b: number): number {
  const sum = (Math.imul(0xca01f9dd, a) - Math.imul(0x4973f715, b)) | 0;
  return sum ^ (sum >>> 16);
}

/** An integer as words of 32 bits, the lowest first. */
function wordsOf(value: unknown, argument: string): number[] {
  const integer = typeof value === 'bigint' || Number.isSafeInteger(value);
  if (!integer || (value as number | bigint) < 0) {
    throw expected('ERR_CAST', argument, 'a safe integer or a bigint of at least 0', value);
  }
  const words: number[] = [];
  let rest = BigInt(value as number | bigint);
  do {
    words.push(Number(rest & 0xffffffffn));
    rest >>= 32n;
  } while (rest > 0n);
  return words;
}

function entropyOf(seed: unknown): number[] {
  if (seed === undefined || seed === null) return [...randomFillSync(new Uint32Array(POOL_SIZE))];
  if (Array.isArray(seed) || (ArrayBuffer.isView(seed) && !(seed instanceof DataView))) {
    return Array.from(seed as ArrayLike<unknown>).flatMap((value, i) =>
      wordsOf(value, `seed[${i}]`),
    );
  }
  return wordsOf(seed, 'seed');
}

export class SeedSequence {
  readonly #entropy: readonly number[];
  readonly #spawnKey: readonly number[];
  readonly #pool: readonly number[];
  #children = 0;

  private constructor(entropy: readonly number[], spawnKey: readonly number[]) {
    this.#entropy = entropy;
    this.#spawnKey = spawnKey;
    this.#pool = pool(entropy, spawnKey);
  }

  /** Of a user's seed, or of the operating system's entropy without one. Throws ERR_CAST. */
  static of(seed: unknown): SeedSequence {
    return new SeedSequence(entropyOf(seed), []);
  }

  /** The first n words of state. */
  generate(n: number): Uint32Array {
    const hash = new Hash(0x8b51f9dd, 0x58f38ded);
    return Uint32Array.from({ length: n }, (_, i) => hash.next(this.#pool[i % POOL_SIZE]!));
  }

  /** Sequences that are independent of this one and of each other; each call gives new ones. */
  spawn(n: number): SeedSequence[] {
    const first = this.#children;
    this.#children += n;
    return Array.from(
      { length: n },
      (_, i) => new SeedSequence(this.#entropy, [...this.#spawnKey, ...wordsOf(first + i, 'n')]),
    );
  }
}

function pool(entropy: readonly number[], spawnKey: readonly number[]): number[] {
  // A child's short seed is filled up, so that its key is not taken for a part of the seed.
  const missing = spawnKey.length > 0 ? Math.max(0, POOL_SIZE - entropy.length) : 0;
  const words = [...entropy, ...new Array<number>(missing).fill(0), ...spawnKey];
  const hash = new Hash(0x43b0d7e5, 0x931e8875);
  const mixed = Array.from({ length: POOL_SIZE }, (_, i) => hash.next(words[i] ?? 0));
  for (let from = 0; from < POOL_SIZE; from++) {
    for (let to = 0; to < POOL_SIZE; to++) {
      if (from !== to) mixed[to] = mix(mixed[to]!, hash.next(mixed[from]!));
    }
  }
  for (const word of words.slice(POOL_SIZE)) {
    for (let to = 0; to < POOL_SIZE; to++) mixed[to] = mix(mixed[to]!, hash.next(word));
  }
  return mixed;
}
