/** The exit codes of the `synapse` command, and its end by a signal. */

import { constants } from 'node:os';
import { SynapseError } from '../errors';

/** What was asked for failed, or was not understood. */
export const EXIT_FAILED = 1;
/** `inspect`: the environment is not ready. `doctor`: there is a problem. */
export const EXIT_NOT_READY = 3;

/** The code by which a shell tells of a program that a signal has ended. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/**
 * Runs a task that Ctrl-C and SIGTERM end in order: they abort its signal, and the exit code tells of them. A second one ends the program
 * at once.
 *
 * @param task gets a signal that is aborted then; it must come to its end
 */
export async function interruptible(task: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const abort = new AbortController();
  const stop = (): void => {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  };
  const interrupt = (signal: NodeJS.Signals): void => {
    if (abort.signal.aborted) {
      stop();
      process.kill(process.pid, signal);
      return;
    }
    process.exitCode = exitCodeOf(signal);
    abort.abort(new SynapseError('Interrupted.'));
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    await task(abort.signal);
  } finally {
    stop();
  }
}
