/** Ends a process: politely, then by SIGTERM, then by SIGKILL. Owns the waiting in between. */

import type { ExitStatus } from './spawn';

/** Milliseconds between SIGTERM and SIGKILL: enough for a handler that saves something. */
export const TERMINATE_GRACE_MS = 500;

/** The part of a process that ending it needs. */
export interface Terminable {
  readonly exited: Promise<ExitStatus>;
  kill(signal: NodeJS.Signals): void;
}

/**
 * Waits for a process that was told to end, and forces it if it does not.
 *
 * @param graceMs milliseconds until SIGTERM; SIGKILL follows `TERMINATE_GRACE_MS` later. Both go to all that the process started.
 */
export async function terminate(process: Terminable, graceMs: number): Promise<ExitStatus> {
  const timers: NodeJS.Timeout[] = [];
  timers.push(setTimeout(() => process.kill('SIGTERM'), graceMs));
  timers.push(setTimeout(() => process.kill('SIGKILL'), graceMs + TERMINATE_GRACE_MS));
  try {
    return await process.exited;
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}
