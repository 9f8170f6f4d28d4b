/** The calls and streams that were given up and have not come to their end. Owns since when, and when one counts as stuck. */

import { KIND } from '../protocol/message';
import type { Outbox } from './outbox';
import type { Rung } from './remote-error';

/** How a call that was given up ended. */
export interface CancelReport {
  readonly method: string;
  /** Of the call, as in log entries. */
  readonly id: number;
  /**
   * `queue`: it never began. `cooperative`: the function ended by itself when it was told. `injected`: an exception was raised in it.
   * `replaced`: it did not end within `cancelTimeout`, and another worker has taken the place of its own. `finished`: it had ended, or
   * ended in its own way.
   */
  readonly rung: Rung | 'replaced';
  /** Milliseconds from giving it up to its end. */
  readonly elapsed: number;
}

/** What is told of cancelled calls. */
export interface CancellationObserver {
  /** One has come to its end. */
  onCancel(report: CancelReport): void;
  /** One goes on although its time is over. */
  onStuck(report: CancelReport): void;
}

interface Cancellation {
  readonly method: string;
  readonly since: number;
  readonly timer: NodeJS.Timeout | undefined;
}

export class Cancellations {
  readonly #outbox: Outbox;
  readonly #timeout: number;
  readonly #observer: CancellationObserver;
  readonly #open = new Map<number, Cancellation>();

  /** @param timeout milliseconds after which a call that goes on is stuck; 0 is never */
  constructor(outbox: Outbox, timeout: number, observer: CancellationObserver) {
    this.#outbox = outbox;
    this.#timeout = timeout;
    this.#observer = observer;
  }

  /** The name of the method of a call that was given up. */
  methodOf(id: number): string | undefined {
    return this.#open.get(id)?.method;
  }

  /** A call that was never sent needs no answer. */
  drop(id: number, method: string): void {
    this.#observer.onCancel({ method, id, rung: 'queue', elapsed: 0 });
  }

  /** Tells the worker to stop a call. */
  begin(id: number, method: string): void {
    const timer = this.#timeout > 0 ? setTimeout(() => this.#onLate(id), this.#timeout).unref() : undefined;
    this.#open.set(id, { method, since: performance.now(), timer });
    this.#outbox.tell(KIND.cancel, id);
  }

  /** The call has got its closing answer. */
  end(id: number, rung: Rung): void {
    const report = this.#close(id, rung);
    if (report) this.#observer.onCancel(report);
  }

  /** The conversation is over. */
  clear(): void {
    for (const { timer } of this.#open.values()) clearTimeout(timer);
    this.#open.clear();
  }

  #onLate(id: number): void {
    const report = this.#close(id, 'replaced');
    if (report) this.#observer.onStuck(report);
  }

  #close(id: number, rung: CancelReport['rung']): CancelReport | undefined {
    const found = this.#open.get(id);
    if (!found) return undefined;
    clearTimeout(found.timer);
    this.#open.delete(id);
    return { method: found.method, id, rung, elapsed: performance.now() - found.since };
  }
}
