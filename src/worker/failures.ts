/** The errors of a worker's end: what happened, in the words of the worker's own output, and what to do. */

import { UnsupportedCallError } from '../call-errors';
import { AlreadySpawnedError, DisposedError, FrameError, NotReadyError, SpawnError, WorkerCrashedError } from '../errors';
import { HeartbeatTimeoutError } from '../module-errors';
import type { ExitStatus } from '../process/spawn';
import type { ModuleState } from './lifecycle';

export function disposedError(): DisposedError {
  return new DisposedError('It was disposed: make a new Synapse for further calls, or spawn the Module again.');
}

export function alreadySpawnedError(state: ModuleState): AlreadySpawnedError {
  return new AlreadySpawnedError(state, `There is a module already (state: ${state}): make another Synapse for another module.`);
}

function describe({ exitCode, signal }: ExitStatus): string {
  return signal ? `was ended by ${signal}` : `ended with exit code ${exitCode}`;
}

/** @param begun whether the call that gets this error had begun, or may have */
export function crashError(status: ExitStatus, stderr: string, begun = true): WorkerCrashedError {
  const last = stderr ? ` The last lines on its standard error:\n${stderr}` : ' It printed nothing on standard error.';
  const when = begun ? 'before it had answered' : 'before it had begun this call, which may be made again';
  return new WorkerCrashedError(`The worker ${describe(status)} ${when}.${last}`, { ...status, stderr, begun });
}

/** Gives the error of a worker's end to one of its calls that had not begun. */
export function notBegun(error: Error): WorkerCrashedError {
  const { exitCode = null, signal = 'SIGKILL', stderr = '' } = error as Partial<WorkerCrashedError>;
  return new WorkerCrashedError(`${error.message} This call had not begun and may be made again.`, {
    exitCode,
    signal,
    stderr,
    begun: false,
  });
}

export function heartbeatError(timeout: number, stderr: string): HeartbeatTimeoutError {
  return new HeartbeatTimeoutError(
    timeout,
    `The worker gave no sign of life for ${timeout} ms and was ended: it was stopped, or hangs in code that lets nothing else run. Raise heartbeat.timeoutMs if it was only slow.`,
    stderr,
  );
}

/** The error of a call in a state in which there is no worker to call. */
export function noWorkerError(state: ModuleState): NotReadyError | DisposedError {
  if (state === 'closed') return disposedError();
  const what =
    state === 'created'
      ? 'Nothing was spawned yet: await spawn() before the first call.'
      : state === 'disconnected'
        ? 'The worker has ended: call spawn() again.'
        : 'The worker is still starting: await spawn() before the first call.';
  return new NotReadyError(state, what);
}

export function replacedError(method: string, timeout: number): WorkerCrashedError {
  return new WorkerCrashedError(
    `The worker was ended and is replaced by another one: ${method} went on for ${timeout} ms (cancelTimeout) after its call was given up.`,
    { exitCode: null, signal: 'SIGKILL', stderr: '' },
  );
}

/** What to do when the system does not start a program, by its code. */
const WAYS_TO_START: Readonly<Record<string, string>> = {
  ENOENT: 'There must be a program of that name, and what its first line names.',
  EACCES: 'It must be a program that may be executed.',
  EPERM: 'It must be a program that may be executed.',
  ENOEXEC: 'It must be a program of this system, or a script whose first line says what runs it.',
  E2BIG: 'Its arguments and variables are larger than the system takes: pass large values by calls.',
  EMFILE: 'This program has too many files open: close some, or raise the limit (ulimit -n).',
  ENFILE: 'The system has too many files open.',
  EAGAIN: 'There are too many processes: end some, or raise the limit (ulimit -u).',
  ENOMEM: 'There is too little memory for another process.',
};

/** @param cause what the system, or Node, says of it */
export function notStartedError(entry: string, cause: NodeJS.ErrnoException): SpawnError {
  const wayOut = WAYS_TO_START[cause.code ?? ''];
  return new SpawnError(`${entry} could not be started: ${cause.message}.${wayOut ? ` ${wayOut}` : ''}`, {
    moduleName: entry,
    attempts: 1,
    lastError: cause,
    output: '',
  });
}

/** @param lastError what broke the protocol, if anything did: the process was ended for it */
export function earlyEndError(entry: string, status: ExitStatus, output: string, lastError: Error | undefined): SpawnError {
  const what =
    lastError instanceof FrameError
      ? `${entry} broke the protocol before it was ready. ${lastError.message}`
      : `${entry} ${describe(status)} before it was ready. ${wayOut(status, output)}`;
  return new SpawnError(`${what}${output ? `\n${output}` : ''}`, { moduleName: entry, attempts: 1, lastError, output });
}

function wayOut({ exitCode }: ExitStatus, output: string): string {
  if (exitCode !== 0) return hintForTraceback(output) ?? 'Mend what its output names.';
  return 'It ended without reading a frame: let it define functions and return, with no sys.exit(), or read frames from sys.stdin.buffer in a loop.';
}

/** Gives the error of a restart that failed: whatever it was, a SpawnError. */
export function restartError(failure: unknown, entry: string): SpawnError {
  if (failure instanceof SpawnError) return failure;
  return new SpawnError((failure as Error).message, { moduleName: entry, attempts: 1, lastError: failure, output: '' });
}

/** The status of a worker that found its environment being made anew (`python/synapse_py/environment_hold.py`). */
const REBUILDING_STATUS = 75;

/** Whether a start failed because the environment was changed between its check and the start. */
export function metChange(error: unknown): boolean {
  if (!(error instanceof SpawnError)) return false;
  const isRebuilt = error.message.includes(`exit code ${REBUILDING_STATUS} `) && error.output.includes('is being made anew at this moment');
  return isRebuilt || (error.lastError as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
}

function hintForTraceback(output: string): string | undefined {
  const missing = /ModuleNotFoundError: No module named '([^'.]+)/.exec(output)?.[1];
  if (missing === 'synapse_py')
    return 'Python found no module synapse_py: let Module.python() start it, or install the package synapse_py in the Python that runs it.';
  return (
    missing &&
    `Python found no module ${missing}: add the package that brings it to requirements.txt. If it is there, the environment was damaged: npx synapse install --force makes it anew.`
  );
}

export function lateError(entry: string, timeout: number, output: string): SpawnError {
  return new SpawnError(
    `${entry} was not ready within ${timeout} ms: raise startupTimeout, or initTimeout of a Module, if it has that much to load.${output ? ` It printed:\n${output}` : ''}`,
    { moduleName: entry, attempts: 1, output },
  );
}

export function noFunctionsError(used: string, method: string): UnsupportedCallError {
  return new UnsupportedCallError(
    `${used} needs a module of functions, and this one reads frames itself: use call(payload), or let the entry define functions and return.`,
    { method, response: undefined, used },
  );
}
