/** Jobs that others have to wait for. */

import { full, type NDArray, zeros } from 'strided';

const first = (x: NDArray) => x.slice(...x.shape.map(() => 0));

/**
 * Starts a job over the first element of `x`, a float64 array, that takes minutes. `release` ends it
 * and leaves `x` as it was: until then, no job over that element that is started later has run.
 */
export function hold(x: NDArray): { release(): Promise<void> } {
  const controller = new AbortController();
  const much = full([1000], 0.5).broadcastTo([1_000_000_000, 1000]);
  const held = much.sumAsync({ out: first(x), signal: controller.signal });
  const ended = expect(held).rejects.toMatchObject({ name: 'AbortError' });
  return {
    async release() {
      controller.abort();
      await ended;
    },
  };
}

/** Keeps all threads that run jobs: until `release`, no job that is started later has run. */
export function holdAll(): { release(): Promise<unknown> } {
  // There are eight at most: see native/jobs.cpp.
  const held = Array.from({ length: 8 }, () => hold(zeros([1])));
  return { release: () => Promise.all(held.map((one) => one.release())) };
}

/**
 * Starts a job over the first element of `x`, a float64 array, that takes a tenth of a second or more
 * and leaves `x` as it was: what needs that element meanwhile waits for it.
 */
export function keepBusy(x: NDArray): Promise<unknown> {
  const out = first(x);
  const much = full([1000], out.item() as number).broadcastTo([3_000_000, 1000]);
  return much.minAsync({ axis: [0, 1], out });
}
