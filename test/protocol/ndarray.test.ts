import { arrayOfBytes, NDArray } from '../../src/protocol/ndarray';

it('has one dimension and the element type of its data, unless told otherwise', () => {
  const array = new NDArray(new Float32Array(6));
  expect([array.dtype, array.shape, array.size]).toEqual(['float32', [6], 6]);
  const matrix = new NDArray(array.data, [2, 3]);
  expect([matrix.shape, matrix.size]).toEqual([[2, 3], 6]);
  expect(matrix.data).toBe(array.data);
  expect(new NDArray(new Uint8ClampedArray(1)).dtype).toBe('uint8');
  expect(new NDArray(Buffer.of(1)).dtype).toBe('uint8');
});

test.each([
  [
    'numbers',
    new NDArray(new Int16Array([1, 2, 3, 4]), [2, 2]),
    [
      [1, 2],
      [3, 4],
    ],
  ],
  ['three dimensions', new NDArray(new Uint8Array([1, 2, 3, 4]), [2, 1, 2]), [[[1, 2]], [[3, 4]]]],
  ['bigints', new NDArray(new BigInt64Array([1n])), [1n]],
  ['bools', new NDArray(Uint8Array.of(1, 0), undefined, 'bool'), [true, false]],
  ['half floats', new NDArray(Uint16Array.of(0x3e00, 0xfc00, 0x0001, 0x8000), undefined, 'float16'), [1.5, -Infinity, 2 ** -24, -0]],
  ['a half float that is no number', new NDArray(Uint16Array.of(0x7e00), undefined, 'float16'), [Number.NaN]],
  [
    'complex numbers',
    new NDArray(new Float64Array([1, 2, 3, 4]), undefined, 'complex128'),
    [
      [1, 2],
      [3, 4],
    ],
  ],
  ['times', new NDArray(new BigInt64Array([5n]), [1], 'datetime64[ns]'), [5n]],
  ['no elements', new NDArray(new Int8Array(0), [2, 0]), [[], []]],
  ['no dimensions', new NDArray(new Float64Array([7]), []), 7],
])('gives arrays within arrays of %s', (_, array, expected) => {
  expect(array.toArray()).toEqual(expected);
});

test.each([
  [
    'a shape of another size',
    () => new NDArray(new Int8Array(5), [2, 3]),
    RangeError,
    /\[2, 3\] of int8 needs 6 items of data, and there are 5/,
  ],
  ['a negative length', () => new NDArray(new Int8Array(0), [-1, 0]), RangeError, /length -1/],
  ['half of a complex number', () => new NDArray(new Float32Array(3), [1], 'complex64'), RangeError, /needs 2 items/],
  ['an unknown element type', () => new NDArray(new Int8Array(1), [1], 'object'), TypeError, /no element type/],
  ['a time without a unit', () => new NDArray(new BigInt64Array(1), [1], 'datetime64'), TypeError, /no element type/],
  ['a name of Object.prototype', () => new NDArray(new Int8Array(1), [1], 'constructor'), TypeError, /no element type/],
  [
    'data of another type',
    () => new NDArray(new Int8Array(1), [1], 'float64'),
    TypeError,
    /needs its data in a Float64Array, not a Int8Array/,
  ],
  ['data that is no typed array', () => new NDArray([1] as unknown as Int8Array), TypeError, /is a TypedArray/],
  ['a DataView', () => new NDArray(new DataView(new ArrayBuffer(1)) as unknown as Int8Array), TypeError, /is a TypedArray/],
])('refuses %s', (_, make, kind, message) => {
  expect(make).toThrow(kind);
  expect(make).toThrow(message);
});

it('cannot be given another shape or memory', () => {
  const array = new NDArray(new Int8Array(2), [2]);
  expect(() => Object.assign(array, { data: new Int8Array(3) })).toThrow(TypeError);
  expect(() => (array.shape as number[]).push(1)).toThrow(TypeError);
});

it('is a view of bytes that are aligned, else of a copy', () => {
  const bytes = new Uint8Array(24);
  expect(arrayOfBytes(bytes.subarray(8), [2], 'float64').data.buffer).toBe(bytes.buffer);
  expect(arrayOfBytes(bytes.subarray(4, 20), [2], 'float64').data.buffer).not.toBe(bytes.buffer);
  expect(() => arrayOfBytes(bytes.subarray(1), [2], 'float64')).toThrow(/no whole number of float64 elements/);
});
