/** A Node program that lives for one figure only: nothing that ran before is in its memory or compiled. */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/**
 * Runs a script of `programs/` and gives what it printed.
 *
 * It is started by another fresh program: Linux counts the memory of a process's parent at the fork to the process's own peak.
 *
 * @param {string} name
 * @param {string[]} args
 * @returns {Promise<unknown>} its output, one value as JSON
 */
export async function runFresh(name, args) {
  const { stdout } = await execute(process.execPath, [program('launch'), program(name), ...args]);
  return JSON.parse(stdout);
}

function program(name) {
  return join(import.meta.dirname, '..', 'programs', `${name}.mjs`);
}
