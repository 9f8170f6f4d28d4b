/** The streams that Python gives out, by their ids. Owns which are open, which were left, and how their calls begin. */

import type { CallTimeoutError } from '../call-errors';
import { KIND, type Message } from '../protocol/message';
import type { CallSurroundings } from './calls';
import type { CloseReason } from './channel';
import type { InboundStream, StreamConnection, StreamOwner } from './inbound-stream';
import { callHeader, type Invocation } from './invocation';
import { type CallOptions, timeoutError } from './pending';
import { readError, readRung } from './remote-error';
import { noStream } from './unsupported';

export class InboundStreams implements StreamOwner {
  readonly #around: CallSurroundings;
  readonly #open = new Map<number, InboundStream>();
  readonly #left = new Set<number>();
  /** Bytes sent by the channel up to the end of a stream's call. */
  readonly #sentAt = new WeakMap<InboundStream, number>();
  #closed: CloseReason | undefined;

  constructor(around: CallSurroundings) {
    this.#around = around;
  }

  /** Streams that are open, and those that were left and have not come to their end. */
  get load(): number {
    return this.#open.size + this.#left.size;
  }

  /** Gives what a stream needs at its first pull. */
  connection(options: CallOptions): StreamConnection {
    return { owner: this, timeout: options.timeout ?? this.#around.limits.callTimeout };
  }

  /** The name of the method that a stream is of, while it is open. */
  methodOf(id: number): string | undefined {
    return this.#open.get(id)?.method ?? this.#around.cancellations.methodOf(id);
  }

  begin(stream: InboundStream, invocation: Invocation): number {
    if (this.#closed) throw this.#closed(false);
    const { hello, outbox, references } = this.#around;
    const response = invocation.on === undefined ? hello.methods.get(invocation.name)?.response : undefined;
    if (response !== undefined && response !== 'stream') throw noStream(invocation.name, response);
    const id = outbox.nextId();
    const payload = references.encodeArguments(invocation);
    const undo = references.taken();
    try {
      outbox.write(outbox.frame(callHeader(id, invocation, 0, references.isCalledBack, response === undefined), payload));
    } catch (error) {
      undo?.();
      throw error;
    }
    this.#sentAt.set(stream, outbox.sentBytes);
    this.#open.set(id, stream);
    return id;
  }

  grant(id: number, bytes: number): void {
    this.#around.outbox.tell(KIND.credit, id, bytes);
  }

  leave(stream: InboundStream): void {
    if (!this.#open.delete(stream.id)) return;
    this.#left.add(stream.id);
    this.#around.cancellations.begin(stream.id, stream.method);
  }

  decode(chunk: Message): unknown {
    return this.#around.payloads.value(chunk);
  }

  discard(chunk: Message): void {
    this.#around.payloads.discard(chunk);
  }

  onWaiting(waiting: boolean): void {
    if (waiting) this.#around.patience.begin();
    else this.#around.patience.end();
  }

  late(stream: InboundStream, timeout: number): CallTimeoutError {
    const { outbox, inbox } = this.#around;
    const isMoving = outbox.writtenBytes < (this.#sentAt.get(stream) ?? 0) || inbox.arriving === stream.id;
    return timeoutError(stream.method, timeout, isMoving ? 'transfer' : 'run', true);
  }

  /** Takes a message that belongs to a stream. Returns false if no stream has that id. */
  onMessage(message: Message): boolean {
    const stream = this.#open.get(message.id);
    if (!stream) return this.#onLateMessage(message);
    if (message.kind === KIND.chunk) stream.onChunk(message);
    else this.#end(stream, message);
    return true;
  }

  close(reason: CloseReason): void {
    this.#closed = reason;
    for (const stream of this.#open.values()) stream.onEnd({ error: reason(true) });
    this.#open.clear();
    this.#left.clear();
  }

  #end(stream: InboundStream, message: Message): void {
    const { hello, payloads } = this.#around;
    const { method } = stream;
    this.#open.delete(message.id);
    if (message.kind === KIND.end) stream.onEnd();
    else if (message.kind === KIND.error) {
      stream.onEnd({ error: readError(payloads, message, { method, used: 'stream', methods: hello.methods, language: hello.language }) });
    } else {
      payloads.discard(message);
      stream.onEnd({ error: noStream(method, 'result') });
    }
  }

  #onLateMessage(message: Message): boolean {
    const { payloads, cancellations } = this.#around;
    if (cancellations.methodOf(message.id) === undefined) return false;
    if (message.kind !== KIND.end && message.kind !== KIND.error) payloads.discard(message);
    if (message.kind === KIND.chunk) return true;
    this.#left.delete(message.id);
    cancellations.end(message.id, message.kind === KIND.error ? readRung(payloads, message) : 'finished');
    return true;
  }
}
