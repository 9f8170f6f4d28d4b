/** Runs one helper program to its end. Owns its output's last lines, its time limit and its abort. */

import { execa } from 'execa';
import { guardAgainstOrphans } from '../orphan-guard';
import { leadsGroup, signalTree } from '../process-tree';
import { maskSecrets } from './secrets';

/** Lines of output kept for error messages. */
const KEPT_LINES = 40;

/** What to run. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env: NodeJS.ProcessEnv;
  /** Called with each line of standard output and standard error, addresses without their credentials. */
  readonly onLine?: (line: string) => void;
  /** Ends the program and all that it started; `run` rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** A descriptor that the program inherits as its number 3. */
  readonly descriptor?: number | undefined;
}

/** How it ended. */
export interface CommandResult {
  /** Undefined if it could not be started or was ended by a signal. */
  readonly exitCode: number | undefined;
  /** The last lines of standard output and standard error, addresses without their credentials. */
  readonly output: string;
  /** The command as one line, addresses without their credentials. */
  readonly command: string;
}

/**
 * Runs a program.
 *
 * @returns how it ended; a program that fails or does not exist is no exception
 * @throws the signal's reason if aborted
 */
export async function run(command: Command): Promise<CommandResult> {
  command.signal?.throwIfAborted();
  const lines: string[] = [];
  const child = execa(command.file, command.args, {
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    env: command.env,
    extendEnv: false,
    stdio: ['ignore', 'pipe', 'pipe', command.descriptor ?? 'ignore'] as never,
    all: true,
    buffer: false,
    reject: false,
    detached: leadsGroup(process.platform),
    windowsHide: true,
  });
  const abort = (): void => {
    if (child.pid !== undefined) signalTree(child.pid, 'SIGKILL');
  };
  const unguard = guardAgainstOrphans(abort);
  command.signal?.addEventListener('abort', abort, { once: true });
  try {
    if (child.pid !== undefined) {
      for await (const line of child.iterable({ from: 'all' })) {
        const told = maskSecrets(String(line));
        lines.push(told);
        if (lines.length > KEPT_LINES) lines.shift();
        command.onLine?.(told);
      }
    }
    const { exitCode, originalMessage } = await child;
    command.signal?.throwIfAborted();
    if (child.pid === undefined && originalMessage) lines.push(originalMessage);
    return {
      exitCode,
      output: lines.join('\n'),
      command: maskSecrets([command.file, ...command.args].join(' ')),
    };
  } finally {
    unguard();
    command.signal?.removeEventListener('abort', abort);
  }
}
