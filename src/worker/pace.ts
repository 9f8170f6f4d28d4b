/** How long the calls of each method take. Owns the estimates by which a pool decides how much to give a worker ahead. */

/** Milliseconds of work that a worker gets ahead, so that it need not wait for the next call; more would keep calls from an idle one. */
export const AHEAD_MS = 2;
/** How much the latest call counts. */
const WEIGHT = 0.2;
/** Methods that are remembered. */
const MOST_METHODS = 1000;

export class Pace {
  readonly #means = new Map<string, number>();

  /** Milliseconds that a call will take; of an unknown method as much as may be given at all. */
  expect(method: string): number {
    return this.#means.get(method) ?? AHEAD_MS;
  }

  /** Notes how long a call took, in milliseconds. */
  note(method: string, elapsed: number): void {
    const mean = this.#means.get(method);
    if (mean === undefined && this.#means.size >= MOST_METHODS) this.#means.clear();
    this.#means.set(method, mean === undefined ? elapsed : mean + (elapsed - mean) * WEIGHT);
  }
}
