/** Whose environment a file of Python runs in. Pure but for looking which files are there. */

import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { InvalidModuleError } from '../errors';
import { chooseManifest, type Manifest } from './manifest';
import { isEnvironment } from './ownership';

/** A directory that has an environment of its own. */
export interface Home {
  readonly directory: string;
  /** The file whose own header says what it needs, relative to the directory; undefined if the directory says that for all. */
  readonly entrypoint: string | undefined;
  /** Where a further package is to be named: an absolute path, or words with one. */
  readonly manifest: string;
}

/** What is asked for. */
export interface HomeSearch {
  readonly directory: string;
  readonly requirements: string | readonly string[] | undefined;
  /** Absolute path of the file, if it is one. */
  readonly file: string | undefined;
  /** The interpreter that is named, if one is. */
  readonly python: string | undefined;
  /** The folder up to which those above the directory count too, the nearest first; absent if the directory alone does. */
  readonly within?: string;
}

/**
 * Gives the home of a file or directory; undefined if nothing says what it needs, or if the interpreter that is named is that of an
 * environment already.
 */
export async function findHome({ directory, requirements, file, python, within }: HomeSearch): Promise<Home | undefined> {
  if (python !== undefined && isOfEnvironment(python)) return undefined;
  const places = within === undefined || requirements !== undefined ? [directory] : placesFor(directory, within);
  for (const place of places) {
    const entry = place === directory && file?.endsWith('.py') ? file : undefined; // a header speaks for its own folder alone
    const home = await homeAt(place, requirements, entry);
    if (home) return home;
  }
  return undefined;
}

/**
 * Gives the directories in which requirements are looked for: from one up to another that it lies in, else it alone. What
 * `node_modules` holds is not part of the program that uses it.
 */
export function placesFor(directory: string, within: string): string[] {
  const inside = relative(within, directory);
  if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) return [directory];
  const places = [directory];
  for (let at = directory; at !== within && basename(dirname(at)) !== 'node_modules'; at = dirname(at)) places.push(dirname(at));
  return places;
}

/** Whether an interpreter is that of an environment. A link is not followed: it leads to what the environment is made of. */
export function isOfEnvironment(python: string): boolean {
  if (!/[\\/]/.test(python)) return false;
  const folder = dirname(resolve(python));
  return [dirname(folder), folder].some(isEnvironment); // the conda of Windows has its interpreter on top
}

async function homeAt(directory: string, requirements: HomeSearch['requirements'], entry: string | undefined): Promise<Home | undefined> {
  try {
    const manifest = await chooseManifest({ directory, requirements, entry });
    const entrypoint = manifest.kind === 'script' && entry ? basename(entry) : undefined;
    return { directory, entrypoint, manifest: placeToAdd(manifest, directory) };
  } catch (error) {
    if (error instanceof InvalidModuleError && error.code === 'ERR_SYNAPSE_REQUIREMENTS_NOT_FOUND') return undefined;
    throw error;
  }
}

function placeToAdd({ kind, files: [file] }: Manifest, directory: string): string {
  if (file === undefined) return 'the option requirements';
  if (kind === 'script') return `the header of ${file}`;
  if (kind === 'uv-lock') return `${join(directory, 'pyproject.toml')} (by uv add)`;
  return kind === 'pylock' ? `what ${file} is locked from, and lock it anew` : file;
}
