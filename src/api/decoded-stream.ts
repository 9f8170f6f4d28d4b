/** A stream whose values go through a codec. Owns nothing but that: the stream below is left as this one is. */

import { fromWire } from '../codecs/wire';
import type { AnyCodec } from './schema';

type Source = AsyncIterableIterator<unknown> & AsyncDisposable;

export class DecodedStream implements AsyncIterableIterator<unknown>, AsyncDisposable {
  readonly #source: Source;
  readonly #codec: AnyCodec;
  readonly #explain: (error: unknown) => unknown;

  /** @param explain gives the error that a pull rejects with, of what the stream below failed with */
  constructor(source: Source, codec: AnyCodec, explain: (error: unknown) => unknown) {
    this.#source = source;
    this.#codec = codec;
    this.#explain = explain;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** @throws SerializationError the codec does not take what arrived (ERR_SYNAPSE_SERIALIZATION); that ends the stream */
  async next(): Promise<IteratorResult<unknown, unknown>> {
    const result = await this.#pull();
    if (result.done) return result;
    try {
      return { value: fromWire(this.#codec, result.value, 'chunk'), done: false };
    } catch (error) {
      await this.#source.return?.();
      throw error;
    }
  }

  async #pull(): Promise<IteratorResult<unknown, unknown>> {
    try {
      return await this.#source.next();
    } catch (error) {
      throw this.#explain(error);
    }
  }

  return(value?: unknown): Promise<IteratorResult<unknown, unknown>> {
    return this.#source.return?.(value) ?? Promise.resolve({ value, done: true });
  }

  throw(error?: unknown): Promise<IteratorResult<unknown, unknown>> {
    return this.#source.throw?.(error) ?? Promise.reject(error);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
