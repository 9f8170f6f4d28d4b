/** The codec of byte strings as they are. */

import { types } from 'node:util';
import { BuiltInCodec, described } from './built-in';
import type { TypedCodec } from './codec';

function checked(bytes: unknown): Uint8Array {
  if (types.isUint8Array(bytes)) return bytes;
  throw new TypeError(`it takes a Uint8Array, not ${described(bytes)}`);
}

/** Byte strings, never copied: the caller's own memory is written, and a result is a view of what was read. The function gets and gives bytes. */
export const rawCodec: TypedCodec<Uint8Array, Uint8Array> = new BuiltInCodec('raw', {
  serialize: checked,
  deserialize: checked,
  toWire: checked,
  fromWire: checked,
});
