/** The table of reductions: what each takes, and which dtype its results have. */

import { checkCast } from './assign';
import { canCast } from './casting';
import { DTYPES, type DType, type DTypeName, dtypeOf } from './dtype';
import { expected } from './errors';
import { native } from './native';

/** The name of a reduction: its method, its function, and the addon's row. */
export type ReductionName =
  | 'sum'
  | 'mean'
  | 'prod'
  | 'min'
  | 'max'
  | 'argmin'
  | 'argmax'
  | 'any'
  | 'all'
  | 'countNonzero';

/** Options that only some reductions have. */
type Extra = 'dtype' | 'where' | 'initial' | 'axes';

/** Dtypes of a reduction: of the elements that are reduced, and of the results. */
export interface Dtypes {
  readonly source: DType;
  readonly result: DType;
}

/** A row of the table; the addon has the same rows, and is compared when it loads. */
export interface Row {
  readonly name: ReductionName;
  /** The row's place, by which the addon knows the reduction. */
  readonly code: number;
  /** Options besides `axis`, `out` and `keepdims`; `axes` is an `axis` that is a list. */
  readonly takes: ReadonlySet<string>;
  /** Whether no elements have a result. */
  readonly ofNothing: boolean;
  /**
   * Whether results of so many elements (Infinity where there is an initial term) may not fit their
   * dtype, after which memory for them holds anything.
   */
  readonly mayOverflow: (dtypes: Dtypes, terms: number) => boolean;
  /** Whether results that are floats depend on the order of the terms, and so on how they lie. */
  readonly inOrder: boolean;
  readonly dtypes: (
    source: DType,
    asked: DTypeName | undefined,
    out: DType | undefined,
    name: ReductionName,
  ) => Dtypes;
}

const SUMS = Object.values(DTYPES).map(({ sumsTo }) => DTYPES[sumsTo]);

/** Reductions cast within a kind, or to a wider one, and know no other rule. Throws ERR_CAST. */
function checkKind(from: DType, to: DType, argument: string): void {
  checkCast(from, to, 'same_kind', argument, 'without advice');
}

const isInteger = ({ kind }: DType) => kind === 'i' || kind === 'u';

/** Exact results may become a wider kind or a narrower type, but no narrower kind. */
function exactDtypes(source: DType, asked: DTypeName | undefined, out: DType | undefined): DType {
  const usual = SUMS[source.code]!;
  if (asked === undefined) {
    if (out === undefined) return usual;
    checkKind(usual, out, 'out');
    return out;
  }
  const type = dtypeOf(asked);
  checkKind(source, type, 'dtype');
  if (type === DTYPES.bool && source !== DTYPES.bool) {
    throw expected('ERR_CAST', 'dtype', `a dtype that sums of ${source.name} have`, asked);
  }
  if (out !== undefined) checkKind(type, out, 'out');
  // Where an exact integer must fit both, the narrower of them decides.
  const narrower = out !== undefined && isInteger(type) && isInteger(out);
  return narrower && !canCast(type, out, 'safe') ? out : type;
}

const sumDtypes: Row['dtypes'] = (source, asked, out) => ({
  source,
  result: exactDtypes(source, asked, out),
});

/** Products of integers as floats are products of floats. */
const prodDtypes: Row['dtypes'] = (source, asked, out) => {
  const result = exactDtypes(source, asked, out);
  return { source: result.kind === 'f' && source.kind !== 'f' ? result : source, result };
};

const meanDtypes: Row['dtypes'] = (source, asked, out) => {
  const usual = source.kind === 'f' ? source : DTYPES.float64;
  const type = asked === undefined ? usual : dtypeOf(asked);
  if (type.kind !== 'f') throw expected('ERR_CAST', 'dtype', 'float32 or float64', asked);
  if (out === undefined) return { source, result: type };
  checkKind(type, out, 'out');
  return { source, result: asked === undefined ? out : type };
};

const fixedDtypes =
  (resultOf: (source: DType) => DType): Row['dtypes'] =>
  (source, _asked, out) => {
    const result = resultOf(source);
    if (out !== undefined) checkKind(result, out, 'out');
    return { source, result };
  };

const sameDtype = fixedDtypes((source) => source);
const boolDtype = fixedDtypes(() => DTYPES.bool);
const int64Dtype = fixedDtypes(() => DTYPES.int64);

const fits: Row['mayOverflow'] = () => false;

/** 2^31 integers of 32 bits fit 64. */
const sumsMayOverflow: Row['mayOverflow'] = ({ source, result }, terms) =>
  result.kind !== 'f' && !(source.itemsize <= 4 && result.itemsize === 8 && terms <= 2 ** 31);

const prodsMayOverflow: Row['mayOverflow'] = ({ result }) => result.kind !== 'f';

type Facts = [
  name: ReductionName,
  dtypes: Row['dtypes'],
  takes: Extra[],
  ofNothing: boolean,
  mayOverflow: Row['mayOverflow'],
  inOrder?: true,
];

const FACTS: readonly Facts[] = [
  ['sum', sumDtypes, ['dtype', 'where', 'initial', 'axes'], true, sumsMayOverflow],
  ['mean', meanDtypes, ['dtype', 'where', 'axes'], true, fits],
  ['prod', prodDtypes, ['dtype', 'where', 'initial', 'axes'], true, prodsMayOverflow, true],
  ['min', sameDtype, ['where', 'initial', 'axes'], false, fits],
  ['max', sameDtype, ['where', 'initial', 'axes'], false, fits],
  ['argmin', int64Dtype, [], false, fits],
  ['argmax', int64Dtype, [], false, fits],
  ['any', boolDtype, ['where', 'axes'], true, fits],
  ['all', boolDtype, ['where', 'axes'], true, fits],
  ['countNonzero', int64Dtype, ['where', 'axes'], true, fits],
];

export const REDUCTIONS = Object.fromEntries(
  FACTS.map(
    (
      [name, dtypes, takes, ofNothing, mayOverflow, inOrder = false],
      code,
    ): [ReductionName, Row] => [
      name,
      {
        name,
        code,
        takes: new Set<string>(takes),
        ofNothing,
        mayOverflow,
        inOrder,
        dtypes,
      },
    ],
  ),
) as Readonly<Record<ReductionName, Row>>;

if (native.reductions().join() !== Object.keys(REDUCTIONS).join()) {
  throw new Error(
    'strided: the addon is of another version than the package: its table of reductions differs',
  );
}
