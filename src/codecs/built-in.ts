/** The codecs of this library. Owns the mark by which they are known in any copy of the package, and the words in which codecs refuse. */

import { SerializationError } from '../errors';
import { className } from '../protocol/obstacle';
import type { TypedCodec } from './codec';

/** Gives what is sent for a value in a call, instead of bytes. */
export const TO_WIRE = Symbol.for('synapse-py.codec.toWire');
/** Gives the value of what arrived in a call. */
export const FROM_WIRE = Symbol.for('synapse-py.codec.fromWire');

/** What a built-in codec does. Each may throw: the message is the reason, without a full stop. */
export interface Ways<In, Out> {
  serialize(value: In): Uint8Array;
  deserialize(bytes: Uint8Array): Out;
  toWire(value: unknown): unknown;
  fromWire(wire: unknown): unknown;
}

export class BuiltInCodec<In, Out> implements TypedCodec<In, Out> {
  readonly name: string;
  readonly [TO_WIRE]: (value: unknown) => unknown;
  readonly [FROM_WIRE]: (wire: unknown) => unknown;
  readonly #ways: Ways<In, Out>;

  constructor(name: string, ways: Ways<In, Out>) {
    this.name = name;
    this.#ways = ways;
    this[TO_WIRE] = ways.toWire;
    this[FROM_WIRE] = ways.fromWire;
    Object.freeze(this);
  }

  /** @throws SerializationError it does not take the value (ERR_SYNAPSE_SERIALIZATION) */
  serialize(value: In): Uint8Array {
    try {
      return this.#ways.serialize(value);
    } catch (cause) {
      throw cause instanceof SerializationError ? cause : cannotSend(this.name, 'value', cause);
    }
  }

  /** @throws SerializationError it does not take the bytes (ERR_SYNAPSE_SERIALIZATION) */
  deserialize(bytes: Uint8Array): Out {
    try {
      return this.#ways.deserialize(bytes);
    } catch (cause) {
      throw cannotRead(this.name, 'bytes', cause);
    }
  }

  as<I extends In, O = I>(): TypedCodec<I, O> {
    return this as unknown as TypedCodec<I, O>;
  }
}

/** The error of a value that a codec does not take. */
export function cannotSend(name: string, path: string, cause: unknown): SerializationError {
  return new SerializationError(path, `${path} cannot be sent by the codec ${name}: ${reasonOf(cause)}.`, { cause });
}

/** The error of bytes, or of what else arrived, that a codec does not take. */
export function cannotRead(name: string, path: string, cause: unknown): SerializationError {
  return new SerializationError(path, `${path} cannot be read by the codec ${name}: ${reasonOf(cause)}.`, { cause });
}

/** Names a value's type, for messages. */
export function described(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  return Array.isArray(value) ? 'an array' : `an instance of ${className(value)}`;
}

function reasonOf(cause: unknown): string {
  const message = cause !== null && typeof cause === 'object' && 'message' in cause ? String(cause.message) : String(cause);
  return message.replace(/\.$/, '');
}
