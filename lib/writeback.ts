/**
 * Temporaries whose elements go back to the array that they were copied from. Until then that array
 * is locked: nobody may write what the temporary would write over.
 */

import { assignElements } from './assign';
import type { Casting } from './casting';
import type { Extent } from './extent';

interface Debt<Target extends Extent = Extent> {
  readonly target: Target;
  readonly casting: Casting;
}

const debts = new WeakMap<Extent, Debt>();
const locked = new WeakSet<Extent>();

// It must not know the temporary itself, which then would never be dropped.
const dropped = new FinalizationRegistry<Extent>((target) => {
  unlock(target);
  process.emitWarning(
    'an array with the flag writebackIfCopy was dropped, and what was written to it is lost: ' +
      'resolveWriteback() or discardWriteback() must be called, or the array be declared by `using`',
    { type: 'StridedWarning', code: 'STRIDED_WRITEBACK_DROPPED' },
  );
});

function unlock(target: Extent): void {
  locked.delete(target);
  target.writeable = true;
}

/** Lets a temporary go back to a writeable array by a rule for casts, and locks the array. */
export function owe(temporary: Extent, target: Extent, casting: Casting): void {
  debts.set(temporary, { target, casting });
  dropped.register(temporary, target, temporary);
  locked.add(target);
  target.writeable = false;
}

/** The array that a temporary is to be copied back to. */
export function owedTo(temporary: Extent): Extent | undefined {
  return debts.get(temporary)?.target;
}

/** True for an array that some temporary will be copied back to. */
export function isLocked(target: Extent): boolean {
  return locked.has(target);
}

/** Unlocks the array that a temporary came from, without a copy. */
export function discard(temporary: Extent): void {
  const debt = debts.get(temporary);
  if (debt === undefined) return;
  debts.delete(temporary);
  dropped.unregister(temporary);
  unlock(debt.target);
}

/**
 * Copies a temporary back and unlocks the array that it came from. Throws ERR_CAST when elements do
 * not fit there, ERR_RELEASED; then nothing has changed.
 */
export function resolve(temporary: Extent): void {
  const debt = debts.get(temporary);
  if (debt === undefined) return;
  debt.target.writeable = true;
  try {
    assignElements(debt.target, temporary, debt.casting, 'this array');
  } catch (error) {
    debt.target.writeable = false;
    throw error;
  }
  discard(temporary);
}
