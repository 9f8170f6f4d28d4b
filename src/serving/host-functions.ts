/** Functions of the host as functions of this program. Owns the calls of them that wait for an answer, and the news that one is no longer held. */

import { SynapseError } from '../errors';
import { KIND, type Message } from '../protocol/message';
import { thrownByHost } from './failure';

/** A function of the host. Gives a promise for what it returns, which rejects with what it throws. */
export type HostFunction = (...args: unknown[]) => Promise<unknown>;

/** What functions of the host ask of their conversation. */
export interface FunctionHost {
  /** Sends a call under an id of this side. Throws if an argument has no form, or is too large. */
  callHost(id: number, target: number, args: readonly unknown[]): void;
  /** Tells the host that a function is no longer held, so often as it arrived. */
  release(id: number, count: number): void;
  /** Decodes the answer to a call; gives a promise for a large one. Throws or rejects if it cannot be decoded. */
  decode(answer: Message): unknown;
}

/** What is known of a function as long as somebody has it. */
interface Held {
  readonly id: number;
  /** How often it arrived. */
  count: number;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Not let go of before its answer: the host would forget it while the call is on its way. */
  readonly called: HostFunction;
}

export class HostFunctions {
  readonly #host: FunctionHost;
  readonly #alive = new Map<number, { readonly held: Held; readonly function: WeakRef<HostFunction> }>();
  readonly #registry = new FinalizationRegistry<Held>((held) => this.#drop(held));
  readonly #waiting = new Map<number, Waiting>();
  #closed: (() => Error) | undefined;
  /** Ids of a worker are odd. */
  #lastId = -1;

  constructor(host: FunctionHost) {
    this.#host = host;
  }

  /** Gives the function that has arrived: the same one as long as somebody has it. */
  arrive(id: number): HostFunction {
    const known = this.#alive.get(id);
    const function_ = known?.function.deref();
    if (known && function_) {
      known.held.count++;
      return function_;
    }
    const held: Held = { id, count: 1 };
    const hostFunction: HostFunction = (...args) => {
      const caller = new Error();
      Error.captureStackTrace(caller, hostFunction);
      return this.#call(hostFunction, id, args, caller);
    };
    this.#alive.set(id, { held, function: new WeakRef(hostFunction) });
    this.#registry.register(hostFunction, held);
    return hostFunction;
  }

  /** Takes the answer to a call. */
  onAnswer(message: Message): void {
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    this.#waiting.delete(message.id);
    try {
      const value = this.#host.decode(message);
      if (message.kind === KIND.result) waiting.resolve(value);
      else Promise.resolve(value).then((map) => waiting.reject(thrownByHost(map)), waiting.reject);
    } catch (error) {
      waiting.reject(error);
    }
  }

  /** The host is gone: whoever waits for an answer, or calls from now on, is told so. */
  close(reason: () => Error): void {
    this.#closed = reason;
    for (const { reject } of this.#waiting.values()) reject(reason());
    this.#waiting.clear();
    this.#alive.clear();
  }

  #call(called: HostFunction, target: number, args: readonly unknown[], caller: Error): Promise<unknown> {
    const answer = new Promise((resolve, refuse) => {
      const reject = (error: unknown): void => refuse(withStackOf(caller, error));
      try {
        if (this.#closed) throw this.#closed();
        this.#lastId += 2;
        this.#host.callHost(this.#lastId, target, withoutTail(args));
        this.#waiting.set(this.#lastId, { resolve, reject, called });
      } catch (error) {
        reject(error);
      }
    });
    answer.catch(() => undefined); // nobody needs to look
    return answer;
  }

  #drop(held: Held): void {
    if (this.#alive.get(held.id)?.held === held) this.#alive.delete(held.id);
    if (!this.#closed) this.#host.release(held.id, held.count);
  }
}

/** What is `undefined` at the end is not sent: it would arrive as `null`. */
function withoutTail(args: readonly unknown[]): readonly unknown[] {
  let count = args.length;
  while (count > 0 && args[count - 1] === undefined) count--;
  return count === args.length ? args : args.slice(0, count);
}

/** Gives an error of this library the stack of the call that failed by it. A promise that two look at leads to none of them. */
function withStackOf({ stack = '' }: Error, error: unknown): unknown {
  const frames = stack.slice(stack.indexOf('\n') + 1);
  if (error instanceof SynapseError) error.stack = `${error.name}: ${error.message}\n${frames}`;
  return error;
}
