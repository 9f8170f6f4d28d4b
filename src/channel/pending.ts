/** Calls that wait for their answer. Owns a call's promise, timer and abort signal, and the order in which calls stand. */

import { type CallPhase, CallTimeoutError } from '../call-errors';
import type { Frame } from '../protocol/frame';

/** Options of one call. */
export interface CallOptions {
  /** Milliseconds from the call to its answer; 0 waits for ever. Default: the `callTimeout` of the Synapse. */
  timeout?: number;
  /** Aborting rejects the call with the signal's reason; a call that still waits in the queue is never sent. */
  signal?: AbortSignal;
  /** Calls with the same key go to the same worker of a pool, as long as the pool keeps its size. */
  key?: string;
  /** Whether the call may be made again when the worker ends that runs it. Default false: it rejects then. */
  idempotent?: boolean;
}

/** Options of a call that was made earlier than it reaches its channel. */
export interface LateCallOptions extends CallOptions {
  /** When it was made: milliseconds of `performance.now()`. */
  readonly since?: number;
  /** Milliseconds that it had in all, for the error; default `timeout`. */
  readonly total?: number;
}

/** What a pending call asks of the channel that holds it, and reports to it. */
export interface PendingOwner {
  /** Whether a call that is given up while it runs is also stopped in the module. */
  readonly stopsCalls: boolean;
  /** Where the call is, asked when its time is over. */
  phaseOf(call: PendingCall): CallPhase;
  /** The call was given up (timeout or abort) before its answer came. Called at most once. */
  onGivenUp(call: PendingCall): void;
}

/** One call from request to settlement. */
export class PendingCall {
  /** The frame while the call waits to be sent. */
  frame: Frame | undefined;
  /** Neighbours in the list that holds the call. */
  previous: PendingCall | undefined;
  next: PendingCall | undefined;
  settled = false;
  /** When it was made, and when it was sent: milliseconds of `performance.now()`. */
  madeAt = performance.now();
  sentAt = 0;
  readonly promise: Promise<unknown>;
  readonly method: string;
  readonly #owner: PendingOwner;
  #resolve!: (value: unknown) => void;
  #reject!: (reason: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #signal: AbortSignal | undefined;
  #onAbort: (() => void) | undefined;

  constructor(method: string, frame: Frame | undefined, owner: PendingOwner) {
    this.method = method;
    this.frame = frame;
    this.#owner = owner;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Gives the call up by itself after a time, which is the rest of `total`, or on abort. */
  limit(timeout: number, signal: AbortSignal | undefined, total = timeout): void {
    if (timeout > 0) this.#timer = setTimeout(() => this.#giveUp(this.#late(total)), timeout);
    if (signal === undefined) return;
    this.#signal = signal;
    this.#onAbort = () => this.#giveUp(signal.reason);
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  resolve(value: unknown): void {
    this.#settle();
    this.#resolve(value);
  }

  reject(reason: unknown): void {
    this.#settle();
    this.#reject(reason);
  }

  #giveUp(reason: unknown): void {
    this.reject(reason);
    this.#owner.onGivenUp(this);
  }

  #settle(): void {
    this.settled = true;
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    if (this.#onAbort !== undefined) this.#signal?.removeEventListener('abort', this.#onAbort);
  }

  #late(timeout: number): CallTimeoutError {
    return timeoutError(this.method, timeout, this.#owner.phaseOf(this), this.#owner.stopsCalls);
  }
}

/**
 * Says that a call's time is over, and where the call was.
 *
 * @param timeout milliseconds that it had
 * @param stopped whether the module is told to stop
 */
export function timeoutError(method: string, timeout: number, phase: CallPhase, stopped: boolean): CallTimeoutError {
  const run = stopped ? 'and was told to stop: raise the timeout' : 'and goes on: raise the timeout, or dispose to stop it';
  const where = {
    queue: 'the module was still working on an earlier one: raise the timeout, or start fewer calls at once',
    run: `the module was still working on it, ${run}`,
    transfer: 'its bytes or those of its answer were still on their way: raise the timeout, or send less at once',
  }[phase];
  return new CallTimeoutError(`${title(method)} had no answer within ${timeout} ms; ${where}.`, { method, timeout, phase });
}

function title(method: string): string {
  return method === 'call' ? 'The call' : `The call of ${method}`;
}

/** Calls in order, with removal from anywhere in constant time. */
export class PendingList {
  #first: PendingCall | undefined;
  #last: PendingCall | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): PendingCall | undefined {
    return this.#first;
  }

  push(call: PendingCall): void {
    call.previous = this.#last;
    if (this.#last) this.#last.next = call;
    else this.#first = call;
    this.#last = call;
    this.#size++;
  }

  shift(): PendingCall | undefined {
    const call = this.#first;
    if (call) this.remove(call);
    return call;
  }

  /** Takes out a call that is in this list. */
  remove(call: PendingCall): void {
    if (call.previous) call.previous.next = call.next;
    else this.#first = call.next;
    if (call.next) call.next.previous = call.previous;
    else this.#last = call.previous;
    call.previous = undefined;
    call.next = undefined;
    this.#size--;
  }
}
