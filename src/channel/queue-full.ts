/** The error of a call that finds no place to wait. */

import { QueueFullError } from '../call-errors';

/** @param limit calls that may wait */
export function queueFull(limit: number): QueueFullError {
  return new QueueFullError(
    limit,
    `${limit} calls are waiting already, as many as maxQueue allows: await earlier calls first, or raise the option.`,
  );
}
