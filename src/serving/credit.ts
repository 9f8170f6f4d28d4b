/** The credit of a stream that goes to the host. Owns what waits for it, in order. */

/** What is done in its turn. */
interface Waiting {
  /** Returns what it costs, in bytes of credit. */
  readonly act: () => number;
  /** Whether it needs no credit. */
  readonly free: boolean;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

export class Credit {
  #balance = 0;
  #waiting: Waiting[] = [];
  #closed: { readonly reason: unknown } | undefined;

  /** Whether something may be sent now. */
  get isThere(): boolean {
    return this.#balance > 0 && this.#waiting.length === 0 && !this.#closed;
  }

  /** The host takes so many bytes more. */
  grant(bytes: number): void {
    this.#balance += bytes;
    this.#advance();
  }

  /**
   * Does something in its turn, once the balance is above zero: at once if that is now.
   *
   * @param act sends, and returns what that cost in bytes of credit
   * @param free whether it needs no credit, only its turn
   * @returns resolves when it was done. Rejects with what it threw, or with the reason of `close`; nobody needs to look.
   */
  spend(act: () => number, free = false): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      if (this.#closed) reject(this.#closed.reason);
      else this.#waiting.push({ act, free, resolve, reject });
    });
    done.catch(() => undefined);
    this.#advance();
    return done;
  }

  /** Gives up what waits, and what comes later. The first reason stands. */
  close(reason: unknown): void {
    this.#closed ??= { reason };
    for (const { reject } of this.#waiting.splice(0)) reject(this.#closed.reason);
  }

  #advance(): void {
    let next = this.#waiting[0];
    while (next && (next.free || this.#balance > 0)) {
      this.#waiting.shift();
      this.#perform(next);
      next = this.#waiting[0];
    }
  }

  #perform({ act, resolve, reject }: Waiting): void {
    try {
      this.#balance -= act();
      resolve();
    } catch (error) {
      reject(error);
    }
  }
}
