/** Where this library keeps what modules share: the installer that it fetched, environments of the store, compiled code. Owns the place. */

import { randomUUID } from 'node:crypto';
import { accessSync, constants, lstatSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';

const NAME = 'synapse-py';

/**
 * Gives the directory of this library's cache; it may not exist yet.
 *
 * `SYNAPSE_CACHE_DIR` names another place. Else it is where the system keeps caches (XDG base directories, `~/Library/Caches`,
 * `%LOCALAPPDATA%`), or, where this user cannot write there, a folder of the user's own among the temporary files.
 *
 * @param env where the variables are read
 */
export function cacheDirectory(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  const named = env['SYNAPSE_CACHE_DIR'];
  if (named) return isAbsolute(named) ? named : join(process.cwd(), named);
  const usual = join(userCacheDirectory(env, platform), NAME);
  return isWritable(usual) ? usual : temporary(NAME, env);
}

/** Gives a place for uv's cache where its own choice cannot be written; nothing if it can, or if the user has chosen. */
export function substituteUvCache(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string | undefined {
  if (env['UV_CACHE_DIR'] || env['UV_NO_CACHE']) return undefined;
  const own =
    platform === 'win32'
      ? join(userCacheDirectory(env, platform), 'uv', 'cache')
      : join(env['XDG_CACHE_HOME'] || join(home(env), '.cache'), 'uv');
  return isWritable(own) ? undefined : temporary('synapse-uv', env);
}

function userCacheDirectory(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (platform === 'win32') return env['LOCALAPPDATA'] || join(home(env), 'AppData', 'Local');
  if (platform === 'darwin') return join(home(env), 'Library', 'Caches');
  const xdg = env['XDG_CACHE_HOME'];
  return xdg && isAbsolute(xdg) ? xdg : join(home(env), '.cache');
}

function home(env: NodeJS.ProcessEnv): string {
  const named = env['HOME'] || env['USERPROFILE'];
  if (named) return named;
  try {
    return homedir();
  } catch {
    return tmpdir(); // a container's user that is in no list of users
  }
}

/** Whether a path, or the nearest folder above it that exists, can be written. */
export function isWritable(path: string): boolean {
  for (let at = path; ; at = dirname(at)) {
    try {
      accessSync(at, constants.W_OK);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || at === dirname(at)) return false;
    }
  }
}

/** Anybody can make folders among the temporary files: one that another user made under this name is not trusted. */
function temporary(name: string, env: NodeJS.ProcessEnv): string {
  const user = process.getuid?.();
  const path = join(env['TMPDIR'] || tmpdir(), `${name}-${user ?? 'user'}`);
  const owner = lstatSync(path, { throwIfNoEntry: false });
  const isOwn = owner === undefined || user === undefined || (owner.uid === user && owner.isDirectory());
  return isOwn ? path : `${path}-${randomUUID()}`;
}
