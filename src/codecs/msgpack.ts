/** The codec of everything that docs/types.md lists. Owns its standalone form: a value as bytes of their own. */

import { findArrow } from '../protocol/arrow';
import { Decoder } from '../protocol/decoder';
import { Encoder } from '../protocol/encoder';
import { BuiltInCodec } from './built-in';
import type { TypedCodec } from './codec';

let encoder: Encoder | undefined;
let decoder: Decoder | undefined;

function same(value: unknown): unknown {
  return value;
}

/** The default codec: values of all the types that docs/types.md lists. Functions, streams and handles travel in calls only. */
// biome-ignore lint/suspicious/noExplicitAny: what a method gives is known only to who declares it
export const msgpackCodec: TypedCodec<unknown, any> = new BuiltInCodec('msgpack', {
  serialize(value: unknown): Uint8Array {
    encoder ??= new Encoder('rich', undefined, false);
    return new Uint8Array(encoder.encode(value, 'value').payload);
  },
  deserialize(bytes: Uint8Array): unknown {
    decoder ??= new Decoder('rich', { int: 'auto', table: findArrow() });
    try {
      return decoder.decode(bytes);
    } catch (error) {
      throw (error as Error).cause ?? error;
    }
  },
  toWire: same,
  fromWire: same,
});
