/** Which calls may be sent. Owns the calls that wait for their turn, and those that the module works through one after another. */

import type { ChannelOptions } from './channel';
import { PendingList } from './pending';
import type { RpcCall } from './rpc-call';

export class CallWindow {
  readonly #maxInFlight: number;
  readonly #maxQueue: number;
  readonly #closesAll: boolean;
  readonly #send: (call: RpcCall) => boolean;
  /** Serial calls, which wait for those before them. */
  readonly #queue = new PendingList();
  /** Other calls, which wait only for the transport. */
  readonly #unsent = new PendingList();
  /** Serial calls that were sent and have no closing answer. */
  readonly #inFlight = new PendingList();
  #saturated = false;

  /**
   * @param options how many serial calls may be on their way, how many may wait, and whether also those that give no answer are closed
   * @param send puts a call on its way; returns false if the transport is saturated
   */
  constructor({ maxInFlight, maxQueue, eager }: ChannelOptions, send: (call: RpcCall) => boolean) {
    this.#maxInFlight = maxInFlight;
    this.#maxQueue = maxQueue;
    this.#closesAll = eager;
    this.#send = send;
  }

  /** Serial calls that were sent or wait, and others that wait. */
  get size(): number {
    return this.#queue.size + this.#unsent.size + this.#inFlight.size;
  }

  /** The serial call that the module works on: the first of those without an answer. */
  get running(): RpcCall | undefined {
    return this.#inFlight.first as RpcCall | undefined;
  }

  /** Whether as many calls wait as may. */
  get isFull(): boolean {
    return this.#queue.size + this.#unsent.size >= this.#maxQueue;
  }

  /** Finds a serial call that was sent. Answers come in order but for a few, so it is the first as a rule. */
  find(id: number): RpcCall | undefined {
    let call = this.#inFlight.first as RpcCall | undefined;
    while (call !== undefined && call.id !== id) call = call.next as RpcCall | undefined;
    return call;
  }

  /** Whether a serial call that was sent stands behind another one. */
  isBehind(call: RpcCall): boolean {
    return call.serial && call !== this.#inFlight.first;
  }

  /** Sends a call as soon as it may be. */
  add(call: RpcCall): void {
    (call.serial ? this.#queue : this.#unsent).push(call);
    this.advance();
  }

  /** Takes out a call that was not sent. */
  drop(call: RpcCall): void {
    (call.serial ? this.#queue : this.#unsent).remove(call);
  }

  /** A serial call that was sent got its closing answer. */
  done(call: RpcCall): void {
    this.#inFlight.remove(call);
  }

  /** The transport takes frames again. */
  drain(): void {
    this.#saturated = false;
    this.advance();
  }

  /** Sends what may be sent. */
  advance(): void {
    while (!this.#saturated && this.#unsent.size > 0) this.#dispatch(this.#unsent.shift() as RpcCall);
    while (!this.#saturated && this.#queue.size > 0 && this.#inFlight.size < this.#maxInFlight) {
      const call = this.#queue.shift() as RpcCall;
      if (this.#closesAll || call.response !== 'none') this.#inFlight.push(call);
      this.#dispatch(call);
    }
  }

  /** Takes out every call. */
  *clear(): IterableIterator<RpcCall> {
    for (const list of [this.#inFlight, this.#unsent, this.#queue]) {
      for (let call = list.shift(); call; call = list.shift()) yield call as RpcCall;
    }
  }

  #dispatch(call: RpcCall): void {
    this.#saturated = !this.#send(call);
  }
}
