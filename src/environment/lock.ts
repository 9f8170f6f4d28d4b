/**
 * One builder per environment, across processes. Owns the lock file.
 *
 * On POSIX a short Python child locks the open file that it shares with this process (flock(2)); the kernel frees it when the last
 * process that has the file open is gone, installers included, so no lock is ever stale. Where that is not to be had (Windows, some
 * network disks) `owner-lock.ts` does it.
 */

import { type FileHandle, mkdir, open, readFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ProvisionError } from '../errors';
import { run } from './command';
import { type Intervals, lockByOwner, ownerOf } from './owner-lock';
import { installerVariables } from './variables';

/** Milliseconds to wait for another builder: a large set of packages on a slow line. */
const DEFAULT_TIMEOUT_MS = 10 * 60_000;
/** What the locking child exits with when somebody else has the lock. */
const BUSY = 75;
/** What it exits with when the file system does not lock. */
const UNSUPPORTED = 76;

/** How often, and milliseconds apart, an owner's name is looked for that is not written yet. */
const OWNER_LOOKS = 80;
const OWNER_POLL_MS = 25;

/** To look is to share the lock for a moment: two that look do not take each other for an owner. */
const FLOCK = [
  'import fcntl, sys',
  'modes = {"try": fcntl.LOCK_EX | fcntl.LOCK_NB, "wait": fcntl.LOCK_EX, "look": fcntl.LOCK_SH | fcntl.LOCK_NB}',
  'try: fcntl.flock(3, modes[sys.argv[1]])',
  `except BlockingIOError: sys.exit(${BUSY})`,
  `except OSError: sys.exit(${UNSUPPORTED})`,
].join('\n');

/** A lock that is held. */
export interface Lock {
  /** The descriptor that keeps it: a child that inherits it keeps the lock for as long as it lives. */
  readonly descriptor: number | undefined;
  /**
   * Whether it is still ours. Only without the kernel's help it may not be: a machine or container that was stopped for long, while it
   * was waited for from another, may have been taken for dead.
   */
  isStillHeld(): Promise<boolean>;
  /** Gives it up. Never rejects; a second call does nothing. */
  release(): Promise<void>;
}

/** How to lock. */
export interface LockOptions {
  /** Absolute path of the interpreter that locks. */
  readonly python: string;
  readonly env: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Called once if another process has the lock; `owner` describes it. */
  readonly onWait?: (owner: string) => void;
  /** How an owner shows life where the kernel does not lock. */
  readonly intervals?: Partial<Intervals>;
}

/**
 * Takes the lock, waiting for its turn.
 *
 * @param path the lock file; its directory exists. Other files whose names begin with its name belong to the lock as well.
 * @throws ProvisionError step `lock`: another process has had it for too long (ERR_SYNAPSE_LOCK_TIMEOUT), or the interpreter does not
 *   run (ERR_SYNAPSE_PROVISION)
 * @throws the signal's reason if aborted
 * @throws the file system's error if files can be neither made nor removed there
 */
export async function acquireLock(path: string, options: LockOptions): Promise<Lock> {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  const waiting = { ...options, signal, onWait: onlyOnce(options.onWait) };
  try {
    const lock = locksByKernel(options) ? await lockByKernel(path, waiting) : undefined;
    return lock ?? { descriptor: undefined, ...(await lockByOwner(ownerPathOf(path), waiting)) };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!timeout.aborted) throw error;
    const owner = (await ownerOf(ownerPathOf(path))) ?? (await readOwner(path));
    const hint = 'Wait for it, or end that process, and try again.';
    throw new ProvisionError(`Another process (${owner}) has been making the environment for ${timeoutMs / 1000} s. ${hint}`, {
      code: 'ERR_SYNAPSE_LOCK_TIMEOUT',
      step: 'lock',
      hint,
    });
  }
}

/**
 * Tells who has the lock right now. Does not wait, and makes no file.
 *
 * @param path the lock file
 * @returns a text for people, such as `pid 123 on host`; undefined if the lock is free. An owner that cannot be looked at, such as one
 *   on another machine, is taken for alive.
 * @throws ProvisionError step `lock`: the interpreter does not run (ERR_SYNAPSE_PROVISION)
 * @throws the signal's reason if aborted
 * @throws the file system's error if the file cannot be read
 */
export async function lockOwner(path: string, options: LockOptions): Promise<string | undefined> {
  const status = locksByKernel(options) ? await look(path, options) : UNSUPPORTED;
  if (status === BUSY) return readOwner(path);
  return status === UNSUPPORTED ? ownerOf(ownerPathOf(path)) : undefined;
}

function locksByKernel(options: LockOptions): boolean {
  return (options.platform ?? process.platform) !== 'win32';
}

function onlyOnce(onWait: LockOptions['onWait']): (owner: string) => void {
  let told = false;
  return (owner) => {
    if (!told) onWait?.(owner);
    told = true;
  };
}

type Waiting = LockOptions & { readonly onWait: (owner: string) => void };

/** Returns nothing where the file system cannot lock. */
async function lockByKernel(path: string, options: Waiting): Promise<Lock | undefined> {
  for (;;) {
    const file = await openAnew(path);
    try {
      let status = await flock(file, 'try', options);
      if (status === BUSY) {
        status = await waitFor(file, path, options);
      }
      if (status === UNSUPPORTED) {
        await file.close();
        return undefined;
      }
      if (await isStillAt(file, path)) return await own(file);
      await file.close(); // somebody deleted the directory meanwhile: lock the new file
    } catch (error) {
      await file.close();
      throw error;
    }
  }
}

/** Tells who is waited for as soon as the name is known; a lock that passes from hand to hand may be ours before there is one. */
async function waitFor(file: FileHandle, path: string, options: Waiting): Promise<number> {
  let isWaiting = true;
  const told = readOwner(path, () => isWaiting).then((owner) => {
    if (isWaiting) options.onWait(owner);
  });
  try {
    return await flock(file, 'wait', options);
  } finally {
    isWaiting = false;
    await told;
  }
}

/** The directory of the lock may have been removed while it was waited for. */
async function openAnew(path: string): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true });
  return open(path, 'a+');
}

async function look(path: string, options: LockOptions): Promise<number> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (!file) return UNSUPPORTED; // without a file there is no lock by the kernel
  try {
    return await flock(file, 'look', options);
  } finally {
    await file.close();
  }
}

/** Taking a helper that failed for a file system that does not lock would let in two: one by the kernel, one by the owner file. */
async function flock(file: FileHandle, mode: 'try' | 'wait' | 'look', options: LockOptions): Promise<number> {
  const { exitCode, output, command } = await run({
    file: options.python,
    args: ['-I', '-S', '-c', FLOCK, mode],
    env: installerVariables(options.env),
    descriptor: file.fd,
    signal: options.signal,
  });
  if (exitCode === 0 || exitCode === BUSY || exitCode === UNSUPPORTED) return exitCode;
  const hint = `Check that ${options.python} runs.`;
  throw new ProvisionError(`The environment cannot be locked: ${options.python} failed. ${output}\n${hint}`, {
    step: 'lock',
    command,
    output,
    hint,
  });
}

async function own(file: FileHandle): Promise<Lock> {
  await file.truncate(0);
  await file.write(`pid ${process.pid} on ${hostname()}`);
  return {
    descriptor: file.fd,
    isStillHeld: async () => true,
    // Emptied first: what is written there then names the owner, or one that was killed.
    release: async () => {
      await file.truncate(0).catch(() => undefined);
      await file.close().catch(() => undefined);
    },
  };
}

async function isStillAt(file: FileHandle, path: string): Promise<boolean> {
  const [mine, there] = await Promise.all([file.stat(), stat(path).catch(() => undefined)]);
  return there !== undefined && mine.ino === there.ino && mine.dev === there.dev;
}

/** What the lock file says of its owner, who writes it right after it has locked. */
async function readOwner(path: string, isWanted = () => true): Promise<string> {
  for (let look = 0; look < OWNER_LOOKS && isWanted(); look += 1) {
    const owner = await readFile(path, 'utf8').catch(() => '');
    if (owner) return owner;
    await delay(OWNER_POLL_MS);
  }
  return 'another process';
}

function ownerPathOf(path: string): string {
  return `${path}.owner`;
}
