/** A name of Python as a property: called, it is a call; awaited, it is read. Owns the mark of one that is neither yet. */

const MARK = Symbol.for('synapse-py.attribute');

/**
 * Makes the property.
 *
 * @param call runs when it is called, with its arguments
 * @param read runs when it is awaited
 */
export function attribute(call: (args: readonly unknown[]) => unknown, read: () => Promise<unknown>): object {
  const property = (...args: unknown[]): unknown => call(args);
  // biome-ignore lint/suspicious/noThenProperty: that it can be awaited is what it is for
  property.then = (onValue?: (value: unknown) => unknown, onError?: (error: unknown) => unknown): unknown => read().then(onValue, onError);
  property[MARK] = true;
  return property;
}

/** Whether a value is a property that was neither called nor awaited. */
export function isAttribute(value: object): boolean {
  return typeof value === 'function' && MARK in value;
}
