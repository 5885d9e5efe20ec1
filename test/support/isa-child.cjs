// Prints the instruction set in use and a hash of many results. Run by test/isa.test.ts.

const { createHash } = require('node:crypto');
const s = require('../..');
const { native } = require('../../dist/native');

const hash = createHash('sha256');
let results = 0;

function note(result) {
  const x = typeof result === 'object' ? result : s.array(result);
  hash.update(`${x.dtype} ${x.shape};`).update(x.toTypedArray());
  results++;
}

let state = 1;
function draw() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state;
}

const FLOATS = {
  uniform: () => draw() / 2 ** 32,
  wide: () => (draw() - 2 ** 31) * 2 ** ((draw() >>> 24) - 128),
  ties: () => [1, 2 ** 24, -(2 ** 24), 2 ** 53, -(2 ** 53), 0.5, -0, 3][draw() >>> 29],
  special: () => (draw() >>> 25 === 0 ? [NaN, Infinity, -Infinity, 1e38][draw() >>> 30] : draw()),
};
const INTEGERS = { any: () => draw(), small: () => (draw() >>> 16) % 100 };

const DTYPES = {
  bool: Uint8Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
};

function elements(dtype, n, rule) {
  const typed = new DTYPES[dtype](n);
  for (let i = 0; i < n; i++) typed[i] = dtype.endsWith('int64') ? BigInt(rule()) : rule();
  const x = s.asArray(typed);
  return dtype === 'bool' ? x.asType('bool', { casting: 'unsafe' }) : x;
}

function layouts(x) {
  const gaps = s.zeros(
    x.shape.map((size) => 2 * size),
    { dtype: x.dtype },
  );
  const spread = gaps.slice(...x.shape.map(() => '::2')).assign(x);
  return [x, x.copy({ order: 'F' }), x.slice(...x.shape.map(() => '::-1')), spread];
}

const SHAPES = [[1], [7], [1000], [5, 3], [33, 65], [300, 17], [9, 10, 11], [1, 4097]];

for (const dtype of Object.keys(DTYPES)) {
  const isFloat = dtype.startsWith('float');
  for (const rule of Object.values(isFloat ? FLOATS : INTEGERS)) {
    for (const shape of SHAPES) {
      const size = shape.reduce((a, b) => a * b, 1);
      const x = elements(dtype, size, rule).reshape(shape);
      const mask = elements('bool', shape.at(-1), () => draw() >>> 30);
      for (const y of layouts(x)) {
        note(y);
        for (const axis of [null, [], ...shape.keys()]) {
          note(y.sum({ axis, keepdims: true }));
          note(y.sum({ axis, where: mask }));
        }
        for (const to of isFloat ? ['float32', 'float64'] : ['float32', 'int64', 'uint64']) {
          if (to === 'uint64' && dtype.startsWith('int')) continue;
          if (to !== 'int64' || dtype !== 'uint64') note(y.sum({ axis: 0, dtype: to }));
        }
        note(y.asType(isFloat ? 'float32' : 'int8', { casting: 'unsafe' }));
      }
    }
  }
}

for (const threads of [1, 2, 3]) {
  s.setNumThreads(threads);
  s.random.seed(5);
  const x = s.random.rand([1200, 700]);
  const centred = x.copy();
  centred.slice('1::2').assign(x.slice('::2'));
  for (const y of [x, centred, x.T, x.asType('float32'), x.copy({ order: 'F' })]) {
    for (const axis of [null, 0, 1]) note(y.sum({ axis }));
  }
}

console.log(JSON.stringify({ isa: native.instructionSet(), results, hash: hash.digest('hex') }));
