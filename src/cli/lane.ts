/** Calls one after another, which wait while there is nobody to take them. */

/** Does its work with whom it is given; never rejects. */
export type Turn<T> = (target: T) => Promise<void>;

export class Lane<T extends object> {
  readonly #waiting: Turn<T>[] = [];
  #target: T | undefined;
  #running: Promise<void> | undefined;
  readonly #idle: (() => void)[] = [];

  /** What runs now, by whom it was given. */
  get running(): Promise<void> | undefined {
    return this.#running;
  }

  add(turn: Turn<T>): void {
    this.#waiting.push(turn);
    this.#advance();
  }

  /** Holds back what has not begun. */
  pause(): void {
    this.#target = undefined;
  }

  /**
   * Goes on. A new target does not wait for what the old one still does.
   *
   * @param isNew whether it is another one than before
   */
  resume(target: T, isNew: boolean): void {
    this.#target = target;
    if (isNew) this.#running = undefined;
    this.#advance();
  }

  /** Resolves when nothing waits and nothing runs. */
  async drained(): Promise<void> {
    if (this.#waiting.length > 0 || this.#running) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #advance(): void {
    if (!this.#target || this.#running) return;
    const turn = this.#waiting.shift();
    if (!turn) {
      for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    const running = turn(this.#target).finally(() => {
      if (this.#running !== running) return;
      this.#running = undefined;
      this.#advance();
    });
    this.#running = running;
  }
}
