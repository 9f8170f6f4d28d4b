/** The rpc protocol: calls by id, streams, events, logs, references. Owns which message goes to whom; each kind's state has its own owner. */

import { FrameError } from '../errors';
import { findArrow } from '../protocol/arrow';
import { type Hello, hostHello, KIND, type Message } from '../protocol/message';
import { Calls } from './calls';
import { Cancellations, type CancelReport } from './cancellations';
import type { Channel, ChannelObserver, ChannelOptions, CloseReason } from './channel';
import { Events } from './events';
import type { Handles } from './handles';
import type { StreamConnection } from './inbound-stream';
import { InboundStreams } from './inbound-streams';
import { Inbox, type InboxOwner } from './inbox';
import type { Invocation } from './invocation';
import { LogLines, type LogObserver } from './log-lines';
import { Outbox } from './outbox';
import { Patience } from './patience';
import { Payloads } from './payloads';
import type { CallOptions, LateCallOptions } from './pending';
import { type PingOptions, Pings } from './pings';
import { References } from './references';
import type { Transport, TransportSink } from './transport';
import { noHandler } from './unsupported';

/** What an rpc channel reports to the worker that owns it. */
export interface RpcObserver extends ChannelObserver, LogObserver {
  /** The module emitted an event; events come in order. */
  onEvent(name: string, data: unknown): void;
  /** A call that was given up has come to its end. */
  onCancel(report: CancelReport): void;
  /** A call that was given up goes on after `cancelTimeout`. */
  onStuck(report: CancelReport): void;
}

export class RpcChannel implements Channel, TransportSink, InboxOwner {
  readonly hello: Hello;
  readonly #transport: Transport;
  readonly #observer: RpcObserver;
  readonly #inbox: Inbox;
  readonly #outbox: Outbox;
  readonly #patience: Patience;
  readonly #references: References;
  readonly #payloads: Payloads;
  readonly #cancellations: Cancellations;
  readonly #calls: Calls;
  readonly #streams: InboundStreams;
  readonly #pings: Pings;
  readonly #logs: LogLines;
  readonly #events: Events;
  #failed = false;
  #closed: CloseReason | undefined;

  /** @param hello what the worker has announced */
  constructor(transport: Transport, hello: Hello, options: ChannelOptions, observer: RpcObserver) {
    this.hello = hello;
    this.#transport = transport;
    this.#observer = observer;
    this.#inbox = new Inbox(options.maxFrameBytes, this);
    this.#outbox = new Outbox(transport, options.maxFrameBytes);
    this.#patience = new Patience(transport);
    this.#references = new References(this.#outbox, this);
    const table = findArrow();
    this.#payloads = new Payloads({ int: options.int, table, handle: (...told) => this.#references.handles.arrive(...told) });
    this.#cancellations = new Cancellations(this.#outbox, options.cancelTimeout, {
      onCancel: (report) => this.#onCancelled(report),
      onStuck: (report) => observer.onStuck(report),
    });
    const around = {
      hello,
      limits: options,
      inbox: this.#inbox,
      outbox: this.#outbox,
      references: this.#references,
      patience: this.#patience,
      payloads: this.#payloads,
      cancellations: this.#cancellations,
    };
    this.#calls = new Calls(around);
    this.#streams = new InboundStreams(around);
    this.#pings = new Pings(this.#outbox, this.#patience);
    this.#logs = new LogLines(observer);
    this.#events = new Events(this.#payloads, {
      onEvent: (name, data) => observer.onEvent(name, data),
      onLost: (name, error) => this.#onLostEvent(name, error),
    });
    transport.start(this);
    this.#outbox.write(
      this.#outbox.bodyFrame(
        hostHello({ maxFrameBytes: options.maxFrameBytes, arrow: table !== undefined, ...(options.eager ? { eager: true } : {}) }),
      ),
    );
  }

  get load(): number {
    return this.#calls.load + this.#streams.load;
  }

  /** Bytes that came, and bytes that the system has taken from here: they grow while something is on its way. */
  get transferred(): number {
    return this.#inbox.receivedBytes + this.#outbox.writtenBytes;
  }

  /** The objects of the worker that this program holds. */
  get handles(): Handles {
    return this.#references.handles;
  }

  request(payload: unknown, options: LateCallOptions): Promise<unknown> {
    if (!this.hello.handler) return Promise.reject(noHandler());
    return this.invoke({ used: 'call', name: '', args: [payload], kwargs: undefined, isPayload: true }, options);
  }

  /**
   * Calls a function, a handle or one of its methods. Resolves with the result, with the receipt of one whose response is `ack`, and
   * with nothing, once it is sent, for `none`. Rejects, never throws; settles at the latest when the channel closes.
   */
  invoke(invocation: Invocation, options: LateCallOptions): Promise<unknown> {
    return this.#calls.add(invocation, options);
  }

  /** Gives what a stream needs at its first pull. */
  connection(options: CallOptions): StreamConnection {
    return this.#streams.connection(options);
  }

  /** Resolves with the milliseconds that the worker took to answer, which it does also while a function computes. */
  ping(options: PingOptions): Promise<number> {
    return this.#closed ? Promise.reject(this.#closed(false)) : this.#pings.add(options);
  }

  end(): void {
    this.#transport.end();
  }

  close(reason: CloseReason, isRead: boolean): void {
    if (this.#closed) return;
    this.#closed = reason;
    this.#outbox.close();
    this.#calls.close(reason, isRead);
    this.#streams.close(reason);
    this.#cancellations.clear();
    this.#pings.close(reason);
    this.#references.close();
    this.#logs.close();
    this.#patience.close();
  }

  onChunk(chunk: Uint8Array): void {
    this.#inbox.push(chunk);
    this.#calls.advance();
  }

  room(): Uint8Array | undefined {
    return this.#inbox.room;
  }

  onDrain(): void {
    this.#calls.onDrain();
  }

  onEnd(): void {
    this.#fail(undefined);
  }

  onBroken(error: FrameError): void {
    this.#fail(error);
  }

  onMessage(message: Message): void {
    switch (message.kind) {
      case KIND.result:
      case KIND.error:
      case KIND.ack:
      case KIND.chunk:
      case KIND.end:
        this.#onAnswer(message);
        break;
      case KIND.event:
        this.#events.add(message);
        break;
      case KIND.log:
        this.#onLog(message);
        break;
      case KIND.call:
        void this.#onCall(message);
        break;
      case KIND.credit:
        this.#references.onCredit(message.id, count(message));
        break;
      case KIND.cancel:
        this.#references.onCancel(message.id);
        break;
      case KIND.release:
        this.#references.functions.release(message.id, count(message));
        break;
      case KIND.ping:
        this.#outbox.tell(KIND.pong, message.id);
        break;
      case KIND.pong:
        this.#pings.onPong(message.id);
        break;
      default:
        throw new FrameError('The worker sent a second hello: only the first frame can be one.');
    }
  }

  #onAnswer(message: Message): void {
    const { id, kind } = message;
    const isTaken = (kind !== KIND.chunk && this.#calls.onAnswer(message)) || this.#streams.onMessage(message);
    if (!isTaken && !this.#outbox.hasGiven(id)) throw new FrameError(`The worker answered the call ${id}, which was never made.`);
    if (kind === KIND.chunk) return;
    if (this.#logs.hasRests) this.#logs.finish(id);
    this.#observer.onFreed();
  }

  #onLostEvent(name: string, error: Error): void {
    const text = `The event ${name} was dropped: ${error.message}`;
    this.#logs.add(text, { level: 'error', logger: 'synapse_py', call: 0, method: undefined });
  }

  #onLog(message: Message): void {
    const { id, rest } = message;
    const text = this.#payloads.text(message);
    const method = id === 0 ? undefined : (this.#calls.methodOf(id) ?? this.#streams.methodOf(id));
    const logger = typeof rest[1] === 'string' ? rest[1] : undefined;
    this.#logs.add(text, { level: String(rest[0]), logger, call: id, method });
  }

  async #onCall(message: Message): Promise<void> {
    const { functions } = this.#references;
    const target = (message.rest[1] as { on?: number } | undefined)?.on ?? 0;
    try {
      const [args, kwargs] = (await this.#payloads.value(message)) as [unknown[], unknown?];
      await functions.run(message.id, target, kwargs === undefined ? args : [...args, kwargs]);
    } catch (error) {
      this.#references.sendError(message.id, error);
    }
  }

  #onCancelled(report: CancelReport): void {
    if (this.#logs.hasRests) this.#logs.finish(report.id);
    this.#observer.onCancel(report);
  }

  #fail(error: FrameError | undefined): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#observer.onFailure(error);
  }
}

function count(message: Message): number {
  const value = message.rest[0];
  if (typeof value === 'number' && value >= 0) return value;
  throw new FrameError(`The worker sent a message of kind ${message.kind} without its number.`);
}
