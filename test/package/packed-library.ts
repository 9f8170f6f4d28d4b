/** The library as npm publishes it. Owns building it where that was not done, packing it, and listing what an installed copy holds. */

import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { runTool } from './user';

const ROOT = resolve(__dirname, '..', '..');

/** Packs the library into a folder, which is made, and gives the path of the tarball. */
export async function packLibrary(folder: string): Promise<string> {
  if (!existsSync(join(ROOT, 'dist', 'index.d.cts'))) await runTool('npm', ['run', 'build'], ROOT);
  await mkdir(folder);
  await runTool('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], ROOT);
  const [name] = await readdir(folder);
  return join(folder, name as string);
}

/** Names the files of an installed package, with slashes, sorted. */
export async function listFiles(installed: string): Promise<string[]> {
  const entries = await readdir(installed, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => relative(installed, join(entry.parentPath, entry.name)));
  return files.map((file) => file.split(sep).join('/')).sort();
}

/** Gives the version of a development dependency of the library, so that users are tested with the same. */
export async function developmentVersion(name: string): Promise<string> {
  return JSON.parse(await readFile(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')).version;
}
