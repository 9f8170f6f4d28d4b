/** What a module's directory must have: an entry script and requirement files. Owns finding them and saying what is missing. */

import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InvalidModuleError } from '../errors';

/** A requirement file with its text. */
export interface RequirementFile {
  readonly path: string;
  readonly text: string;
}

/** Synchronous, as every start asks: a few microseconds, where a turn through the thread pool takes a hundred. */
function isKind(path: string, kind: 'isFile' | 'isDirectory'): boolean {
  return statSync(path, { throwIfNoEntry: false })?.[kind]() ?? false;
}

/**
 * Resolves a module's directory.
 *
 * @param directory a path, relative to the working directory of this program, or a `file:` URL
 * @throws InvalidModuleError there is no such directory (ERR_SYNAPSE_DIRECTORY_NOT_FOUND)
 */
export function findDirectory(directory: string | URL): string {
  const path = resolve(directory instanceof URL ? fileURLToPath(directory) : directory);
  if (isKind(path, 'isDirectory')) return path;
  throw new InvalidModuleError(
    'ERR_SYNAPSE_DIRECTORY_NOT_FOUND',
    path,
    `There is no directory ${path}: pass the directory that holds the Python module (a relative path starts at ${process.cwd()}).`,
  );
}

/**
 * Finds the file that an entry point names: the file itself, with `.py` added, or the `__main__.py` of a package.
 *
 * @param directory absolute path of the module's directory
 * @param entrypoint such as `main`, `main.py`, `pkg/worker` or `pkg`
 * @throws InvalidModuleError it lies outside (ERR_SYNAPSE_ENTRY_OUTSIDE) or is not there (ERR_SYNAPSE_ENTRY_NOT_FOUND)
 */
export function findEntry(directory: string, entrypoint: string): string {
  const path = resolve(directory, entrypoint);
  const inside = relative(directory, path);
  if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
    throw new InvalidModuleError(
      'ERR_SYNAPSE_ENTRY_OUTSIDE',
      path,
      `The entry ${entrypoint} is not inside ${directory}: name a script below the module's directory, such as "main".`,
    );
  }
  const forms = [path, `${path}.py`, join(path, '__main__.py')];
  for (const form of forms) if (isKind(form, 'isFile')) return form;
  throw new InvalidModuleError(
    'ERR_SYNAPSE_ENTRY_NOT_FOUND',
    path,
    `There is no entry ${entrypoint} in ${directory}: none of ${forms.map((form) => relative(directory, form)).join(', ')} is a file. Create it, or name another entry.`,
  );
}

/**
 * Reads requirement files and all that they include by `-r` and `-c`.
 *
 * @param directory absolute path of the module's directory
 * @param files paths relative to it
 * @returns each file once, those that were asked for first
 * @throws InvalidModuleError one is not there (ERR_SYNAPSE_REQUIREMENTS_NOT_FOUND)
 */
export async function readRequirements(directory: string, files: readonly string[]): Promise<RequirementFile[]> {
  const found = new Map<string, RequirementFile>();
  const wanted = files.map((file) => ({ path: resolve(directory, file), from: '' }));
  for (let next = wanted.shift(); next; next = wanted.shift()) {
    const { path, from } = next;
    if (found.has(path)) continue;
    const text = await readFile(path, 'utf8').catch((cause: unknown) => {
      throw requirementsNotFound(path, from, cause);
    });
    found.set(path, { path, text });
    for (const include of includesOf(text)) wanted.push({ path: resolve(dirname(path), include), from: path });
  }
  return [...found.values()];
}

function requirementsNotFound(path: string, from: string, cause: unknown): InvalidModuleError {
  const why = from ? `${from} includes it` : 'it names the packages that the module needs';
  const mend = from ? 'Create it, or remove the line.' : 'Create it; it may be empty.';
  const error = new InvalidModuleError('ERR_SYNAPSE_REQUIREMENTS_NOT_FOUND', path, `There is no ${path}: ${why}. ${mend}`);
  error.cause = cause;
  return error;
}

/** Gives the local files that a requirement file includes. */
function includesOf(text: string): string[] {
  const pattern = /^\s*(?:-r|-c|--requirement|--constraint)(?:\s*=\s*|\s*)(\S.*?)\s*(?:\s#.*)?$/gm;
  return [...text.matchAll(pattern)].map((match) => match[1] as string).filter((path) => !/^\w+:\/\//.test(path));
}

/** Whether a requirement file asks for anything. */
export function asksForSomething(text: string): boolean {
  return text.split('\n').some((line) => /^\s*[^\s#]/.test(line));
}
