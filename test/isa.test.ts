/** Any instruction set gives the same bits. Each is chosen in a process of its own. */

import { native } from '../lib/native';
import { node } from './support/child';

const sets = native.instructionSets();

function run(STRIDED_ISA: string): { isa: string; results: number; hash: string } {
  const { status, stdout, stderr } = node(['test/support/isa-child.cjs'], { STRIDED_ISA });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

test('there is at least the one that every machine has', () => {
  expect(sets.at(-1)).toBe('baseline');
  expect(new Set(sets).size).toBe(sets.length);
  expect(sets).toContain(native.instructionSet());
});

const baseline = run('baseline');

test.each(sets)('%s gives the same bits as the baseline', (name) => {
  const { isa, results, hash } = run(name);
  expect(isa).toBe(name);
  expect(results).toBeGreaterThan(5000);
  expect(hash).toBe(baseline.hash);
});

test('without a choice it is the best one', () => {
  expect(run('')).toEqual({ ...baseline, isa: sets[0] });
});

test.each(['sse9', 'AVX2', ' baseline'])('%j is no instruction set', (name) => {
  const { status, stdout, stderr } = node(['-e', "require('strided')"], { STRIDED_ISA: name });
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain(
    'STRIDED_ISA: expected an instruction set that this machine has ' +
      `(${sets.join(', ')}), received "${name}"`,
  );
});
