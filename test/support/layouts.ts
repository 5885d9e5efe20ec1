/** The ways in which the elements of an array may lie in memory. */

import { asArray, type DTypeName, empty, NDArray, type TypedArray } from 'strided';
import { DTYPES } from '../../lib/dtype';

/** The elements in an array of their own memory, in C order. */
export function laid(values: TypedArray, dtype: DTypeName, shape: readonly number[]): NDArray {
  return NDArray.over(values, DTYPES[dtype]).reshape(shape).copy();
}

/** Memory of a shape that holds what must not be added: NaNs, or what would change an integer sum. */
function junk(shape: readonly number[], dtype: DTypeName): NDArray {
  return empty(shape, { dtype }).fill(DTYPES[dtype].kind === 'f' ? Number.NaN : 1);
}

/** The same elements, laid out in other ways; there is at least one axis. */
export const LAYOUTS: { readonly [name: string]: (x: NDArray) => NDArray } = {
  'in C order': (x) => x,
  'in F order': (x) => x.copy({ order: 'F' }),
  'backwards along every axis': (x) => {
    const view = empty(x.shape, { dtype: x.dtype }).slice(...x.shape.map(() => '::-1'));
    return view.assign(x);
  },
  'as every second element of a larger array': (x) => {
    const larger = junk(
      x.shape.map((size) => 2 * size),
      x.dtype,
    );
    return larger.slice(...x.shape.map(() => '1::2')).assign(x);
  },
  'with transposed axes, the last one first and backwards': (x) => {
    const { ndim } = x;
    const axes = x.shape.map((_, i) => (i + ndim - 1) % ndim);
    const memory = empty(
      axes.map((axis) => x.shape[axis]!),
      { dtype: x.dtype },
    );
    const back = axes.map((_, i) => axes.indexOf(i));
    return memory.slice('::-1').transpose(back).assign(x);
  },
  'in columns of a wider array': (x) => {
    const wider = junk([...x.shape.slice(0, -1), x.shape.at(-1)! + 3], x.dtype);
    return wider.slice('...', '2:-1').assign(x);
  },
  'at an odd address': (x) => {
    // No public name makes elements of a wider dtype out of bytes that lie anyhow.
    const bytes = new Uint8Array(new ArrayBuffer(x.nbytes + 1), 1);
    const view = NDArray.over(bytes, DTYPES[x.dtype]).reshape(x.shape).assign(x);
    expect(view.flags.aligned).toBe(x.itemsize === 1 || x.size === 0);
    return view;
  },
  'in a SharedArrayBuffer': (x) => {
    const { typedArray } = DTYPES[x.dtype];
    const typed = new typedArray(new SharedArrayBuffer(x.nbytes));
    const view = x.dtype === 'bool' ? NDArray.over(typed, DTYPES.bool) : asArray(typed);
    return view.reshape(x.shape).assign(x);
  },
};

export const LAYOUT_NAMES = Object.keys(LAYOUTS);

/** An array, with axes or without, laid out in the way that has the name. */
export function inLayout(name: string, x: NDArray): NDArray {
  const layout = LAYOUTS[name]!;
  return x.ndim > 0 ? layout(x) : layout(x.reshape([1])).reshape([], { copy: false });
}
