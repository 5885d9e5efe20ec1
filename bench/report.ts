/** A run in plain text. */

import Table from 'cli-table3';
import type { Targets } from './facts';
import {
  type CaseResult,
  type Digest,
  limitRatioOf,
  type Pair,
  type Results,
  summariesOf,
  type Unmeasured,
} from './results';

const UNITS = [
  [1, 's'],
  [1e-3, 'ms'],
  [1e-6, 'us'],
  [0, 'ns'],
] as const;

/** Three digits and a unit. */
export function durationText(seconds: number): string {
  const [unit, name] = UNITS.find(([least]) => seconds >= least)!;
  const value = seconds / (unit || 1e-9);
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${name}`;
}

export const threadsText = (count: number) => `${count} thread${count === 1 ? '' : 's'}`;
export const ratioText = (ratio: number) => `${ratio.toFixed(2)} x`;
export const percentText = (share: number) => `${(share * 100).toFixed(0)} %`;

const NONE = '-';

/** A value, and the target that it misses. */
function marked(text: string, target: string | undefined): string {
  return target === undefined ? text : `${text} < ${target}`;
}

function caseRow(result: CaseResult): string[] {
  const { name, seconds, ratio, share, targets, met } = result;
  const limit: Targets = limitRatioOf(result) ?? {};
  const cell = (
    value: number | undefined,
    target: keyof Targets,
    text: (value: number) => string,
  ) => {
    if (value === undefined) return NONE;
    if (met[target] !== false) return text(value);
    const missed = marked(text(value), text(targets[target]!));
    const most = limit[target] ?? Number.POSITIVE_INFINITY;
    return most < targets[target]! ? `${missed} (limit ${text(most)})` : missed;
  };
  return [
    name,
    durationText(seconds.one),
    durationText(seconds.all),
    seconds.numpy === null ? NONE : durationText(seconds.numpy),
    cell(ratio?.one, 'one', ratioText),
    cell(ratio?.all, 'all', ratioText),
    cell(share?.one, 'limitOne', percentText),
    cell(share?.all, 'limitAll', percentText),
  ];
}

function tableText(head: string[], rows: readonly string[][]): string {
  const table = new Table({
    head,
    style: { head: [], border: [] },
    colAligns: head.map((_, column) => (column === 0 ? 'left' : 'right')),
  });
  table.push(...rows);
  return table.toString();
}

/**
 * The cases of a group; a value that misses its target stands before it, with a `<` between, and
 * before what the machine's limit comes to where that misses it, too.
 */
export function groupText(cases: readonly CaseResult[], threads: Pair<number>): string {
  const [one, all] = [threadsText(threads.one), threadsText(threads.all)];
  const head = [cases[0]!.group, one, all, 'NumPy', `x NumPy, ${one}`, `x NumPy, ${all}`];
  return tableText([...head, `limit, ${one}`, `limit, ${all}`], cases.map(caseRow));
}

/** The mean of several, and the least of them when they are more than one. */
export function digestText(
  digest: Digest | undefined,
  cases: number,
  text: (value: number) => string,
): string {
  if (!digest) return NONE;
  return cases === 1 ? text(digest.mean) : `${text(digest.mean)} (${text(digest.least)})`;
}

/** How far the cases of groups that are meant to be alike are apart, a line for each. */
export function alikeText(cases: readonly CaseResult[], threads: Pair<number>): string {
  const lines = summariesOf(cases).flatMap(({ group, alike }) => {
    if (!alike) return [];
    const { times, target } = alike;
    const missed = times <= target ? '' : ` > ${ratioText(target)}`;
    return `${group}, ${threadsText(threads.all)}: the slowest takes ${ratioText(times)}${missed} as long as the fastest`;
  });
  return lines.join('\n');
}

export function summaryText(cases: readonly CaseResult[], threads: Pair<number>): string {
  const [one, all] = [threadsText(threads.one), threadsText(threads.all)];
  const rows = summariesOf(cases).map((each) => {
    const ratio = (key: 'one' | 'all') => {
      const target = each.shortTogether[key];
      const text = digestText(each.ratio?.[key], each.cases, ratioText);
      return marked(text, target === undefined ? undefined : ratioText(target));
    };
    return [
      each.group,
      String(each.cases),
      ratio('one'),
      ratio('all'),
      digestText(each.share?.one, each.cases, percentText),
      digestText(each.share?.all, each.cases, percentText),
      digestText(each.limitRatio?.one, each.cases, ratioText),
      digestText(each.limitRatio?.all, each.cases, ratioText),
      each.short === 0 ? '' : String(each.short),
    ];
  });
  const head = ['mean (least)', 'cases', `x NumPy, ${one}`, `x NumPy, ${all}`, `limit, ${one}`];
  const limits = [`limit x NumPy, ${one}`, `limit x NumPy, ${all}`];
  return tableText([...head, `limit, ${all}`, ...limits, 'short'], rows);
}

/** The cases without times, under a title that cannot be overlooked; nothing when there are none. */
export function unmeasuredText(title: string, cases: readonly Unmeasured[]): string {
  if (cases.length === 0) return '';
  const lines = cases.map(({ name, reason }) => `  ${name}: ${reason}`);
  return `!!! ${title}: ${cases.length}\n${lines.join('\n')}`;
}

export function headerText({ machine, versions, settings }: Omit<Results, 'cases'>): string {
  const memory = Math.round(machine.memoryBytes / 2 ** 30);
  const { threads } = settings;
  return [
    `machine   ${machine.cpu}, ${machine.processors} processors, ${memory} GiB, kernel ` +
      `${machine.kernel}, governor ${machine.governor ?? 'unknown'}, load ${machine.load.toFixed(2)}`,
    `versions  strided ${versions.strided} (${versions.commit ?? 'no commit'}), Node ` +
      `${versions.node}, ${versions.compiler ?? 'unknown compiler'}`,
    versions.numpy === null
      ? '!!! NumPy is not timed: no python3 on the PATH has it'
      : `          NumPy ${versions.numpy}, Python ${versions.python}`,
    `settings  ${threadsText(threads.one)} and ${threadsText(threads.all)}, rounds: ` +
      `${settings.rounds}, large arrays of ${settings.size} x ${settings.size}, instruction set ` +
      `${settings.isa ?? 'the best of the CPU'}`,
  ].join('\n');
}
