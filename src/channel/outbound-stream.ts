/** An iterable of this program that Python consumes. Owns its iterator and the credit that Python gave; pulls only with credit. */

/** Sends what a stream gives out. */
export interface StreamSender {
  /** Sends one value. Returns what it costs, in bytes of credit; throws if it has no faithful form. */
  sendChunk(id: number, value: unknown): number;
  /** Ends the stream; with an error if it failed. Called once, last. */
  sendEnd(id: number, failure?: { readonly error: unknown }): void;
}

type Source = AsyncIterator<unknown> | Iterator<unknown>;

/** Whether a value is a source of a stream: an async iterable, or an iterator such as a generator object. */
export function isStreamSource(value: object): boolean {
  const source = value as Partial<AsyncIterable<unknown> & Iterable<unknown> & Iterator<unknown>>;
  if (typeof source[Symbol.asyncIterator] === 'function') return true;
  return typeof source[Symbol.iterator] === 'function' && typeof source.next === 'function';
}

export class OutboundStream {
  readonly id: number;
  readonly #source: object;
  readonly #sender: StreamSender;
  #iterator: Source | undefined;
  #balance = 0;
  #pulling = false;
  #closed = false;

  /** @param source what `isStreamSource` accepts; nothing is asked of it before Python gives credit */
  constructor(id: number, source: object, sender: StreamSender) {
    this.id = id;
    this.#source = source;
    this.#sender = sender;
  }

  /** Python takes so many bytes more. */
  credit(bytes: number): void {
    this.#balance += bytes;
    if (!this.#pulling) void this.#pump();
  }

  /** Python takes no more: the source is closed, and the stream ends. */
  cancel(): void {
    if (this.#closed) return;
    this.close();
    this.#sender.sendEnd(this.id);
  }

  /** Closes the source without a word to Python. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#leave();
  }

  async #pump(): Promise<void> {
    this.#pulling = true;
    try {
      this.#iterator ??= open(this.#source);
      while (this.#balance > 0 && !this.#closed) {
        const pulled = this.#iterator.next();
        const { done, value } = isIteratorResult(pulled) ? pulled : await pulled;
        if (this.#closed) break;
        if (done) {
          this.#finish();
          break;
        }
        this.#balance -= this.#sender.sendChunk(this.id, value);
      }
    } catch (error) {
      this.#finish({ error });
    } finally {
      this.#pulling = false;
    }
  }

  #finish(failure?: { readonly error: unknown }): void {
    if (this.#closed) return;
    this.#closed = true;
    if (failure) this.#leave();
    this.#sender.sendEnd(this.id, failure);
  }

  /** A source that does not close well has nobody left to tell. */
  #leave(): void {
    const unopened = this.#source as { destroy?: unknown };
    try {
      if (!this.#iterator && typeof unopened.destroy === 'function') {
        unopened.destroy();
        return;
      }
      this.#iterator ??= open(this.#source);
      Promise.resolve(this.#iterator.return?.()).catch(() => undefined);
    } catch {}
  }
}

function open(source: object): Source {
  const { [Symbol.asyncIterator]: asynchronous, [Symbol.iterator]: synchronous } = source as AsyncIterable<unknown> & Iterable<unknown>;
  return typeof asynchronous === 'function' ? asynchronous.call(source) : synchronous.call(source);
}

function isIteratorResult(pulled: object): pulled is IteratorResult<unknown> {
  return typeof (pulled as { then?: unknown }).then !== 'function';
}
