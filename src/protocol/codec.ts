/** The values of the bare protocol as frame bodies. Owns nothing but the choice of forms: those that a stock MessagePack library has. */

import { Decoder, type IntPolicy } from './decoder';
import { Encoder } from './encoder';

/** Where the path in a SerializationError begins. */
const ROOT = 'payload';

/** Turns values into MessagePack and back. One instance serves one channel. */
export class Codec {
  readonly #encoder = new Encoder('plain');
  readonly #decoder: Decoder;

  /** @param int what integers of Python become; by default a number if it is safe, else a bigint */
  constructor(int: IntPolicy = 'auto') {
    this.#decoder = new Decoder('plain', { int });
  }

  /**
   * Encodes one value.
   *
   * @returns the bytes in parts. A part that is at most `MAX_COPIED_BYTES` long is valid until the next call only, unless there are more;
   *   a large `Uint8Array` given as the value itself is a part as it stands, not copied.
   * @throws SerializationError a part of the value has no faithful form; `path` says which (ERR_SYNAPSE_SERIALIZATION)
   */
  encode(value: unknown): Uint8Array[] {
    const { payload, buffers } = this.#encoder.encode(value, ROOT);
    return buffers.length === 0 ? [payload] : [new Uint8Array(payload), ...buffers];
  }

  /**
   * Decodes one value.
   *
   * @param body exactly one MessagePack value; bytes in the result are views of it
   * @throws SerializationError the bytes are something else (ERR_SYNAPSE_SERIALIZATION)
   */
  decode(body: Uint8Array): unknown {
    return this.#decoder.decode(body);
  }
}
