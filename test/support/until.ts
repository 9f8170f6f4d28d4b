/** Waiting for facts outside this program that send no event, such as the end of somebody else's process. */

import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

/** Looks again and again until a condition holds; the test's own time limit is the only other end. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(5);
}

/** Whether a process runs; one that has ended and was not yet collected by its parent does not. */
export function isRunning(pid: number): boolean {
  try {
    const state = execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return state !== '' && !state.startsWith('Z');
  } catch {
    return false;
  }
}

/** Waits for an error. */
export async function rejection<E = Error>(promise: Promise<unknown>): Promise<E> {
  return promise.then(
    (value) => {
      throw new Error(`it resolved, with ${JSON.stringify(value)}`);
    },
    (error: E) => error,
  );
}
