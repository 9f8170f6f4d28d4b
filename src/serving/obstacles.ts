/** Values that cannot leave a worker. Owns the words in which that is told. */

import { types } from 'node:util';
import { className } from '../protocol/obstacle';

/** Why a value without a form cannot leave the worker: throws a TypeError that says it. */
export function refuse(value: object): undefined {
  if (typeof value === 'function') throw new TypeError('a function stays in its worker: send what it gives');
  if (types.isPromise(value)) throw new TypeError('a promise has no form on the wire: await it first');
  if (Symbol.asyncIterator in value || types.isGeneratorObject(value)) {
    throw new TypeError("an iterable like this has no form on the wire: define its method with response: 'stream'");
  }
  throw new TypeError(`an instance of ${className(value)} has no form on the wire: send a plain object, an array or a Uint8Array`);
}
