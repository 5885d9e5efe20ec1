/**
 * Temporaries whose elements go back to the array that they were copied from. Until then that array
 * is locked: nobody may write what the temporary would write over.
 */

import { assignElements, assignElementsAsync } from './assign';
import type { Casting } from './casting';
import type { Extent } from './extent';

interface Debt<Target extends Extent = Extent> {
  readonly target: Target;
  readonly casting: Casting;
}

const debts = new WeakMap<Extent, Debt>();

/** How many lock an array, and whether it was writeable before. */
const locks = new WeakMap<Extent, { readonly count: number; readonly writeable: boolean }>();

// It must not know the temporary itself, which then would never be dropped.
const dropped = new FinalizationRegistry<Extent>((target) => {
  unlock(target);
  process.emitWarning(
    'an array with the flag writebackIfCopy was dropped, and what was written to it is lost: ' +
      'resolveWriteback() or discardWriteback() must be called, or the array be declared by `using`',
    { type: 'StridedWarning', code: 'STRIDED_WRITEBACK_DROPPED' },
  );
});

/** Makes an array read-only until as many have unlocked it as have locked it. */
export function lock(target: Extent): void {
  const { count, writeable } = locks.get(target) ?? { count: 0, writeable: target.writeable };
  locks.set(target, { count: count + 1, writeable });
  target.writeable = false;
}

export function unlock(target: Extent): void {
  const { count, writeable } = locks.get(target)!;
  if (count > 1) {
    locks.set(target, { count: count - 1, writeable });
    return;
  }
  locks.delete(target);
  target.writeable = writeable;
}

/** Lets a temporary go back to a writeable array by a rule for casts, and locks the array. */
export function owe(temporary: Extent, target: Extent, casting: Casting): void {
  debts.set(temporary, { target, casting });
  dropped.register(temporary, target, temporary);
  lock(target);
}

/** The array that a temporary is to be copied back to. */
export function owedTo(temporary: Extent): Extent | undefined {
  return debts.get(temporary)?.target;
}

/** True for an array that some temporary will be copied back to. */
export function isLocked(target: Extent): boolean {
  return locks.has(target);
}

/** Unlocks the array that a temporary came from, without a copy. Gives what was owed. */
export function discard(temporary: Extent): Debt | undefined {
  const debt = debts.get(temporary);
  if (debt === undefined) return undefined;
  debts.delete(temporary);
  dropped.unregister(temporary);
  unlock(debt.target);
  return debt;
}

/**
 * Copies a temporary back and unlocks the array that it came from. Throws ERR_CAST when elements do
 * not fit there, ERR_RELEASED; then nothing has changed.
 */
export function resolve(temporary: Extent): void {
  const debt = discard(temporary);
  if (debt === undefined) return;
  try {
    assignElements(debt.target, temporary, debt.casting, 'this array');
  } catch (error) {
    owe(temporary, debt.target, debt.casting);
    throw error;
  }
}

/**
 * {@link resolve} as a job. The array is unlocked from the call on, as what writes to it then waits
 * for the job, and is locked again when the job fails. A temporary that was released in the meantime
 * owes nothing more: it could never be copied.
 */
export async function resolveAsync(
  temporary: Extent,
  signal: AbortSignal | undefined,
): Promise<void> {
  const debt = discard(temporary);
  if (debt === undefined) return;
  const { target, casting } = debt;
  try {
    await assignElementsAsync(target, temporary, casting, signal, 'this array');
  } catch (error) {
    if (!temporary.storage.block.released) owe(temporary, target, casting);
    throw error;
  }
}
