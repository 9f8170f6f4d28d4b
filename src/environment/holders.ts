/**
 * Who uses an environment at this moment. Owns the builder's side of the use file: making it, and asking and waiting for its holders.
 *
 * A worker holds the file from its bootstrap to its end (`python/synapse_py/environment_hold.py`): on POSIX by a lock on the byte whose
 * offset is its process number, which a short Python child reads; on Windows by having it open, so that it cannot be renamed.
 */

import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ProvisionError } from '../errors';
import { PYTHON_DIRECTORY } from '../paths';
import { run } from './command';
import { installerVariables } from './variables';

/** The file in an environment's root; the Python side has the same name. A rebuild leaves it where it is: holders hold this very file. */
export const USE_NAME = '.synapse.use';
/** Milliseconds to wait for workers that are on their way out. */
const DEFAULT_TIMEOUT_MS = 10_000;
/** Milliseconds between two tries on Windows. */
const POLL_MS = 100;
/** Stands for a holder whose process number the system does not tell. */
const UNKNOWN_PID = 0;
const HOLDERS_SCRIPT = join(PYTHON_DIRECTORY, 'synapse_py', 'provisioning', 'holders.py');
/** Windows' answers to renaming a file that somebody has open. */
const OPEN_ELSEWHERE = new Set(['EBUSY', 'EPERM', 'EACCES']);

/** How to ask. */
export interface HolderOptions {
  /** Absolute path of a base interpreter: the environment's own is no use while it is remade. */
  readonly python: string;
  readonly env: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
  readonly signal?: AbortSignal | undefined;
  /** What renames a file on Windows. Default: the system. */
  readonly rename?: (from: string, to: string) => Promise<void>;
}

/** How long to wait. */
export interface WaitOptions extends HolderOptions {
  /** Default 10 s. */
  readonly timeoutMs?: number;
  /** Called once if somebody holds the environment, with the process numbers; 0 is an unknown one. */
  readonly onWait?: (pids: number[]) => void;
}

/**
 * Lets workers hold an environment from now on. Does nothing if they can already.
 *
 * @param venv the environment's root, which exists
 * @throws Error with the operating system's code if the file cannot be made
 */
export async function makeHoldable(venv: string): Promise<void> {
  await writeFile(join(venv, USE_NAME), '', { flag: 'a' });
}

/**
 * Tells who holds an environment at this moment.
 *
 * @param venv the environment's root
 * @returns their process numbers, each in its own container's numbering; `[0]` on Windows, which does not tell
 * @throws ProvisionError step `lock`: the interpreter could not tell
 * @throws the signal's reason if aborted
 */
export async function holdersOf(venv: string, options: HolderOptions): Promise<number[]> {
  options.signal?.throwIfAborted();
  const path = join(venv, USE_NAME);
  if (!existsSync(path)) return [];
  if (isWindows(options)) return (await canBeMoved(path, options)) ? [] : [UNKNOWN_PID];
  let latest: number[] = [];
  await askPython(path, [], options, (pids) => {
    latest = pids;
  });
  return latest;
}

/**
 * Waits until nobody holds an environment.
 *
 * A worker may start right after the answer. So take the stamp away and then call this (again): a worker that finds no stamp ends itself.
 *
 * @param venv the environment's root
 * @throws ProvisionError step `lock`: it is still held after the time (ERR_SYNAPSE_ENVIRONMENT_IN_USE), or the interpreter could not tell
 * @throws the signal's reason if aborted
 */
export async function waitUntilUnheld(venv: string, options: WaitOptions): Promise<void> {
  let pids = await holdersOf(venv, options);
  if (pids.length === 0) return;
  options.onWait?.(pids);
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  try {
    await watch(venv, { ...options, signal }, (latest) => {
      pids = latest;
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!timeout.aborted) throw error;
    throw inUse(venv, pids, timeoutMs);
  }
}

/** Resolves when nobody holds the environment; until then tells who does. */
async function watch(venv: string, options: HolderOptions, onHolders: (pids: number[]) => void): Promise<void> {
  if (!isWindows(options)) return askPython(join(venv, USE_NAME), ['wait'], options, onHolders);
  while ((await holdersOf(venv, options)).length > 0) await delay(POLL_MS, undefined, { signal: options.signal });
}

async function askPython(path: string, more: string[], options: HolderOptions, onHolders: (pids: number[]) => void): Promise<void> {
  let answered = false;
  const result = await run({
    file: options.python,
    args: ['-I', '-S', HOLDERS_SCRIPT, path, ...more],
    env: installerVariables(options.env),
    signal: options.signal,
    onLine: (line) => {
      if (!/^\[[\d, ]*\]$/.test(line)) return;
      answered = true;
      onHolders(JSON.parse(line));
    },
  });
  if (answered && result.exitCode === 0) return;
  const hint = 'Check that this Python runs, and that the file may be read.';
  throw new ProvisionError(`Python could not tell who uses ${path}: ${result.command} did not answer.\n${result.output}\n${hint}`, {
    step: 'lock',
    command: result.command,
    output: result.output,
    hint,
  });
}

/** Moves the file aside and back. */
async function canBeMoved(path: string, options: HolderOptions): Promise<boolean> {
  const move = options.rename ?? rename;
  const aside = `${path}.${randomUUID()}`;
  try {
    await move(path, aside);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (OPEN_ELSEWHERE.has(code ?? '')) return false;
    if (code === 'ENOENT') return true; // somebody else asks at this very moment
    throw error;
  }
  await move(aside, path).catch(() => writeFile(path, '', { flag: 'a' })); // a virus scanner may have it: a new one is as good
  return true;
}

function isWindows(options: HolderOptions): boolean {
  return (options.platform ?? process.platform) === 'win32';
}

function inUse(venv: string, pids: readonly number[], timeoutMs: number): ProvisionError {
  const known = pids.filter((pid) => pid !== UNKNOWN_PID);
  const processes = known.length === 0 ? 'a process' : `${known.length === 1 ? 'process' : 'processes'} ${known.join(', ')}`;
  const end = known.length === 0 ? 'end that process' : `end ${processes}`;
  const hint = `Dispose the Synapse that runs it, or ${end}, and try again; or give this one another place, with the venv option or \`store: true\`.`;
  const message = `The environment ${venv} must change or go, but ${processes} still used it after ${timeoutMs / 1000} s. ${hint}`;
  return new ProvisionError(message, { code: 'ERR_SYNAPSE_ENVIRONMENT_IN_USE', step: 'lock', hint });
}
