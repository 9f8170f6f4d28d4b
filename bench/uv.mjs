/** A uv for the measures. Owns where it comes from, and that it lies in a folder without a Python. */

import { existsSync, readdirSync } from 'node:fs';
import { copyFile, mkdir, rm, symlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { provision } from '../dist/index.mjs';
import { makeModule } from './modules.mjs';
import { inTemporary } from './temporary.mjs';

export const UV_NAME = process.platform === 'win32' ? 'uv.exe' : 'uv';
const TOOLS = join(import.meta.dirname, '..', 'python', '.venv', 'bin');
/** What stays for the next run. */
const CACHE = join(import.meta.dirname, 'node_modules', '.cache', 'bench');
const FETCHED = join(CACHE, 'synapse-py');
const ALONE = join(CACHE, 'uv');

let found;

/**
 * Finds uv: on PATH, where its own installer puts it, among the project's Python tools, or fetched by Synapse.
 *
 * @returns {Promise<string>} its absolute path
 * @throws there is none, and none could be fetched
 */
export function findUv() {
  found ??= find();
  return found;
}

async function find() {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean), join(homedir(), '.local', 'bin')];
  const uv = folders.map((folder) => join(folder, UV_NAME)).find((path) => existsSync(path));
  if (uv) return uv;
  const tool = join(TOOLS, UV_NAME);
  return existsSync(tool) ? alone(tool) : (fetchedBefore() ?? fetch());
}

/** On PATH, the folder of the tools would change which Python is taken. */
async function alone(tool) {
  const path = join(ALONE, UV_NAME);
  await mkdir(ALONE, { recursive: true });
  await rm(path, { force: true });
  await (process.platform === 'win32' ? copyFile(tool, path) : symlink(tool, path));
  return path;
}

function fetchedBefore() {
  if (!existsSync(FETCHED)) return undefined;
  const entries = readdirSync(FETCHED, { recursive: true, withFileTypes: true });
  const uv = entries.find((entry) => entry.isFile() && entry.name === UV_NAME);
  return uv && join(uv.parentPath, uv.name);
}

/** Synapse fetches uv when there is something to install, so there is. */
async function fetch() {
  await inTemporary(async (folder) => {
    await makeModule(folder, ['msgpack']);
    await provision(folder, { env: { SYNAPSE_CACHE_DIR: FETCHED, SYNAPSE_NO_UV: undefined } });
  });
  const uv = fetchedBefore();
  if (!uv) throw new Error('not run: there is no uv, and none could be fetched');
  return uv;
}
