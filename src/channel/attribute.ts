/** A name of Python as a property: called, it is a call; awaited, it is read. Owns the mark of one that is neither yet. */

import { inspect } from 'node:util';

const MARK = Symbol.for('synapse-py.attribute');

/**
 * Makes the property.
 *
 * @param call runs when it is called, with its arguments
 * @param read runs when it is awaited
 */
export function attribute(call: (args: readonly unknown[]) => unknown, read: () => Promise<unknown>): object {
  const property = (...args: unknown[]): unknown => call(args);
  const describe = (): string => '[a name of Python: call it, or await it to read it]';
  const then = (onValue?: (value: unknown) => unknown, onError?: (error: unknown) => unknown): unknown => read().then(onValue, onError);
  return Object.assign(property, { then, [MARK]: true, [inspect.custom]: describe });
}

/** Whether a value is a property that was neither called nor awaited. */
export function isAttribute(value: object): boolean {
  return typeof value === 'function' && MARK in value;
}
