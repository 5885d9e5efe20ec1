/** What an AbortSignal stops, and when it comes too late. */

import { asArray, full, ones } from 'strided';
import { hold } from './support/busy';

test('an abort comes in time for what a buffer is still to receive', async () => {
  const bytes = new Float64Array(100).fill(7);
  const controller = new AbortController();
  const x = ones([100, 100]);
  const promise = x.sumAsync({ axis: 0, out: asArray(bytes), signal: controller.signal });
  for (const until = performance.now() + 20; performance.now() < until; ); // the job is done, unseen
  controller.abort(new Error('enough'));
  await expect(promise).rejects.toThrow('enough');
  expect(new Set(bytes)).toEqual(new Set([7]));
});

test('many jobs share a signal without a warning, and each ends by itself', async () => {
  const warnings: Error[] = [];
  const listen = (warning: Error) => warnings.push(warning);
  process.on('warning', listen);
  const controller = new AbortController();
  const { signal } = controller;
  const x = ones([50, 50]);
  const first = Array.from({ length: 30 }, () => x.sumAsync({ axis: 0, signal }));
  await Promise.all(first);
  const held = hold(x);
  const second = Array.from({ length: 30 }, () =>
    x.sumAsync({ axis: 0, out: full([50], 7), signal }),
  );
  const outcomes = Promise.allSettled(second);
  controller.abort(new Error('enough'));
  await held.release();
  const stopped = (await outcomes).map(
    (outcome) => outcome.status === 'rejected' && outcome.reason,
  );
  expect(new Set(stopped)).toEqual(new Set([signal.reason]));
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', listen);
  expect(warnings).toEqual([]);
});
