/** Whether results are right; a time of a wrong one is worth nothing. */

import { type Case, type CaseDType, sumKey, TOLERANCE } from './cases.js';
import type { SumSide } from './sides.js';

async function resultOf(side: SumSide, { name }: Case, threads: number): Promise<Buffer> {
  const { bytes } = await side.ask({ do: 'result', name, threads });
  return Buffer.from(bytes ?? '', 'base64');
}

function elementsOf(bytes: Buffer, dtype: CaseDType): Float32Array | Float64Array {
  const { buffer } = Uint8Array.from(bytes); // aligned
  return dtype === 'float32' ? new Float32Array(buffer) : new Float64Array(buffer);
}

function checkClose(of: Case, ours: Buffer, theirs: Buffer): void {
  const tolerance = TOLERANCE[of.dtype];
  const expected = elementsOf(theirs, of.dtype);
  const received = elementsOf(ours, of.dtype);
  if (received.length !== expected.length) {
    throw new Error(`${of.name}: expected ${expected.length} sums, received ${received.length}`);
  }
  received.forEach((sum, i) => {
    if (Math.abs(sum - expected[i]!) <= tolerance * Math.abs(sum)) return;
    throw new Error(
      `${of.name}: sum ${i} is ${sum}, and NumPy's ${expected[i]}, which differs by more than ` +
        `${tolerance} of it`,
    );
  });
}

/**
 * Checks each case once: the bits of this project's results are the same for every order and number
 * of threads, and NumPy's are close. Throws at the first that is not so.
 */
export async function checkResults(
  cases: readonly Case[],
  threads: readonly number[],
  ours: SumSide,
  numpy: SumSide | undefined,
): Promise<void> {
  const seen = new Map<string, { name: string; bytes: Buffer }>();
  for (const each of cases) {
    for (const count of threads) {
      const name = `${each.name} with ${count} threads`;
      const bytes = await resultOf(ours, each, count);
      const first = seen.get(sumKey(each)) ?? { name, bytes };
      seen.set(sumKey(each), first);
      if (bytes.length === 0 || !bytes.equals(first.bytes)) {
        throw new Error(`the bits of ${name} and of ${first.name} differ`);
      }
    }
    if (numpy) checkClose(each, seen.get(sumKey(each))!.bytes, await resultOf(numpy, each, 1));
  }
}
