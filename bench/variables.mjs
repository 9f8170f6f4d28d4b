/** The environment variables of a program that provisions: this shell's, without what would make one shell's figures unlike another's. */

import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { UV_NAME } from './uv.mjs';

/** These name an environment, a Python or a cache; whatever Synapse reads itself is left out too. */
const MISLEADING = /^(SYNAPSE_\w+|VIRTUAL_ENV|CONDA_PREFIX|UV_(PYTHON|PROJECT_ENVIRONMENT|CACHE_DIR|NO_CACHE|LINK_MODE)|PIP_CACHE_DIR)$/i;

/**
 * @param {NodeJS.ProcessEnv} own what is set besides; undefined takes a variable away
 */
export function variables(own) {
  // uv would prefer a Python of its own, and Synapse takes the one on PATH: both work with that.
  const all = { ...process.env, UV_PYTHON_PREFERENCE: 'only-system' };
  return { ...Object.fromEntries(Object.entries(all).filter(([name]) => !MISLEADING.test(name))), ...own };
}

/** @param {string} uv absolute path of the program, which comes first on PATH */
export function withUv(uv) {
  return { PATH: [dirname(uv), process.env['PATH']].join(delimiter) };
}

/**
 * Variables that hide every uv, and hold an empty home.
 *
 * @param {string} home absolute path of an empty directory
 */
export function withoutUv(home) {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !existsSync(join(folder, UV_NAME)));
  return { PATH: folders.join(delimiter), HOME: home, USERPROFILE: home, LOCALAPPDATA: home, XDG_CACHE_HOME: undefined };
}
