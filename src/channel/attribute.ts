/** A name of Python as a property: called, it is a call; awaited, it is read; dots lead deeper. Owns the mark of one that is none of these yet. */

import { inspect } from 'node:util';
import type { HandleOwner } from './handle';

/** By which an object that stands for something of Python says what that is; its `has` answers for it too. */
export const UNREAD = Symbol.for('synapse-py.attribute');
/** What JavaScript asks an object for to make a text of it. */
const TEXT_NAMES: ReadonlySet<string | symbol> = new Set(['toJSON', 'toString', 'valueOf', Symbol.toPrimitive]);
/** By which test frameworks ask whether an object decides for itself what equals it; a property would be taken for a yes. */
export const MATCHER_NAME = 'asymmetricMatch';
const describe = (): string => '[a name of Python: call it, or await it to read it]';

/** What properties do. A path is one name, or several with dots between. */
export interface AttributeOwner {
  /** What has the names, for messages. */
  readonly title: string;
  /** The worker whose object it is, if it is an object that one holds. */
  readonly holder?: HandleOwner;
  /** Calls what has the path. */
  callAttribute(path: string, args: readonly unknown[]): unknown;
  /**
   * Gives what has the path; of a module, with an empty path, the module itself.
   *
   * @param reader the worker that waits for it: asked if it has the path, as each of several does
   */
  readAttribute(path: string, reader?: HandleOwner): Promise<unknown>;
  /** Whether what has the path is only ever called: then it is no thenable, and can be awaited and returned like any function. */
  isFunction?(path: string): boolean;
}

/** A name that was neither called nor awaited. */
export interface Unread {
  readonly owner: AttributeOwner;
  readonly path: string;
}

/** Makes a property. `new` calls it too. */
export function attribute(owner: AttributeOwner, path: string): object {
  function target(): void {} // an arrow function could not be called with new
  // Inspection looks behind proxies, so what it finds there must speak for the property.
  Object.defineProperty(target, inspect.custom, { value: describe });
  return new Proxy(target, new AttributeTraps(owner, path));
}

/** Gives the name that a value stands for, if it is a property that was neither called nor awaited, or a module. */
export function unreadOf(value: object): Unread | undefined {
  return UNREAD in value ? (value as { readonly [UNREAD]: Unread })[UNREAD] : undefined;
}

/** Makes what the proxy of a whole module stands on: no plain object, which would be sent as what it holds. */
export function moduleTarget(text: () => string): object {
  return Object.create(Object.create(null), { [inspect.custom]: { value: text, configurable: true } });
}

class AttributeTraps implements ProxyHandler<() => void> {
  readonly #owner: AttributeOwner;
  readonly #path: string;

  constructor(owner: AttributeOwner, path: string) {
    this.#owner = owner;
    this.#path = path;
  }

  get(_target: object, key: string | symbol): unknown {
    if (TEXT_NAMES.has(key)) return describe;
    if (key === UNREAD) return { owner: this.#owner, path: this.#path } satisfies Unread;
    if (typeof key === 'symbol' || key === MATCHER_NAME) return undefined;
    if (key === 'then') return this.#owner.isFunction?.(this.#path) ? undefined : this.#then;
    return attribute(this.#owner, `${this.#path}.${key}`);
  }

  apply(_target: object, _self: unknown, args: unknown[]): unknown {
    return this.#owner.callAttribute(this.#path, args);
  }

  construct(_target: object, args: unknown[]): object {
    return this.#owner.callAttribute(this.#path, args) as object;
  }

  has(_target: object, key: string | symbol): boolean {
    return key === UNREAD;
  }

  set(_target: object, key: string | symbol): boolean {
    throw new TypeError(`The attribute ${String(key)} of a Python object cannot be set from here: call a method that sets it.`);
  }

  readonly #then = (onValue?: (value: unknown) => unknown, onError?: (error: unknown) => unknown): unknown =>
    this.#owner.readAttribute(this.#path).then(onValue, onError);
}
