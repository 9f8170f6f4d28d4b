/** What a process prints in several ways, as one stream in the order of arrival. Owns holding its sources back while the reader is behind. */

import { Readable } from 'node:stream';

export class MergedOutput extends Readable {
  readonly #held = new Set<Readable>();
  #finished = false;

  /** Adds all that a stream gives. */
  follow(source: Readable): void {
    source.on('data', (chunk: Uint8Array) => this.add(chunk, source));
    source.on('error', () => undefined);
  }

  /** Adds bytes that came from a source, which is paused if the reader is behind. */
  add(chunk: Uint8Array, source: Readable): void {
    if (this.#finished || this.push(chunk)) return;
    source.pause();
    this.#held.add(source);
  }

  /** No more bytes come. */
  finish(): void {
    this.#finished = true;
    this.push(null);
  }

  override _read(): void {
    for (const source of this.#held) source.resume();
    this.#held.clear();
  }
}
