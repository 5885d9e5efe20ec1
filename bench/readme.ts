/**
 * The README's tables of results, made of the runs in bench/results: the newest full one, and in
 * short those on other machines.
 *
 * usage: npm run bench:readme
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { alikeText, digestText, percentText, ratioText, threadsText } from './report';
import { fileNameOf, type Results, summariesOf } from './results';

const START = '<!-- results: made by npm run bench:readme -->';
const END = '<!-- end of results -->';

/** Groups that tell other machines apart. */
const TOLD = ['float64', 'float32', 'int32', 'int8', 'shapes and views'].map(
  (of) => `sum of ${of}`,
);

/** The newest run of every case, if there is one, and runs on other machines. */
export interface Shown {
  readonly newest: Results | undefined;
  readonly others: readonly Results[];
}

/** What of a folder's runs is shown. */
export function resultsIn(folder: string): Shown {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const runs = names
    .filter((name) => name.endsWith('.json'))
    .map((name): Results => JSON.parse(readFileSync(join(folder, name), 'utf8')))
    .sort((a, b) => a.date.localeCompare(b.date));
  const newest = runs.filter(({ settings }) => !settings.partial).at(-1);
  const others = runs.filter(({ machine }) => machine.cpu !== newest?.machine.cpu);
  return { newest, others };
}

const tableOf = (head: string[], rows: string[][]): string =>
  [head, ['---', ...head.slice(1).map(() => '---:')], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

/** A line for each run on another machine. */
function othersOf(runs: readonly Results[]): string[] {
  if (runs.length === 0) return [];
  const rows = runs.map((run) => {
    const summaries = summariesOf(run.cases);
    const cells = TOLD.map((told) => {
      const found = summaries.find(({ group }) => group === told);
      return found ? digestText(found.ratio?.all, found.cases, ratioText) : '';
    });
    const { machine, versions, settings, cases } = run;
    const file = `bench/results/${fileNameOf(run)}.json`;
    const text = `${machine.cpu}, ${threadsText(settings.threads.all)}, commit ${versions.commit}`;
    return [`[${text}](${file})`, String(cases.length), ...cells];
  });
  const head = ['x NumPy, all threads', 'cases', ...TOLD];
  return ['On other machines:', tableOf(head, rows)];
}

/** What stands between the markers. */
export function sectionOf(results: Results, others: readonly Results[]): string {
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
  const name = fileNameOf(results);
  return [
    `${machine.cpu}, ${machine.processors} processors; strided ${versions.strided}, Node ` +
      `${versions.node}, NumPy ${versions.numpy}; large arrays of ${settings.size} x ` +
      `${settings.size}; a load of ${machine.load.toFixed(1)} before it began. The geometric mean of a group's cases, and its slowest case in brackets ` +
      `([every case](bench/results/${name}.json)).`,
    `![Speed relative to NumPy, by group of cases](bench/results/${name}.svg)`,
    tableOf(head, rows),
    alikeText(results.cases, settings.threads),
    ...othersOf(others),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
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
  const { newest, others } = resultsIn(join(root, 'bench', 'results'));
  if (!newest) throw new Error('bench/results has no full run: npm run bench makes one');
  writeFileSync(path, withSection(readFileSync(path, 'utf8'), sectionOf(newest, others)));
}

if (require.main === module) main();
