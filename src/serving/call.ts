/** One call while a handler works on it. Owns its first answer, and the news that the host gave it up. */

import { CancelledError } from '../call-errors';
import { Credit } from './credit';
import type { Method } from './definitions';

/** What a handler gets besides its data. Its functions may be taken off it and used later. */
export interface CallContext {
  /** The name of the method. */
  readonly method: string;
  /** Whether the host gave the call up, or is gone. */
  readonly aborted: boolean;
  /** Aborts when the host gives the call up. */
  readonly signal: AbortSignal;
  /** Has a function called when the host gives the call up; at once if that has happened. */
  onAbort(callback: () => void): void;
  /** Answers with a result. The first answer counts. */
  respond(data?: unknown): void;
  /** Tells the host that the work has begun, with what it should know of it. */
  ack(data?: unknown): void;
  /**
   * Sends a chunk of a stream, in order.
   *
   * @returns resolves when the host had room for it: await it to keep memory bounded. Rejects when the host left the stream, or when the
   *   chunk could not be sent.
   */
  chunk(data: unknown): Promise<void>;
  /** Ends a stream after its chunks. */
  end(): void;
  /** Answers with an error. */
  error(error: unknown): void;
}

/** Sends the answers of calls. Its functions never throw, but for `sendChunk`. */
export interface AnswerSender {
  sendResult(call: Call, value: unknown): void;
  /** Returns whether it was sent, and not an error in its place. */
  sendAck(call: Call, value: unknown): boolean;
  /** Returns what the chunk costs, in bytes of credit; throws if it cannot be sent. */
  sendChunk(call: Call, value: unknown): number;
  sendEnd(call: Call): void;
  sendError(call: Call, error: unknown): void;
  sendCancelled(call: Call): void;
  /** An error that no answer can tell. */
  report(call: Call, error: unknown): void;
}

type Answer = 'respond' | 'ack' | 'chunk' | 'end';

const ANSWERS: Readonly<Record<Method['response'], readonly Answer[]>> = {
  result: ['respond'],
  stream: ['chunk', 'end'],
  ack: ['ack'],
  none: [],
};

export class Call {
  readonly id: number;
  readonly method: Method;
  readonly credit = new Credit();
  readonly context: CallContext;
  /** Whether the handler was called. */
  begun = false;
  readonly #sender: AnswerSender;
  readonly #callbacks: (() => void)[] = [];
  #atEnd: (() => void)[] | undefined;
  #controller: AbortController | undefined;
  #answered: boolean;
  #aborted: CancelledError | undefined;
  /** Whether the host is to be told that the handler has ended, since no answer tells it. */
  #owesEnd: boolean;
  /** Errors that the host knows, or that this library made for the handler's own good: no news when the handler throws them. */
  readonly #known = new Set<unknown>();

  /** @param wantsEnd whether the host wants to know when a handler has ended that has no answer at its end */
  constructor(id: number, method: Method, sender: AnswerSender, wantsEnd: boolean) {
    this.id = id;
    this.method = method;
    this.#sender = sender;
    this.#answered = method.response === 'none';
    this.#owesEnd = wantsEnd && (method.response === 'none' || method.response === 'ack');
    this.context = this.#makeContext();
  }

  get aborted(): boolean {
    return this.#aborted !== undefined;
  }

  /** Whether nothing more can be said to the host. */
  get answered(): boolean {
    return this.#answered;
  }

  /** See `CallContext.signal`. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#aborted);
    }
    return this.#controller.signal;
  }

  /** The handler has come to its end, or never begins. */
  finish(): void {
    for (const callback of this.#atEnd ?? []) callback();
    this.#atEnd = undefined;
    if (this.#owesEnd) this.#sender.sendEnd(this);
    this.#owesEnd = false;
  }

  /** Has a function called when the handler has come to its end. */
  whenEnded(callback: () => void): void {
    this.#atEnd ??= [];
    this.#atEnd.push(callback);
  }

  /** The host gives the call up. Its answer tells so, once the handler has come to its end. */
  abort(): void {
    if (this.#aborted) return;
    this.#aborted = new CancelledError(this.method.name, `The host gave the call of ${this.method.name} up.`);
    this.#known.add(this.#aborted);
    this.credit.close(this.#aborted);
    this.#controller?.abort(this.#aborted);
    for (const callback of this.#callbacks.splice(0)) this.#inform(callback);
  }

  respond(data: unknown): void {
    this.#close(() => this.#sender.sendResult(this, data));
  }

  ack(data: unknown): void {
    if (this.#answered) return;
    this.#answered = true;
    if (!this.#sender.sendAck(this, data)) this.#owesEnd = false;
  }

  /** See `CallContext.chunk`. A chunk that cannot be sent fails the stream. */
  chunk(data: unknown): Promise<void> {
    return this.credit.spend(() => {
      try {
        return this.#sender.sendChunk(this, data);
      } catch (error) {
        this.fail(error);
        throw error;
      }
    });
  }

  /** Ends the stream, after the chunks that wait. Resolves when it is ended. */
  async end(): Promise<void> {
    const end = (): number => {
      this.#close(() => this.#sender.sendEnd(this));
      return 0;
    };
    if (this.#aborted) end();
    else await this.credit.spend(end, true);
  }

  fail(error: unknown): void {
    if (!this.#answered) this.#close(() => this.#sender.sendError(this, error));
    else if (!this.#known.has(error)) this.#sender.report(this, error);
    if (this.#owesEnd && !this.begun) this.#sender.sendError(this, error);
    this.#owesEnd &&= this.begun;
    this.#known.add(error);
  }

  /** Sends the closing answer, or that the call was given up. */
  #close(send: () => void): void {
    if (this.#answered) return;
    this.#answered = true;
    this.#owesEnd = false;
    if (this.#aborted && (this.method.response !== 'ack' || !this.begun)) this.#sender.sendCancelled(this);
    else send();
    const over = new Error(`The call of ${this.method.name} has its answer: nothing can be added to it.`);
    this.#known.add(over);
    this.credit.close(over);
  }

  /** See `CallContext.onAbort`. */
  whenAborted(callback: () => void): void {
    if (this.#aborted) this.#inform(callback);
    else this.#callbacks.push(callback);
  }

  #inform(callback: () => void): void {
    try {
      callback();
    } catch (error) {
      this.#sender.report(this, error);
    }
  }

  #expect(answer: Answer): void {
    const { name, response } = this.method;
    if (response === 'none' || ANSWERS[response].includes(answer)) return;
    const fitting = ANSWERS[response].map((each) => `${each}()`).join(' and ');
    throw new TypeError(`${answer}() is no answer of ${name}, whose response is '${response}': use ${fitting}, or error().`);
  }

  #makeContext(): CallContext {
    const context = {
      method: this.method.name,
      onAbort: (callback: () => void) => this.whenAborted(callback),
      respond: (data?: unknown) => {
        this.#expect('respond');
        this.respond(data);
      },
      ack: (data?: unknown) => {
        this.#expect('ack');
        this.ack(data);
      },
      chunk: (data: unknown) => {
        this.#expect('chunk');
        return this.chunk(data);
      },
      end: () => {
        this.#expect('end');
        this.end().catch(() => undefined); // a call that was given up meanwhile is closed when the handler has ended
      },
      error: (error: unknown) => this.fail(error),
    };
    return Object.defineProperties(context, {
      aborted: { get: () => this.aborted, enumerable: true },
      signal: { get: () => this.signal, enumerable: true },
    }) as CallContext;
  }
}
