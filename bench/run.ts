/**
 * Times the table of cases: this project beside NumPy and the machine's limits, in turn, so that
 * what drifts, drifts for all.
 *
 * usage: npm run bench -- --help
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getNumThreads } from 'strided';
import { chartOf } from './chart';
import { Bits } from './check';
import type { Case } from './facts';
import { GROUPS } from './groups';
import { machineOf, versionsOf } from './machine';
import { measure, type Outcome, type Setting } from './measure';
import { type Options, optionsOf } from './options';
import { alikeText, groupText, headerText, summaryText, unmeasuredText } from './report';
import { type CaseResult, fileNameOf, jsonOf, type Results, type Unmeasured } from './results';
import { buildLimits, findPython, ROOT } from './sides';

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${text}\x1b[K`);
}

/** The addon that measures the limits of memory; without it, a word of why. */
function limitsAddon(): string | undefined {
  const built = buildLimits();
  if ('addon' in built) return built.addon;
  console.log(`!!! The limits are not measured: ${built.problem}`);
  return undefined;
}

type Found = Pick<Results, 'cases' | 'notRun' | 'failed'>;

/** The cases of a group that are compared with each other, together; others alone. */
function batchesOf(group: string, members: readonly Case[]): Case[][] {
  const { alike } = GROUPS.find(({ name }) => name === group)!;
  return alike === undefined ? members.map((each) => [each]) : [[...members]];
}

/** Measures case after case, and prints each group when it is complete. */
async function measureAll(cases: readonly Case[], setting: Setting): Promise<Found> {
  const measured: CaseResult[] = [];
  const notRun: Unmeasured[] = [];
  const failed: Unmeasured[] = [];
  const note = ({ name, group }: Case, outcome: Outcome) => {
    if ('measured' in outcome) measured.push(outcome.measured);
    else if ('missing' in outcome) notRun.push({ name, group, reason: outcome.missing });
    else failed.push({ name, group, reason: outcome.problem });
    if ('problem' in outcome) console.log(`!!! ${name}: ${outcome.problem}`);
  };
  for (const group of new Set(cases.map((each) => each.group))) {
    const given = cases.filter((each) => each.group === group);
    for (const batch of batchesOf(group, given)) {
      const last = cases.indexOf(batch.at(-1)!) + 1;
      progress(`${last} of ${cases.length}: ${batch.map(({ name }) => name).join(', ')}`);
      const outcomes = await measure(batch, setting);
      progress('');
      for (const [i, each] of batch.entries()) note(each, outcomes[i]!);
    }
    const members = measured.filter((result) => result.group === group);
    if (members.length > 0) console.log(groupText(members, setting.threads));
  }
  return { cases: measured, notRun, failed };
}

function write(results: Results): void {
  const folder = join(ROOT, 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, fileNameOf(results));
  writeFileSync(`${path}.json`, jsonOf(results));
  const chart = chartOf(results);
  if (chart) writeFileSync(`${path}.svg`, chart);
  console.log(`\nwritten: ${path}.json${chart ? ' and .svg' : ''}`);
}

async function run(options: Options): Promise<Results> {
  const start = performance.now();
  const python = findPython();
  const threads = { one: 1, all: getNumThreads() };
  const { rounds, samples, size, partial } = options;
  const known = {
    date: new Date().toISOString(),
    machine: machineOf(),
    versions: versionsOf(python),
    settings: { threads, rounds, samples, size, partial, isa: process.env.STRIDED_ISA || null },
  };
  console.log(`${headerText({ ...known, wallSeconds: 0, notRun: [], failed: [] })}\n`);
  const limits = limitsAddon();
  const setting = { threads, python, limits, bits: new Bits(), options };
  const found = await measureAll(options.cases, setting);
  const wallSeconds = Math.round((performance.now() - start) / 1e3);
  return { ...known, wallSeconds, ...found };
}

function report({ cases, notRun, failed, settings, wallSeconds }: Results): void {
  const parts = [
    cases.length > 0 ? summaryText(cases, settings.threads) : '',
    alikeText(cases, settings.threads),
    unmeasuredText('not run', notRun),
    unmeasuredText('FAILED', failed),
    `${cases.length} cases in ${wallSeconds} s`,
  ];
  console.log(`\n${parts.filter((part) => part !== '').join('\n\n')}`);
}

async function main(): Promise<void> {
  const options = optionsOf(process.argv.slice(2));
  if (options.list) {
    for (const { name, group } of options.cases) console.log(`${group}: ${name}`);
    return;
  }
  const results = await run(options);
  report(results);
  if (options.write) write(results);
  if (results.failed.length > 0) process.exitCode = 1;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
