/**
 * The README's table of results, made of the newest full run in bench/results.
 *
 * usage: npm run bench:readme
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestText, percentText, ratioText, threadsText } from './report';
import { fileNameOf, type Results, summariesOf } from './results';

const START = '<!-- results: made by npm run bench:readme -->';
const END = '<!-- end of results -->';

/** The newest run of every case, if there is one. */
export function newestResults(folder: string): Results | undefined {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names
    .filter((name) => name.endsWith('.json'))
    .map((name): Results => JSON.parse(readFileSync(join(folder, name), 'utf8')))
    .filter(({ settings }) => !settings.partial)
    .sort((a, b) => a.date.localeCompare(b.date))
    .at(-1);
}

/** What stands between the markers. */
export function sectionOf(results: Results): string {
  const { machine, versions, settings } = results;
  const [one, all] = [threadsText(settings.threads.one), threadsText(settings.threads.all)];
  const rows = summariesOf(results.cases).map(({ group, cases, ratio, share, limitRatio }) => [
    group,
    String(cases),
    digestText(ratio?.one, cases, ratioText),
    digestText(ratio?.all, cases, ratioText),
    digestText(share?.all, cases, percentText),
    digestText(limitRatio?.all, cases, ratioText),
  ]);
  const head = ['', 'cases', `x NumPy, ${one}`, `x NumPy, ${all}`, `of the limit, ${all}`];
  head.push(`the limit x NumPy, ${all}`);
  const table = [head, ['---', ...head.slice(1).map(() => '---:')], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
  const name = fileNameOf(results);
  return [
    `${machine.cpu}, ${machine.processors} processors; strided ${versions.strided}, Node ` +
      `${versions.node}, NumPy ${versions.numpy}; large arrays of ${settings.size} x ` +
      `${settings.size}; a load of ${machine.load.toFixed(1)} before it began. The geometric mean of a group's cases, and its slowest case in brackets ` +
      `([every case](bench/results/${name}.json)).`,
    `![Speed relative to NumPy, by group of cases](bench/results/${name}.svg)`,
    table,
  ].join('\n\n');
}

/** What a README has between the markers. Throws when they are not there. */
export function sectionIn(readme: string): string {
  const [start, end] = [readme.indexOf(START), readme.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`README.md: expected ${START} and ${END}`);
  return readme.slice(start + START.length, end).trim();
}

/** The README with another section between the markers. */
export function withSection(readme: string, section: string): string {
  sectionIn(readme);
  const before = readme.slice(0, readme.indexOf(START) + START.length);
  return `${before}\n${section}\n${readme.slice(readme.indexOf(END))}`;
}

function main(): void {
  const root = join(__dirname, '..', '..', '..');
  const path = join(root, 'README.md');
  const results = newestResults(join(root, 'bench', 'results'));
  if (!results) throw new Error('bench/results has no full run: npm run bench makes one');
  writeFileSync(path, withSection(readFileSync(path, 'utf8'), sectionOf(results)));
}

if (require.main === module) main();
