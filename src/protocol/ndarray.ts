/** Arrays of numbers with a shape. Owns the class NDArray and the table of element types that it shares with NumPy. */

import { brand } from './brand';

/** Memory of an NDArray. */
export type ArrayData =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

interface DType {
  readonly data: new (buffer: ArrayBufferLike, byteOffset: number, length: number) => ArrayData;
  /** Items of the TypedArray that make one element: 2 for complex numbers. */
  readonly width: number;
}

const DTYPES: Record<string, DType> = {
  bool: { data: Uint8Array, width: 1 },
  int8: { data: Int8Array, width: 1 },
  int16: { data: Int16Array, width: 1 },
  int32: { data: Int32Array, width: 1 },
  int64: { data: BigInt64Array, width: 1 },
  uint8: { data: Uint8Array, width: 1 },
  uint16: { data: Uint16Array, width: 1 },
  uint32: { data: Uint32Array, width: 1 },
  uint64: { data: BigUint64Array, width: 1 },
  float16: { data: Uint16Array, width: 1 },
  float32: { data: Float32Array, width: 1 },
  float64: { data: Float64Array, width: 1 },
  complex64: { data: Float32Array, width: 2 },
  complex128: { data: Float64Array, width: 2 },
};
const TIME: DType = { data: BigInt64Array, width: 1 };
const TIME_NAME = /^(?:datetime64|timedelta64)\[\d*(?:Y|M|W|D|h|m|s|ms|us|μs|ns|ps|fs|as)\]$/;

/** The element type that a TypedArray has by itself, by its class name. */
const OWN_DTYPES: Record<string, string> = {
  Int8Array: 'int8',
  Int16Array: 'int16',
  Int32Array: 'int32',
  BigInt64Array: 'int64',
  Uint8Array: 'uint8',
  Uint8ClampedArray: 'uint8',
  Uint16Array: 'uint16',
  Uint32Array: 'uint32',
  BigUint64Array: 'uint64',
  Float16Array: 'float16',
  Float32Array: 'float32',
  Float64Array: 'float64',
};

const tagGetter = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)?.get;

/** The class name of a TypedArray of any realm, subclasses told as their base; undefined for a DataView. */
function typedArrayName(view: ArrayBufferView): string | undefined {
  return tagGetter?.call(view) as string | undefined;
}

/**
 * The bytes of a view, not copied. Also an empty one gets a new view: that fails for memory that was transferred away, which only looks empty.
 *
 * @throws TypeError the view's memory was transferred away
 */
export function bytesOf(view: ArrayBufferView): Uint8Array {
  if (view instanceof Uint8Array && view.length > 0) return view;
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** The element type that a TypedArray has by itself. */
export function dtypeOf(view: ArrayBufferView): string | undefined {
  return OWN_DTYPES[typedArrayName(view) ?? ''];
}

/** @throws TypeError there is no such element type */
function lookUp(dtype: string): DType {
  const found = Object.hasOwn(DTYPES, dtype) ? DTYPES[dtype] : TIME_NAME.test(dtype) ? TIME : undefined;
  if (found) return found;
  throw new TypeError(`${JSON.stringify(dtype)} is no element type of an NDArray: use one of ${Object.keys(DTYPES).join(', ')}`);
}

function countOf(shape: readonly number[]): number {
  for (const length of shape) {
    if (!Number.isSafeInteger(length) || length < 0)
      throw new RangeError(`The shape has the length ${length}: lengths are integers from 0 on`);
  }
  return shape.reduce((count, length) => count * length, 1);
}

/** An array of any number of dimensions, its elements side by side with the last index running fastest: NumPy's `ndarray`. */
export class NDArray<T extends ArrayData = ArrayData> {
  /** The elements; a complex number takes two items, a bool one byte, a float16 its 16 bits, a time an int64 of its unit. */
  readonly data: T;
  /** Lengths of the dimensions; empty for a single number. */
  readonly shape: readonly number[];
  /** NumPy's name of the element type, such as `float64`. */
  readonly dtype: string;

  /**
   * @param data the elements; kept, not copied
   * @param shape lengths of the dimensions; one dimension by default
   * @param dtype element type where the data's own is not meant, such as `bool` for a Uint8Array
   * @throws TypeError the data is no TypedArray, there is no such element type or it needs another TypedArray; RangeError the shape
   *   and the number of elements do not agree
   */
  constructor(data: T, shape?: readonly number[], dtype?: string) {
    const own = ArrayBuffer.isView(data) ? dtypeOf(data) : undefined;
    if (own === undefined) throw new TypeError('The data of an NDArray is a TypedArray');
    this.dtype = dtype ?? own;
    const { data: needed, width } = lookUp(this.dtype);
    if (needed.name !== typedArrayName(data) && this.dtype !== own) {
      throw new TypeError(`An NDArray of ${this.dtype} needs its data in a ${needed.name}, not a ${typedArrayName(data)}`);
    }
    this.data = data;
    this.shape = Object.freeze([...(shape ?? [data.length / width])]);
    const count = countOf(this.shape) * width;
    if (count !== data.length) {
      throw new RangeError(
        `The shape [${this.shape.join(', ')}] of ${this.dtype} needs ${count} items of data, and there are ${data.length}`,
      );
    }
    Object.freeze(this);
  }

  /** Number of elements. */
  get size(): number {
    return countOf(this.shape);
  }

  /** The elements as arrays within arrays; bools as booleans, complex numbers as pairs `[real, imaginary]`. A single element as itself. */
  toArray(): unknown {
    const element = elementReader(this.data, this.dtype);
    let next = 0;
    const build = (dimension: number): unknown => {
      if (dimension === this.shape.length) return element(next++);
      return Array.from({ length: this.shape[dimension] as number }, () => build(dimension + 1));
    };
    return build(0);
  }
}

function elementReader(data: ArrayData, dtype: string): (index: number) => unknown {
  if (dtype === 'bool') return (index) => data[index] !== 0;
  if (dtype === 'float16' && data instanceof Uint16Array) return (index) => halfToNumber(data[index] as number);
  if (lookUp(dtype).width === 2) return (index) => [data[2 * index], data[2 * index + 1]];
  return (index) => data[index];
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * Makes an NDArray of bytes that came over the wire: a view of them if they are aligned, else of a copy.
 *
 * @throws TypeError there is no such element type; RangeError the number of bytes does not fit
 */
export function arrayOfBytes(bytes: Uint8Array, shape: readonly number[], dtype: string): NDArray {
  const { data } = lookUp(dtype);
  const itemBytes = (data as unknown as { BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT;
  if (bytes.length % itemBytes !== 0) throw new RangeError(`${bytes.length} bytes are no whole number of ${dtype} elements`);
  const aligned = bytes.byteOffset % itemBytes === 0 ? bytes : new Uint8Array(bytes);
  return new NDArray(new data(aligned.buffer, aligned.byteOffset, bytes.length / itemBytes), shape, dtype);
}

brand(NDArray, 'NDArray');
