/** Finds programs on PATH. Owns the search, so that no operating system adds the working directory, where a module's own files lie, to it. */

import { accessSync, constants, lstatSync, statSync } from 'node:fs';
import { isAbsolute, join, posix, resolve, win32 } from 'node:path';

const DEFAULT_PATHEXT = '.COM;.EXE;.BAT;.CMD';

/** Where to look. */
export interface ProgramSearch {
  readonly env: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
}

/**
 * Finds a program by its name.
 *
 * @param name a name without a path, such as `uv`
 * @returns absolute path of the first one on PATH that may be executed; relative entries of PATH are passed over
 */
export function findProgram(name: string, search: ProgramSearch): string | undefined {
  return findPrograms(name, search)[0];
}

/** Finds all programs of that name, in the order of PATH. */
export function findPrograms(name: string, search: ProgramSearch): string[] {
  return places(name, search).filter(isExecutable);
}

/** Finds a link of that name, or at that path, that leads nowhere. */
export function findBrokenLink(name: string, search: ProgramSearch): string | undefined {
  const paths = name.includes('/') ? [resolve(name)] : places(name, search);
  return paths.find((path) => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() && !statSync(path, { throwIfNoEntry: false }));
}

function places(name: string, { env, platform = process.platform }: ProgramSearch): string[] {
  const { delimiter } = platform === 'win32' ? win32 : posix;
  const folders = (variable(env, 'PATH') ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  const names = platform === 'win32' ? withExtensions(name, variable(env, 'PATHEXT') ?? DEFAULT_PATHEXT) : [name];
  return folders.flatMap((folder) => names.map((each) => join(folder, each)));
}

/** Reads a variable whose name may be written in any case, as on Windows. */
function variable(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return env[name] ?? Object.entries(env).find(([key]) => key.toUpperCase() === name)?.[1];
}

function withExtensions(name: string, extensions: string): string[] {
  const all = extensions.split(';').filter(Boolean);
  return all.some((extension) => name.toUpperCase().endsWith(extension.toUpperCase())) ? [name] : all.map((each) => `${name}${each}`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
