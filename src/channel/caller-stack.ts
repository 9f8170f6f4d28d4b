/** The stack of an error that a call rejects with: who made the call, which costs nothing while calls succeed. */

import { SynapseError } from '../errors';

/**
 * Gives an error of this library the stack of those who await a call.
 *
 * @param error what the call rejects with; errors of others, such as a signal's reason, are left alone
 * @param callee the async function that the caller awaits, in whose `catch` this runs
 * @param reason of the call's signal
 * @returns the same error
 */
export function withCaller(error: unknown, callee: (...args: never[]) => unknown, reason?: unknown): unknown {
  if (error instanceof SynapseError && error !== reason) Error.captureStackTrace(error, callee);
  return error;
}
