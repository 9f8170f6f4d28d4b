/** MessagePack to values, one message after the other. Owns which messages are read in slices, and what is told of bytes that are no value. */

import { SerializationError, SynapseError } from '../errors';
import { Reading } from './reading';
import type { Decoding, Dialect } from './reference';
import { inSlices } from './slices';
import { KeyCache } from './text';

export type { IntPolicy } from './integers';
export type { Decoding } from './reference';

/** Payloads below this are read at once, which takes a few milliseconds at most. */
export const SLICED_BYTES = 64 * 1024;
/** Parts of a value that are read in one slice: a few milliseconds. */
const SLICE_PARTS = 4096;
const NO_BUFFERS: readonly Uint8Array[] = Object.freeze([]);

/** Turns MessagePack into values. One instance serves one channel. */
export class Decoder {
  readonly #dialect: Dialect;
  readonly #decoding: Decoding;
  readonly #keys = new KeyCache();
  #idle: Reading | undefined;

  constructor(dialect: Dialect, decoding: Decoding) {
    this.#dialect = dialect;
    this.#decoding = decoding;
  }

  /**
   * Decodes one value.
   *
   * @param body holds exactly one MessagePack value from start to end; bytes within the result are views of it, as are arrays that lie
   *   aligned in memory
   * @param buffers what the value refers to out of band; bytes in the result are these views themselves
   * @throws SerializationError the bytes are something else (ERR_SYNAPSE_SERIALIZATION)
   */
  decode(body: Uint8Array, start = 0, end = body.length, buffers = NO_BUFFERS): unknown {
    const reading = this.#idle ?? this.#newReading();
    this.#idle = undefined;
    try {
      reading.begin(body, start, end, buffers);
      reading.runToEnd();
      const value = finish(reading, end);
      this.#idle = reading;
      return value;
    } catch (cause) {
      throw this.#failed(cause, end - start);
    }
  }

  /**
   * Decodes one value without ever holding the event loop up for long: a small one at once, a large one in slices.
   *
   * @returns the value itself if it is small, else a promise for it, which rejects with what `decode` throws
   * @throws SerializationError as `decode` does, for a small one
   */
  decodeInSlices(body: Uint8Array, start = 0, end = body.length, buffers = NO_BUFFERS): Promise<unknown> | unknown {
    if (end - start < SLICED_BYTES) return this.decode(body, start, end, buffers);
    const reading = this.#newReading();
    reading.begin(body, start, end, buffers);
    return new Promise((resolve, reject) => {
      inSlices(() => {
        try {
          if (!reading.run(SLICE_PARTS)) return false;
          resolve(finish(reading, end));
        } catch (cause) {
          reject(this.#failed(cause, end - start));
        }
        return true;
      });
    });
  }

  #newReading(): Reading {
    return new Reading(this.#dialect, this.#decoding, this.#keys);
  }

  #failed(cause: unknown, size: number): SynapseError {
    if (cause instanceof SynapseError) return cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const remedy =
      this.#dialect === 'plain' ? 'pack each answer once, with msgpack.packb()' : 'install the same version of Synapse on both sides';
    const message = `The module answered with ${size} bytes that are not one MessagePack value (${reason}): ${remedy}.`;
    return new SerializationError('', message, { cause });
  }
}

function finish(reading: Reading, end: number): unknown {
  const spare = end - reading.position;
  if (spare > 0) throw new RangeError(`there are ${spare} bytes after it`);
  return reading.take();
}
