/** What goes to a worker. Owns the writer, the ids that the host gives, and how far what was sent has got. */

import type { Encoded } from '../protocol/encoder';
import { type Frame, FrameWriter } from '../protocol/frame';
import { writeMessage } from '../protocol/message';
import type { Transport } from './transport';

export class Outbox {
  readonly #transport: Transport;
  readonly #writer: FrameWriter;
  #lastId = 0;
  #sentBytes = 0;
  #closed = false;

  /** @param limit most bytes that a frame's body may have */
  constructor(transport: Transport, limit: number) {
    this.#transport = transport;
    this.#writer = new FrameWriter(limit);
  }

  /** Bytes sent so far. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** Bytes sent so far and taken by the operating system. */
  get writtenBytes(): number {
    return this.#sentBytes - this.#transport.unwritten;
  }

  /** Gives a new id. Those of the host are even. */
  nextId(): number {
    this.#lastId += 2;
    return this.#lastId;
  }

  /** Whether the host has given this id. */
  hasGiven(id: number): boolean {
    return id > 0 && id <= this.#lastId && id % 2 === 0;
  }

  /** Makes the frame of a body that is complete. */
  bodyFrame(body: readonly Uint8Array[]): Frame {
    return this.#writer.frame(body);
  }

  /**
   * Makes the frame of a message.
   *
   * @throws FrameTooLargeError it is larger than the limit (ERR_SYNAPSE_FRAME_TOO_LARGE)
   */
  frame(header: readonly unknown[], payload?: Encoded): Frame {
    return this.#writer.frame(writeMessage(header, payload));
  }

  /** Sends a frame. Returns false if calls should wait until the transport drains. */
  write(frame: Frame): boolean {
    if (this.#closed) return true;
    for (const part of frame) this.#sentBytes += part.length;
    return this.#transport.write(frame);
  }

  /** Sends a message that has no payload. */
  tell(...header: readonly number[]): void {
    this.write(this.frame(header));
  }

  /** Sends nothing from now on. */
  close(): void {
    this.#closed = true;
  }
}
