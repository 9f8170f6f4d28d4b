/** What a handler threw, as a map for the host, and the other way round what the host threw. Owns its form; docs/protocol.md has the keys. */

import { types } from 'node:util';
import { RemoteError } from '../call-errors';
import { FrameTooLargeError, SerializationError, SynapseError } from '../errors';

/** Causes of causes that are told. */
const MOST_CAUSES = 20;

/** An error map. */
export type FailureMap = Readonly<Record<string, unknown>>;

/** Tells an error of the worker's own code, with what caused it. */
export function thrownMap(thrown: unknown, depth = 0): FailureMap {
  if (!types.isNativeError(thrown) && !(thrown instanceof Error)) return { type: typeof thrown, message: textOf(thrown), traceback: '' };
  const { name, message, stack, cause } = thrown;
  const told = { type: textOf(name), message: textOf(message), traceback: textOf(stack ?? '') };
  return cause === undefined || depth === MOST_CAUSES ? told : { ...told, cause: thrownMap(cause, depth + 1) };
}

/** Tells an error that this library found in arguments or answers. */
export function obstacleMap(error: unknown): FailureMap {
  if (!(error instanceof SynapseError)) return thrownMap(error);
  const { name, message, code } = error;
  const told = { type: name, message, traceback: '' };
  if (error instanceof SerializationError) return { ...told, code, path: error.path };
  return error instanceof FrameTooLargeError ? { ...told, code, size: error.size, limit: error.limit } : { ...told, code };
}

/** Tells an error that this library gives a call. */
export function refusalMap(code: string, message: string, details: FailureMap = {}): FailureMap {
  return { type: 'SynapseError', message, traceback: '', code, ...details };
}

/** Gives the error that a function or a stream of the host failed with. Its code is that of an error of this library, if it was one there. */
export function thrownByHost(map: unknown): RemoteError {
  const { type, message, traceback, code } = Object(map) as FailureMap;
  const name = textOf(type ?? 'Error');
  const error = new RemoteError(textOf(message ?? ''), {
    type: name,
    remoteStack: textOf(traceback ?? ''),
    code: typeof code === 'string' ? code : 'ERR_SYNAPSE_CALLBACK',
  });
  Object.defineProperty(error, 'name', { value: `CallbackError(${name})`, configurable: true, writable: true });
  return error;
}

/** Whatever is thrown has a text, be it that it has none. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return 'a value without a text';
  }
}
