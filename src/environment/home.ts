/** Whose environment a file of Python runs in. Pure but for looking which files are there. */

import { basename } from 'node:path';
import { InvalidModuleError } from '../errors';
import { chooseManifest } from './manifest';

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
}

/** Gives the home of a file or directory; undefined if nothing says what it needs. */
export async function findHome({ directory, requirements, file }: HomeSearch): Promise<Home | undefined> {
  try {
    const { kind } = await chooseManifest({ directory, requirements, entry: file?.endsWith('.py') ? file : undefined });
    return { directory, entrypoint: kind === 'script' && file ? basename(file) : undefined };
  } catch (error) {
    if (error instanceof InvalidModuleError && error.code === 'ERR_SYNAPSE_REQUIREMENTS_NOT_FOUND') return undefined;
    throw error;
  }
}
