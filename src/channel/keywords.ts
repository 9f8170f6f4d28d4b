/** Keyword arguments of a call. Owns their mark, by which they are told from a plain object. */

const BRAND = Symbol.for('synapse-py.keywords');

/** What `kw` gives. Only the last argument of a call can be one. */
export interface Keywords {
  readonly [BRAND]: Readonly<Record<string, unknown>>;
}

class MarkedKeywords implements Keywords {
  readonly [BRAND]: Readonly<Record<string, unknown>>;

  constructor(options: Readonly<Record<string, unknown>>) {
    this[BRAND] = options;
  }
}

/**
 * Marks keyword arguments: `await s.py.round(2.345, kw({ ndigits: 1 }))`.
 *
 * @param options names and values; those that are undefined are left out, so that Python's defaults apply
 */
export function kw(options: Readonly<Record<string, unknown>>): Keywords {
  if (typeof options !== 'object' || options === null) throw new TypeError('kw() takes an object of keyword arguments.');
  return new MarkedKeywords(Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)));
}

/** Gives the keyword arguments that a value stands for, if it is what `kw` gave. */
export function keywordsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Partial<Keywords>)[BRAND] : undefined;
}
