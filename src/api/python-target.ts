/** What `python()` is to import. Owns how a path is told from a name, and finding the file. */

import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, extname, isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InvalidModuleError } from '../errors';
import { invalid } from '../option-checks';

/** One thing to import. */
export interface PythonTarget {
  /** Dotted; of a file, the name without the ending. */
  readonly name: string;
  /** Absolute path of a file or of a package's folder; undefined for a module that Python finds by itself. */
  readonly path: string | undefined;
  /** Absolute path of the directory that it belongs to: the file's; for a name, the working directory. */
  readonly directory: string;
}

/**
 * Finds what a spec names.
 *
 * @param spec a path (`./model.py`, `../pkg`), absolute or relative to the working directory, or a `file:` URL; anything else is a dotted name
 * @throws InvalidModuleError there is no such file (ERR_SYNAPSE_ENTRY_NOT_FOUND)
 * @throws InvalidOptionError it is none of these (ERR_SYNAPSE_INVALID_OPTION)
 */
export function targetOf(spec: string | URL): PythonTarget {
  const given = pathOf(spec);
  if (typeof given !== 'string' || given === '' || given.includes('\0'))
    throw invalid('spec', "python() takes a path such as './model.py', a file: URL, or a name such as 'numpy'.");
  if (!/^\.{1,2}(?:[\\/]|$)/.test(given) && !isAbsolute(given) && extname(given) !== '.py') {
    return { name: given, path: undefined, directory: process.cwd() };
  }
  const path = existing(given);
  const name = basename(path, extname(path));
  return { name, path, directory: dirname(path) };
}

/** Gives a `file:` URL as a path, and anything else as it is; undefined for a URL that is no path here. */
function pathOf(spec: string | URL): unknown {
  const isUrl = spec instanceof URL ? spec.protocol === 'file:' : typeof spec === 'string' && spec.startsWith('file:');
  if (!isUrl) return spec;
  try {
    return fileURLToPath(spec);
  } catch {
    return undefined;
  }
}

/** Gives the path of what a spec names: a file, with or without its ending, or a package. */
function existing(given: string): string {
  const path = resolve(given);
  const found = [path, `${path}.py`].find(isFile) ?? (existsSync(path) ? path : undefined);
  if (found === undefined) {
    const place = isAbsolute(given) ? '.' : `: a path is relative to the working directory, ${process.cwd()}.`;
    throw new InvalidModuleError('ERR_SYNAPSE_ENTRY_NOT_FOUND', path, `There is no Python file at ${path}${place}`);
  }
  if (!isFile(found) && !isFile(resolve(found, '__init__.py'))) {
    throw new InvalidModuleError(
      'ERR_SYNAPSE_ENTRY_NOT_FOUND',
      found,
      `${found} is a folder without __init__.py: name a file in it, or make it a package.`,
    );
  }
  return realpathSync(found);
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
