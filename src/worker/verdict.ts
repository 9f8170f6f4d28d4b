/** What becomes of a call that failed. Pure: it reads the error and what happened to the call before. */

import { CallTimeoutError } from '../call-errors';
import { isStreamSource } from '../channel/outbound-stream';
import { timeoutError } from '../channel/pending';
import { findWithin } from '../channel/search';
import { FrameError, FrameTooLargeError, NotReadyError, WorkerCrashedError } from '../errors';
import { QuarantinedError } from '../module-errors';
import type { Task } from './task';

/**
 * Tells whether a call may be made again: one that certainly had not begun always, one that had if it is idempotent.
 *
 * @param quarantineAfter workers that it may bring down
 * @throws QuarantinedError it has brought down as many (ERR_SYNAPSE_QUARANTINED)
 */
export function mayRepeat(task: Task, error: unknown, quarantineAfter: number): boolean {
  if (task.options.signal?.aborted) return false;
  const mayBeAgain = error instanceof NotReadyError || isOfTheWorker(error);
  if (!mayBeAgain || findWithin(task.values, hasStream)) return false;
  if (error instanceof NotReadyError) return true;
  if (error instanceof WorkerCrashedError && !error.begun) return true;
  if (!task.options.idempotent) return false;
  task.crashes++;
  if (task.crashes >= quarantineAfter) throw quarantined(task, error as Error);
  return true;
}

/** Whether it tells of the worker, not of the call. */
function isOfTheWorker(error: unknown): error is Error {
  return error instanceof WorkerCrashedError || (error instanceof FrameError && !(error instanceof FrameTooLargeError));
}

/** A stream can be consumed once only. */
function hasStream(part: object): true | undefined {
  return isStreamSource(part) || undefined;
}

function quarantined({ method, crashes }: Task, cause: Error): QuarantinedError {
  return new QuarantinedError(
    method,
    crashes,
    `The call of ${method} ended ${crashes} workers one after another, so it is not made again: look at its arguments, and at how the last one ended. ${cause.message}`,
    cause,
  );
}

/**
 * Gives the error that the caller of a call gets: one that has waited was given less time than its caller had said.
 *
 * @param stopped whether the module is told to stop
 */
export function inFull(task: Task, error: unknown, stopped: boolean): unknown {
  if (!(error instanceof CallTimeoutError) || error.timeout === task.timeout) return error;
  return timeoutError(error.method, task.timeout, error.phase, stopped);
}
