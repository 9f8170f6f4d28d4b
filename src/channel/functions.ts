/** Functions of this program that Python can call. Owns their ids, how often each was sent, and the calls of them that run. */

import { StaleHandleError } from '../call-errors';

type AnyFunction = (...args: unknown[]) => unknown;

interface Entry {
  readonly id: number;
  readonly callback: AnyFunction;
  /** How often it was sent and not yet released. */
  count: number;
}

/** Sends the answer to a call of a function. */
export interface CallbackSender {
  /** Throws or rejects if the value has no faithful form; gives a promise if Python must be asked for a part of it first. */
  sendResult(id: number, value: unknown): Promise<void> | undefined;
  sendError(id: number, error: unknown): void;
}

export class Functions {
  readonly #sender: CallbackSender;
  readonly #around: <T>(run: () => T) => T;
  readonly #byId = new Map<number, Entry>();
  readonly #byFunction = new Map<AnyFunction, Entry>();
  #lastId = 0;

  /** @param around runs a function, and may tell whose it is */
  constructor(sender: CallbackSender, around: <T>(run: () => T) => T = (run) => run()) {
    this.#sender = sender;
    this.#around = around;
  }

  /** Gives the id under which a function is sent once more. */
  refer(callback: AnyFunction): number {
    let entry = this.#byFunction.get(callback);
    if (!entry) {
      this.#lastId += 2;
      entry = { id: this.#lastId, callback, count: 0 };
      this.#byId.set(entry.id, entry);
      this.#byFunction.set(callback, entry);
    }
    entry.count++;
    return entry.id;
  }

  /** Python let go of a function as often as it says. */
  release(id: number, count: number): void {
    const entry = this.#byId.get(id);
    if (!entry) return;
    entry.count -= count;
    if (entry.count > 0) return;
    this.#byId.delete(id);
    this.#byFunction.delete(entry.callback);
  }

  /**
   * Runs a function for Python and answers.
   *
   * @param id of the call
   * @param target id of the function
   * @param args positional arguments; keyword arguments come last, as an object
   */
  async run(id: number, target: number, args: readonly unknown[]): Promise<void> {
    try {
      const entry = this.#byId.get(target);
      if (!entry) throw new StaleHandleError('function', 'The JavaScript function was released already.');
      const sending = this.#sender.sendResult(id, await this.#around(() => entry.callback(...args)));
      if (sending) await sending;
    } catch (thrown) {
      this.#sender.sendError(id, thrown);
    }
  }

  /** Forgets every function. */
  clear(): void {
    this.#byId.clear();
    this.#byFunction.clear();
  }
}
