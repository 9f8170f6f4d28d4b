/** The first frame of a worker that announces itself: its hello. Owns the transport until then; what comes later goes to the channel. */

import { FrameError } from '../errors';
import { type Frame, FrameReader } from '../protocol/frame';
import { type Hello, parseHello } from '../protocol/message';
import type { Transport, TransportSink } from './transport';

const HEADER_BYTES = 4;

/** What a handshake reports. One of the two, once. */
export interface HandshakeObserver {
  /** The worker is ready. The channel that is started on the handshake right now gets all that comes after the hello. */
  onHello(hello: Hello): void;
  /** The stream ended first (nothing is given then), or began with something else. */
  onFailure(error: FrameError | undefined): void;
}

/** A transport that takes the hello for itself. */
export class Handshake implements Transport, TransportSink {
  readonly #transport: Transport;
  readonly #limit: number;
  readonly #observer: HandshakeObserver;
  #received: Uint8Array = new Uint8Array(0);
  #sink: TransportSink | undefined;
  #over = false;

  /** @param limit most bytes that a frame's body may have */
  constructor(transport: Transport, limit: number, observer: HandshakeObserver) {
    this.#transport = transport;
    this.#limit = limit;
    this.#observer = observer;
    transport.start(this);
  }

  get unwritten(): number {
    return this.#transport.unwritten;
  }

  start(sink: TransportSink): void {
    this.#sink = sink;
  }

  write(frame: Frame): boolean {
    return this.#transport.write(frame);
  }

  end(): void {
    this.#transport.end();
  }

  hold(alive: boolean): void {
    this.#transport.hold(alive);
  }

  destroy(): void {
    this.#transport.destroy();
  }

  onChunk(chunk: Uint8Array): void {
    if (this.#sink) this.#sink.onChunk(chunk);
    else if (!this.#over) this.#collect(chunk);
  }

  room(): Uint8Array | undefined {
    return this.#sink?.room?.();
  }

  onDrain(): void {
    this.#sink?.onDrain();
  }

  onEnd(): void {
    if (this.#sink) this.#sink.onEnd();
    else if (!this.#over)
      this.#fail(this.#received.length > 0 ? new FrameError('The worker closed its output inside its hello.') : undefined);
  }

  #collect(chunk: Uint8Array): void {
    this.#received = this.#received.length > 0 ? Buffer.concat([this.#received, chunk]) : chunk;
    if (this.#received.length < HEADER_BYTES) return;
    const { buffer, byteOffset } = this.#received;
    const end = HEADER_BYTES + new DataView(buffer, byteOffset, HEADER_BYTES).getUint32(0, true);
    if (end - HEADER_BYTES <= this.#limit && this.#received.length < end) return;
    const rest = this.#received.subarray(end);
    this.#read(this.#received.subarray(0, end));
    if (rest.length > 0) this.onChunk(rest);
  }

  /** Takes the first frame apart; one that is too large is refused by its header. */
  #read(frame: Uint8Array): void {
    let hello: Hello | undefined;
    try {
      new FrameReader(this.#limit, (body) => {
        hello = parseHello(body);
      }).push(frame);
    } catch (error) {
      this.#fail(error as FrameError);
      return;
    }
    this.#over = true;
    if (hello) this.#observer.onHello(hello);
  }

  #fail(error: FrameError | undefined): void {
    this.#over = true;
    this.#observer.onFailure(error);
  }
}
