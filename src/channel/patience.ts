/** How many wait for a worker. Owns whether waiting for it keeps the program alive. */

import type { Transport } from './transport';

export class Patience {
  readonly #transport: Transport;
  #waiting = 0;
  #closed = false;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Somebody begins to wait. */
  begin(): void {
    if (++this.#waiting === 1 && !this.#closed) this.#transport.hold(true);
  }

  /** Somebody waits no more. */
  end(): void {
    if (--this.#waiting === 0 && !this.#closed) this.#transport.hold(false);
  }

  /** Nobody waits from now on, whatever is told. */
  close(): void {
    this.#closed = true;
    this.#transport.hold(false);
  }
}
