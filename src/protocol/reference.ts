/** What stands in a message for something that lies elsewhere: an object of one side, or bytes out of band. Owns the words that encoder and decoder share. */

import { EXT } from './extension';
import type { IntPolicy } from './integers';
import { arrayOfBytes } from './ndarray';

/** `plain` is what a stock MessagePack library understands; `rich` has the extensions and out-of-band buffers of the rpc protocol. */
export type Dialect = 'plain' | 'rich';

/** What stands for an object that stays on its side: the extension's code and the id it has there. */
export interface Reference {
  readonly code: 11 | 12 | 13;
  readonly id: number;
}

/** What is sent in the place of a value. */
export interface Substitute {
  readonly value: unknown;
}

/**
 * Finds or makes the reference for a value that has no form of its own. Called for functions, class instances and
 * async iterables before they are refused.
 *
 * @throws TypeError it cannot be referred to; the message is the obstacle
 */
export type Refer = (value: object) => Reference | Substitute | undefined;

/** How values are read. */
export interface Decoding {
  readonly int: IntPolicy;
  /** Makes what stands for an object that stayed in Python; without it such objects are refused. */
  readonly handle?: (id: number, kind: string, typeName: string, own: readonly string[]) => unknown;
  /** Makes what stands for a function of the host by its id; without it, as on the host's own side, such functions are refused. */
  readonly hostFunction?: (id: number) => unknown;
  /** The same for a stream of the host. */
  readonly hostStream?: (id: number) => unknown;
  /** Reads an Arrow stream; without it tables are refused. */
  readonly table?: ((stream: Uint8Array) => unknown) | undefined;
}

/**
 * Reads what refers to an object of the other side, or bytes or an array that may lie out of band.
 *
 * @param parts what the extension holds, integers as numbers
 * @param buffers those of the message
 * @throws RangeError the parts are not what the code says
 */
export function readReference(code: number, parts: unknown, buffers: readonly Uint8Array[], decoding: Decoding): unknown {
  if (code === EXT.buffer) return bufferAt(parts, buffers);
  if (code === EXT.array) return readArray(parts, buffers);
  if (code === EXT.handle) return readHandle(parts, decoding);
  if (code === EXT.table) return readTable(parts, buffers, decoding);
  return readOfHost(parts, code === EXT.function ? decoding.hostFunction : decoding.hostStream);
}

const NONE: readonly string[] = Object.freeze([]);

function bufferAt(index: unknown, buffers: readonly Uint8Array[]): Uint8Array {
  const buffer = typeof index === 'number' ? buffers[index] : undefined;
  if (buffer) return buffer;
  throw new RangeError(`it refers to buffer ${String(index)} of ${buffers.length}`);
}

function readArray(parts: unknown, buffers: readonly Uint8Array[]): unknown {
  const [dtype, shape, data, more] = Array.isArray(parts) ? parts : [];
  if (typeof dtype !== 'string' || !Array.isArray(shape) || data === undefined || more !== undefined) {
    throw new RangeError('an array in it lacks its dtype, shape or data');
  }
  return arrayOfBytes(data instanceof Uint8Array ? data : bufferAt(data, buffers), shape, dtype);
}

function readTable(parts: unknown, buffers: readonly Uint8Array[], { table }: Decoding): unknown {
  const [data, more] = Array.isArray(parts) ? parts : [];
  if (data === undefined || more !== undefined) throw new RangeError('a table in it lacks its data');
  if (!table) throw new RangeError('it has an Arrow table, which this side did not ask for');
  return table(data instanceof Uint8Array ? data : bufferAt(data, buffers));
}

function readHandle(parts: unknown, { handle }: Decoding): unknown {
  if (!handle) throw new RangeError('it has a handle to an object in Python, which this conversation does not carry');
  const [id, kind, typeName, own = NONE] = Array.isArray(parts) ? parts : [];
  if (typeof id === 'number' && typeof kind === 'string' && typeof typeName === 'string' && Array.isArray(own)) {
    return handle(id, kind, typeName, own);
  }
  throw new RangeError('a handle in it lacks its id, kind or type name');
}

function readOfHost(id: unknown, make: ((id: number) => unknown) | undefined): unknown {
  if (!make) throw new RangeError('it refers to a function or stream of this side, which Python cannot send back');
  if (typeof id === 'number' && Number.isSafeInteger(id) && id >= 0) return make(id);
  throw new RangeError('a function or stream in it lacks its id');
}
