/** Long work in slices. Owns the order: one slice per turn of the event loop, whatever number of works is under way. */

import { setImmediate } from 'node:timers';

/** Does the next slice of its work and says whether that was the last. Must not throw. */
export type Slice = () => boolean;

const waiting: Slice[] = [];

/** Has a work done in slices, between which the event loop sees to everything else. */
export function inSlices(slice: Slice): void {
  waiting.push(slice);
  if (waiting.length === 1) setImmediate(turn);
}

function turn(): void {
  const slice = waiting[0] as Slice;
  const isDone = slice();
  waiting.shift();
  if (!isDone) waiting.push(slice);
  if (waiting.length > 0) setImmediate(turn);
}
