/** What a call gave, item by item. Owns that a promise can be iterated, and that a handle nobody else has seen is let go of after it. */

import { UnsupportedCallError } from '../call-errors';
import { className } from '../protocol/obstacle';
import { type Handle, recordOf } from './handle';

type Source = AsyncIterator<unknown> | Iterator<unknown>;

const DONE: IteratorResult<unknown, unknown> = Object.freeze({ value: undefined, done: true });

/**
 * Lets `for await` iterate what a promise resolves with: an object of Python, an array, a Set, a Map.
 *
 * @returns the same promise
 */
export function iterable<T>(answer: Promise<T>): Promise<T> & AsyncIterable<unknown> {
  const both = answer as Promise<T> & { [Symbol.asyncIterator]: typeof items };
  both[Symbol.asyncIterator] = items;
  return both;
}

/** One for all promises, so that a call that is not iterated costs nothing. */
function items(this: Promise<unknown>): AsyncIterator<unknown> {
  return new AnswerItems(this);
}

class AnswerItems implements AsyncIterableIterator<unknown>, AsyncDisposable {
  readonly #answer: Promise<unknown>;
  #source: Promise<Source> | undefined;
  #isLeft = false;

  constructor(answer: Promise<unknown>) {
    this.#answer = answer;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * @throws UnsupportedCallError what the call gave is not iterable (ERR_SYNAPSE_UNSUPPORTED_CALL)
   * @throws whatever the call and the stream of its result reject with
   */
  async next(): Promise<IteratorResult<unknown, unknown>> {
    if (this.#isLeft) return DONE;
    this.#source ??= this.#open();
    return await (await this.#source).next();
  }

  async return(value?: unknown): Promise<IteratorResult<unknown, unknown>> {
    this.#isLeft = true;
    this.#source ??= this.#open();
    this.#source.then((source) => source.return?.()).catch(() => undefined);
    return { value, done: true };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async #open(): Promise<Source> {
    const given = await this.#answer;
    const value = Object(given) as Handle & Partial<Iterable<unknown>>;
    const record = recordOf(value);
    if (record) return record.owner.iterate(value, true);
    if (typeof value[Symbol.iterator] === 'function') return value[Symbol.iterator]();
    throw notIterable(given);
  }
}

function notIterable(given: unknown): UnsupportedCallError {
  const what = typeof given === 'object' && given !== null ? `an object (${className(given)})` : `${given}`;
  const message = `What the call gave, ${what}, is not iterable: await the call instead of iterating it.`;
  return new UnsupportedCallError(message, { method: '', response: 'result', used: 'handle' });
}
