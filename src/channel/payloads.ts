/** The payloads of messages from a worker, decoded. Owns the decoders: one for the user's values, one for what only the protocol reads. */

import { Decoder, type Decoding } from '../protocol/decoder';
import type { Message } from '../protocol/message';

export class Payloads {
  readonly #values: Decoder;
  readonly #details = new Decoder('rich', { int: 'auto' });

  constructor(decoding: Decoding) {
    this.#values = new Decoder('rich', decoding);
  }

  /**
   * Decodes a value of the user; a large one in slices, which gives a promise.
   *
   * @throws SerializationError it cannot be decoded (ERR_SYNAPSE_SERIALIZATION)
   */
  value({ body, payloadStart, payloadEnd, buffers }: Message): unknown {
    return this.#values.decodeInSlices(body, payloadStart, payloadEnd, buffers);
  }

  /** Decodes what the protocol defines, such as an error. Throws as `value` does. */
  detail({ body, payloadStart, payloadEnd, buffers }: Message): unknown {
    return this.#details.decode(body, payloadStart, payloadEnd, buffers);
  }

  /** Decodes a text of a log, or says that it cannot be decoded. */
  text(message: Message): string {
    try {
      return String(this.detail(message));
    } catch (error) {
      return (error as Error).message;
    }
  }

  /** Drops a value that nobody waits for. Handles in it are let go of only if they have arrived, so it is decoded all the same. */
  discard(message: Message): void {
    try {
      const value = this.value(message);
      if (value instanceof Promise) value.catch(() => undefined);
    } catch {}
  }
}
