/** The Python modules of the benchmarks: where they lie, and those that live for one turn. */

import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Packages that nearly every module has one of: pure code, and a large part that is compiled. */
export const SMALL_SET = ['msgpack', 'numpy'];

/**
 * @param {string} name
 * @returns the module's directory
 */
export function moduleDirectory(name) {
  return join(import.meta.dirname, 'modules', name);
}

/**
 * @param {string} name
 * @param {string} [script]
 * @returns the module's script
 */
export function moduleScript(name, script = 'main.py') {
  return join(moduleDirectory(name), script);
}

/**
 * Makes a module that has no environment yet.
 *
 * @param {string} directory absolute path; made if it is not there
 * @param {string[]} requirements lines
 * @param {string} [name] the module whose script it gets; none is needed to provision
 */
export async function makeModule(directory, requirements, name) {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'requirements.txt'), `${requirements.join('\n')}\n`);
  if (name !== undefined) await copyFile(moduleScript(name), join(directory, 'main.py'));
}
