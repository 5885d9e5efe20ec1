import {
  arange,
  arrayRepr,
  asFortranArray,
  empty,
  mayShareMemory,
  random,
  setPrintOptions,
  sum,
} from 'strided';

/*
 * "Memory Management in NumPy", cell by cell: what its views do, and every text that it shows which
 * is neither random nor timed. Its random arrays are written out here.
 */

beforeAll(() => setPrintOptions({ legacy: '1.21' })); // the notebook's NumPy
afterAll(() => setPrintOptions({ legacy: false }));

const flagsTable = (c: string, f: string) => `  C_CONTIGUOUS : ${c}
  F_CONTIGUOUS : ${f}
  OWNDATA : True
  WRITEABLE : True
  ALIGNED : True
  WRITEBACKIFCOPY : False
  UPDATEIFCOPY : False
`;

/** An int64 matrix of the given rows, as `np.random.randint` made them. */
function matrix(...rows: number[][]) {
  const x = random.randint(1, 10, [3, 3]);
  return x.assign(rows);
}

describe('internal memory layout', () => {
  test('cells 2, 3: the flags of arange(5)', () => {
    expect(String(arange(5, { dtype: 'int64' }).flags)).toBe(flagsTable('True', 'True'));
    expect(arange(5, { dtype: 'int64' }).strides).toEqual([8]);
  });

  test('cells 58 to 64: a random array in C and in Fortran order', () => {
    const size = 1000;
    const cArray = random.rand([size, size]);
    const fArray = asFortranArray(cArray);
    expect(cArray.strides).toEqual([8 * size, 8]);
    expect(fArray.strides).toEqual([8, 8 * size]);
    expect(String(cArray.flags)).toBe(flagsTable('True', 'False'));
    expect(String(fArray.flags)).toBe(flagsTable('False', 'True'));
    expect(mayShareMemory(cArray, fArray)).toBe(false);
    expect(fArray.toTypedArray()).toEqual(cArray.toTypedArray());
  });

  test('cells 59 and 61: the strides of the notebook itself', () => {
    const cArray = empty([10_000, 10_000]);
    expect(cArray.strides).toEqual([80_000, 8]);
    expect(empty([10_000, 10_000], { order: 'F' }).strides).toEqual([8, 80_000]);
    expect(cArray.T.strides).toEqual([8, 80_000]);
    cArray.dispose();
  });

  test('cells 73 to 78: sums of rows and columns are those of either order', () => {
    const cArray = random.rand([300, 200]);
    const fArray = asFortranArray(cArray);
    const [rows, columns] = [sum(cArray, { axis: 1 }), sum(cArray, { axis: 0 })];
    expect(rows).toMatchObject({ shape: [300], dtype: 'float64' });
    expect(columns).toMatchObject({ shape: [200], dtype: 'float64' });
    expect(sum(fArray, { axis: 1 }).toString()).toBe(rows.toString());
    expect(sum(fArray, { axis: 0 }).toString()).toBe(columns.toString());
  });

  test('without legacy, the table ends with WRITEBACKIFCOPY', () => {
    setPrintOptions({ legacy: false });
    const text = String(arange(5).flags);
    setPrintOptions({ legacy: '1.21' });
    expect(text).toBe(flagsTable('True', 'True').replace('  UPDATEIFCOPY : False\n', ''));
  });
});

describe('views and copies', () => {
  test('cells 83 to 86: an alias', () => {
    const x = matrix([4, 3, 3], [7, 5, 5], [9, 4, 9]);
    expect(arrayRepr(x)).toBe('array([[4, 3, 3],\n       [7, 5, 5],\n       [9, 4, 9]])');
    const y = x;
    expect(mayShareMemory(x, y)).toBe(true);
    y.slice(0, ':').assign(-1);
    const text = 'array([[-1, -1, -1],\n       [ 7,  5,  5],\n       [ 9,  4,  9]])';
    expect(arrayRepr(y)).toBe(text);
    expect(arrayRepr(x)).toBe(text);
  });

  test('cell 85: the row is a view of its own', () => {
    const x = matrix([4, 3, 3], [7, 5, 5], [9, 4, 9]);
    const row = x.slice(0, ':');
    expect([row.base === x, row.shape, row.strides]).toEqual([true, [3], [8]]);
    expect(mayShareMemory(x, row)).toBe(true);
    expect(mayShareMemory(row, x.slice(1, ':'))).toBe(false);
    x.set(0, 2, 8);
    expect(row.toArray()).toEqual([4n, 3n, 8n]);
  });

  test('cells 88 to 98: a column is a view', () => {
    const x = matrix([1, 8, 6], [2, 7, 6], [3, 2, 9]);
    expect(arrayRepr(x)).toBe('array([[1, 8, 6],\n       [2, 7, 6],\n       [3, 2, 9]])');
    const y = x.slice(':', 0);
    expect(arrayRepr(y)).toBe('array([1, 2, 3])');
    expect(mayShareMemory(x, y)).toBe(true);
    expect([y.base === x, y.strides, y.flags.ownData]).toEqual([true, [24], false]);
  });

  test('cells 99, 100: a write through the column', () => {
    const x = matrix([1, 8, 6], [2, 7, 6], [3, 2, 9]);
    const y = x.slice(':', 0);
    y.slice(':').assign(0);
    expect(arrayRepr(y)).toBe('array([0, 0, 0])');
    expect(arrayRepr(x)).toBe('array([[0, 8, 6],\n       [0, 7, 6],\n       [0, 2, 9]])');
  });

  const numbers = 'array([[1, 2, 3],\n       [4, 5, 6],\n       [7, 8, 9]])';

  test('cell 121: arange, reshaped', () => {
    const flat = arange(1, 10, { dtype: 'int64' });
    const x = flat.reshape([3, 3]);
    expect(arrayRepr(x)).toBe(numbers);
    expect([x.base === flat, x.strides]).toEqual([true, [24, 8]]);
    expect(mayShareMemory(flat, x)).toBe(true);
  });

  test('cells 122 to 126: rows assigned with a cast share no memory', () => {
    const x = arange(1, 10, { dtype: 'int64' }).reshape([3, 3]);
    const y = empty([3, 3]);
    // What the notebook's memory held.
    y.assign([
      [0, 1.00937611e-320, 0],
      [0, 0, 1.16095484e-28],
      [1.4689993e179, 9.08367237e223, 1.16466228e-28],
    ]);
    const rest =
      '       [0.00000000e+000, 0.00000000e+000, 1.16095484e-028],\n' +
      '       [1.46899930e+179, 9.08367237e+223, 1.16466228e-028]])';
    const first = 'array([[0.00000000e+000, 1.00937611e-320, 0.00000000e+000],\n';
    expect(arrayRepr(y)).toBe(first + rest);
    y.slice(0, ':').assign(x.slice(0, ':'));
    const second = 'array([[1.00000000e+000, 2.00000000e+000, 3.00000000e+000],\n';
    expect(arrayRepr(y)).toBe(second + rest);
    y.slice(0, ':').assign(0);
    const third = 'array([[0.00000000e+000, 0.00000000e+000, 0.00000000e+000],\n';
    expect(arrayRepr(y)).toBe(third + rest);
    expect(arrayRepr(x)).toBe(numbers);
    expect(mayShareMemory(x, y)).toBe(false);
  });
});
