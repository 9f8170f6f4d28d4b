/** Pings of a worker. Owns which are on their way; they are answered even while a function computes. */

import type { CallPhase } from '../call-errors';
import { KIND } from '../protocol/message';
import type { Outbox } from './outbox';
import type { Patience } from './patience';
import { type CallOptions, PendingCall, type PendingOwner } from './pending';

export class Pings implements PendingOwner {
  readonly stopsCalls = false;
  readonly #outbox: Outbox;
  readonly #patience: Patience;
  readonly #pending = new Map<number, { readonly call: PendingCall; readonly since: number }>();

  constructor(outbox: Outbox, patience: Patience) {
    this.#outbox = outbox;
    this.#patience = patience;
  }

  /** Sends one. Resolves with the milliseconds until it was answered. */
  add({ timeout = 0, signal }: CallOptions): Promise<number> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const id = this.#outbox.nextId();
    const call = new PendingCall('ping', undefined, this);
    call.limit(timeout, signal);
    this.#pending.set(id, { call, since: performance.now() });
    this.#patience.begin();
    this.#outbox.tell(KIND.ping, id);
    return call.promise as Promise<number>;
  }

  phaseOf(): CallPhase {
    return this.#outbox.writtenBytes < this.#outbox.sentBytes ? 'transfer' : 'run';
  }

  onGivenUp(call: PendingCall): void {
    this.#patience.end();
    for (const [id, ping] of this.#pending) {
      if (ping.call === call) this.#pending.delete(id);
    }
  }

  /** The answer came. One that was given up has none waiting. */
  onPong(id: number): void {
    const ping = this.#pending.get(id);
    if (!ping) return;
    this.#pending.delete(id);
    ping.call.resolve(performance.now() - ping.since);
    this.#patience.end();
  }

  close(reason: () => Error): void {
    for (const { call } of this.#pending.values()) call.reject(reason());
    this.#pending.clear();
  }
}
