/** The wait for a worker that was started. Owns its time limit, and which of its possible ends came first. */

import type { StartedWorker } from '../engine/engine';
import type { Hello } from '../protocol/message';
import { earlyEndError, lateError } from './failures';
import type { Run } from './run';

/** What is waited for, and how long. */
export interface Wait {
  /** The script or program, for errors. */
  readonly entry: string;
  /** Milliseconds; 0 is no limit. */
  readonly timeout: number;
  /** Refuses a worker by throwing. */
  readonly verify: ((hello: Hello) => void) | undefined;
  readonly stop: AbortSignal;
}

/**
 * Waits for the hello, the process's end, the time limit or an abort, whatever is first. If it rejects, the process is the caller's to end.
 *
 * @param open opens the conversation, in which the hello comes
 * @returns the hello; undefined for a program that says none
 * @throws SpawnError it ended first or took too long (ERR_SYNAPSE_SPAWN); what `verify` throws; the reason of `stop`
 */
export function untilReady(
  started: StartedWorker,
  { entry, timeout, verify, stop }: Wait,
  open: (onHello: (hello: Hello) => void) => Run,
): Promise<Hello | undefined> {
  return new Promise((resolve, reject) => {
    let settled = false;
    const fail = (error: unknown): void => {
      if (settled) return;
      settle();
      reject(error);
    };
    const onStop = (): void => fail(stop.reason);
    stop.addEventListener('abort', onStop, { once: true });
    const timer = timeout > 0 ? setTimeout(() => fail(lateError(entry, timeout, run.printed)), timeout) : undefined;
    const settle = (): void => {
      settled = true;
      stop.removeEventListener('abort', onStop);
      clearTimeout(timer);
    };
    const run = open((hello) => {
      try {
        verify?.(hello);
      } catch (error) {
        fail(error);
        return;
      }
      settle();
      resolve(hello);
    });
    if (stop.aborted) onStop();
    if (!started.announces) {
      settle();
      resolve(undefined);
    }
    started.exited.then((status) => settled || fail(earlyEndError(entry, status, run.printed, run.broken)));
  });
}
