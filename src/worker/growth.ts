/** When a pool may try to have one more worker. Owns the pause after a start that failed. */

import { delayBefore, type RetryDelay } from './restart-policy';

export class Growth {
  readonly #retryDelay: RetryDelay;
  readonly #onResume: () => void;
  /** Starts that have failed one after another. */
  #failures = 0;
  #pause: NodeJS.Timeout | undefined;

  /** @param onResume called when another start may be tried */
  constructor(retryDelay: RetryDelay, onResume: () => void) {
    this.#retryDelay = retryDelay;
    this.#onResume = onResume;
  }

  get isPaused(): boolean {
    return this.#pause !== undefined;
  }

  onStarted(): void {
    this.#failures = 0;
  }

  /** At least one turn of the event loop passes, so that a start which fails at once does not keep the program from all else. */
  onFailed(): void {
    this.stop();
    this.#failures++;
    this.#pause = setTimeout(
      () => {
        this.#pause = undefined;
        this.#onResume();
      },
      delayBefore(this.#retryDelay, this.#failures),
    ).unref();
  }

  stop(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
  }
}
