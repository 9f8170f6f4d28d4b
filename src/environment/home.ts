/** Whose environment a file of Python runs in. Pure but for looking which files are there. */

import { basename, dirname, resolve } from 'node:path';
import { InvalidModuleError } from '../errors';
import { chooseManifest } from './manifest';
import { isEnvironment } from './ownership';

/** A directory that has an environment of its own. */
export interface Home {
  readonly directory: string;
  /** The file whose own header says what it needs, relative to the directory; undefined if the directory says that for all. */
  readonly entrypoint: string | undefined;
}

/** What is asked for. */
export interface HomeSearch {
  readonly directory: string;
  readonly requirements: string | readonly string[] | undefined;
  /** Absolute path of the file, if it is one. */
  readonly file: string | undefined;
  /** The interpreter that is named, if one is. */
  readonly python: string | undefined;
}

/**
 * Gives the home of a file or directory; undefined if nothing says what it needs, or if the interpreter that is named is that of an
 * environment already.
 */
export async function findHome({ directory, requirements, file, python }: HomeSearch): Promise<Home | undefined> {
  if (python !== undefined && isOfEnvironment(python)) return undefined;
  try {
    const { kind } = await chooseManifest({ directory, requirements, entry: file?.endsWith('.py') ? file : undefined });
    return { directory, entrypoint: kind === 'script' && file ? basename(file) : undefined };
  } catch (error) {
    if (error instanceof InvalidModuleError && error.code === 'ERR_SYNAPSE_REQUIREMENTS_NOT_FOUND') return undefined;
    throw error;
  }
}

/** A link is not followed: it leads to the interpreter that the environment is made of. The conda of Windows has its interpreter on top. */
function isOfEnvironment(python: string): boolean {
  if (!/[\\/]/.test(python)) return false;
  const folder = dirname(resolve(python));
  return [dirname(folder), folder].some(isEnvironment);
}
