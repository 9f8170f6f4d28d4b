/** The stamp: what an environment was made from. Owns its form on disk, and the check whether it still holds. */

import { accessSync, constants, existsSync, readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { attempt, type DigestedFile, isUnchanged, sha256 } from './digest';
import type { Interpreter } from './discover';
import { environmentPython } from './layout';
import type { ManifestKind } from './manifest';
import { isEnvironment, isForeign } from './ownership';

const STAMP_NAME = '.synapse.json';
/** Where the stamp is kept while an environment is changed in a way that can still be given up. */
const PREVIOUS_NAME = '.synapse.previous.json';
/** Raised when environments of an earlier layout must be made anew. */
const SCHEMA = 3;

/** What is recorded as the installer of an environment that needs no packages. */
export const VENV_ALONE = 'venv';

/** What a stamp records. */
export interface Stamp {
  readonly schema: number;
  /** The environment's own place. */
  readonly venv: string;
  /** Operating system and processor, such as `linux-x64`. */
  readonly host: string;
  /** Whether this library made the environment, or took over one that was there. */
  readonly owner: 'synapse' | 'user';
  readonly kind: ManifestKind;
  /** The options that decide what is in it, as one comparable text. */
  readonly options: string;
  /** The entry, relative to the module's directory, if its header is what the environment was made from. */
  readonly entry: string | null;
  readonly python: Interpreter & { readonly size: number; readonly mtimeSeconds: number };
  /** What named the interpreter, if something did. */
  readonly named: string | null;
  /** Name and version, such as `uv 0.9.2`. */
  readonly installer: string;
  /** Whether its commands still work when it is moved. */
  readonly movable: boolean;
  /** Whether its packages were compiled when they were installed. */
  readonly compiled: boolean;
  readonly inputs: readonly DigestedFile[];
  /** Files that were not there and would have counted. */
  readonly absent: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly essence: string;
  /** Relative to the environment. */
  readonly sitePackages: string;
  /** Names of all that lies in site-packages. */
  readonly contents: readonly string[];
  readonly createdAt: string;
}

/** Why an environment cannot be used as it is. */
export type HealthReason =
  | 'absent'
  | 'unfinished'
  | 'stamp-unreadable'
  | 'python-missing'
  | 'packages-missing'
  | 'other-platform'
  | 'moved'
  | 'options-changed'
  | 'python-changed'
  | 'inputs-changed';

/** How an environment is. `stale`: complete, but for other inputs. `broken`: not to be used. `detail` says it to a person. */
export type Health =
  | { readonly state: 'ready'; readonly stamp: Stamp }
  | { readonly state: 'stale'; readonly reason: HealthReason; readonly detail: string; readonly stamp: Stamp }
  | { readonly state: 'absent' | 'broken'; readonly reason: HealthReason; readonly detail: string };

/** What an environment must match. */
export interface Expectation {
  /** Absolute path of the module's directory. */
  readonly directory: string;
  /** Absolute path of the environment. */
  readonly venv: string;
  readonly options: string;
  /** The entry, relative to the module's directory. */
  readonly entry: string | null;
  /** What names the interpreter, if something does. */
  readonly named: string | null;
  readonly installer: 'auto' | 'uv' | 'pip';
  readonly env: NodeJS.ProcessEnv;
  /** Whether its packages must be compiled. */
  readonly compile: boolean;
}

/**
 * Checks an environment by reading files only; no program is started and nothing is written.
 *
 * Synchronous: a dozen small reads take well under a millisecond, where a dozen turns through the thread pool take several.
 */
export function checkHealth(expected: Expectation): Health {
  const text = attempt(() => readFileSync(join(expected.venv, STAMP_NAME), 'utf8'));
  if (text === undefined) return withoutStamp(expected.venv);
  const unreadable: Health = {
    state: 'broken',
    reason: 'stamp-unreadable',
    detail: `its stamp ${STAMP_NAME} is damaged or of another version`,
  };
  const stamp = attempt(() => JSON.parse(text) as Stamp);
  if (stamp?.schema !== SCHEMA || !stamp.contents || !stamp.inputs) return unreadable;
  return attempt(() => findBreak(stamp, expected.venv) ?? findChange(stamp, expected)) ?? unreadable;
}

/** Names of the distributions among the contents of a site-packages directory; each has a folder of metadata. */
export function distributionsIn(contents: readonly string[]): string[] {
  return contents.filter((name) => name.endsWith('.dist-info'));
}

/** Records that an environment is complete. The last step of making one. */
export async function writeStamp(stamp: Omit<Stamp, 'schema' | 'python' | 'host'>, python: Interpreter): Promise<Stamp> {
  const { size, mtimeMs } = statSync(python.executable);
  const whole: Stamp = {
    ...{ schema: SCHEMA, host: host(), ...stamp },
    python: { ...python, size, mtimeSeconds: Math.floor(mtimeMs / 1000) },
  };
  const path = join(stamp.venv, STAMP_NAME);
  const aside = `${path}.${process.pid}`;
  const file = await open(aside, 'w', 0o644);
  try {
    await file.writeFile(JSON.stringify(whole));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(aside, path);
  await rm(join(stamp.venv, PREVIOUS_NAME), { force: true });
  return whole;
}

/**
 * Takes the mark of completeness away, before anything is changed; it is kept aside for `restoreStamp`.
 *
 * @returns whether there was one
 */
export async function withdrawStamp(venv: string): Promise<boolean> {
  try {
    await rename(join(venv, STAMP_NAME), join(venv, PREVIOUS_NAME));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Gives the mark back when nothing was changed after all. */
export async function restoreStamp(venv: string): Promise<void> {
  await rename(join(venv, PREVIOUS_NAME), join(venv, STAMP_NAME));
}

function host(): string {
  return `${process.platform}-${process.arch}`;
}

function withoutStamp(venv: string): Health {
  const broken = (detail: string): Health => ({ state: 'broken', reason: 'unfinished', detail });
  if (isForeign(venv)) return broken(isEnvironment(venv) ? 'somebody else made it' : 'what is there is not an environment');
  if (isEnvironment(venv)) return broken('making it was interrupted, or failed');
  return { state: 'absent', reason: 'absent', detail: 'there is no environment yet' };
}

/** What makes an environment unusable, whatever it is for. */
function findBreak(stamp: Stamp, venv: string): Health | undefined {
  const broken = (reason: HealthReason, detail: string): Health => ({ state: 'broken', reason, detail });
  if (stamp.host !== host()) return broken('other-platform', `it was made for ${stamp.host}, and this is ${host()}`);
  const lacks = missingPython(stamp.python.executable);
  if (lacks) return broken('python-missing', lacks);
  if (!existsSync(environmentPython(venv)) || !existsSync(join(venv, 'pyvenv.cfg')))
    return broken('python-missing', 'its own Python is not in it any more');
  const present = new Set(attempt(() => readdirSync(join(venv, stamp.sitePackages))));
  const gone = stamp.contents.find((name) => !present.has(name));
  return gone === undefined ? undefined : broken('packages-missing', `${gone} is not in it any more`);
}

/** Says what is wrong with the interpreter that it was made from, or nothing. */
function missingPython(executable: string): string | undefined {
  try {
    accessSync(executable, constants.X_OK);
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return `its interpreter ${executable} is not there any more`;
    return `this user may not run its interpreter ${executable}: make it from one that all users may run, such as the system's`;
  }
}

/** What tells a complete environment from the one that is wanted. */
function findChange(stamp: Stamp, expected: Expectation): Health {
  const stale = (reason: HealthReason, detail: string): Health => ({ state: 'stale', reason, detail, stamp });
  const python = look(stamp.python.executable) as Stats;
  if (stamp.venv !== expected.venv) return stale('moved', `it was made as ${stamp.venv}`);
  if (stamp.options !== expected.options || !mayBeBy(expected.installer, stamp)) return stale('options-changed', 'the options are others');
  if (stamp.entry !== null && stamp.entry !== expected.entry) return stale('inputs-changed', `it was made for ${stamp.entry}`);
  if (expected.named !== null && stamp.named !== expected.named) return stale('options-changed', 'another interpreter is named');
  if (python.size !== stamp.python.size || Math.floor(python.mtimeMs / 1000) !== stamp.python.mtimeSeconds)
    return stale('python-changed', `its interpreter ${stamp.python.executable} was replaced`);
  if (expected.compile && !stamp.compiled && stamp.owner === 'synapse') return stale('options-changed', 'its packages are not compiled');
  const changed = changedInput(stamp, expected);
  return changed === undefined ? { state: 'ready', stamp } : stale('inputs-changed', `${changed} has changed`);
}

function mayBeBy(choice: Expectation['installer'], { installer, owner }: Stamp): boolean {
  return choice === 'auto' || owner === 'user' || installer.startsWith(choice) || installer === VENV_ALONE;
}

function changedInput({ inputs, absent, variables }: Stamp, { directory, env }: Expectation): string | undefined {
  return (
    inputs.find((file) => !isUnchanged(directory, file))?.path ??
    absent.find((path) => existsSync(resolve(directory, path))) ??
    Object.keys(variables).find((name) => sha256(env[name] ?? '') !== variables[name])
  );
}

function look(path: string): Stats | undefined {
  return attempt(() => statSync(path, { throwIfNoEntry: false }));
}

/** Gives a site-packages directory as a stamp records it. */
export function describeSitePackages(venv: string, sitePackages: string): Pick<Stamp, 'sitePackages' | 'contents'> {
  const contents = readdirSync(sitePackages).filter((name) => name !== '__pycache__');
  return { sitePackages: relative(venv, sitePackages), contents: contents.sort() };
}
