/** The Python that needs no environment: the one that a shell would run. Owns the order in which it is looked for. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { ProvisionError } from '../errors';
import { findProgram } from './program';

/** Where and how to look. */
export interface PlainPythonOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
}

/**
 * Finds an interpreter as it stands: if it belongs to an environment that is active, with what that has installed.
 *
 * @param requested path, name or version (`3.12`); undefined takes `python3`, then `python` (on Windows the other way round)
 * @returns an absolute path
 * @throws ProvisionError step `discover`: there is none (ERR_SYNAPSE_PYTHON_NOT_FOUND)
 */
export function findPlainPython(requested: string | undefined, { env, platform = process.platform }: PlainPythonOptions): string {
  const names = requested === undefined ? usual(platform) : [/^\d/.test(requested) ? `python${requested}` : requested];
  for (const name of names) {
    const found = /[\\/]/.test(name) ? resolve(name) : findProgram(name, { env, platform });
    if (found !== undefined && existsSync(found)) return found;
  }
  throw new ProvisionError(`No Python was found: looked for ${names.join(', then ')}.`, {
    step: 'discover',
    code: 'ERR_SYNAPSE_PYTHON_NOT_FOUND',
    hint: 'Install Python 3.9 or newer, or name its interpreter by the option python or the variable SYNAPSE_PYTHON.',
  });
}

function usual(platform: NodeJS.Platform): string[] {
  return platform === 'win32' ? ['python', 'python3', 'py'] : ['python3', 'python'];
}
