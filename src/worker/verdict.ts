/** What becomes of a call that failed. Pure: it reads the error and what happened to the call before. */

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
  if (error instanceof NotReadyError) return true;
  if (error instanceof WorkerCrashedError && !error.begun) return true;
  const endsWorker = error instanceof WorkerCrashedError || (error instanceof FrameError && !(error instanceof FrameTooLargeError));
  if (!endsWorker) return false;
  if (!task.options.idempotent) return false;
  task.crashes++;
  if (task.crashes >= quarantineAfter) throw quarantined(task, error);
  return true;
}

function quarantined({ method, crashes }: Task, cause: Error): QuarantinedError {
  return new QuarantinedError(
    method,
    crashes,
    `The call of ${method} ended ${crashes} workers one after another, so it is not made again: look at its arguments, and at how the last one ended. ${cause.message}`,
    cause,
  );
}
