/** What a generator in Python gives out, as an async iterator. Owns the pulls that wait, the credit given, and why the stream ended. */

import type { CallTimeoutError } from '../call-errors';
import type { Message } from '../protocol/message';
import { withCaller } from './caller-stack';
import { ChunkBuffer } from './chunk-buffer';
import type { Invocation } from './invocation';
import type { CallOptions } from './pending';
import { UnreadNames } from './unread-names';

/** Bytes that Python may send ahead of the consumer. */
const STREAM_WINDOW_BYTES = 1024 * 1024;
/** What a chunk costs besides its bytes, so that many small ones are bounded too. */
export const CHUNK_OVERHEAD_BYTES = 256;

/** What a stream asks of its channel. */
export interface StreamOwner {
  /** Sends the call and gives it its id. Throws what prevents it. */
  begin(stream: InboundStream, invocation: Invocation): number;
  /** Lets Python send so many bytes more. */
  grant(id: number, bytes: number): void;
  /** The consumer left before the end: chunks on their way are dropped. */
  leave(stream: InboundStream): void;
  /** Decodes a chunk; gives a promise for a large one. Throws or rejects if it cannot be decoded. */
  decode(chunk: Message): unknown;
  /** Lets go of what a chunk refers to that nobody will take. */
  discard(chunk: Message): void;
  /** Somebody began or ceased to wait for a chunk. */
  onWaiting(waiting: boolean): void;
  /** Gives the error of a chunk that did not come in time. */
  late(stream: InboundStream, timeout: number): CallTimeoutError;
}

/** A channel, and the milliseconds to wait for each chunk; 0 waits for ever. */
export interface StreamConnection {
  readonly owner: StreamOwner;
  readonly timeout: number;
}

type Result = IteratorResult<unknown, unknown>;

interface Pull {
  resolve(result: Result | Promise<Result>): void;
  reject(error: unknown): void;
}

const DONE: Result = Object.freeze({ value: undefined, done: true });

export class InboundStream implements AsyncIterableIterator<unknown> {
  readonly method: string;
  readonly #connect: () => StreamConnection | Promise<StreamConnection>;
  readonly #onOver: () => void;
  readonly #invocation: Invocation;
  readonly #signal: AbortSignal | undefined;
  readonly #chunks = new ChunkBuffer();
  readonly #pulls: Pull[] = [];
  #connection: StreamConnection | undefined;
  #id = 0;
  /** `closing`: no more chunks come; those that wait are given, then what ended the stream is told once. */
  #state: 'new' | 'connecting' | 'open' | 'closing' | 'over' = 'new';
  #failure: { readonly error: unknown } | undefined;
  /** Bytes that the consumer took and Python does not know of yet. */
  #consumed = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #onAbort = (): void => this.#abandon({ error: this.#signal?.reason });

  /**
   * @param connect finds the channel, or waits for one; called at the first pull, may throw or reject
   * @param invocation what is called at the first pull
   * @param onOver called once, when no more chunks come or are wanted, also if `connect` has not found a channel yet
   */
  constructor(
    connect: () => StreamConnection | Promise<StreamConnection>,
    invocation: Invocation,
    options: CallOptions,
    onOver: () => void = () => undefined,
  ) {
    this.#connect = connect;
    this.#onOver = onOver;
    this.#invocation = invocation;
    this.#signal = options.signal;
    this.method = invocation.name;
  }

  /** Of the call; 0 before the first pull. */
  get id(): number {
    return this.#id;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Result> {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) return this.#give(chunk);
    if (this.#state === 'new') this.#begin();
    return this.#state === 'open' || this.#state === 'connecting' ? this.#wait() : this.#conclude();
  }

  /** Leaves the stream: Python closes the generator, which is not waited for. */
  return(value?: unknown): Promise<Result> {
    this.#abandon(undefined);
    return Promise.resolve({ value, done: true });
  }

  throw(error?: unknown): Promise<Result> {
    this.#abandon(undefined);
    return Promise.reject(error);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** The next chunk came. */
  onChunk(chunk: Message): void {
    if (this.#state !== 'open') return;
    const pull = this.#pulls.shift();
    if (!pull) {
      this.#chunks.push(chunk);
      return;
    }
    this.#onPullServed();
    try {
      pull.resolve(this.#read(chunk));
    } catch (error) {
      pull.reject(error);
    }
  }

  /** No more chunks come; `failure` says why if it is not the ordinary end. */
  onEnd(failure?: { readonly error: unknown }): void {
    if (this.#state === 'open') this.#close(failure);
  }

  #begin(): void {
    this.#state = 'connecting';
    this.#signal?.addEventListener('abort', this.#onAbort, { once: true });
    try {
      this.#signal?.throwIfAborted();
      this.#when(this.#connect(), (connection) => this.#open(connection));
    } catch (error) {
      this.#close({ error });
    }
  }

  #when<T>(found: T | Promise<T>, go: (found: T) => void): void {
    if (!(found instanceof Promise)) go(found);
    else found.then(go, (error) => this.#state === 'connecting' && this.#close({ error }));
  }

  #open(connection: StreamConnection, call = this.#invocation): void {
    if (this.#state !== 'connecting') return;
    try {
      this.#id = connection.owner.begin(this, call);
    } catch (error) {
      if (error instanceof UnreadNames)
        this.#when(error.read(this.method, connection), (read) => this.#open(connection, { ...call, read }));
      else this.#close({ error });
      return;
    }
    this.#connection = connection;
    this.#state = 'open';
    connection.owner.grant(this.#id, STREAM_WINDOW_BYTES);
    if (this.#pulls.length > 0) this.#onFirstPull(connection);
  }

  #give(chunk: Message): Promise<Result> {
    try {
      const result = this.#read(chunk);
      return result instanceof Promise ? result : Promise.resolve(result);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Decodes a chunk. One that cannot be decoded ends the stream. */
  #read(chunk: Message): Result | Promise<Result> {
    this.#account(chunk);
    let value: unknown;
    try {
      value = this.#connection?.owner.decode(chunk);
    } catch (error) {
      this.#abandon(undefined);
      throw error;
    }
    return value instanceof Promise ? this.#readLater(value) : { value, done: false };
  }

  async #readLater(decoding: Promise<unknown>): Promise<Result> {
    try {
      return { value: await decoding, done: false };
    } catch (error) {
      this.#abandon(undefined);
      throw error;
    }
  }

  #account(chunk: Message): void {
    this.#consumed += chunk.body.length + CHUNK_OVERHEAD_BYTES;
    if (this.#consumed < STREAM_WINDOW_BYTES / 2 || this.#state !== 'open') return;
    this.#connection?.owner.grant(this.#id, this.#consumed);
    this.#consumed = 0;
  }

  async #wait(): Promise<Result> {
    try {
      return await new Promise<Result>((resolve, reject) => this.#addPull({ resolve, reject }));
    } catch (error) {
      throw withCaller(error, this.#wait, this.#signal?.reason);
    }
  }

  #addPull(pull: Pull): void {
    if (this.#pulls.push(pull) === 1 && this.#connection) this.#onFirstPull(this.#connection);
  }

  #onFirstPull({ owner, timeout }: StreamConnection): void {
    owner.onWaiting(true);
    if (timeout > 0) this.#timer = setTimeout(() => this.#abandon({ error: owner.late(this, timeout) }), timeout);
  }

  #onPullServed(): void {
    if (this.#pulls.length > 0) {
      this.#timer?.refresh();
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#connection?.owner.onWaiting(false);
  }

  /** The consumer's side ends the stream: what waits is dropped, and Python is told. */
  #abandon(failure: { readonly error: unknown } | undefined): void {
    const state = this.#state;
    for (let chunk = this.#chunks.shift(); chunk; chunk = this.#chunks.shift()) this.#connection?.owner.discard(chunk);
    if (state === 'open') this.#connection?.owner.leave(this);
    if (state === 'closing' || state === 'over') this.#failure = undefined;
    else this.#close(failure);
  }

  #close(failure: { readonly error: unknown } | undefined): void {
    this.#state = 'closing';
    this.#failure = failure;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#onOver();
    if (this.#pulls.length === 0) return;
    for (const pull of this.#pulls.splice(0)) this.#conclude().then(pull.resolve, pull.reject);
    this.#onPullServed();
  }

  /** Tells once what ended the stream; after that it is done. */
  #conclude(): Promise<Result> {
    const failure = this.#failure;
    this.#state = 'over';
    this.#failure = undefined;
    return failure ? Promise.reject(withCaller(failure.error, this.next, this.#signal?.reason)) : Promise.resolve(DONE);
  }
}
