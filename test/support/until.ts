/** Waiting for facts outside this program that send no event, such as the end of somebody else's process. */

import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

let testsEnded = 0;
afterEach(() => {
  testsEnded++;
});

/** Looks again and again until a condition holds; the end of the test, as by its time limit, is the only other end. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const own = testsEnded;
  while (!(await condition())) {
    if (testsEnded !== own) throw new Error('the test has ended before what it waits for');
    await delay(5);
  }
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
