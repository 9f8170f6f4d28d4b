/** The codec of byte strings in several pieces. */

import { types } from 'node:util';
import { BuiltInCodec, described } from './built-in';
import type { TypedCodec } from './codec';

function checked(chunks: unknown): Uint8Array[] {
  if (!Array.isArray(chunks)) throw new TypeError(`it takes an array of Uint8Arrays, not ${described(chunks)}`);
  const stranger = chunks.findIndex((chunk) => !types.isUint8Array(chunk));
  if (stranger === -1) return chunks;
  throw new TypeError(`it takes an array of Uint8Arrays, and item ${stranger} is ${described(chunks[stranger])}`);
}

function read(wire: unknown): Uint8Array[] {
  return types.isUint8Array(wire) ? [wire] : checked(wire);
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(checked(chunks).reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/**
 * Byte strings in pieces, none of them copied in calls: the function gets a list of byte strings, and gives one, or one byte string.
 * By itself it joins the pieces, and reads bytes as one piece.
 */
export const rawChunksCodec: TypedCodec<readonly Uint8Array[], Uint8Array[]> = new BuiltInCodec('rawChunks', {
  serialize: joined,
  deserialize: read,
  toWire: checked,
  fromWire: read,
});
