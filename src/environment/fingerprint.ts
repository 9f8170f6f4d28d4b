/** The stamp: what an environment was made from. Owns its form on disk, and the check whether it still holds. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { rename, stat, unlink, writeFile } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import type { Interpreter } from './discover';
import type { RequirementFile } from './module-directory';

const STAMP_NAME = '.synapse.json';
/** Raised when environments of an earlier layout must be made anew. */
const SCHEMA = 1;

interface InputFile {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly sha256: string;
}

/** What a stamp records. */
export interface Stamp {
  readonly schema: number;
  /** The environment's own place: one that was moved is made anew. */
  readonly venv: string;
  /** What the caller asked for, as one comparable string. */
  readonly options: string;
  readonly inputs: readonly InputFile[];
  readonly python: Interpreter & { readonly size: number; readonly mtimeSeconds: number };
  readonly installer: string;
  readonly sitePackages: string;
  readonly distributions: readonly string[];
  readonly createdAt: string;
}

/** Why an environment cannot be used as it is. */
export type StaleReason =
  | 'absent'
  | 'unfinished'
  | 'stamp-unreadable'
  | 'moved'
  | 'options-changed'
  | 'python-missing'
  | 'python-changed'
  | 'inputs-changed'
  | 'packages-missing';

/** What an environment must match. */
export interface Expectation {
  /** Absolute path of the module's directory. */
  readonly directory: string;
  /** Absolute path of the environment. */
  readonly venv: string;
  readonly options: string;
}

/**
 * Checks an environment by reading files only; no program is started and nothing is written.
 *
 * Synchronous: a dozen small reads take well under a millisecond, where a dozen turns through the thread pool take several.
 *
 * @returns the stamp if everything still holds, else the reason why not
 */
export function checkStamp(expected: Expectation): Stamp | StaleReason {
  const stamp = readStamp(expected.venv);
  if (typeof stamp === 'string') return stamp;
  if (stamp.venv !== expected.venv) return 'moved';
  if (stamp.options !== expected.options) return 'options-changed';
  const inputs = stamp.inputs.every((input) => isUnchanged(expected.directory, input));
  return checkPython(stamp) ?? checkDistributions(stamp) ?? (inputs ? stamp : 'inputs-changed');
}

/** Records that an environment is complete. The last step of making one. */
export async function writeStamp(stamp: Omit<Stamp, 'schema' | 'python'>, python: Interpreter): Promise<Stamp> {
  const { size, mtimeMs } = await stat(python.executable);
  const whole: Stamp = { schema: SCHEMA, ...stamp, python: { ...python, size, mtimeSeconds: Math.floor(mtimeMs / 1000) } };
  const path = join(stamp.venv, STAMP_NAME);
  const aside = `${path}.${process.pid}`;
  await writeFile(aside, JSON.stringify(whole), { mode: 0o644, flush: true });
  await rename(aside, path);
  return whole;
}

/** Takes the mark of completeness away, before anything is changed. */
export async function removeStamp(venv: string): Promise<void> {
  await unlink(join(venv, STAMP_NAME)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

/** Describes requirement files as a stamp does. */
export async function describeInputs(directory: string, files: readonly RequirementFile[]): Promise<InputFile[]> {
  return Promise.all(
    files.map(async ({ path, text }) => {
      const { size, mtimeMs } = await stat(path);
      return { path: portable(directory, path), size, mtimeMs, sha256: sha256(text) };
    }),
  );
}

/** Lists the distributions in a site-packages directory; each has a folder of metadata. */
export function listDistributions(sitePackages: string): string[] {
  const names = attempt(() => readdirSync(sitePackages)) ?? [];
  return names.filter((name) => name.endsWith('.dist-info')).sort();
}

function readStamp(venv: string): Stamp | StaleReason {
  const text = attempt(() => readFileSync(join(venv, STAMP_NAME), 'utf8'));
  if (text === undefined) return look(venv) ? 'unfinished' : 'absent';
  const stamp = attempt(() => JSON.parse(text) as Stamp);
  return stamp?.schema === SCHEMA ? stamp : 'stamp-unreadable';
}

function checkPython({ python }: Stamp): StaleReason | undefined {
  const now = look(python.executable);
  if (!now) return 'python-missing';
  return now.size === python.size && Math.floor(now.mtimeMs / 1000) === python.mtimeSeconds ? undefined : 'python-changed';
}

function checkDistributions(stamp: Stamp): StaleReason | undefined {
  const present = new Set(listDistributions(join(stamp.venv, stamp.sitePackages)));
  return stamp.distributions.every((name) => present.has(name)) ? undefined : 'packages-missing';
}

/** A touched file with the same content is unchanged. */
function isUnchanged(directory: string, input: InputFile): boolean {
  const path = resolve(directory, input.path);
  const now = look(path);
  if (!now) return false;
  if (now.size === input.size && now.mtimeMs === input.mtimeMs) return true;
  const text = attempt(() => readFileSync(path, 'utf8'));
  return text !== undefined && sha256(text) === input.sha256;
}

function look(path: string): Stats | undefined {
  return attempt(() => statSync(path, { throwIfNoEntry: false }));
}

/** What cannot be read is as good as absent: the environment is then made anew, which says what is wrong. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function portable(directory: string, path: string): string {
  const inside = relative(directory, path);
  return isAbsolute(inside) ? path : inside;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
