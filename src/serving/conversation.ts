/** The conversation of a worker with its host, from hello to end. Owns the calls that go on, and which message goes to whom. */

import { Inbox, type InboxOwner } from '../channel/inbox';
import type { Transport, TransportSink } from '../channel/transport';
import { FrameError } from '../errors';
import type { Frame } from '../protocol/frame';
import { PROTOCOL_VERSION } from '../protocol/hello';
import { KIND, type Message } from '../protocol/message';
import { Answers } from './answers';
import { argumentOf } from './arguments';
import { Arrivals } from './arrivals';
import { Call } from './call';
import type { Definitions } from './definitions';
import { refusalMap } from './failure';
import { runHandler } from './handler-run';

/** Bytes of the longest frame that has a length. */
const LONGEST_FRAME_BYTES = 2 ** 32 - 1;
/** Milliseconds that handlers get to end when the host is gone: less than it waits before it ends the process. */
const CLOSE_TIMEOUT_MS = 300;

/** What a conversation tells whoever began it. Each at most once, and only one of the last two. */
export interface ConversationObserver {
  /** The host has taken the hello: its first message is here, and handlers may begin. */
  onHost(): void;
  /** The host has closed it, and the handlers have ended or had their time. */
  onOver(): void;
  /** What came is not the protocol. */
  onBroken(error: Error): void;
}

export class Conversation implements TransportSink, InboxOwner {
  readonly #definitions: Definitions;
  readonly #observer: ConversationObserver;
  readonly #answers: Answers;
  readonly #inbox = new Inbox(LONGEST_FRAME_BYTES, this);
  readonly #arrivals: Arrivals;
  readonly #calls = new Map<number, Call>();
  /** Calls that begin one in each turn of the event loop, so that the answers before them have left. */
  readonly #queue: (() => void)[] = [];
  #isEager = false;
  #hasHost = false;
  #isClosed = false;
  #onIdle: (() => void) | undefined;

  /** @param runtime what runs the worker, such as `node 20.20.2` */
  constructor(transport: Transport, definitions: Definitions, runtime: string, observer: ConversationObserver) {
    this.#definitions = definitions;
    this.#observer = observer;
    this.#answers = new Answers(transport, LONGEST_FRAME_BYTES);
    this.#arrivals = new Arrivals(this.#answers);
    transport.start(this);
    const details = { mode: 'rpc', python: runtime, language: 'javascript', pid: process.pid, ...definitions.describe() };
    this.#answers.tell([KIND.hello, PROTOCOL_VERSION, details]);
  }

  /** Sends an event. Throws what prevents it; does nothing once the host is gone. */
  emit(name: string, data: unknown): void {
    const value = this.#definitions.writeEvent(name, data);
    if (!this.#isClosed) this.#answers.tell([KIND.event, 0, name], { value, root: 'data' });
  }

  /** Sends events that were emitted before it began. */
  deliver(events: readonly Frame[]): void {
    for (const event of events) this.#answers.deliver(event);
  }

  onChunk(chunk: Uint8Array): void {
    this.#inbox.push(chunk);
  }

  room(): Uint8Array | undefined {
    return this.#inbox.room;
  }

  onDrain(): void {}

  /** The host has closed its side: nothing more is said, and what goes on comes to its end as far as it does so soon. */
  onEnd(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#answers.close();
    this.#queue.length = 0;
    const timer = setTimeout(() => this.#finish(), CLOSE_TIMEOUT_MS);
    this.#onIdle = () => {
      clearTimeout(timer);
      this.#finish();
    };
    for (const call of [...this.#calls.values()]) this.#giveUp(call);
    this.#arrivals.close();
    if (this.#calls.size === 0) this.#onIdle?.();
  }

  onBroken(error: FrameError): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#observer.onBroken(error);
  }

  onMessage(message: Message): void {
    if (this.#isClosed) return;
    if (!this.#hasHost) {
      this.#hasHost = true;
      this.#observer.onHost();
    }
    const { kind, id, rest } = message;
    switch (kind) {
      case KIND.hello:
        this.#onHello(id, rest[0] as HostDetails);
        break;
      case KIND.call:
        this.#onCall(message);
        break;
      case KIND.cancel:
        this.#onCancel(id);
        break;
      case KIND.credit:
        this.#calls.get(id)?.credit.grant(Number(rest[0]));
        break;
      case KIND.ping:
        this.#answers.tell([KIND.pong, id]);
        break;
      case KIND.result:
      case KIND.error:
      case KIND.chunk:
      case KIND.end:
        this.#arrivals.onMessage(message);
        break;
      case KIND.release:
        break; // of objects, which this worker gives out none of
      default:
        throw new FrameError(`The host sent a message of kind ${kind}, which only a worker sends.`);
    }
  }

  #onHello(version: number, { maxFrameBytes, eager }: HostDetails): void {
    if (version !== PROTOCOL_VERSION) {
      throw new FrameError(`the host speaks version ${version} of the protocol, this worker version ${PROTOCOL_VERSION}`);
    }
    if (typeof maxFrameBytes === 'number') this.#answers.learnLimit(maxFrameBytes);
    this.#isEager = eager === true;
  }

  #onCall(message: Message): void {
    const name = String(message.rest[0]);
    const options = (message.rest[1] ?? {}) as CallOptions;
    const method = options.on === undefined && !options.get ? this.#definitions.method(name) : undefined;
    if (!method) {
      this.#answers.refuse(message.id, this.#refusal(name, options));
      void this.#arrivals.discard(message);
      return;
    }
    const call = new Call(message.id, method, this.#answers, this.#isEager);
    this.#calls.set(call.id, call);
    const begin = (): void => void this.#run(call, message);
    if (this.#isEager) this.#enqueue(begin);
    else begin();
  }

  async #run(call: Call, message: Message): Promise<void> {
    try {
      const decoded = this.#arrivals.value(message, `The argument of ${call.method.name}`, call);
      const payload = decoded instanceof Promise ? await decoded : decoded;
      const data = call.method.read(argumentOf(payload, call.method.name));
      if (!call.aborted) await runHandler(call, data);
    } catch (error) {
      this.#answers.refuseArguments(call, error);
    }
    this.#forget(call);
  }

  #onCancel(id: number): void {
    const call = this.#calls.get(id);
    if (call) this.#giveUp(call);
  }

  #giveUp(call: Call): void {
    call.abort();
    if (call.begun) return;
    void call.end(); // it never begins
    this.#forget(call);
  }

  #forget(call: Call): void {
    this.#calls.delete(call.id);
    call.finish();
    if (this.#calls.size === 0) this.#onIdle?.();
  }

  #enqueue(begin: () => void): void {
    if (this.#queue.push(begin) === 1) setImmediate(() => this.#beginNext());
  }

  #beginNext(): void {
    this.#queue[0]?.();
    this.#queue.shift();
    if (this.#queue.length > 0) setImmediate(() => this.#beginNext());
  }

  #finish(): void {
    if (!this.#onIdle) return;
    this.#onIdle = undefined;
    this.#observer.onOver();
  }

  #refusal(name: string, { on, get }: CallOptions): ReturnType<typeof refusalMap> {
    if (on !== undefined) return refusalMap('ERR_SYNAPSE_STALE_HANDLE', 'This worker gives out no objects, so there is none to call.');
    if (get && this.#definitions.method(name)) {
      return refusalMap('ERR_SYNAPSE_UNSUPPORTED_CALL', `${name} is a method, which cannot be read: call it.`);
    }
    const available = this.#definitions.methodNames;
    const what = name === '' ? 'has no handler: name a method handle, or use send() with the name of one' : `has no method ${name}`;
    return refusalMap('ERR_SYNAPSE_UNKNOWN_METHOD', `The worker ${what}. It has ${available.join(', ')}.`, { available });
  }
}

interface HostDetails {
  readonly maxFrameBytes?: unknown;
  readonly eager?: unknown;
}

interface CallOptions {
  readonly on?: number;
  readonly get?: boolean;
}
