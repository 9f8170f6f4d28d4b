/** The calls of a worker by their ids. Owns which answer is whose, which calls were given up, and what became of those. */

import type { CallPhase } from '../call-errors';
import { type Hello, KIND, type Message } from '../protocol/message';
import { CallWindow } from './call-window';
import type { Cancellations } from './cancellations';
import type { ChannelOptions, CloseReason } from './channel';
import type { Inbox } from './inbox';
import { callHeader, type Invocation } from './invocation';
import type { Outbox } from './outbox';
import type { Patience } from './patience';
import type { Payloads } from './payloads';
import type { LateCallOptions, PendingCall, PendingOwner } from './pending';
import { queueFull } from './queue-full';
import type { References } from './references';
import { readError, readRung } from './remote-error';
import { RpcCall } from './rpc-call';
import { UnreadNames } from './unread-names';
import { notAStreamCall } from './unsupported';

/** Methods of calls that go on unseen, remembered for their logs. */
const MOST_UNSEEN = 1000;

/** What calls share with the rest of their channel. */
export interface CallSurroundings {
  readonly hello: Hello;
  readonly limits: ChannelOptions;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly references: References;
  readonly patience: Patience;
  readonly payloads: Payloads;
  readonly cancellations: Cancellations;
}

export class Calls implements PendingOwner {
  readonly stopsCalls = true;
  readonly #around: CallSurroundings;
  readonly #window: CallWindow;
  /** Calls that were sent and have no closing answer, but for the serial ones, which the window has. */
  readonly #beside = new Map<number, RpcCall>();
  readonly #unseen = new Map<number, string>();
  /** When the module had last answered a serial call. */
  #freeAt = 0;
  #closed: CloseReason | undefined;

  constructor(around: CallSurroundings) {
    this.#around = around;
    this.#window = new CallWindow(around.limits, (call) => this.#send(call));
  }

  /** Calls that are not over. */
  get load(): number {
    return this.#window.size + this.#beside.size;
  }

  /** Makes a call. See `RpcChannel.invoke`. */
  add(invocation: Invocation, options: LateCallOptions): Promise<unknown> {
    const { signal } = options;
    if (this.#closed) return Promise.reject(this.#closed(false));
    if (signal?.aborted) return Promise.reject(signal.reason);
    let call: RpcCall;
    try {
      call = this.#make(invocation, options);
    } catch (error) {
      if (!(error instanceof UnreadNames)) return Promise.reject(error);
      return error.before(invocation, { timeout: this.#around.limits.callTimeout, ...options }, (ready, late) => this.add(ready, late));
    }
    this.#around.patience.begin();
    this.#window.add(call);
    return call.promise;
  }

  /** The name of the method that a call is of, while it is remembered. */
  methodOf(id: number): string | undefined {
    return this.#find(id)?.method ?? this.#unseen.get(id);
  }

  phaseOf(call: PendingCall): CallPhase {
    const { id, sentBytes, answered } = call as RpcCall;
    if (sentBytes === 0) return 'queue';
    const { outbox, inbox } = this.#around;
    if (outbox.writtenBytes < sentBytes || inbox.arriving === id || answered) return 'transfer';
    return this.#window.isBehind(call as RpcCall) ? 'queue' : 'run';
  }

  onGivenUp(pending: PendingCall): void {
    const call = pending as RpcCall;
    this.#around.patience.end();
    if (call.frame !== undefined) {
      this.#window.drop(call);
      call.undo?.();
      this.#around.cancellations.drop(call.id, call.method);
    } else if (!call.answered && call.cancellable) {
      this.#around.cancellations.begin(call.id, call.method);
    }
  }

  /** Takes the answer to a call. Returns false if no call has that id. */
  onAnswer(message: Message): boolean {
    const call = this.#find(message.id);
    if (!call) return false;
    if (message.kind === KIND.ack && this.#goesOn(call, message)) return true;
    call.answered = true;
    this.#clock(call);
    if (call.serial) this.#window.done(call);
    else this.#beside.delete(call.id);
    if (call.settled) this.#report(call, message);
    else if (message.kind === KIND.error) this.#fail(call, message);
    else this.#deliver(call, message);
    if (message.kind === KIND.ack) this.#remember(call);
    return true;
  }

  /** Sends what may be sent, after answers made room. */
  advance(): void {
    this.#window.advance();
  }

  /** The transport takes frames again. */
  onDrain(): void {
    this.#window.drain();
  }

  /** Rejects every call. */
  close(reason: CloseReason, isRead: boolean): void {
    this.#closed = reason;
    const { running } = this.#window;
    for (const call of [...this.#window.clear(), ...this.#beside.values()]) {
      const isSent = call.frame === undefined && this.#around.outbox.writtenBytes >= call.sentBytes;
      if (call.frame !== undefined) call.undo?.();
      const isBehind = isRead && this.#around.limits.eager && call.serial && call !== running;
      if (!call.settled) call.reject(reason(isSent && !isBehind));
    }
    this.#beside.clear();
  }

  #make(invocation: Invocation, options: LateCallOptions): RpcCall {
    const { hello, limits, outbox, references } = this.#around;
    const { name, on, used } = invocation;
    const method = on === undefined ? hello.methods.get(name) : undefined;
    const response = method?.response ?? 'result';
    if (response === 'stream') throw notAStreamCall(name, response, used);
    if (this.#window.isFull && options.since === undefined) throw queueFull(limits.maxQueue);
    const timeout = options.timeout ?? limits.callTimeout;
    const nested = references.isCalledBack;
    const id = outbox.nextId();
    const payload = references.encodeArguments(invocation);
    const undo = references.taken();
    const serial = !nested && !method?.concurrent;
    try {
      const frame = outbox.frame(callHeader(id, invocation, timeout, nested), payload);
      const call = new RpcCall(id, invocation, response, serial, frame, this);
      call.undo = undo;
      call.madeAt = options.since ?? call.madeAt;
      call.limit(timeout, options.signal, options.total);
      return call;
    } catch (error) {
      undo?.();
      throw error;
    }
  }

  #send(call: RpcCall): boolean {
    const { outbox, patience } = this.#around;
    const isFree = outbox.write(call.frame ?? []);
    call.frame = undefined;
    call.sentBytes = outbox.sentBytes;
    call.sentAt = performance.now();
    if (call.response === 'none') {
      this.#remember(call);
      call.resolve(undefined);
      patience.end();
    }
    if (!call.serial && (call.response !== 'none' || this.#around.limits.eager)) this.#beside.set(call.id, call);
    return isFree;
  }

  /** A receipt does not close a call where the module tells the end of all of them: it has begun, or has left the order of the others. */
  #goesOn(call: RpcCall, message: Message): boolean {
    if (!this.#around.limits.eager) return false;
    if (call.response === 'result') this.#moveAside(call);
    else if (call.settled) this.#around.payloads.discard(message);
    else this.#deliver(call, message);
    return true;
  }

  #moveAside(call: RpcCall): void {
    if (!call.serial) return;
    call.serial = false;
    this.#window.done(call);
    this.#beside.set(call.id, call);
  }

  #find(id: number): RpcCall | undefined {
    return this.#window.find(id) ?? this.#beside.get(id);
  }

  #deliver(call: RpcCall, message: Message): void {
    let value: unknown;
    try {
      value = this.#around.payloads.value(message);
    } catch (error) {
      value = Promise.reject(error);
    }
    if (value instanceof Promise) {
      value.then(
        (late) => this.#settle(call, () => call.resolve(late)),
        (error) => this.#settle(call, () => call.reject(error)),
      );
      return;
    }
    call.resolve(value);
    this.#note(call);
    this.#around.patience.end();
  }

  #fail(call: RpcCall, message: Message): void {
    const { hello, payloads } = this.#around;
    const { method, used } = call;
    call.reject(readError(payloads, message, { method, used, methods: hello.methods, language: hello.language }));
    this.#note(call);
    this.#around.patience.end();
  }

  /** A call may have been given up while its answer was decoded. */
  #settle(call: RpcCall, settle: () => void): void {
    if (call.settled) return;
    settle();
    this.#note(call);
    this.#around.patience.end();
  }

  /** Notes when an answer came, and since when its call was the next one. */
  #clock(call: RpcCall): void {
    call.arrivedAt = this.#around.inbox.arrivedAt;
    call.begunAt = call.serial ? Math.max(call.sentAt, this.#freeAt) : call.sentAt;
    if (call.serial) this.#freeAt = call.arrivedAt;
  }

  #note({ madeAt, begunAt, arrivedAt }: RpcCall): void {
    this.#around.limits.times.note(madeAt, begunAt, arrivedAt, performance.now());
  }

  /** A call that was given up has got its closing answer. */
  #report({ id }: RpcCall, message: Message): void {
    const { payloads, cancellations } = this.#around;
    const rung = message.kind === KIND.error ? readRung(payloads, message) : 'finished';
    if (message.kind !== KIND.error) payloads.discard(message);
    cancellations.end(id, rung);
  }

  #remember(call: RpcCall): void {
    this.#unseen.set(call.id, call.method);
    if (this.#unseen.size > MOST_UNSEEN) this.#unseen.delete(this.#unseen.keys().next().value as number);
  }
}
