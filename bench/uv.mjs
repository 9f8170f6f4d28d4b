/** A uv for the measures. Owns where it comes from. */

import { existsSync, readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { provision } from '../dist/index.mjs';
import { makeModule } from './modules.mjs';
import { inTemporary } from './temporary.mjs';

export const UV_NAME = process.platform === 'win32' ? 'uv.exe' : 'uv';
const ROOT = join(import.meta.dirname, '..');
/** Where one that Synapse fetched stays for the next run. */
const CACHE = join(import.meta.dirname, 'node_modules', '.cache', 'synapse-py');

let found;

/**
 * Finds uv: on PATH, where its own installer puts it, among the project's Python tools, or fetched by Synapse.
 *
 * @returns {Promise<string>} its absolute path
 * @throws there is none, and none could be fetched
 */
export function findUv() {
  found ??= here() ?? fetched();
  return Promise.resolve(found);
}

function here() {
  const own = [join(homedir(), '.local', 'bin'), join(ROOT, 'python', '.venv', 'bin')];
  const folders = [...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean), ...own];
  return folders.map((folder) => join(folder, UV_NAME)).find((path) => existsSync(path)) ?? fetchedBefore();
}

function fetchedBefore() {
  if (!existsSync(CACHE)) return undefined;
  const name = readdirSync(CACHE, { recursive: true }).find((path) => basename(path) === UV_NAME);
  return name && join(CACHE, name);
}

/** Synapse fetches uv when there is something to install, so there is. */
async function fetched() {
  await mkdir(CACHE, { recursive: true });
  await inTemporary(async (folder) => {
    await makeModule(folder, ['msgpack']);
    await provision(folder, { env: { SYNAPSE_CACHE_DIR: CACHE, SYNAPSE_NO_UV: undefined } });
  });
  const uv = fetchedBefore();
  if (!uv) throw new Error('not run: there is no uv, and none could be fetched');
  return uv;
}
