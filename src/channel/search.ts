/** Searching a value for what it refers to: handles and streams lie at any depth. */

import { isPlain } from '../protocol/plain-object';

/**
 * Gives the first result that is not undefined, of the value itself and all that lies within it.
 *
 * @param look is asked for each object and function, once
 */
export function findWithin<T>(value: unknown, look: (part: object) => T | undefined): T | undefined {
  const seen = new Set<unknown>();
  const open: unknown[] = [value];
  while (open.length > 0) {
    const part = open.pop();
    if ((typeof part !== 'object' && typeof part !== 'function') || part === null || seen.has(part)) continue;
    seen.add(part);
    const found = look(part);
    if (found !== undefined) return found;
    for (const inner of partsOf(part)) open.push(inner);
  }
  return undefined;
}

function partsOf(value: object): Iterable<unknown> {
  if (Array.isArray(value) || value instanceof Set) return value;
  if (value instanceof Map) return [...value.keys(), ...value.values()];
  return isPlain(value) ? Object.values(value) : [];
}
