/** The Python that needs no environment: the one that a shell would run. Owns the order in which it is looked for, and why one will not do. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { ProvisionError, type SpawnError } from '../errors';
import { TOO_OLD } from '../paths';
import { findProgram } from './program';
import type { NamedPython } from './python-request';

/** Where and how to look. */
export interface PlainPythonOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
}

/**
 * Finds an interpreter as it stands: if it belongs to an environment that is active, with what that has installed.
 *
 * @param named undefined takes `python3`, then `python` (on Windows the other way round)
 * @returns an absolute path
 * @throws ProvisionError step `discover`: there is none (ERR_SYNAPSE_PYTHON_NOT_FOUND)
 */
export function findPlainPython(named: NamedPython | undefined, { env, platform = process.platform }: PlainPythonOptions): string {
  const names = named === undefined ? usual(platform) : [/^\d/.test(named.python) ? `python${named.python}` : named.python];
  for (const name of names) {
    const found = /[\\/]/.test(name) ? resolve(name) : findProgram(name, { env, platform });
    if (found !== undefined && existsSync(found)) return found;
  }
  throw unusable(`No Python was found: looked for ${names.join(', then ')}. `, named);
}

/**
 * Tells why the interpreter that `findPlainPython` gives did not start: it is too old, cannot be run, or is no Python.
 *
 * @param cwd absolute path of the directory in which it was started
 * @param cause what became of the start
 * @returns the error (ERR_SYNAPSE_PYTHON_NOT_FOUND); undefined if there is nothing wrong with the interpreter
 * @throws ProvisionError it is not there any more (ERR_SYNAPSE_PYTHON_NOT_FOUND)
 */
export async function objectionTo(
  named: NamedPython | undefined,
  env: NodeJS.ProcessEnv,
  cwd: string,
  cause: SpawnError,
): Promise<ProvisionError | undefined> {
  const python = findPlainPython(named, { env });
  const [, version] = cause.output.split(`${TOO_OLD} `);
  const reason = version ? `${python}: it is version ${version.split('\n')[0]}` : await askWhy(python, env, cwd);
  return reason ? unusable('Python 3.9 or newer is needed, and what was found cannot be used:\n', named, `  ${reason}`, cause) : undefined;
}

/** Asks an interpreter who it is, which takes as long as a start; gives what it says if that is no good. */
async function askWhy(python: string, env: NodeJS.ProcessEnv, directory: string): Promise<string | undefined> {
  const { discover } = await import('./discover');
  const request = { named: { python, by: 'the python option' }, pinned: undefined, required: [] } as const;
  return discover(request, { env, directory }).then(
    () => undefined,
    (error) => (error instanceof ProvisionError ? error.output.trim() : undefined),
  );
}

function unusable(what: string, named: NamedPython | undefined, output = '', cause?: Error): ProvisionError {
  const hint = named
    ? `Correct ${named.by}, which is ${named.python}: it must be the path, the name or the version of a Python 3.9 or newer.`
    : 'Install Python 3.9 or newer, or name its interpreter by the option python or the variable SYNAPSE_PYTHON.';
  const message = output ? `${what}${output}\n${hint}` : `${what}${hint}`;
  return new ProvisionError(message, { step: 'discover', code: 'ERR_SYNAPSE_PYTHON_NOT_FOUND', output, hint, cause });
}

function usual(platform: NodeJS.Platform): string[] {
  return platform === 'win32' ? ['python', 'python3', 'py'] : ['python3', 'python'];
}
