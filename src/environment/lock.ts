/**
 * One builder per environment, across processes. Owns the lock file.
 *
 * On POSIX a short Python child locks the open file that it shares with this process (flock(2)); the kernel frees it when the last
 * process that has the file open is gone, installers included, so no lock is ever stale. Where that is not to be had (Windows, some
 * network disks) a file made exclusively names its owner, and is broken when that process is gone.
 */

import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { ProvisionError } from '../errors';
import { run } from './command';
import { installerVariables } from './variables';

/** Milliseconds to wait for another builder: a large set of packages on a slow line. */
const DEFAULT_TIMEOUT_MS = 10 * 60_000;
/** Milliseconds between two looks at an owner file. */
const POLL_MS = 100;
/** What the locking child exits with when somebody else has the lock. */
const BUSY = 75;

const FLOCK = [
  'import fcntl, sys',
  'try: fcntl.flock(3, fcntl.LOCK_EX | (fcntl.LOCK_NB if sys.argv[1] == "try" else 0))',
  `except BlockingIOError: sys.exit(${BUSY})`,
].join('\n');

/** A lock that is held. */
export interface Lock {
  /** The descriptor that keeps it: a child that inherits it keeps the lock for as long as it lives. */
  readonly descriptor: number | undefined;
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
}

/**
 * Takes the lock, waiting for its turn.
 *
 * @param path the lock file; its directory exists
 * @throws ProvisionError step `lock`: another process has had it for too long (ERR_SYNAPSE_LOCK_TIMEOUT)
 * @throws the signal's reason if aborted
 */
export async function acquireLock(path: string, options: LockOptions): Promise<Lock> {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  try {
    if ((options.platform ?? process.platform) === 'win32') return await lockByOwner(path, options, signal);
    return (await lockByKernel(path, options, signal)) ?? (await lockByOwner(path, options, signal));
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!timeout.aborted) throw error;
    const hint = 'Wait for it, or end that process, and try again.';
    throw new ProvisionError(
      `Another process (${await ownerOf(ownerPathOf(path), path)}) has been making the environment for ${timeoutMs / 1000} s. ${hint}`,
      {
        code: 'ERR_SYNAPSE_LOCK_TIMEOUT',
        step: 'lock',
        hint,
      },
    );
  }
}

/** Returns nothing where the file system cannot lock. */
async function lockByKernel(path: string, options: LockOptions, signal: AbortSignal): Promise<Lock | undefined> {
  let told = false;
  for (;;) {
    const file = await open(path, 'a+');
    try {
      let status = await flock(file, 'try', options, signal);
      if (status === BUSY) {
        if (!told) options.onWait?.(await ownerOf(path));
        told = true;
        status = await flock(file, 'wait', options, signal);
      }
      if (status !== 0) {
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

async function flock(file: FileHandle, mode: 'try' | 'wait', options: LockOptions, signal: AbortSignal): Promise<number | undefined> {
  const { exitCode } = await run({
    file: options.python,
    args: ['-I', '-S', '-c', FLOCK, mode],
    env: installerVariables(options.env),
    descriptor: file.fd,
    signal,
  });
  return exitCode;
}

async function own(file: FileHandle): Promise<Lock> {
  await file.truncate(0);
  await file.write(describeSelf());
  return { descriptor: file.fd, release: () => file.close() };
}

async function isStillAt(file: FileHandle, path: string): Promise<boolean> {
  const [mine, there] = await Promise.all([file.stat(), stat(path).catch(() => undefined)]);
  return there !== undefined && mine.ino === there.ino && mine.dev === there.dev;
}

async function lockByOwner(path: string, options: LockOptions, signal: AbortSignal): Promise<Lock> {
  const ownerPath = ownerPathOf(path);
  let told = false;
  while (!(await createExclusively(ownerPath))) {
    signal.throwIfAborted();
    const owner = await ownerOf(ownerPath);
    if (isGone(owner)) {
      await breakLock(ownerPath, owner);
      continue;
    }
    if (!told) options.onWait?.(owner);
    told = true;
    await delay(POLL_MS, undefined, { signal });
  }
  return { descriptor: undefined, release: () => unlink(ownerPath) };
}

async function createExclusively(path: string): Promise<boolean> {
  try {
    await writeFile(path, describeSelf(), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a dead owner's file away; if a live one took its place in between, that one is put back. */
async function breakLock(path: string, deadOwner: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  await rename(path, aside).catch(() => undefined);
  const moved = await readFile(aside, 'utf8').catch(() => undefined);
  if (moved === undefined) return;
  if (moved === deadOwner) await unlink(aside);
  else await rename(aside, path);
}

/** Only of a process on this very machine can its end be known. */
function isGone(owner: string): boolean {
  const match = /^pid (\d+) on (.*)$/.exec(owner);
  if (!match || match[2] !== hostname()) return false;
  try {
    process.kill(Number(match[1]), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function describeSelf(): string {
  return `pid ${process.pid} on ${hostname()}`;
}

/** What the first of these files that is there says of its owner. */
async function ownerOf(...paths: string[]): Promise<string> {
  for (const path of paths) {
    const owner = await readFile(path, 'utf8').catch(() => '');
    if (owner) return owner;
  }
  return 'an unknown process';
}

function ownerPathOf(path: string): string {
  return `${path}.owner`;
}
