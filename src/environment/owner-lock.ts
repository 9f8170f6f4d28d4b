/**
 * The lock where the kernel gives none: a file made exclusively that names its owner. Owns the file, its heartbeat, and how the file of
 * an owner that is gone is removed.
 *
 * An owner that can be looked at is gone when its process is. Any other (on another machine, in another container) shows life by counting
 * in its file; it is gone when a waiter has seen no change for long enough by its own clock, so that no two clocks are ever compared.
 */

import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { ProvisionError } from '../errors';
import { leadsGroup } from '../process-tree';
import {
  type Claim,
  describeOwner,
  describeSelf,
  dropClaim,
  makeClaim,
  type ProcessIdentity,
  readClaim,
  removeUnchanged,
  stateOf,
} from './process-identity';
import { installerVariables } from './variables';

/** Milliseconds between two signs of life: often enough that a slow disk loses a few, seldom enough to cost nothing. */
const BEAT_MS = 2000;
/** Milliseconds without a sign of life after which an owner that cannot be looked at is gone: many missed beats. */
const STALE_MS = 30_000;
/** Milliseconds between two looks at the file. */
const POLL_MS = 100;
/** Failures in a row of the file system that are waited out: on Windows a file that is just being deleted refuses everything. */
const PATIENCE = 5;
/** What the counting child exits with when the file is no longer ours. */
const LOST = 76;

/** Counts in the file until its input ends, which it does in whatever way the owner ends. A failing disk is tried again. */
const HEART = `
import os, signal, sys, threading, time
path, token, pause = sys.argv[1], sys.argv[2].encode(), float(sys.argv[3])
signal.signal(signal.SIGINT, signal.SIG_IGN)
def end_with_owner():
    while os.read(0, 4096): pass
    os._exit(0)
def beat():
    with open(path, "r+b", buffering=0) as file:
        content = file.read()
        if token not in content: os._exit(${LOST})
        at = content.index(b"\\n") + 1
        file.seek(at)
        file.write(b"%012d" % (int(content[at:]) + 1))
threading.Thread(target=end_with_owner, daemon=True).start()
told = False
while True:
    try:
        beat()
        if not told: print("beating", flush=True)
        told = True
    except FileNotFoundError:
        if not told: os._exit(${LOST})
    except OSError: pass
    time.sleep(pause)
`;

/** How often an owner shows life, and for how long it may show none, in milliseconds. */
export interface Intervals {
  readonly beatMs: number;
  readonly staleMs: number;
}

/** How to lock. */
export interface OwnerLockOptions {
  /** Absolute path of the interpreter that counts. */
  readonly python: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Called after each look that finds another process in possession. */
  readonly onWait: (owner: string) => void;
  readonly intervals?: Partial<Intervals> | undefined;
}

/** A lock that is held. */
export interface OwnerLock {
  isStillHeld(): Promise<boolean>;
  release(): Promise<void>;
}

/** A process in line for the lock. */
interface Waiter extends Omit<OwnerLockOptions, 'intervals'> {
  readonly path: string;
  readonly self: ProcessIdentity;
  readonly intervals: Intervals;
  /** Whether the owner of a file is gone; to be asked again and again. */
  readonly isGone: (path: string, claim: Claim) => Promise<boolean>;
}

/**
 * Takes the lock, waiting for its turn.
 *
 * @param path the owner file; its directory exists. Other files whose names begin with its name belong to the lock as well.
 * @throws ProvisionError step `lock`: the interpreter does not run
 * @throws the signal's reason if aborted
 * @throws the file system's error if files can be neither made nor removed there
 */
export async function lockByOwner(path: string, options: OwnerLockOptions): Promise<OwnerLock> {
  const self = await describeSelf();
  const intervals = { beatMs: BEAT_MS, staleMs: STALE_MS, ...options.intervals };
  const waiter = { ...options, path, self, intervals, isGone: makeJudge(self, intervals) };
  for (let failures = 0; ; ) {
    options.signal.throwIfAborted();
    try {
      const lock = await attempt(waiter);
      if (lock) return lock;
      failures = 0;
    } catch (error) {
      if (++failures === PATIENCE) throw error;
    }
    await delay(Math.min(POLL_MS, intervals.beatMs), undefined, { signal: options.signal });
  }
}

/**
 * Tells who has the lock.
 *
 * @param path the owner file
 * @returns a text for people; undefined if nobody has it. An owner that cannot be looked at is taken for alive.
 */
export async function ownerOf(path: string): Promise<string | undefined> {
  const claim = await readClaim(path);
  if (!claim) return undefined;
  if (claim.owner && (await stateOf(claim.owner, await describeSelf())) === 'dead') return undefined;
  return describeOwner(claim);
}

async function attempt(waiter: Waiter): Promise<OwnerLock | undefined> {
  const found = await readClaim(waiter.path);
  if (found && !(await waiter.isGone(waiter.path, found))) {
    waiter.onWait(describeOwner(found));
    return undefined;
  }
  if (found && !(await breakClaim(waiter.path, found, waiter))) return undefined;
  const token = await makeClaim(waiter.path, waiter.self);
  return token === undefined ? undefined : hold(token, waiter);
}

function makeJudge(self: ProcessIdentity, { beatMs, staleMs }: Intervals): Waiter['isGone'] {
  const sights = new Map<string, { content: string | undefined; lookedAt: number; unchangedMs: number }>();
  return async (path, claim) => {
    const lookedAt = performance.now();
    const last = sights.get(path);
    // While the waiter itself was held up it saw nothing, so a long gap counts as a short one.
    const unchangedMs =
      last?.content === claim.content ? (last?.unchangedMs ?? 0) + Math.min(lookedAt - (last?.lookedAt ?? lookedAt), beatMs) : 0;
    sights.set(path, { content: claim.content, lookedAt, unchangedMs });
    const state = claim.owner ? await stateOf(claim.owner, self) : 'unseen';
    if (state !== 'unseen') return state === 'dead';
    return claim.content !== undefined && unchangedMs >= staleMs;
  };
}

/**
 * Removes the file of an owner that is gone, unless it has changed since.
 *
 * Only one process may remove a given claim: the one that makes the breaker, a second file named by the claim's token. A breaker that
 * died leaves a claim in turn, which is removed in the same way.
 *
 * @returns whether the file was removed
 */
export async function breakClaim(path: string, claim: Claim, waiter: Pick<Waiter, 'path' | 'self' | 'isGone'>): Promise<boolean> {
  const breaker = `${waiter.path}.${claim.token}.breaker`;
  const token = await makeClaim(breaker, waiter.self);
  if (token === undefined) {
    const other = await readClaim(breaker);
    if (other && (await waiter.isGone(breaker, other))) await breakClaim(breaker, other, waiter);
    return false;
  }
  try {
    return removeUnchanged(path, claim);
  } finally {
    dropClaim(breaker, token);
  }
}

async function hold(token: string, waiter: Waiter): Promise<OwnerLock | undefined> {
  const { path, signal } = waiter;
  const heart = startHeart(token, waiter);
  const release = async (): Promise<void> => {
    await heart.stop();
    dropClaim(path, token);
  };
  signal.addEventListener('abort', heart.stop, { once: true });
  try {
    const beats = await heart.started;
    signal.throwIfAborted();
    if (!beats) return undefined;
    await sweep(path, token);
    return { release, isStillHeld: async () => (await readClaim(path))?.token === token };
  } catch (error) {
    await release();
    throw error;
  } finally {
    signal.removeEventListener('abort', heart.stop);
  }
}

/** Lets a child show life, because this program may be busy; one that ends before its time is replaced. */
function startHeart(token: string, { path, python, env, intervals }: Waiter) {
  const stopping = new AbortController();
  const start = () =>
    execa(python, ['-I', '-S', '-c', HEART, path, token, String(intervals.beatMs / 1000)], {
      env: installerVariables(env),
      extendEnv: false,
      stdin: 'pipe',
      reject: false,
      detached: leadsGroup(process.platform),
      windowsHide: true,
      cancelSignal: stopping.signal,
      killSignal: 'SIGKILL',
    });
  const first = start();
  const started = new Promise<boolean>((resolve, reject) => {
    first.stdout.once('data', () => resolve(true));
    first.then(({ exitCode, shortMessage, stderr }) => {
      if (stopping.signal.aborted || exitCode === LOST) return resolve(false);
      const hint = `Check that ${python} runs.`;
      reject(
        new ProvisionError(`The lock ${path} cannot be kept: ${shortMessage ?? 'its helper ended'}. ${hint}`, {
          step: 'lock',
          hint,
          output: stderr,
        }),
      );
    });
  });
  const keepUp = async (): Promise<void> => {
    for (let child = first; (await child).exitCode !== LOST; child = start()) {
      await delay(intervals.beatMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
    }
  };
  const ended = keepUp();
  return {
    started,
    stop: () => {
      stopping.abort();
      return ended;
    },
  };
}

/** Removes what processes that died in between have left; one that still needs such a file makes it anew. */
async function sweep(path: string, token: string): Promise<void> {
  const prefix = `${basename(path)}.`;
  const names = await readdir(dirname(path));
  const litter = names.filter((name) => name.startsWith(prefix) && !name.startsWith(`${prefix}${token}.`));
  await Promise.all(litter.map((name) => rm(join(dirname(path), name), { force: true }).catch(() => undefined)));
}
