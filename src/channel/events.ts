/** The events that a module emits. Owns their order: one that is decoded in slices is not overtaken by those behind it. */

import type { Message } from '../protocol/message';
import type { Payloads } from './payloads';

/** Takes events. */
export interface EventObserver {
  onEvent(name: string, data: unknown): void;
  /** An event could not be decoded. */
  onLost(name: string, error: Error): void;
}

export class Events {
  readonly #payloads: Payloads;
  readonly #observer: EventObserver;
  /** The last event that is not given out yet. */
  #last: Promise<void> | undefined;

  constructor(payloads: Payloads, observer: EventObserver) {
    this.#payloads = payloads;
    this.#observer = observer;
  }

  /** Takes an event's message. */
  add(message: Message): void {
    const name = String(message.rest[0]);
    if (this.#last) {
      this.#follow(name, () => this.#payloads.value(message));
      return;
    }
    let data: unknown;
    try {
      data = this.#payloads.value(message);
    } catch (error) {
      this.#observer.onLost(name, error as Error);
      return;
    }
    if (data instanceof Promise) this.#follow(name, () => data);
    else this.#observer.onEvent(name, data);
  }

  #follow(name: string, decode: () => unknown): void {
    const turn = Promise.resolve(this.#last)
      .then(decode)
      .then(
        (data) => this.#observer.onEvent(name, data),
        (error) => this.#observer.onLost(name, error),
      )
      .then(() => {
        if (this.#last === turn) this.#last = undefined;
      });
    this.#last = turn;
  }
}
