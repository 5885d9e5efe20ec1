/** The draws that values are made of. */

/** Chris Doty-Humphrey's sfc32. */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(name: string, n: number, seed: number) {
    let hash = 0x811c9dc5; // FNV-1a
    for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
    this.a = hash | 0;
    this.b = n | 0;
    this.c = seed | 0;
    for (let i = 0; i < 12; i++) this.next();
  }

  next(): number {
    const { b, c } = this;
    const t = (this.a + b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = b ^ (b >>> 9);
    this.b = (c + (c << 3)) | 0;
    this.c = (((c << 21) | (c >>> 11)) + t) | 0;
    return t >>> 0;
  }

  /** An integer in [0, end). */
  below(end: number): number {
    return this.next() % end;
  }

  bits64(): bigint {
    const high = this.next();
    return (BigInt(high) << 32n) | BigInt(this.next());
  }
}

/** Values before they have a dtype. */
export type Values = Float64Array | bigint[];

/** Puts values in a random order. */
export function shuffle(values: Values, random: Random): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const held = values[i]!;
    values[i] = values[j]!;
    values[j] = held;
  }
}
