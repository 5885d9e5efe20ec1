/** The order of the house: which layer and which room may know of which. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './support/child';

function files(folder: string, ending: RegExp): [name: string, text: string][] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => ending.test(name))
    .map((name) => [name, readFileSync(join(ROOT, folder, name), 'utf8')]);
}

const included = (text: string) => [...text.matchAll(/#include ["<](.+)[">]/g)].map((m) => m[1]!);

/** Rooms from the ground up; each may import from those before it. */
const ROOMS = [
  'errors options inspect seed-sequence dtype layout slice reshape views casting native',
  'hidden-classes slabs storage',
  'extent cells overlap nested print-options float-digits float-text print flags jobs',
  'assign export json reductions reduce writeback',
  'array array-facts array-views array-reductions array-copies',
  'create',
  'draws ranges',
  'generator',
  'random functions reduction-functions require stride-tricks',
  'index',
].map((floor) => floor.split(' '));

test('the rooms of lib know only those below them, or beside them', () => {
  const floor = (room: string) => ROOMS.findIndex((rooms) => rooms.includes(room));
  for (const [name, text] of files('lib', /\.ts$/)) {
    const room = name.replace('.ts', '');
    expect([room, floor(room)]).not.toEqual([room, -1]);
    for (const [, other] of text.matchAll(/from '\.\/([\w-]+)'/g)) {
      expect([room, other, floor(other!) <= floor(room)]).toEqual([room, other, true]);
    }
  }
});

test('only one room opens the addon, and only lib does', () => {
  for (const [name, text] of files('lib', /\.ts$/)) {
    if (name !== 'native.ts') expect([name, text.includes('strided.node')]).toEqual([name, false]);
  }
});

test('the core has never heard of Node', () => {
  for (const [name, text] of files('native', /\.[ch]pp$/)) {
    const foreign = included(text).filter((header) => /napi|node|v8|uv\.h|binding/.test(header));
    expect([name, foreign]).toEqual([name, []]);
  }
});

test('kernels include no library, whose inline functions would be compiled for one machine only', () => {
  const headers = files('native/kernels', /\.hpp$/).map(([name]) => name);
  for (const [name, text] of files('native/kernels', /\.[ch]pp$/)) {
    const allowed = ['stddef.h', 'stdint.h', ...headers];
    const foreign = included(text).filter((header) => !allowed.includes(header));
    expect([name, foreign]).toEqual([name, []]);
  }
});

test('examples and benchmarks use the public names only', () => {
  for (const folder of ['examples', 'examples/support', 'bench']) {
    for (const [name, text] of files(folder, /\.ts$/)) {
      const inside = [...text.matchAll(/from '([^']*lib\/[^']*|[^']*dist\/[^']*)'/g)];
      expect([name, inside]).toEqual([name, []]);
    }
  }
});
