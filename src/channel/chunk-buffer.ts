/** Chunks of a stream that nobody has taken yet, in order and undecoded. Owns the bound on the memory that they hold on to. */

import type { Message } from '../protocol/message';

/** A chunk that is a smaller part than this of the memory it lies in is copied out of it if it has to wait. */
const LEAST_PART = 1 / 4;
/** Taken places at the front after which the array is shortened. */
const MOST_TAKEN = 1024;

export class ChunkBuffer {
  #chunks: (Message | undefined)[] = [];
  #head = 0;
  /** The memory of the chunk that waits first; its neighbours may lie there too, since they came together. */
  #memory: ArrayBufferLike | undefined;

  get size(): number {
    return this.#chunks.length - this.#head;
  }

  push(chunk: Message): void {
    if (this.size === 0) this.#memory = chunk.body.buffer;
    this.#chunks.push(chunk.body.buffer === this.#memory ? chunk : detached(chunk));
  }

  shift(): Message | undefined {
    const chunk = this.#chunks[this.#head];
    if (chunk === undefined) return undefined;
    this.#chunks[this.#head++] = undefined;
    if (this.#head === MOST_TAKEN || this.#head === this.#chunks.length) this.#shorten();
    return chunk;
  }

  #shorten(): void {
    this.#chunks.splice(0, this.#head);
    this.#head = 0;
  }
}

/** A small chunk would keep all that came with it in one read. */
function detached(chunk: Message): Message {
  const { body, buffers } = chunk;
  if (buffers.length > 0 || body.length >= body.buffer.byteLength * LEAST_PART) return chunk;
  return { ...chunk, body: Buffer.from(body) };
}
