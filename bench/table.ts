/** Plain text in columns. */

const GAP = '  ';

/** Lines of titles over lines of cells: the first column to the left, the others to the right. */
export function tableText(
  titles: readonly (readonly string[])[],
  rows: readonly (readonly string[])[],
): string {
  const all = [...titles, ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join(GAP)
      .trimEnd();
  const rule = '-'.repeat(widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length));
  return [...titles.map(line), rule, ...rows.map(line)].join('\n');
}
