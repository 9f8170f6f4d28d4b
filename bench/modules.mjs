/** Where the Python modules of the benchmarks lie. */

import { join } from 'node:path';

/**
 * @param {string} name
 * @returns the module's directory
 */
export function moduleDirectory(name) {
  return join(import.meta.dirname, 'modules', name);
}

/**
 * @param {string} name
 * @returns the module's script
 */
export function moduleScript(name) {
  return join(moduleDirectory(name), 'main.py');
}
