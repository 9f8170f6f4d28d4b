/** How a value of a call goes through its codec: bytes by a codec of the user, a shorter way by a built-in one. */

import { types } from 'node:util';
import { cannotRead, cannotSend, described, FROM_WIRE, TO_WIRE } from './built-in';
import type { Codec } from './codec';

type AnyCodec = Codec<never, unknown> & {
  readonly [TO_WIRE]?: (value: unknown) => unknown;
  readonly [FROM_WIRE]?: (wire: unknown) => unknown;
};

/**
 * Gives what is sent for a value.
 *
 * @param path where the value stands, such as `arguments[0]`
 * @throws SerializationError the codec does not take the value (ERR_SYNAPSE_SERIALIZATION)
 */
export function toWire(codec: AnyCodec, value: unknown, path: string): unknown {
  try {
    return TO_WIRE in codec ? codec[TO_WIRE]?.(value) : checkedBytes(codec.serialize(value as never));
  } catch (cause) {
    throw cannotSend(codec.name, path, cause);
  }
}

/**
 * Gives the value of what arrived.
 *
 * @param path where the value stands, such as `result`
 * @throws SerializationError the codec does not take what arrived (ERR_SYNAPSE_SERIALIZATION)
 */
export function fromWire(codec: AnyCodec, wire: unknown, path: string): unknown {
  try {
    if (FROM_WIRE in codec) return codec[FROM_WIRE]?.(wire);
    if (types.isUint8Array(wire)) return codec.deserialize(wire);
    throw new TypeError(`${described(wire)} arrived where it takes bytes: let the function give a byte string`);
  } catch (cause) {
    throw cannotRead(codec.name, path, cause);
  }
}

function checkedBytes(bytes: unknown): Uint8Array {
  if (types.isUint8Array(bytes)) return bytes;
  throw new TypeError(`its serialize() gave ${described(bytes)} instead of a Uint8Array`);
}
