/** Errors on the wire. Owns their form as a map: from what a worker threw, and to what a JavaScript callback threw. */

import { types } from 'node:util';
import {
  CancelledError,
  PythonError,
  type PythonFrame,
  RemoteError,
  StaleHandleError,
  UnknownMethodError,
  UnsupportedCallError,
} from '../call-errors';
import { FrameTooLargeError, SerializationError, SynapseError } from '../errors';
import type { Message, MethodDescription } from '../protocol/message';
import type { Payloads } from './payloads';

interface ErrorMap {
  readonly type?: string;
  readonly module?: string;
  readonly message?: string;
  readonly traceback?: string;
  readonly frames?: readonly (readonly [string, number, string, string | null])[];
  readonly cause?: ErrorMap | null;
  readonly context?: ErrorMap | null;
  readonly notes?: readonly string[];
  readonly exceptions?: readonly ErrorMap[] | null;
  readonly code?: string | null;
  readonly path?: string | null;
  readonly available?: readonly string[] | null;
  readonly size?: number | null;
  readonly limit?: number | null;
  readonly rung?: string | null;
}

/** The language whose errors are told in full. */
const PYTHON = 'python';

/** How a cancelled call ended in the worker. */
export type Rung = 'queue' | 'cooperative' | 'injected' | 'finished';

/** What is known of the call that failed. */
export interface FailedCall {
  readonly method: string;
  /** What was used: `send`, `stream` ... */
  readonly used: string;
  readonly methods: ReadonlyMap<string, MethodDescription>;
  /** Of the worker, as its hello says. Default: `python`. */
  readonly language?: string;
}

/** Makes the error that a call rejects with of an error message. Never throws: if the message cannot be read, it makes an error of that. */
export function readError(payloads: Payloads, message: Message, call: FailedCall): SynapseError {
  try {
    return errorOf(readMap(payloads, message), call);
  } catch (error) {
    return error as SynapseError;
  }
}

/** Tells how a cancelled call ended, by the error message that closed it. */
export function readRung(payloads: Payloads, message: Message): Rung {
  try {
    const { code, rung } = readMap(payloads, message);
    return code === 'ERR_SYNAPSE_CANCELLED' && (rung === 'queue' || rung === 'cooperative' || rung === 'injected') ? rung : 'finished';
  } catch {
    return 'finished';
  }
}

function errorOf(map: ErrorMap, call: FailedCall): SynapseError {
  const message = map.message ?? '';
  switch (map.code) {
    case null:
    case undefined:
      return (call.language ?? PYTHON) === PYTHON ? pythonError(map) : remoteError(map);
    case 'ERR_SYNAPSE_UNKNOWN_METHOD':
      return new UnknownMethodError(message, { method: call.method, available: map.available ?? [...call.methods.keys()] });
    case 'ERR_SYNAPSE_SERIALIZATION':
      return new SerializationError(map.path ?? '', message);
    case 'ERR_SYNAPSE_UNSUPPORTED_CALL':
      return new UnsupportedCallError(message, {
        method: call.method,
        response: call.methods.get(call.method)?.response,
        used: call.used,
      });
    case 'ERR_SYNAPSE_STALE_HANDLE':
      return new StaleHandleError('', message);
    case 'ERR_SYNAPSE_FRAME_TOO_LARGE':
      return new FrameTooLargeError(map.size ?? 0, map.limit ?? 0, message);
    case 'ERR_SYNAPSE_CANCELLED':
      return new CancelledError(call.method, message);
    default:
      return new SynapseError(message, { code: map.code });
  }
}

/** Gives the map that tells Python what a JavaScript function or source threw. */
export function writeError(thrown: unknown): Record<string, unknown> {
  if (!types.isNativeError(thrown) && !(thrown instanceof Error)) {
    return { type: typeof thrown, message: String(thrown), traceback: '' };
  }
  const { name, message, stack = '' } = thrown;
  const { code, path } = thrown as { code?: unknown; path?: unknown };
  const own = thrown instanceof SynapseError && typeof code === 'string' ? { code } : {};
  return { type: name, message, traceback: stack, ...own, ...(typeof path === 'string' ? { path } : {}) };
}

function readMap(payloads: Payloads, message: Message): ErrorMap {
  const value = payloads.detail(message);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as ErrorMap;
  throw new SerializationError('', 'The worker sent an error that is no map: install the same version of Synapse on both sides.');
}

function pythonError(map: ErrorMap): PythonError {
  const cause = map.cause ?? map.context;
  return new PythonError(map.message ?? '', {
    type: map.type ?? 'Exception',
    module: map.module ?? 'builtins',
    traceback: map.traceback ?? '',
    frames: (map.frames ?? []).map(frame),
    cause: cause ? inner(cause) : undefined,
    notes: map.notes ?? [],
    errors: (map.exceptions ?? []).map(inner),
  });
}

function remoteError(map: ErrorMap): RemoteError {
  const { message = '', type = 'Error', traceback: remoteStack = '' } = map;
  const cause = map.cause ?? map.context;
  const error = new RemoteError(message, { type, remoteStack, ...(cause ? { cause: innerRemote(cause) } : {}) });
  Object.defineProperty(error, 'name', { value: `RemoteError(${type})`, configurable: true, writable: true });
  return error;
}

function innerRemote(map: ErrorMap): RemoteError {
  const error = remoteError(map);
  error.stack = `${error.name}: ${error.message}`;
  return error;
}

/** An error within another one has no caller here, so its stack has none. */
function inner(map: ErrorMap): PythonError {
  const error = pythonError(map);
  error.stack = `${error.name}: ${error.message}`;
  return error;
}

function frame([file, line, name, code]: readonly [string, number, string, string | null]): PythonFrame {
  return { file, line, name, code: code ?? undefined };
}
