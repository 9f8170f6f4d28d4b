/** A module's directory and its entry script. Owns finding them and saying what is missing. */

import { statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InvalidModuleError } from '../errors';
import { unpacked } from '../paths';

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
  const path = unpacked(resolve(directory instanceof URL ? fileURLToPath(directory) : directory));
  if (/\.asar[\\/]/.test(path)) throw insideArchive(path);
  if (isKind(path, 'isDirectory')) return path;
  if (isKind(path, 'isFile')) throw fileInstead(path);
  throw new InvalidModuleError(
    'ERR_SYNAPSE_DIRECTORY_NOT_FOUND',
    path,
    `There is no directory ${path}: pass the directory that holds the Python module (a relative path starts at ${process.cwd()}).`,
  );
}

function fileInstead(path: string): InvalidModuleError {
  const name = basename(path, '.py');
  const entry = name === 'main' || !path.endsWith('.py') ? '' : `, and ${name} as the entry (--entry ${name})`;
  return new InvalidModuleError(
    'ERR_SYNAPSE_DIRECTORY_NOT_FOUND',
    path,
    `${path} is a file: name its directory, ${dirname(path)}${entry}.`,
  );
}

function insideArchive(path: string): InvalidModuleError {
  return new InvalidModuleError(
    'ERR_SYNAPSE_DIRECTORY_NOT_FOUND',
    path,
    `The directory ${path} is inside an Electron archive, where Python cannot look: name it in asarUnpack, so that it is put beside the archive.`,
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
