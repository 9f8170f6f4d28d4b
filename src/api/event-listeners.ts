/** Who listens to the events that a module emits. Owns their callbacks, which outlive the worker. */

type Callback = (data: unknown) => void;

export class EventListeners {
  readonly #byName = new Map<string, Set<{ readonly callback: Callback }>>();

  /** Adds a callback. Returns what removes it; the same callback may be added more than once. */
  add(name: string, callback: Callback): () => void {
    const entry = { callback };
    const entries = this.#byName.get(name) ?? new Set();
    entries.add(entry);
    this.#byName.set(name, entries);
    return () => {
      entries.delete(entry);
      if (entries.size === 0 && this.#byName.get(name) === entries) this.#byName.delete(name);
    };
  }

  /** Calls who listens, each apart from the others. */
  emit(name: string, data: unknown): void {
    const entries = this.#byName.get(name);
    if (!entries) return;
    for (const { callback } of [...entries]) {
      apart(() => callback(data));
    }
  }
}

/** Runs code of the user. What it throws is an uncaught exception, thrown where it does not break the reading of messages off. */
export function apart(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    process.nextTick(() => {
      throw error;
    });
  }
}
