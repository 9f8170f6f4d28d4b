/** Streams of the host by their ids. Owns which are open, and which message is for whom. */

import { KIND, type Message } from '../protocol/message';
import { thrownByHost } from './failure';
import { Feed, type HostStream, type StreamHost } from './host-stream';

/** For whom something of the host has come: a call. */
export interface Borrower {
  /** Aborts when the host gives the call up. */
  readonly signal: AbortSignal | undefined;
  /** Has a function called when its handler has come to its end. */
  whenEnded(callback: () => void): void;
}

/** What streams of the host ask of their conversation. */
export interface StreamsHost {
  grant(id: number, bytes: number): void;
  cancel(id: number): void;
  /** Decodes a chunk or an error; gives a promise for a large one. Throws or rejects if it cannot be decoded. */
  decode(message: Message): unknown;
  /** Lets go of what a chunk brings that nobody reads. */
  discard(chunk: Message): void;
}

export class HostStreams implements StreamHost {
  readonly #host: StreamsHost;
  readonly #open = new Map<number, Feed>();
  readonly #registry = new FinalizationRegistry<Feed>((feed) => feed.drop());
  #closed = false;

  constructor(host: StreamsHost) {
    this.#host = host;
  }

  /** Gives the stream that has arrived for a call, or for nobody in particular. */
  arrive(id: number, borrower: Borrower | undefined): HostStream {
    const feed = new Feed(id, this, borrower?.signal);
    const { stream } = feed;
    this.#open.set(id, feed);
    this.#registry.register(stream, feed);
    borrower?.whenEnded(() => feed.leaveUnread());
    return stream;
  }

  grant(id: number, bytes: number): void {
    this.#host.grant(id, bytes);
  }

  leave(id: number): void {
    if (this.#open.delete(id) && !this.#closed) this.#host.cancel(id);
  }

  decode(chunk: Message): unknown {
    return this.#host.decode(chunk);
  }

  discard(chunk: Message): void {
    this.#host.discard(chunk);
  }

  /** Takes a chunk, an end or an error. What is for a stream that was left is dropped. */
  onMessage(message: Message): void {
    const feed = this.#open.get(message.id);
    if (message.kind === KIND.chunk) {
      if (feed) feed.inbound.onChunk(message);
      else this.#host.discard(message);
      return;
    }
    if (!feed) return;
    this.#open.delete(message.id);
    if (message.kind === KIND.end) feed.inbound.onEnd();
    else this.#fail(feed, message);
  }

  /** The host is gone: whoever reads is told so. */
  close(reason: () => Error): void {
    this.#closed = true;
    for (const feed of this.#open.values()) feed.close(reason());
    this.#open.clear();
  }

  async #fail(feed: Feed, message: Message): Promise<void> {
    try {
      feed.inbound.onEnd({ error: thrownByHost(await this.#host.decode(message)) });
    } catch (error) {
      feed.inbound.onEnd({ error });
    }
  }
}
