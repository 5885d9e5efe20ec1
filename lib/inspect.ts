/** What `util.inspect` asks of a class, and with it `console.log`. */

/** Of the options of `util.inspect`, how it colours a text of a kind. */
export interface Inspection {
  readonly stylize?: (text: string, kind: string) => string;
}

/** A text of the kinds that `util.inspect` has colours for. */
export type Stylize = (text: string, kind: 'number' | 'bigint' | 'boolean') => string;

/** The full text, or for what lies deeper than one asked for, the class in brackets, as of any object. */
export function inspected(
  name: string,
  depth: number | null | undefined,
  { stylize = (text) => text }: Inspection,
  full: (stylize: Stylize) => string,
): string {
  return typeof depth === 'number' && depth < 0 ? stylize(`[${name}]`, 'special') : full(stylize);
}
