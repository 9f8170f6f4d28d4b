/** The stamp: what an environment was made from. Owns its form on disk, and the check whether it still holds. */

import { createHash } from 'node:crypto';
import { readdir, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
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
 * @returns the stamp if everything still holds, else the reason why not
 */
export async function checkStamp(expected: Expectation): Promise<Stamp | StaleReason> {
  const stamp = await readStamp(expected.venv);
  if (typeof stamp === 'string') return stamp;
  if (stamp.venv !== expected.venv) return 'moved';
  if (stamp.options !== expected.options) return 'options-changed';
  const checks = [checkPython(stamp), checkDistributions(stamp), ...stamp.inputs.map((input) => checkInput(expected.directory, input))];
  for (const reason of await Promise.all(checks)) if (reason) return reason;
  return stamp;
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
export async function listDistributions(sitePackages: string): Promise<string[]> {
  return (await readdir(sitePackages)).filter((name) => name.endsWith('.dist-info')).sort();
}

async function readStamp(venv: string): Promise<Stamp | StaleReason> {
  let text: string;
  try {
    text = await readFile(join(venv, STAMP_NAME), 'utf8');
  } catch {
    return (await stat(venv).catch(() => undefined)) ? 'unfinished' : 'absent';
  }
  try {
    const stamp = JSON.parse(text) as Stamp;
    return stamp.schema === SCHEMA ? stamp : 'stamp-unreadable';
  } catch {
    return 'stamp-unreadable';
  }
}

async function checkPython({ python }: Stamp): Promise<StaleReason | undefined> {
  const now = await stat(python.executable).catch(() => undefined);
  if (!now) return 'python-missing';
  return now.size === python.size && Math.floor(now.mtimeMs / 1000) === python.mtimeSeconds ? undefined : 'python-changed';
}

async function checkDistributions(stamp: Stamp): Promise<StaleReason | undefined> {
  const present = await listDistributions(join(stamp.venv, stamp.sitePackages)).catch((): string[] => []);
  return stamp.distributions.every((name) => present.includes(name)) ? undefined : 'packages-missing';
}

/** A touched file with the same content is unchanged. */
async function checkInput(directory: string, input: InputFile): Promise<StaleReason | undefined> {
  const path = resolve(directory, input.path);
  const now = await stat(path).catch(() => undefined);
  if (now && now.size === input.size && now.mtimeMs === input.mtimeMs) return undefined;
  const text = now?.isFile() ? await readFile(path, 'utf8') : undefined;
  return text !== undefined && sha256(text) === input.sha256 ? undefined : 'inputs-changed';
}

function portable(directory: string, path: string): string {
  const inside = relative(directory, path);
  return isAbsolute(inside) ? path : inside;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
