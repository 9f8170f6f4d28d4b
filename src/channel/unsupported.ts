/** The errors of calls that the module cannot answer in the way in which they were made: what it is, and what to use instead. */

import { type ResponseKind, UnsupportedCallError } from '../call-errors';

/** `call` of a module without a handler. */
export function noHandler(): UnsupportedCallError {
  return new UnsupportedCallError(
    'This module has no handler for call(): name a function handle, mark one with @synapse_py.handler, or use send() with the name of a function.',
    { method: 'call', response: undefined, used: 'call' },
  );
}

/** A generator that was not called as a stream. */
export function notAStreamCall(method: string, response: ResponseKind, used: string): UnsupportedCallError {
  return new UnsupportedCallError(`${method} gives a stream: use stream('${method}', ...), or for await over py.${method}(...).`, {
    method,
    response,
    used,
  });
}

/** A function that was called as a stream. */
export function noStream(method: string, response: 'result' | 'ack' | 'none'): UnsupportedCallError {
  return new UnsupportedCallError(`${method} gives no stream (its response is ${response}): use send('${method}', ...).`, {
    method,
    response,
    used: 'stream',
  });
}
