/** A Python object that stays in Python, as it looks in TypeScript. Owns the proxy; whose object it is and how it is called is handles' business. */

import { inspect } from 'node:util';
import { type AttributeOwner, attribute, MATCHER_NAME } from './attribute';

const MARK = Symbol.for('synapse-py.handle');

/** What every handle has besides the attributes of its object. */
interface HandleControls<Y> {
  /** Lets Python forget the object, unless the object has something called `release` itself: then that. The garbage collector does so too, later. */
  release(): void;
  /** Lets Python forget the object, whatever that has; for `using`. */
  [Symbol.dispose](): void;
  /** Iterates the object as `for` does in Python; an iterator, such as a generator, once. Pulls reject if it is not iterable. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Y>;
}

/**
 * A Python object that stays in Python: an instance, a class, a function. `await handle.method(a, kw({ b: 1 }))` calls, `await handle.name`
 * reads an attribute, `await handle(a)` calls the object itself, `for await (const item of handle)` iterates it. As an
 * argument it is the object again.
 *
 * @typeParam T its methods and attributes, each of which gives a promise; not checked
 * @typeParam Y its items, where it is iterable; not checked
 */
// biome-ignore lint/suspicious/noExplicitAny: a Python object has whatever attributes it has
export type Handle<T = any, Y = unknown> = T & HandleControls<Y>;

/** What is known of the object behind a handle. */
export interface HandleRecord {
  readonly id: number;
  readonly kind: string;
  readonly type: string;
  /** What the object has that handles have, too. */
  readonly own: readonly string[];
  /** How often it arrived. */
  count: number;
  released: boolean;
  readonly owner: HandleOwner;
}

/** What a handle does. */
export interface HandleOwner {
  /** Calls a method, or with an empty name the object itself. */
  call(record: HandleRecord, name: string, args: readonly unknown[]): Promise<unknown>;
  read(record: HandleRecord, name: string): Promise<unknown>;
  /** Iterates the object. `isLent`: the handle arrived for that alone, and is let go of at the end. */
  iterate(handle: Handle, isLent: boolean): AsyncIterableIterator<unknown>;
  release(record: HandleRecord): void;
  /** Whether the object cannot be reached any more. */
  isStale(record: HandleRecord): boolean;
}

/** Gives the record of a handle, if a value is one. */
export function recordOf(value: object): HandleRecord | undefined {
  return typeof value === 'function' ? (value as { [MARK]?: HandleRecord })[MARK] : undefined;
}

/** Makes the handle of a record. */
export function handleOf(record: HandleRecord): Handle {
  function target(): void {} // an arrow function could not be called with new
  // Inspection looks behind proxies, so what it finds there must speak for the handle.
  Object.defineProperty(target, inspect.custom, { value: () => `[${describe(record)}]` });
  return new Proxy(target, new HandleTraps(record));
}

/** For all handles: called on one, it holds that until the stream is over. */
function iterate(this: Handle): AsyncIterableIterator<unknown> {
  const { owner } = recordOf(this) as HandleRecord;
  return owner.iterate(this, false);
}

function describe({ kind, type, released }: HandleRecord): string {
  return `Python ${kind} ${type}${released ? ' (released)' : ''}`;
}

class HandleTraps implements ProxyHandler<() => void>, AttributeOwner {
  readonly #record: HandleRecord;
  readonly #release: () => void;
  readonly #text: () => string;

  constructor(record: HandleRecord) {
    this.#record = record;
    this.#release = () => record.owner.release(record);
    this.#text = () => `[${describe(record)}]`;
  }

  get(_target: object, key: string | symbol): unknown {
    if (typeof key === 'symbol') return this.#symbol(key);
    if (key === 'then' || key === MATCHER_NAME) return undefined;
    if (key === 'toJSON') return this.#text;
    if (this.#record.own.includes(key)) return attribute(this, key);
    if (key === 'release') return this.#release;
    if (key === 'toString') return this.#text;
    return attribute(this, key);
  }

  get title(): string {
    return `a handle (${this.#record.type})`;
  }

  get holder(): HandleOwner {
    return this.#record.owner;
  }

  callAttribute(path: string, args: readonly unknown[]): Promise<unknown> {
    return this.#record.owner.call(this.#record, path, args);
  }

  readAttribute(path: string): Promise<unknown> {
    return this.#record.owner.read(this.#record, path);
  }

  apply(_target: object, _self: unknown, args: unknown[]): unknown {
    return this.#record.owner.call(this.#record, '', args);
  }

  construct(_target: object, args: unknown[]): object {
    return this.#record.owner.call(this.#record, '', args);
  }

  has(_target: object, key: string | symbol): boolean {
    return key === MARK || key === Symbol.dispose || key === Symbol.asyncIterator || key === 'release';
  }

  set(_target: object, key: string | symbol): boolean {
    throw new TypeError(`The attribute ${String(key)} of a Python object cannot be set from here: call a method that sets it.`);
  }

  #symbol(key: symbol): unknown {
    if (key === MARK) return this.#record;
    if (key === Symbol.dispose) return this.#release;
    if (key === Symbol.asyncIterator) return iterate;
    if (key === Symbol.toPrimitive) return this.#text;
    return undefined;
  }
}
