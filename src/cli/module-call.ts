/** One call of a module, whichever form its answer has. Owns that a constant can be named like a function, and that streams are values one by one. */

import type { Synapse } from '../api/synapse';
import { UnknownMethodError, UnsupportedCallError } from '../call-errors';
import type { CallRequest } from './call-line';

/** Something of Python: called it is a call, awaited it is read. */
type Name = ((...args: readonly unknown[]) => unknown) & PromiseLike<unknown>;

/** What came of a call. */
export interface Answer {
  readonly isStream: boolean;
  /** One value; of a stream, all; none if the function answers nothing. */
  readonly values: AsyncIterable<unknown>;
}

/**
 * Calls a function, a class or the module's handler, or reads a constant.
 *
 * @param request without a name: its only argument is the payload of the handler
 * @throws whatever `Synapse.call` and `Synapse.send` throw; the values of a stream, too
 */
export async function answerOf(synapse: Synapse, request: CallRequest): Promise<Answer> {
  const given = await answered(synapse, request);
  return isStream(given) ? { isStream: true, values: given } : { isStream: false, values: single(given) };
}

async function answered(synapse: Synapse, request: CallRequest): Promise<unknown> {
  try {
    return await (request.name === '' ? synapse.call(request.args[0]) : callName(synapse, request));
  } catch (error) {
    throw forCommand(error);
  }
}

function callName(synapse: Synapse, { name, args }: CallRequest): unknown {
  const named: Name | undefined = synapse.py[name];
  if (typeof named !== 'function')
    throw new UnknownMethodError(`The module serves nothing called ${name}.`, { method: name, available: [] });
  const given = named(...args);
  if (isStream(given)) return given;
  return Promise.resolve(given).catch((error: unknown) => {
    if (!(error instanceof UnsupportedCallError)) throw error;
    return args.length > 0 ? Promise.reject(error) : Promise.resolve(named).catch(() => Promise.reject(error));
  });
}

/** How a module that has no functions tells that. */
const LOOP = /reads frames itself/;

function forCommand(error: unknown): unknown {
  if (!(error instanceof UnsupportedCallError) || !LOOP.test(error.message)) return error;
  const { method, response, used } = error;
  const message = 'This module reads frames itself, and has no functions: give it a payload instead (--payload; in dev, a line of JSON).';
  return new UnsupportedCallError(message, { method, response, used });
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && 'next' in value && Symbol.asyncIterator in value; // a promise of a result has no next
}

async function* single(value: unknown): AsyncGenerator<unknown> {
  if (value !== undefined) yield value;
}
