/** A stream of the host as a handler reads it, and what keeps it going. Owns its beginning, and that it ends when nobody reads it. */

import { StaleHandleError } from '../call-errors';
import { InboundStream, type StreamOwner } from '../channel/inbound-stream';
import type { Invocation } from '../channel/invocation';
import type { Message } from '../protocol/message';

/** What a stream asks of its conversation. */
export interface StreamHost {
  /** Lets the host send so many bytes more. */
  grant(id: number, bytes: number): void;
  /** Nothing more is read: the host closes its source. Does nothing for a stream that has ended. */
  leave(id: number): void;
  /** Decodes a chunk; gives a promise for a large one. Throws or rejects if it cannot be decoded. */
  decode(chunk: Message): unknown;
  /** Lets go of what a chunk refers to that nobody will take. */
  discard(chunk: Message): void;
}

const NO_CALL: Invocation = { used: 'stream', name: 'stream of the host', args: [], kwargs: undefined };

/** An iterable of the host. Can be gone through once. */
export class HostStream implements AsyncIterableIterator<unknown> {
  readonly #feed: Feed;

  constructor(feed: Feed) {
    this.#feed = feed;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<unknown, unknown>> {
    return this.#feed.inbound.next();
  }

  /** Leaves the stream: the host closes its source, which is not waited for. */
  return(value?: unknown): Promise<IteratorResult<unknown, unknown>> {
    this.#feed.leaveUnread();
    return this.#feed.inbound.return(value);
  }

  throw(error?: unknown): Promise<IteratorResult<unknown, unknown>> {
    this.#feed.leaveUnread();
    return this.#feed.inbound.throw(error);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}

/** What the conversation holds of a stream: everything but what the handler has, so that its loss is noticed. */
export class Feed implements StreamOwner {
  readonly id: number;
  readonly inbound: InboundStream;
  readonly #host: StreamHost;
  readonly #stream: WeakRef<HostStream>;
  /** The stream while somebody waits for a chunk, who may hold nothing but the promise. */
  readonly #awaited = new Set<HostStream>();
  /** Why it cannot begin any more, or that it has begun. */
  #beginning: 'possible' | 'done' | Error = 'possible';

  /** @param signal leaves the stream when it aborts */
  constructor(id: number, host: StreamHost, signal: AbortSignal | undefined) {
    this.id = id;
    this.#host = host;
    this.inbound = new InboundStream(() => ({ owner: this, timeout: 0 }), NO_CALL, signal ? { signal } : {});
    this.#stream = new WeakRef(new HostStream(this));
  }

  /** What the handler gets. To be asked for at once: nothing else holds it. */
  get stream(): HostStream {
    return this.#stream.deref() as HostStream;
  }

  begin(): number {
    if (this.#beginning instanceof Error) throw this.#beginning;
    this.#beginning = 'done';
    return this.id;
  }

  grant(id: number, bytes: number): void {
    this.#host.grant(id, bytes);
  }

  leave(): void {
    this.#host.leave(this.id);
  }

  decode(chunk: Message): unknown {
    return this.#host.decode(chunk);
  }

  discard(chunk: Message): void {
    this.#host.discard(chunk);
  }

  onWaiting(waiting: boolean): void {
    const stream = this.#stream.deref();
    if (waiting && stream) this.#awaited.add(stream);
    else this.#awaited.clear();
  }

  late(): never {
    throw new Error('A stream of the host has no time limit.');
  }

  /** Leaves the stream if nobody has begun to read it. */
  leaveUnread(): void {
    if (this.#beginning !== 'possible') return;
    this.#beginning = new StaleHandleError(
      'stream',
      'This stream of the host was not read before its call had come to its end: begin to read it in the handler.',
    );
    this.leave();
  }

  /** The handler's stream is lost. */
  drop(): void {
    this.leaveUnread();
    void this.inbound.return();
  }

  /** The host is gone. */
  close(reason: Error): void {
    if (this.#beginning === 'possible') this.#beginning = reason;
    this.inbound.onEnd({ error: reason });
  }
}
