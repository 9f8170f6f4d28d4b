/** What comes from a worker, cut into messages. Owns the reader, and knows which message is just coming in. */

import { FrameError } from '../errors';
import { FrameReader } from '../protocol/frame';
import { type Message, readMessage } from '../protocol/message';

/** Bytes of a frame's header and of the longest beginning of a message that names its id. */
const BEGINNING_BYTES = 4 + 11;

/** What an inbox gives out. */
export interface InboxOwner {
  /** The next message. May throw a FrameError if it cannot be. */
  onMessage(message: Message): void;
  /** What came is not the protocol; nothing is given out after this. Called at most once. */
  onBroken(error: FrameError): void;
}

export class Inbox {
  readonly #reader: FrameReader;
  readonly #owner: InboxOwner;
  #broken = false;
  /** Bytes that came and belong to no whole frame yet. */
  #partial = 0;
  /** Bytes that came so far. */
  receivedBytes = 0;
  #now = 0;
  #beganAt = 0;
  /** How the frame that is just coming in begins. */
  #beginning: Uint8Array | undefined;

  /** @param limit most bytes that a frame's body may have */
  constructor(limit: number, owner: InboxOwner) {
    this.#owner = owner;
    this.#reader = new FrameReader(limit, (body) => this.#onBody(body));
  }

  /** The id of the message that is just coming in. */
  get arriving(): number | undefined {
    return this.#beginning && idOf(this.#beginning);
  }

  /** When the message that is given out began to arrive: milliseconds of `performance.now()`. */
  get arrivedAt(): number {
    return this.#beganAt;
  }

  /** Where the next bytes are wanted. */
  get room(): Uint8Array | undefined {
    return this.#reader.room;
  }

  /** Takes the next bytes. */
  push(chunk: Uint8Array): void {
    if (this.#broken) return;
    this.#now = performance.now();
    this.receivedBytes += chunk.length;
    if (this.#partial === 0) this.#beganAt = this.#now;
    this.#partial += chunk.length;
    try {
      this.#reader.push(chunk);
    } catch (error) {
      this.#break(error as FrameError);
    }
    if (this.#partial === 0) this.#beginning = undefined;
    else if (this.#partial <= chunk.length) this.#beginning = chunk.subarray(chunk.length - this.#partial).slice(0, BEGINNING_BYTES);
  }

  #onBody(body: Uint8Array): void {
    if (this.#broken) return;
    this.#partial -= body.length + 4;
    try {
      this.#owner.onMessage(readMessage(body));
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#break(error);
    }
    this.#beganAt = this.#now;
  }

  #break(error: FrameError): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#owner.onBroken(error);
  }
}

/** Reads the id from the beginning of a frame: length, array of up to 15, kind, id. */
function idOf(frame: Uint8Array): number | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const size = { 204: 1, 205: 2, 206: 4, 207: 8 }[frame[6] ?? 0];
  if (frame.length < 7 + (size ?? 0)) return undefined;
  if (size === undefined) return frame[6];
  if (size === 8) return Number(view.getBigUint64(7));
  return size === 1 ? view.getUint8(7) : size === 2 ? view.getUint16(7) : view.getUint32(7);
}
