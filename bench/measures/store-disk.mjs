/** How much more disk a second module takes that has the inputs of the first, under `store: true`. */

import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeModule } from '../modules.mjs';
import { attempt, INSTALL_LIMIT_MS, seriesOf } from '../rounds.mjs';
import { inTemporary } from '../temporary.mjs';
import { findUv } from '../uv.mjs';
import { variables, withUv } from '../variables.mjs';
import { makeWheels } from '../wheels.mjs';
import { timeFresh } from './fresh-process.mjs';

const PACKAGES = { large: 2000 };
const OPTIONS = { store: true };
/** What a file takes at least. */
const BLOCK_BYTES = 512;

/** @type {(context: import('./measure.mjs').Context) => Promise<import('./measure.mjs').Result>} */
export async function storeDisk({ python }) {
  const series = seriesOf('synapse');
  await attempt(series, async () => void series.figures.push(await inTemporary((folder) => growth(folder, python))), INSTALL_LIMIT_MS);
  return {
    id: 'store-disk',
    title: 'Disk of two modules in the store (equal inputs), divided by that of one',
    unit: '× one',
    better: 'lower',
    series: [series],
  };
}

async function growth(folder, python) {
  const requirements = await makeWheels(join(folder, 'wheels'), PACKAGES, python);
  const all = join(folder, 'all');
  const caches = { SYNAPSE_CACHE_DIR: join(all, 'cache'), UV_CACHE_DIR: join(folder, 'uv-cache') };
  // Links to uv's cache would hide what a second environment takes elsewhere.
  const env = variables({ ...withUv(await findUv()), ...caches, UV_LINK_MODE: 'copy' });
  const sizes = [];
  for (const name of ['one', 'two']) {
    await makeModule(join(all, name), requirements);
    await timeFresh('provision', [join(all, name), JSON.stringify(OPTIONS)], { env, timeout: INSTALL_LIMIT_MS });
    sizes.push(await bytesIn(all));
  }
  return sizes[1] / sizes[0];
}

/** Counts what is on the disk, as `du` does: a file with several names counts once. */
async function bytesIn(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = await Promise.all(entries.map(({ parentPath, name }) => lstat(join(parentPath, name))));
  const each = new Map(files.map(({ dev, ino, blocks, size }) => [`${dev}:${ino}`, blocks === undefined ? size : blocks * BLOCK_BYTES]));
  return [...each.values()].reduce((sum, bytes) => sum + bytes, 0);
}
