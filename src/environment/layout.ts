/** Where things lie in an environment, on each platform. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The executables of an environment. */
export function scriptsDirectory(venv: string, platform: NodeJS.Platform = process.platform): string {
  return join(venv, platform === 'win32' ? 'Scripts' : 'bin');
}

/** The interpreter of an environment. */
export function environmentPython(venv: string, platform: NodeJS.Platform = process.platform): string {
  return join(scriptsDirectory(venv, platform), platform === 'win32' ? 'python.exe' : 'python');
}

/**
 * Where the packages of an environment are, by the layout of all environments: no program need be asked.
 *
 * @throws Error there is no such directory
 */
export function sitePackagesIn(venv: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return join(venv, 'Lib', 'site-packages');
  const version = readdirSync(join(venv, 'lib')).find((name) => /^(?:python|pypy)3/.test(name));
  if (version === undefined) throw new Error(`there is no lib/python3 in ${venv}`);
  return join(venv, 'lib', version, 'site-packages');
}
