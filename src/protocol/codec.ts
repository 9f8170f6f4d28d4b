/** MessagePack for frame bodies. Owns the encoder, the decoder and the check that every value has a faithful form. */

import { types } from 'node:util';
import { Decoder, Encoder, ExtensionCodec } from '@msgpack/msgpack';
import { SerializationError } from '../errors';
import { MAX_COPIED_BYTES } from './frame';

/** Containers within containers, both ways; the Python side has the same limit. */
const MAX_DEPTH = 256;
/** Where the path in a SerializationError begins. */
const ROOT = 'payload';

/** Refuses objects that MessagePack would silently turn into something else. */
const strictExtensions = {
  tryToEncode(value: unknown, context: undefined): ReturnType<ExtensionCodec['tryToEncode']> {
    const obstacle = obstacleOf(value);
    if (obstacle !== undefined) throw new TypeError(obstacle);
    return types.isDate(value) ? ExtensionCodec.defaultCodec.tryToEncode(new Date(value), context) : null;
  },
  decode: (data: Uint8Array, type: number, context: undefined) => ExtensionCodec.defaultCodec.decode(data, type, context),
};

/** Says why a value has no faithful form, or nothing if it has one (its parts not considered). */
function obstacleOf(value: unknown): string | undefined {
  if (typeof value === 'bigint') return 'a bigint has no MessagePack form: send it as a number or a string';
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value} has no MessagePack form`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  if (ArrayBuffer.isView(value)) return obstacleOfView(value);
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? 'an invalid Date has no MessagePack form' : undefined;
  return isPlain(value)
    ? undefined
    : `an instance of ${className(value)} has no MessagePack form: convert it to a plain object, array or Uint8Array`;
}

function obstacleOfView(view: ArrayBufferView): string | undefined {
  return className(view) === 'Uint8Array' || Buffer.isBuffer(view)
    ? undefined
    : `an instance of ${className(view)} has no MessagePack form: pass its bytes as a Uint8Array`;
}

/** Objects of another realm (a Jest sandbox, a vm context) are plain too, so the test goes by structure. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'hasOwnProperty'));
}

function className(value: object): string {
  return value.constructor?.name || Object.prototype.toString.call(value).slice(8, -1);
}

/** Turns values into MessagePack and back. One instance serves one channel. */
export class Codec {
  #encoder = makeEncoder();
  readonly #decoder = new Decoder({ extensionCodec: strictExtensions });

  /**
   * Encodes one value.
   *
   * @returns the bytes in parts. A part that is at most `MAX_COPIED_BYTES` long is valid until the next call only;
   *   a large `Uint8Array` given as the value itself is a part as it stands, not copied.
   * @throws SerializationError a part of the value has no faithful form; `path` says which (ERR_SYNAPSE_SERIALIZATION)
   */
  encode(value: unknown): Uint8Array[] {
    if (value instanceof Uint8Array && value.length > MAX_COPIED_BYTES) return [binaryHeader(value.length), value];
    let bytes: Uint8Array;
    try {
      bytes = this.#encoder.encodeSharedRef(value);
    } catch (cause) {
      this.#encoder = makeEncoder();
      throw encodingError(value, cause);
    }
    // A large result is written later: it keeps the encoder's memory, and the encoder gets fresh one.
    if (bytes.length > MAX_COPIED_BYTES) this.#encoder = makeEncoder();
    return [bytes];
  }

  /**
   * Decodes one value.
   *
   * @param body exactly one MessagePack value; bytes in the result are views of it
   * @throws SerializationError the bytes are something else (ERR_SYNAPSE_SERIALIZATION)
   */
  decode(body: Uint8Array): unknown {
    try {
      return this.#decoder.decode(body);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const what = /\bkey\b/.test(reason)
        ? `The module answered with a dict that has no form as an object (${reason}): use texts or numbers as keys.`
        : `The module answered with ${body.length} bytes that are not one MessagePack value (${reason}): pack each answer once, with msgpack.packb().`;
      throw new SerializationError('', what, { cause });
    }
  }
}

function makeEncoder(): Encoder {
  return new Encoder({ extensionCodec: strictExtensions, maxDepth: MAX_DEPTH });
}

/** The marker of a bin 32 with its size. */
function binaryHeader(size: number): Uint8Array {
  const header = Buffer.allocUnsafe(5);
  header.writeUInt8(0xc6, 0);
  header.writeUInt32BE(size, 1);
  return header;
}

function encodingError(value: unknown, cause: unknown): SerializationError {
  const found = findObstacle(value, ROOT, []);
  const reason = found?.obstacle ?? (cause instanceof Error ? cause.message : String(cause));
  const path = found?.path ?? ROOT;
  return new SerializationError(path, `${path} cannot be sent: ${reason}.`, { cause });
}

/** Searches the part of a value that stopped the encoder. Runs only after a failure, so that the ordinary path pays nothing. */
function findObstacle(value: unknown, path: string, parents: readonly unknown[]): { path: string; obstacle: string } | undefined {
  const obstacle = obstacleOf(value) ?? nestingObstacle(value, parents);
  if (obstacle !== undefined) return { path, obstacle };
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const found = findObstacle(item, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, [...parents, value]);
    if (found) return found;
  }
  return undefined;
}

function nestingObstacle(value: unknown, parents: readonly unknown[]): string | undefined {
  if (parents.includes(value) && typeof value === 'object' && value !== null) return 'it contains itself';
  return parents.length >= MAX_DEPTH ? `it is nested deeper than ${MAX_DEPTH} levels` : undefined;
}
