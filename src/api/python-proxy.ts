/** The names of a module as properties of an object. Owns the proxy; calls and reads go the ways of `send`, `stream` and attributes. */

import { UnsupportedCallError } from '../call-errors';
import { type AttributeOwner, attribute, moduleTarget, UNREAD, type Unread } from '../channel/attribute';

/**
 * The functions, classes and constants of a module: `await s.py.predict(a, b, kw({ precision: 2 }))` calls, `await s.py.VERSION` reads,
 * `for await (const x of s.py.batches(3))` consumes a stream, `await s.py.Model('x')` makes an instance and gives its handle. An
 * `undefined` at the end of the arguments is left out, so that Python's default applies.
 *
 * @typeParam T the names and what they give; not checked
 */
// biome-ignore lint/suspicious/noExplicitAny: a Python module has whatever names it has
export type PythonProxy<T = any> = T;

/** What JavaScript asks an object for to make a text of it. */
const TEXT_NAMES: ReadonlySet<string | symbol> = new Set(['toJSON', 'toString', 'valueOf', Symbol.toPrimitive]);

/** Makes the object. It is itself no thenable, so that it can be awaited and returned. */
export function pythonProxy(owner: AttributeOwner): PythonProxy {
  const text = (): string => '[Python module]';
  const whole: Unread = { owner: { ...owner, readAttribute: refuseWhole }, path: '' };
  return new Proxy(moduleTarget(text), {
    get(_, key) {
      if (TEXT_NAMES.has(key)) return text;
      if (key === UNREAD) return whole;
      if (typeof key === 'symbol' || key === 'then') return undefined;
      return attribute(owner, key);
    },
    has: (_, key) => key === UNREAD,
    set(_, key) {
      throw new TypeError(`The name ${String(key)} of a Python module cannot be set from here: call a function that sets it.`);
    },
  });
}

/** The module of a Synapse is no object that Python sends. */
async function refuseWhole(): Promise<never> {
  const message = 'py stands for all names of the module and cannot be sent: send those that are needed, such as py.name.';
  throw new UnsupportedCallError(message, { method: '', response: undefined, used: 'py' });
}
