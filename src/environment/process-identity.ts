/**
 * Who a process is beyond its number, which the system gives out again. Owns how a process tells this of itself, how another looks at it
 * later, and claims: files made exclusively that name a process. What follows from a claim is the lock's.
 */

import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { link, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { run } from './command';

/** A process, as it describes itself for others. */
export interface ProcessIdentity {
  readonly host: string;
  /** Another one after each start of the system. Left out where the system has none. */
  readonly boot?: string | undefined;
  /** The container in which the number and the time hold. Left out where the system has none. */
  readonly namespace?: string | undefined;
  readonly pid: number;
  /** When it started, in the system's own words. Left out where that depends on a clock that is set, or cannot be known. */
  readonly started?: string | undefined;
}

/** `unseen`: it cannot be looked at from here, or not closely enough to tell it from a later process of the same number. */
export type ProcessState = 'alive' | 'dead' | 'unseen';

/** What a file says of its owner. */
export interface Claim {
  /** Undefined if the file cannot be read. */
  readonly content: string | undefined;
  /** No two claims have the same. */
  readonly token: string;
  /** Undefined if the file does not say. */
  readonly owner: ProcessIdentity | undefined;
}

interface Sight {
  readonly ended: boolean;
  readonly started: string;
}

/**
 * Describes the process that calls.
 *
 * @param platform whose ways to use
 */
export async function describeSelf(platform: NodeJS.Platform = process.platform): Promise<ProcessIdentity> {
  const [boot, namespace, sight] = await Promise.all([bootOf(platform), namespaceOf(platform), lookAt('self', platform)]);
  return { host: hostname(), boot, namespace, pid: process.pid, started: sight?.started };
}

/**
 * Looks whether a process is still there.
 *
 * @param owner what it said of itself
 * @param self the process that looks
 * @param platform whose ways to use
 * @returns never `dead` for a process that lives: what is not certain is `unseen`
 */
export async function stateOf(
  owner: ProcessIdentity,
  self: ProcessIdentity,
  platform: NodeJS.Platform = process.platform,
): Promise<ProcessState> {
  if (!sharesNumbers(owner, self, platform)) return 'unseen';
  if (!exists(owner.pid)) return 'dead';
  const sight = owner.started === undefined ? undefined : await lookAt(owner.pid, platform);
  if (!sight) return exists(owner.pid) ? 'unseen' : 'dead';
  return sight.ended || sight.started !== owner.started ? 'dead' : 'alive';
}

/**
 * Makes a file that names its owner, unless there is one. It has its content from the first moment, except where there are no links.
 * After the first line stands a counter, by which the owner can show life.
 *
 * @param makeLink links a file, as `link` of `node:fs/promises`
 * @returns the claim's token; undefined if the file is there already
 * @throws the file system's error if it cannot be made
 */
export async function makeClaim(path: string, owner: ProcessIdentity, makeLink = link): Promise<string | undefined> {
  const token = randomBytes(8).toString('hex');
  const content = `${JSON.stringify({ ...owner, token })}\n${'0'.repeat(12)}\n`;
  const aside = `${path}.${token}.new`;
  try {
    await writeFile(aside, content, { flag: 'wx' });
    await makeLink(aside, path).catch(() => writeFile(path, content, { flag: 'wx' }));
    return token;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return (await readClaim(path))?.token === token ? token : undefined; // a network disk may have made the link and deny it
  } finally {
    await rm(aside, { force: true }).catch(() => undefined);
  }
}

/** Reads a claim; undefined if there is none. */
export async function readClaim(path: string): Promise<Claim | undefined> {
  try {
    const content = await readFile(path, 'utf8');
    return { content, ...parseClaim(content) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return { content: undefined, token: '', owner: undefined };
  }
}

/** Removes a claim if it is still the one with this token; one that cannot be removed is left for others to find without an owner. */
export function dropClaim(path: string, token: string): void {
  try {
    // In one go, here and below: between the look and the removal nothing else of this program may run.
    if (parseClaim(readFileSync(path, 'utf8')).token === token) rmSync(path, { force: true, maxRetries: 5, retryDelay: 20 });
  } catch {}
}

/**
 * Removes somebody else's claim if its file is still what it was, the counter included.
 *
 * @returns false if it has changed, or is gone
 * @throws the file system's error if it cannot be removed
 */
export function removeUnchanged(path: string, claim: Claim): boolean {
  try {
    if (readFileSync(path, 'utf8') !== claim.content) return false;
    rmSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Names a claim's owner for people. */
export function describeOwner({ owner }: Claim): string {
  return owner ? `pid ${owner.pid} on ${owner.host}` : 'another process';
}

function parseClaim(content: string): Pick<Claim, 'token' | 'owner'> {
  try {
    const { token, ...owner } = JSON.parse(content.split('\n', 1)[0] as string);
    if (/^[0-9a-f]+$/.test(token) && Number.isSafeInteger(owner.pid) && owner.pid > 0) return { token, owner };
  } catch {
    // half written, or not by us
  }
  return { token: createHash('sha256').update(content).digest('hex').slice(0, 16), owner: undefined };
}

/** On Linux a name alone says nothing, as containers may share it; elsewhere it has to do. */
function sharesNumbers(owner: ProcessIdentity, self: ProcessIdentity, platform: NodeJS.Platform): boolean {
  if (owner.boot !== self.boot || owner.namespace !== self.namespace) return false;
  return platform === 'linux' ? self.boot !== undefined && self.namespace !== undefined : owner.host === self.host;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'; // EPERM: it is another user's
  }
}

async function bootOf(platform: NodeJS.Platform): Promise<string | undefined> {
  if (platform === 'linux') return orNothing(readFile('/proc/sys/kernel/random/boot_id', 'utf8').then((text) => text.trim()));
  if (platform === 'darwin') return ask('/usr/sbin/sysctl', '-n', 'kern.bootsessionuuid');
  return undefined;
}

/** Start times are shown relative to the time namespace of whoever looks, so it counts as well; older kernels have none. */
async function namespaceOf(platform: NodeJS.Platform): Promise<string | undefined> {
  if (platform !== 'linux') return undefined;
  const [number, pids, time] = await Promise.all(
    ['/proc/self', '/proc/self/ns/pid', '/proc/self/ns/time'].map((at) => orNothing(readlink(at))),
  );
  if (number !== String(process.pid)) return undefined; // this /proc shows the numbers of another container
  return pids && [pids, time ?? ''].join(' ').trim();
}

/** Only Linux and macOS tell a start time that stays the same when the clock is set. */
async function lookAt(pid: number | 'self', platform: NodeJS.Platform): Promise<Sight | undefined> {
  if (platform === 'linux') return orNothing(readFile(`/proc/${pid}/stat`, 'utf8').then(parseStat));
  if (platform !== 'darwin') return undefined;
  const line = await ask('ps', '-o', 'stat=', '-o', 'lstart=', '-p', String(pid === 'self' ? process.pid : pid));
  const [, state, started] = /^\s*(\S+)\s+(\S.*?)\s*$/.exec(line ?? '') ?? [];
  return state && started ? { ended: state.startsWith('Z'), started } : undefined;
}

/** The second field is the program's name in parentheses and may hold anything; the third is the state, the 22nd the start. */
function parseStat(stat: string): Sight | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, started] = [fields[0], fields[19]];
  return state && started ? { ended: 'ZXx'.includes(state), started } : undefined;
}

/** Times are told in the zone and language of whoever asks, so all ask in the same. */
async function ask(file: string, ...args: string[]): Promise<string | undefined> {
  const { exitCode, output } = await run({ file, args, env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' } });
  return exitCode === 0 && output !== '' ? output : undefined;
}

function orNothing<T>(promise: Promise<T>): Promise<T | undefined> {
  return promise.catch(() => undefined);
}
