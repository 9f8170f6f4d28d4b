/** What a process prints. Owns bounded memory for it: a stream for readers, the last bytes for error messages, lines for listeners. */

import { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** Bytes kept for a reader that comes later; older ones are dropped. */
const UNREAD_BYTES = 1024 * 1024;
/** Bytes kept for a reader that is behind where nothing can hold the writer back; older ones are dropped. */
export const BEHIND_BYTES = 16 * UNREAD_BYTES;
/** What a chunk counts besides its bytes, so that many tiny ones are bounded too. */
const CHUNK_OVERHEAD_BYTES = 128;
const NOTHING = new Uint8Array(0);
/** Bytes kept for error messages. */
const TAIL_BYTES = 16 * 1024;
/** Characters after which a line without an end is given out as it is. */
const MAX_LINE_LENGTH = 64 * 1024;

/** A stream of printed bytes that never fills memory: without a reader it forgets the oldest, with one it holds the writer back if it can. */
export class OutputStream extends Readable {
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #wanted = false;
  #ended = false;
  #onRoom: (() => void)[] = [];

  /**
   * Adds bytes whose writer can be held back.
   *
   * @returns false if the reader is behind; `onRoom` is then called once when it has caught up
   */
  add(chunk: Uint8Array, onRoom: () => void): boolean {
    this.#append(chunk);
    if (this.#bytes <= UNREAD_BYTES) return true;
    if (!this.#hasReader()) {
      this.#forget(UNREAD_BYTES);
      return true;
    }
    this.#onRoom.push(onRoom);
    return false;
  }

  /** Adds bytes whose writer cannot be held back. */
  addFreely(chunk: Uint8Array): void {
    this.#append(chunk);
    this.#forget(this.#hasReader() ? BEHIND_BYTES : UNREAD_BYTES);
  }

  /** No more bytes come. */
  finish(): void {
    this.#ended = true;
    if (this.#wanted) this.#give();
  }

  override _read(): void {
    this.#wanted = true;
    this.#give();
  }

  #append(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#bytes += costOf(chunk);
    if (this.#wanted) this.#give();
  }

  #hasReader(): boolean {
    return this.readableFlowing !== null || this.listenerCount('readable') > 0;
  }

  #give(): void {
    let next = this.#chunks.shift();
    while (next) {
      this.#bytes -= costOf(next);
      this.#wanted = this.push(next);
      next = this.#wanted ? this.#chunks.shift() : undefined;
    }
    if (this.#bytes <= UNREAD_BYTES) {
      for (const onRoom of this.#onRoom.splice(0)) onRoom();
    }
    if (this.#ended && this.#chunks.length === 0) this.push(null);
  }

  #forget(limit: number): void {
    while (this.#bytes > limit) this.#bytes -= costOf(this.#chunks.shift() ?? NOTHING);
  }
}

function costOf(chunk: Uint8Array): number {
  return chunk.length + CHUNK_OVERHEAD_BYTES;
}

/** The last bytes of a stream. */
export class OutputTail {
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  add(chunk: Uint8Array): void {
    const kept = chunk.length > TAIL_BYTES ? chunk.slice(-TAIL_BYTES) : chunk;
    this.#chunks.push(kept);
    this.#bytes += kept.length;
    while (this.#bytes - (this.#chunks[0]?.length ?? 0) >= TAIL_BYTES) this.#bytes -= this.#chunks.shift()?.length ?? 0;
  }

  /** The last whole lines. */
  toString(): string {
    const text = Buffer.concat(this.#chunks).toString('utf8');
    const cut = this.#bytes >= TAIL_BYTES ? text.slice(text.indexOf('\n') + 1) : text;
    return cut.trimEnd();
  }
}

/** Cuts bytes into lines of text. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string) => void;
  #rest = '';

  /** @param onLine called with each line, its end stripped */
  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  add(chunk: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length))).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
    if (this.#rest.length > MAX_LINE_LENGTH) this.finish();
  }

  /** Gives out what is left without an end of line. */
  finish(): void {
    const rest = this.#rest + this.#decoder.end();
    this.#rest = '';
    if (rest !== '') this.#onLine(rest);
  }
}
