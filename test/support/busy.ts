/** Jobs that others have to wait for. */

import { full, type NDArray } from 'strided';

/**
 * Starts a job over the first element of `x`, a float64 array, that takes minutes. `release` ends it
 * and leaves `x` as it was: until then, no job over that element that is started later has run.
 */
export function hold(x: NDArray): { release(): Promise<void> } {
  const controller = new AbortController();
  const much = full([1000], 0.5).broadcastTo([1_000_000_000, 1000]);
  const out = x.slice(...x.shape.map(() => 0));
  const held = much.sumAsync({ out, signal: controller.signal });
  const ended = expect(held).rejects.toMatchObject({ name: 'AbortError' });
  return {
    async release() {
      controller.abort();
      await ended;
    },
  };
}
