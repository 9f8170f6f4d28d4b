/** What this library reads of TOML files: `pyproject.toml`, `pylock.toml`, `uv.lock` and the header of a script. Owns their forms. */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { InvalidModuleError } from '../errors';

/** What counts of a `pyproject.toml` (PyPA specification: pyproject.toml). */
export interface Project {
  readonly name: string | undefined;
  readonly hasProject: boolean;
  readonly dependencies: readonly string[] | undefined;
  /** Whether only a build tells the dependencies. */
  readonly dynamic: boolean;
  readonly requiresPython: string | undefined;
  /** Settings of uv, which change what it installs. */
  readonly uv: unknown;
  /** Whether uv takes packages from elsewhere than other installers would: they must not install it. */
  readonly hasOwnSources: boolean;
  /** Packages that lie on this disk: `[tool.uv.sources]`. */
  readonly localSources: readonly { readonly path: string; readonly editable: boolean }[];
}

/** What counts of a script's header (PyPA specification: inline script metadata). */
export interface ScriptHeader {
  readonly text: string;
  readonly dependencies: readonly string[];
  readonly requiresPython: string | undefined;
}

type Table = Record<string, unknown>;

/**
 * Reads a `pyproject.toml`.
 *
 * @throws InvalidModuleError it is not valid (ERR_SYNAPSE_REQUIREMENTS_INVALID)
 */
export async function readProject(path: string): Promise<Project> {
  const table = await parseToml(await readFile(path, 'utf8'), path);
  const project = tableIn(table, 'project');
  const uv = tableIn(tableIn(table, 'tool'), 'uv');
  const sources = Object.values(tableIn(uv, 'sources') ?? {}).flat() as Table[];
  return {
    name: textIn(project, 'name'),
    hasProject: project !== undefined,
    dependencies: project?.['dependencies'] === undefined ? undefined : dependenciesIn(project, path),
    dynamic: Array.isArray(project?.['dynamic']) && project['dynamic'].includes('dependencies'),
    requiresPython: textIn(project, 'requires-python'),
    uv,
    hasOwnSources: uv?.['sources'] !== undefined || uv?.['index'] !== undefined,
    localSources: sources
      .filter((source) => typeof source?.['path'] === 'string')
      .map((source) => ({ path: String(source['path']), editable: source['editable'] === true })),
  };
}

/**
 * Reads the Python that a lock file asks for.
 *
 * @throws InvalidModuleError it is not valid TOML (ERR_SYNAPSE_REQUIREMENTS_INVALID)
 */
export async function readLockedPython(path: string): Promise<string | undefined> {
  return textIn(await parseToml(await readFile(path, 'utf8'), path), 'requires-python');
}

/**
 * Demands that a `uv.lock` is of its project as it is now: it is installed as it is, so nobody else would see the difference.
 *
 * @throws InvalidModuleError it is not, or one of them is not valid TOML (ERR_SYNAPSE_REQUIREMENTS_INVALID)
 */
export async function demandInStep(project: string, lock: string): Promise<void> {
  if (!existsSync(project) || !existsSync(lock)) return;
  const names = await differencesToLock(project, lock);
  if (names.length === 0) return;
  throw new InvalidModuleError(
    'ERR_SYNAPSE_REQUIREMENTS_INVALID',
    lock,
    `${lock} does not fit ${project}: ${names.join(', ')} is in one of them only. Run "uv lock" there, or delete the lock file.`,
  );
}

/**
 * Says in what a `uv.lock` does not know the dependencies of its project.
 *
 * @returns names of packages that only one of the two has; nothing where the lock does not tell
 * @throws InvalidModuleError one of them is not valid TOML (ERR_SYNAPSE_REQUIREMENTS_INVALID)
 */
async function differencesToLock(projectPath: string, lockPath: string): Promise<string[]> {
  const { name, dependencies = [], dynamic } = await readProject(projectPath);
  const { package: packages } = await parseToml(await readFile(lockPath, 'utf8'), lockPath);
  const own = (Array.isArray(packages) ? (packages as Table[]) : []).find((each) => each['name'] === normalised(name ?? ''));
  const locked = tableIn(own, 'metadata')?.['requires-dist'];
  if (!own || dynamic || (locked !== undefined && !Array.isArray(locked))) return [];
  const known = new Set(
    ((locked ?? []) as Table[]).filter(({ marker }) => !String(marker ?? '').includes('extra ==')).map((each) => String(each['name'])),
  );
  const wanted = new Set(dependencies.map((each) => normalised(/^\s*([\w.-]+)/.exec(each)?.[1] ?? '')));
  return [...wanted].filter((each) => !known.has(each)).concat([...known].filter((each) => !wanted.has(each)));
}

/** Names of packages are the same whatever their case and punctuation (PyPA specification: name normalization). */
function normalised(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** Takes the header out of a script: the lines from `# /// script` to `# ///`, without their `#`. */
export function readScriptHeader(script: string): string | undefined {
  const lines = script.split(/\r?\n/);
  const begin = lines.indexOf('# /// script');
  if (begin < 0) return undefined;
  const after = lines.slice(begin + 1);
  const length = after.findIndex((line) => line !== '#' && !line.startsWith('# '));
  const block = length < 0 ? after : after.slice(0, length);
  const end = block.lastIndexOf('# ///');
  return end < 0
    ? undefined
    : block
        .slice(0, end)
        .map((line) => line.slice(2))
        .join('\n');
}

/**
 * Reads a script's header.
 *
 * @throws InvalidModuleError it is not valid (ERR_SYNAPSE_REQUIREMENTS_INVALID)
 */
export async function parseScriptHeader(text: string, path: string): Promise<ScriptHeader> {
  const table = await parseToml(text, path);
  return { text, dependencies: dependenciesIn(table, path), requiresPython: textIn(table, 'requires-python') };
}

/** Loaded when first needed: most modules have nothing to parse, and no start should wait for it. */
async function parseToml(text: string, path: string): Promise<Table> {
  const { parse } = await import('smol-toml');
  try {
    return parse(text);
  } catch (cause) {
    throw invalid(path, (cause as Error).message.trim(), cause);
  }
}

function tableIn(table: Table | undefined, name: string): Table | undefined {
  const value = table?.[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : undefined;
}

function textIn(table: Table | undefined, name: string): string | undefined {
  const value = table?.[name];
  return typeof value === 'string' ? value : undefined;
}

/** A dependency begins with a name: a line with an option in it would be obeyed by installers. */
function dependenciesIn(table: Table, path: string): string[] {
  const value = table['dependencies'] ?? [];
  if (!Array.isArray(value)) throw invalid(path, 'dependencies must be a list of texts');
  for (const each of value) {
    if (typeof each !== 'string' || !/^\s*[A-Za-z0-9][^\r\n]*$/.test(each)) {
      throw invalid(path, `${JSON.stringify(each)} among the dependencies is not the name of a package, with or without a version`);
    }
  }
  return value;
}

function invalid(path: string, reason: string, cause?: unknown): InvalidModuleError {
  const error = new InvalidModuleError('ERR_SYNAPSE_REQUIREMENTS_INVALID', path, `${path} cannot be read: ${reason}. Correct it.`);
  if (cause !== undefined) error.cause = cause;
  return error;
}
