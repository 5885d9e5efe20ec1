/** The groups of cases: how fast each is meant to be, and its rows. */

import {
  DTYPES,
  type DTypeName,
  type Facts,
  type GroupTargets,
  INTEGER_RANGES,
  type Targets,
} from './facts';

/** A row before its group and targets: what is left out is usual. */
export type Row = { readonly name: string } & Partial<Facts>;

export interface Group {
  readonly name: string;
  /** What each of the group's cases is meant to reach. */
  readonly targets: Targets;
  /** What the group as a whole is meant to reach. */
  readonly together?: GroupTargets;
  /**
   * How many times as long as the fastest of its cases the slowest may take with all threads. They are
   * of one array, so that they read the same memory, and are timed in turn.
   */
  readonly alike?: number;
  /** The rows, for a large array of `size` x `size`. */
  rows(size: number): Row[];
}

type Axis = Facts['axis'];

/** One row for each axis. */
function each(name: string, axes: readonly Axis[], facts: Partial<Facts>): Row[] {
  return axes.map((axis) => {
    const text = Array.isArray(axis) ? axis.join(',') : (axis ?? 'none');
    return { name: `${name} axis=${text}`, ...facts, axis };
  });
}

function bothOrders(name: string, axes: readonly Axis[], facts: Partial<Facts>): Row[] {
  return (['C', 'F'] as const).flatMap((order) =>
    each(`${name} ${order}`, axes, { ...facts, order }),
  );
}

const square = (size: number): Facts['shape'] => [size, size];

const BIG_TARGETS: Readonly<Record<DTypeName, Targets>> = {
  float64: { one: 1.1, all: 2, limitOne: 0.85, limitAll: 0.9 },
  float32: { one: 1.1, all: 2, limitAll: 0.8 },
  int64: { one: 1.1, all: 2, limitAll: 0.85 },
  uint64: { one: 1.1, all: 2, limitAll: 0.85 },
  int32: { one: 1.5, all: 3.5, limitAll: 0.85 },
  uint32: { one: 1.5, all: 3.5, limitAll: 0.85 },
  int16: { one: 2, all: 5, limitAll: 0.85 },
  uint16: { one: 2, all: 5, limitAll: 0.85 },
  int8: { one: 3, all: 6, limitAll: 0.85 },
  uint8: { one: 3, all: 6, limitAll: 0.85 },
  bool: { one: 3, all: 6, limitAll: 0.85 },
};

const bigSums: Group[] = DTYPES.map((dtype) => ({
  name: `sum of ${dtype}`,
  targets: BIG_TARGETS[dtype],
  rows: (size) => bothOrders(`sum ${dtype}`, [0, 1, null], { dtype, shape: square(size) }),
}));

const sumsOfOneArray: Group = {
  name: 'sums of one array of float64',
  targets: BIG_TARGETS.float64,
  alike: 1.15,
  rows: (size) => {
    const facts = { shape: square(size) };
    return [
      ...each('sum one array', [0, 1], facts),
      ...each('sum one array transposed', [0, 1], { ...facts, view: { transpose: [1, 0] } }),
    ];
  },
};

const smallSums: Group[] = [
  {
    name: 'sum of 1000 x 1000',
    targets: { one: 1.05, all: 1.15, limitAll: 0.85 },
    rows: () => bothOrders('sum 1000x1000', [0, 1, null], { shape: [1000, 1000] }),
  },
  {
    name: 'sum of 100 x 100',
    targets: { one: 2, all: 2 },
    rows: () => each('sum 100x100', [0, 1, null], { shape: [100, 100] }),
  },
  {
    name: 'sum of 3 x 3',
    targets: { one: 2.5, all: 2.5 },
    rows: () => each('sum 3x3', [0], { shape: [3, 3] }),
  },
];

function shapesAndViews(size: number): Row[] {
  const long = size * size;
  const half = Math.ceil(long / 2);
  const edge = Math.round(size ** (2 / 3));
  const cube = [edge, edge, edge];
  const plane = square(size);
  return [
    ...each('sum 1-D', [null], { shape: [long] }),
    ...each('sum tall', [0, 1], { shape: [half, 2] }),
    ...each('sum wide', [0, 1], { shape: [2, half] }),
    ...each('sum 3-D', [0, 1, 2, [0, 1], [0, 2], [1, 2]], { shape: cube }),
    ...each('sum x[::2, ::3]', [0, 1], { shape: plane, view: { slice: ['::2', '::3'] } }),
    ...each('sum x[::-1]', [0, 1], { shape: plane, view: { slice: ['::-1'] } }),
    ...each('sum transposed 3-D', [0, 1, 2], { shape: cube, view: { transpose: [1, 2, 0] } }),
    ...each('sum broadcast row', [0, 1], { shape: [size], view: { broadcastTo: plane } }),
    ...each('sum odd address', [null], { shape: [long], view: { shiftedBytes: 1 } }),
  ];
}

const hardSums: Group[] = [
  {
    name: 'sum of shapes and views',
    targets: { one: 1, all: 1.3 },
    together: { all: 2.5 },
    rows: shapesAndViews,
  },
  {
    name: 'sum of centred columns',
    targets: { all: 1 },
    rows: (size) => each('sum centred', [0, 1], { shape: square(size), data: 'centred' }),
  },
  {
    name: 'sum of antisymmetric data',
    targets: { all: 0.5 },
    rows: (size) =>
      each('sum antisymmetric', [0, 1], { shape: square(size), data: 'antisymmetric' }),
  },
];

/** Data on which an operation has to look at every element, and whose result fits its dtype. */
const dataFor = (op: string, dtype: DTypeName): Facts['data'] => {
  if (op === 'any') return 'falsy';
  if (op !== 'prod') return 'random';
  return INTEGER_RANGES[dtype] ? 'signs' : 'nearOne';
};

const OTHER_REDUCTIONS = [
  'mean',
  'min',
  'max',
  'argmin',
  'argmax',
  'prod',
  'any',
  'all',
  'countNonzero',
] as const;

const besideTheSum: Group[] = OTHER_REDUCTIONS.map((op) => ({
  name: op,
  targets: { one: 1, all: 1.8 },
  rows: (size) =>
    (['float64', 'float32', 'int32'] as const).flatMap((dtype) =>
      each(`${op} ${dtype}`, [0, 1], { op, dtype, shape: square(size), data: dataFor(op, dtype) }),
    ),
}));

/** Results of so few elements that what is done once for each result takes most of the time. */
const fewElements: Group = {
  name: 'sum and mean of 12',
  targets: { one: 1, all: 1.8 },
  rows: (size) =>
    (['float64', 'float32', 'int32'] as const).flatMap((dtype) =>
      (['sum', 'mean'] as const).flatMap((op) => {
        const shape = [Math.ceil((size * size) / 50), 12];
        return each(`${op} of 12 ${dtype}`, [1], { op, dtype, shape });
      }),
    ),
};

/** The same, of what is not summed. */
const shortRuns: Group = {
  name: 'other reductions of 8 and 40',
  targets: { one: 1, all: 1.8 },
  rows: (size) =>
    (['min', 'argmin', 'any', 'countNonzero'] as const).flatMap((op) =>
      [8, 40].flatMap((count) => {
        const shape = [Math.ceil((size * size) / (4 * count)), count];
        return each(`${op} of ${count}`, [1], { op, shape, data: dataFor(op, 'float64') });
      }),
    ),
};

/** All axes but one are so short that what is done once for each turn of a loop takes most of the time. */
const shortAxes: Group = {
  name: 'short axes',
  targets: { one: 1, all: 1.8 },
  rows: (size) =>
    (['sum', 'mean', 'argmin', 'any'] as const).flatMap((op) => {
      const shape = [Math.ceil((size * size) / 48), 2, 3];
      const facts = { op, shape, data: dataFor(op, 'float64') };
      return [
        ...each(`${op} (n, 2, 3)`, [1], facts),
        ...each(`${op} (3, 2, n) transposed`, [0], { ...facts, view: { transpose: [2, 1, 0] } }),
      ];
    }),
};

/** So many rows that what is known of errors has to grow with the terms, and no faster. */
const manyRows: Group = {
  name: 'sum of 100 columns',
  targets: { one: 1, all: 1.3 },
  rows: (size) => {
    const shape = [Math.ceil((size * size) / 100), 100];
    return (['float64', 'float32'] as const).flatMap((dtype) =>
      each(`sum 100 columns ${dtype}`, [0, 1], { dtype, shape }),
    );
  },
};

const COPIED = ['float64', 'float32', 'uint8'] as const;

const copies: Group[] = [
  {
    name: 'asFortranArray',
    targets: { all: 4 },
    rows: (size) =>
      COPIED.map((dtype) => ({
        name: `asFortranArray ${dtype}`,
        op: 'asFortranArray',
        dtype,
        shape: square(size),
      })),
  },
  {
    name: 'copy',
    targets: { all: 1.5, limitAll: 0.8 },
    rows: (size) =>
      COPIED.map((dtype) => ({ name: `copy ${dtype}`, op: 'copy', dtype, shape: square(size) })),
  },
  { name: 'assign', targets: { all: 1.5 }, rows: assignments },
];

function assignments(size: number): Row[] {
  const edge = Math.round(size ** (2 / 3));
  const row = (what: string, facts: Partial<Facts>): Row => ({
    name: `assign ${what}`,
    op: 'assign',
    shape: square(size),
    into: { dtype: 'float64', order: 'C' },
    ...facts,
  });
  return [
    row('C to F', { into: { dtype: 'float64', order: 'F' } }),
    row('every second column', { view: { slice: ['::1', '::2'] } }),
    row('transposed 3-D', { shape: [edge, edge, edge], view: { transpose: [1, 2, 0] } }),
    row('int32 to float64', { dtype: 'int32' }),
    row('float64 to float32', { into: { dtype: 'float32', order: 'C' } }),
  ];
}

const calls: Group[] = [
  {
    name: 'calls that give views',
    targets: { one: 1, all: 1 },
    rows: () => [
      { name: 'call x[:, 0]', op: 'column', shape: [100, 100] },
      { name: 'call x[::2, ::3]', op: 'slice', shape: [100, 100] },
      { name: 'call reshape', op: 'reshape', shape: [100, 50] },
      { name: 'call transpose', op: 'transpose', shape: [100, 100] },
      { name: 'call T', op: 'T', shape: [100, 100] },
    ],
  },
  {
    name: 'calls that make arrays',
    targets: { one: 0.5, all: 0.5 },
    rows: () =>
      ['empty', 'zeros', 'array'].map((op) => ({ name: `call ${op}`, op, shape: [3, 3] })),
  },
  {
    name: 'loops over elements',
    targets: { limitOne: 1 / 3, limitAll: 1 / 3 },
    rows: () => ['get', 'set'].map((op) => ({ name: `loop of ${op}`, op, shape: [1000, 1000] })),
  },
  {
    name: 'calls of mayShareMemory',
    targets: { one: 5, all: 5 },
    rows: () => [{ name: 'call mayShareMemory', op: 'mayShareMemory', shape: [100, 100] }],
  },
  {
    name: 'calls of sharesMemory',
    targets: { one: 2, all: 2 },
    rows: () => [{ name: 'call sharesMemory', op: 'sharesMemory', shape: [100, 100] }],
  },
];

export const GROUPS: readonly Group[] = [
  ...bigSums,
  sumsOfOneArray,
  ...smallSums,
  ...hardSums,
  ...besideTheSum,
  fewElements,
  shortRuns,
  shortAxes,
  manyRows,
  ...copies,
  ...calls,
];
