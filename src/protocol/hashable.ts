/** Keys of maps and items of sets. Owns what Python can have there, and which ones it takes for the same. */

import { types } from 'node:util';
import { brandOf } from './brand';
import { className, Obstacle } from './obstacle';
import { isPlain } from './plain-object';
import { latin1 } from './text';

/** What a value is that Python can neither have as a key nor as an item of a set; undefined if it can. An Array can as a tuple. */
export function unhashableKind(value: object): string | undefined {
  if (Array.isArray(value)) return 'Array';
  if (isPlain(value)) return 'an object';
  if (types.isMap(value)) return 'a Map';
  const isArray = brandOf(value) === 'NDArray' || (types.isTypedArray(value) && !types.isUint8Array(value));
  return isArray ? `an instance of ${className(value)}` : undefined;
}

/**
 * Checks that Python will have as many keys as there are.
 *
 * @param what `key` or `item`, for the message
 * @throws Obstacle Python takes two of them for the same, such as 1 and true
 */
export function checkKeys(keys: ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>, what: string): void {
  if (!mayCollide(keys)) return;
  const seen = new Set<unknown>();
  for (const key of keys.keys()) {
    if (typeof key === 'string' || (typeof key === 'object' && key !== null)) continue;
    const form = pythonForm(key);
    if (seen.has(form))
      throw new Obstacle(`Python takes its ${what} ${String(key)} for the same as another ${what} (1 and true, 1 and 1n)`);
    seen.add(form);
  }
}

/** Keys that are objects in JavaScript but values in Python, such as bytes and tuples: the same if their bytes are. */
export class KeyForms {
  #seen: Set<string> | undefined;

  /** @throws Obstacle the key was there before */
  add(bytes: Uint8Array, start: number, end: number): void {
    this.#seen ??= new Set();
    const form = latin1(bytes, start, end);
    if (this.#seen.has(form)) throw new Obstacle('an equal one was there before, and in Python they are the same');
    this.#seen.add(form);
  }
}

/** A Map has each text and each number once already. */
function mayCollide(keys: ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>): boolean {
  for (const key of keys.keys()) {
    const kind = typeof key;
    if (kind === 'boolean' || kind === 'bigint' || kind === 'undefined') return true;
  }
  return false;
}

/** The same for keys that are equal in Python. */
function pythonForm(key: unknown): unknown {
  if (typeof key === 'boolean') return BigInt(key);
  return typeof key === 'number' && Number.isInteger(key) ? BigInt(key) : (key ?? null);
}
