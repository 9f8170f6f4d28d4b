/** Node programs that live for one figure only: nothing that ran before is in their memory or compiled. */

import { execFile, spawn } from 'node:child_process';
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
 * @param {import('node:child_process').ExecFileOptions & { flags?: string[] }} [options] with options for Node
 * @returns {Promise<unknown>} its output, one value as JSON
 */
export async function runFresh(name, args, { flags = [], ...options } = {}) {
  const { stdout } = await execute(process.execPath, [program('launch'), ...flags, program(name), ...args], options);
  return JSON.parse(stdout);
}

/**
 * Starts a script of `programs/` and gives how it was.
 *
 * @param {string} name
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions & { env: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ time: number, output: string }>} milliseconds from its start to its end, and what it printed
 * @throws it failed: what it told is on standard error, and the message has no path of this machine
 */
export async function timeFresh(name, args, options) {
  const begin = performance.now();
  const child = startFresh(name, args, options);
  const texts = [child.stdout, child.stderr].map(async (stream) => (await stream.setEncoding('utf8').toArray()).join(''));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve));
  const time = performance.now() - begin;
  const [output, errors] = await Promise.all(texts);
  if (code === 0) return { time, output };
  process.stderr.write(errors);
  throw new Error(`not run: the program "${name}" failed, as it also does without a network`);
}

/** Starts a script of `programs/` whose output comes through pipes. */
export function startFresh(name, args, options) {
  return spawn(process.execPath, [program(name), ...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
}

function program(name) {
  return join(import.meta.dirname, '..', 'programs', `${name}.mjs`);
}
