/** The flags of an array, by this package's names and by NumPy's. */

import { type Inspection, inspected, type Stylize } from './inspect';
import { getPrintOptions } from './print-options';

/** A snapshot of how an array lies in memory and what may be done with it. */
export class Flags {
  constructor(
    /** Elements lie one after another, the last index running fastest. */
    readonly cContiguous: boolean,
    /** Elements lie one after another, the first index running fastest. */
    readonly fContiguous: boolean,
    /** The array owns its memory; a view does not. */
    readonly ownData: boolean,
    /** Elements may be written. */
    readonly writeable: boolean,
    /** Each element's address is a multiple of its size. */
    readonly aligned: boolean,
    /** The array is a temporary whose elements will be copied back to its base. */
    readonly writebackIfCopy: boolean,
  ) {
    Object.freeze(this);
  }

  get C_CONTIGUOUS(): boolean {
    return this.cContiguous;
  }
  get F_CONTIGUOUS(): boolean {
    return this.fContiguous;
  }
  get OWNDATA(): boolean {
    return this.ownData;
  }
  get WRITEABLE(): boolean {
    return this.writeable;
  }
  get ALIGNED(): boolean {
    return this.aligned;
  }
  get WRITEBACKIFCOPY(): boolean {
    return this.writebackIfCopy;
  }

  /** NumPy's table; with `setPrintOptions({legacy: '1.21'})` as NumPy 1.21 printed it. */
  toString(): string {
    return this.table((text) => text);
  }

  private table(stylize: Stylize): string {
    const rows: [string, boolean][] = [
      ['C_CONTIGUOUS', this.cContiguous],
      ['F_CONTIGUOUS', this.fContiguous],
      ['OWNDATA', this.ownData],
      ['WRITEABLE', this.writeable],
      ['ALIGNED', this.aligned],
      ['WRITEBACKIFCOPY', this.writebackIfCopy],
    ];
    if (getPrintOptions().legacy === '1.21') rows.push(['UPDATEIFCOPY', false]);
    return rows
      .map(([name, value]) => `  ${name} : ${stylize(value ? 'True' : 'False', 'boolean')}\n`)
      .join('');
  }

  [Symbol.for('nodejs.util.inspect.custom')](
    depth?: number | null,
    options: Inspection = {},
  ): string {
    return inspected('Flags', depth, options, (stylize) => this.table(stylize));
  }
}
