/** What a clone of this project is after the first command of each README, in a folder of its own. */

import { cp, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { packLibrary } from '../package/packed-library';

export const EXAMPLES = resolve(__dirname, '..', '..', 'examples');
/** Milliseconds for npm to fetch and unpack what is not in its cache. */
export const CLONE_TIMEOUT_MS = 240_000;
/** Milliseconds of a test that installs packages. */
export const INSTALL_TIMEOUT_MS = 180_000;

/** Makes the library as it is published, with what it needs, and the examples without what their runs have left; gives the folder. */
export async function makeClone(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'synapse-examples-')));
  const root = join(folder, 'package');
  try {
    await fill(folder, root);
    return root;
  } catch (error) {
    await removeClone(root);
    throw error;
  }
}

async function fill(folder: string, root: string): Promise<void> {
  const tarball = await packLibrary(join(folder, 'tarball'));
  await execa('tar', ['-xzf', tarball, '-C', folder]);
  await execa('npm', ['install', '--omit=dev', '--prefer-offline', '--no-package-lock', '--loglevel=error'], { cwd: root });
  const isSource = (path: string) => !/[\\/](?:\.venv|node_modules|__pycache__|package-lock\.json)$/.test(path);
  await cp(EXAMPLES, join(root, 'examples'), { recursive: true, filter: isSource });
}

/** Removes what `makeClone` made, if it did. */
export async function removeClone(root: string | undefined): Promise<void> {
  if (root !== undefined) await rm(resolve(root, '..'), { recursive: true, force: true, maxRetries: 5 });
}
