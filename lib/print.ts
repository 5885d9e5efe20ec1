import { stripVTControlCharacters } from 'node:util';
import { DTYPES, type DTypeName, type Scalar } from './dtype';
import { expected } from './errors';
import { columns, floatScalarText, floatTexts } from './float-text';
import type { Stylize } from './inspect';
import { getPrintOptions, type PrintOptions } from './print-options';

export {
  getPrintOptions,
  type PrintOptions,
  setPrintOptions,
  withPrintOptions,
} from './print-options';

/** What printing needs of an array. */
export interface Printable {
  readonly dtype: DTypeName;
  readonly shape: readonly number[];
  readonly size: number;
  /** The element at a full index; only nonnegative indices are asked for. */
  get(...index: number[]): Scalar;
}

/** The indices that an axis shows; the ellipsis, if any, stands before the one at `gap`. */
interface Span {
  readonly indices: readonly number[];
  readonly gap: number;
}

function spanOf(length: number, edge: number): Span {
  if (length <= 2 * edge) return { indices: Array.from({ length }, (_, i) => i), gap: -1 };
  const indices = Array.from({ length: 2 * edge }, (_, i) =>
    i < edge ? i : length - 2 * edge + i,
  );
  return { indices, gap: edge };
}

/** The elements that are shown, in C order. Nothing else here reads the array. */
function shownElements(x: Printable, spans: readonly Span[]): Scalar[] {
  const elements: Scalar[] = [];
  const index: number[] = new Array(spans.length).fill(0);
  const visit = (axis: number): void => {
    if (axis === spans.length) {
      elements.push(x.get(...index));
      return;
    }
    for (const i of spans[axis]!.indices) {
      index[axis] = i;
      visit(axis + 1);
    }
  };
  visit(0);
  return elements;
}

function integerTexts(values: readonly (number | bigint)[], sign: PrintOptions['sign']): string[] {
  let largest = values[0]!;
  let smallest = largest;
  for (const value of values) {
    if (value > largest) largest = value;
    if (value < smallest) smallest = value;
  }
  const used = sign === ' ' && smallest < 0 ? '-' : sign;
  const prefix = used === '-' ? '' : used;
  const textOf = (value: number | bigint) => `${value < 0 ? '' : prefix}${value}`;
  const width = Math.max(textOf(largest).length, String(smallest).length);
  return values.map((value) => textOf(value).padStart(width));
}

function elementTexts(x: Printable, elements: readonly Scalar[], options: PrintOptions): string[] {
  switch (DTYPES[x.dtype].kind) {
    case 'b':
      return elements.map((value) => (value ? (x.shape.length === 0 ? 'True' : ' True') : 'False'));
    case 'f':
      return floatTexts(elements as number[], x.dtype === 'float32', options);
    default:
      return integerTexts(elements as (number | bigint)[], options.sign);
  }
}

/** What an element's text becomes when it is written, in as many columns. */
type Style = (text: string) => string;

const plain: Style = (text) => text;

/** Sets the texts of elements, taken one after the other, between brackets and on lines. */
class Layout {
  #next = 0;

  constructor(
    private readonly texts: readonly string[],
    private readonly spans: readonly Span[],
    private readonly separator: string,
    private readonly style: Style,
  ) {}

  /** The text of an axis, whose first line stands after `indent` and may have `width` columns. */
  axis(axis: number, indent: string, width: number): string {
    if (axis === this.spans.length) return this.style(this.texts[this.#next++]!);
    const inside = `${indent} `;
    const body =
      axis === this.spans.length - 1
        ? this.row(this.spans[axis]!, inside, width - 1)
        : this.blocks(axis, inside, width - 1);
    return `[${body}]`;
  }

  private blocks(axis: number, indent: string, width: number): string {
    const { indices, gap } = this.spans[axis]!;
    const parts: string[] = [];
    for (let i = 0; i < indices.length; i++) {
      if (i === gap) parts.push('...');
      parts.push(this.axis(axis + 1, indent, width));
    }
    const lines = '\n'.repeat(this.spans.length - axis - 1);
    return parts.join(this.separator.trimEnd() + lines + indent);
  }

  private row({ indices, gap }: Span, indent: string, width: number): string {
    const done: string[] = [];
    const last = indices.length - 1;
    let line = indent;
    let used = indent.length;
    const add = (word: string, separator: string, style: Style): void => {
      const size = columns(word);
      if (used + size > width && used > indent.length) {
        done.push(line.trimEnd());
        line = indent;
        used = indent.length;
      }
      line += style(word) + separator;
      used += size + separator.length;
    };
    for (let i = 0; i <= last; i++) {
      if (i === gap) add('...', this.separator, plain);
      add(this.texts[this.#next++]!, i < last ? this.separator : '', this.style);
    }
    done.push(line);
    return done.join('\n').slice(indent.length);
  }
}

/** Where the text of elements stands: between what, before and after what. */
interface Setting {
  readonly separator: string;
  readonly prefix: string;
  readonly suffix: string;
}

function bodyOf(x: Printable, { separator, prefix, suffix }: Setting, style: Style): string {
  if (x.size === 0) return '[]';
  const options = getPrintOptions();
  const edge = x.size > options.threshold ? options.edgeitems : Number.POSITIVE_INFINITY;
  const spans = x.shape.map((length) => spanOf(length, edge));
  const texts = elementTexts(x, shownElements(x, spans), options);
  const layout = new Layout(texts, spans, separator, style);
  return layout.axis(0, ' '.repeat(prefix.length), options.linewidth - suffix.length);
}

/** A shape as Python shows it: `(3,)`. */
export function tupleText(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
}

const IMPLIED: readonly DTypeName[] = ['bool', 'int64', 'float64'];

function checkPrintable(x: unknown): void {
  if (typeof x === 'object' && x !== null && 'dtype' in x && 'get' in x) return;
  throw expected('ERR_DTYPE', 'x', 'an NDArray', x);
}

function reprOf(x: Printable, style: Style): string {
  const { threshold, linewidth, legacy } = getPrintOptions();
  const prefix = 'array(';
  const text = prefix + bodyOf(x, { separator: ', ', prefix, suffix: ')' }, style);
  const isFlatEmpty = x.shape.length === 1 && x.size === 0;
  const extras: string[] = [];
  const isShortened = x.size > threshold && legacy === false;
  if (isShortened || (x.size === 0 && !isFlatEmpty)) {
    extras.push(`shape=${tupleText(x.shape)}`);
  }
  if (x.size === 0 || !IMPLIED.includes(x.dtype)) extras.push(`dtype=${x.dtype}`);
  if (extras.length === 0) return `${text})`;
  const suffix = `${extras.join(', ')})`;
  const lastLine = columns(stripVTControlCharacters(text.slice(text.lastIndexOf('\n') + 1))) + 1;
  const spacer = lastLine + suffix.length + 1 > linewidth ? `\n${' '.repeat(prefix.length)}` : ' ';
  return `${text},${spacer}${suffix}`;
}

/** The array as NumPy's `repr()` gives it: `array([1., 2.], dtype=float32)`. */
export function arrayRepr(x: Printable): string {
  checkPrintable(x);
  return reprOf(x, plain);
}

/** {@link arrayRepr} with elements in the colours of their JavaScript type. */
export function coloredRepr(x: Printable, stylize: Stylize): string {
  const kind = DTYPES[x.dtype].scalar;
  const style = (text: string) => stylize(text, kind);
  // The spaces that make the columns stay without, so that those at the end of a line can go.
  return reprOf(x, (text) => text.replace(/\S(?:.*\S)?/u, style));
}

/** The array as NumPy's `str()` gives it: `[1. 2.]`. */
export function arrayStr(x: Printable): string {
  checkPrintable(x);
  if (x.shape.length === 0) return scalarStr(x.get(), x.dtype);
  return bodyOf(x, { separator: ' ', prefix: '', suffix: '' }, plain);
}

/** One element as NumPy's `str()` gives a scalar of that dtype; of the print options, `legacy` counts. */
export function scalarStr(value: Scalar, dtype: DTypeName): string {
  switch (DTYPES[dtype].kind) {
    case 'b':
      return value ? 'True' : 'False';
    case 'f':
      return floatScalarText(Number(value), dtype === 'float32', getPrintOptions().legacy);
    default:
      return String(value);
  }
}
