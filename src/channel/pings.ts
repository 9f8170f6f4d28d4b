/** Pings of a worker. Owns which are on their way; they are answered even while a function computes. */

import type { CallPhase } from '../call-errors';
import { KIND } from '../protocol/message';
import type { CloseReason } from './channel';
import type { Outbox } from './outbox';
import type { Patience } from './patience';
import { type CallOptions, PendingCall, type PendingOwner } from './pending';

/** Options of a ping. */
export interface PingOptions extends CallOptions {
  /** Whether it does not keep the program alive. */
  quiet?: boolean;
}

export class Pings implements PendingOwner {
  readonly stopsCalls = false;
  readonly #outbox: Outbox;
  readonly #patience: Patience;
  readonly #pending = new Map<number, { readonly call: PendingCall; readonly since: number; readonly quiet: boolean }>();

  constructor(outbox: Outbox, patience: Patience) {
    this.#outbox = outbox;
    this.#patience = patience;
  }

  /** Sends one. Resolves with the milliseconds until it was answered. */
  add({ timeout = 0, signal, quiet = false }: PingOptions): Promise<number> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const id = this.#outbox.nextId();
    const call = new PendingCall('ping', undefined, this);
    call.limit(timeout, signal);
    this.#pending.set(id, { call, since: performance.now(), quiet });
    if (!quiet) this.#patience.begin();
    this.#outbox.tell(KIND.ping, id);
    return call.promise as Promise<number>;
  }

  phaseOf(): CallPhase {
    return this.#outbox.writtenBytes < this.#outbox.sentBytes ? 'transfer' : 'run';
  }

  onGivenUp(call: PendingCall): void {
    for (const [id, ping] of this.#pending) {
      if (ping.call === call) this.#end(id, ping.quiet);
    }
  }

  /** The answer came. One that was given up has none waiting. */
  onPong(id: number): void {
    const ping = this.#pending.get(id);
    if (!ping) return;
    ping.call.resolve(performance.now() - ping.since);
    this.#end(id, ping.quiet);
  }

  close(reason: CloseReason): void {
    for (const { call } of this.#pending.values()) call.reject(reason(true));
    this.#pending.clear();
  }

  #end(id: number, quiet: boolean): void {
    this.#pending.delete(id);
    if (!quiet) this.#patience.end();
  }
}
