/** A handler at work on a call. Owns what its return value means, and the source of a stream that it gave. */

import type { Call } from './call';

type Source = Iterator<unknown> | AsyncIterator<unknown>;

/** A handler that takes no context cannot tell when it has begun: the receipt goes out by itself. */
const WITH_CONTEXT = 2;

/** Runs the handler of a call to its end, and answers by what it returns or throws. Never rejects. */
export async function runHandler(call: Call, data: unknown): Promise<void> {
  const { run, response } = call.method;
  call.begun = true;
  try {
    const made = run(data, call.context);
    if (response === 'ack' && run.length < WITH_CONTEXT) call.ack(null);
    const value = isThenable(made) ? await made : made;
    if (response === 'stream') await stream(call, value);
    else if (response === 'ack') call.ack(value);
    else call.respond(value);
  } catch (error) {
    call.fail(error);
  }
}

async function stream(call: Call, value: unknown): Promise<void> {
  if (value === undefined || value === null) await call.end();
  else await new Pump(call, iteratorOf(value, call.method.name)).run();
}

/** The way of a source's items to the host. Pulls only with credit. */
class Pump {
  readonly #call: Call;
  readonly #source: Source;
  #leaving: Promise<unknown> | undefined;

  constructor(call: Call, source: Source) {
    this.#call = call;
    this.#source = source;
    call.whenAborted(() => this.#leave());
  }

  async run(): Promise<void> {
    try {
      const isWhole = await this.#sendAll();
      if (!isWhole) await this.#leave();
      await this.#call.end();
    } catch (error) {
      await this.#leave();
      throw error;
    }
  }

  /** Returns whether the source came to its end. */
  async #sendAll(): Promise<boolean> {
    const { credit } = this.#call;
    while (!this.#call.answered) {
      if (!credit.isThere) await credit.spend(() => 0);
      const pulled = this.#source.next();
      const { done, value } = isThenable(pulled) ? await pulled : pulled;
      if (done) return true;
      if (this.#call.aborted) return false;
      const sent = this.#call.chunk(value);
      if (!credit.isThere) await sent;
    }
    return false;
  }

  /** Closes the source, so that its `finally` blocks run. What it says to that is of no interest. */
  async #leave(): Promise<void> {
    try {
      this.#leaving ??= Promise.resolve(this.#source.return?.());
      await this.#leaving;
    } catch {}
  }
}

function iteratorOf(value: unknown, method: string): Source {
  const { [Symbol.asyncIterator]: asynchronous, [Symbol.iterator]: synchronous } = Object(value) as Partial<
    AsyncIterable<unknown> & Iterable<unknown>
  >;
  if (typeof asynchronous === 'function') return asynchronous.call(value);
  if (typeof synchronous === 'function' && typeof value === 'object') return synchronous.call(value);
  throw new TypeError(
    `${method} answers with a stream, but its handler returned no iterable: make it a generator, or use chunk() and end().`,
  );
}

function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
