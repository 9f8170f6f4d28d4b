/** Programs that this library fetches when a machine lacks them: uv, and a newer pip. Owns their place, and that each is the one it should be. */

import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PYTHON_DIRECTORY } from '../paths';
import { type CommandResult, run } from './command';
import { type FoundPip, PIP_INSTALL } from './pip';
import { installerVariables } from './variables';

/** What can be fetched; each has a file of its version and the digests of all its builds. */
export type ToolName = 'uv' | 'pip';

/** These settings of pip are for the user's own packages. */
const OTHER_PACKAGES = [
  'PIP_CONSTRAINT',
  'PIP_NO_BINARY',
  'PIP_ONLY_BINARY',
  'PIP_PRE',
  'PIP_NO_DEPS',
  'PIP_REQUIRE_HASHES',
  'PIP_PLATFORM',
];

/** How to fetch. */
export interface FetchOptions {
  /** Absolute path of the interpreter that runs pip. */
  readonly python: string;
  readonly pip: FoundPip;
  readonly cache: string;
  readonly env: NodeJS.ProcessEnv;
  /** Absolute path of a directory of wheels that takes the place of the package index. */
  readonly wheelhouse: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Gives what starts a tool that was fetched before: uv's program, or the directory of pip's package; it may not be there. */
export function toolProgram(name: ToolName, cache: string): string {
  const place = placeOf(name, cache);
  if (name === 'pip') return join(place, 'pip');
  const windows = [join(place, 'bin', 'uv.exe'), join(place, 'Scripts', 'uv.exe')];
  return process.platform === 'win32' ? (windows.find((path) => existsSync(path)) ?? (windows[0] as string)) : join(place, 'bin', 'uv');
}

/** The version that is fetched. */
export function toolVersion(name: ToolName): string {
  const [, version = ''] = /==(\S+)/.exec(readFileSync(manifestOf(name), 'utf8')) ?? [];
  return version;
}

/**
 * Fetches a tool from the package index into the cache, by the user's own pip and its configuration.
 *
 * It is put aside, and renamed into place when whole: of several that fetch at once, one wins and the others use its.
 *
 * @returns what pip said if it failed
 */
export async function fetchTool(name: ToolName, options: FetchOptions): Promise<CommandResult | undefined> {
  const { cache, python, pip, env, wheelhouse, signal } = options;
  await mkdir(join(cache, 'tools'), { recursive: true, mode: 0o700 });
  const aside = await mkdtemp(join(cache, 'tools', '.fetching-'));
  try {
    const exact = ['--no-deps', '--no-compile', '--only-binary', ':all:', '--require-hashes', '-r', manifestOf(name), '--target', aside];
    const source = wheelhouse ? ['--no-index', '--find-links', wheelhouse] : [];
    const variables = Object.fromEntries(Object.entries(installerVariables(env)).filter(([each]) => !OTHER_PACKAGES.includes(each)));
    const result = await run({ file: python, args: [...pip.start, ...PIP_INSTALL, ...exact, ...source], env: variables, signal });
    if (result.exitCode !== 0) return result;
    await rm(placeOf(name, cache), { recursive: true, force: true }); // what is there did not work, or this would not be asked for
    await rename(aside, placeOf(name, cache)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST' && error.code !== 'EPERM') throw error;
    });
    return undefined;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

function placeOf(name: ToolName, cache: string): string {
  const build = name === 'uv' ? `-${process.platform}-${process.arch}` : ''; // one home may serve several kinds of machines
  return join(cache, 'tools', `${name}-${toolVersion(name)}${build}`);
}

function manifestOf(name: ToolName): string {
  return join(PYTHON_DIRECTORY, 'tools', `${name}.txt`);
}
