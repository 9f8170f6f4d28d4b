/** A transport whose other end is the test. Checks that the channel keeps the transport's rules. */

import type { Transport, TransportSink } from '../../src/channel/transport';
import type { Frame } from '../../src/protocol/frame';

export class FakeTransport implements Transport {
  /** Bodies that the channel sent. */
  readonly sent: Buffer[] = [];
  /** Whether the program is kept alive for this transport. */
  held = false;
  /** What `write` returns: false plays a worker that does not read. */
  accepts = true;
  /** What `unwritten` says: bytes that the operating system has not taken. */
  unwritten = 0;
  ended = false;
  destroyed = false;
  #sink: TransportSink | undefined;

  start(sink: TransportSink): void {
    if (this.#sink) throw new Error('started twice');
    this.#sink = sink;
  }

  write(frame: Frame): boolean {
    if (!this.#sink) throw new Error('written before start');
    if (this.ended) throw new Error('written after end');
    const bytes = Buffer.concat(frame);
    if (bytes.readUInt32LE(0) !== bytes.length - 4) throw new Error('not a frame');
    this.sent.push(bytes.subarray(4));
    return this.accepts;
  }

  end(): void {
    this.ended = true;
  }

  hold(alive: boolean): void {
    this.held = alive;
  }

  destroy(): void {
    this.destroyed = true;
  }

  /** Plays an answer. */
  answer(...body: number[]): void {
    this.give(Buffer.from([body.length, 0, 0, 0, ...body]));
  }

  /** Plays bytes from the worker. */
  give(chunk: Uint8Array): void {
    this.#sink?.onChunk(chunk);
  }

  drain(): void {
    this.accepts = true;
    this.#sink?.onDrain();
  }

  /** Plays the end of the worker's output. */
  finish(): void {
    this.#sink?.onEnd();
  }
}
