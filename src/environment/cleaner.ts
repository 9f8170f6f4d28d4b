/** Removes a module's environment. Owns that nothing is removed that somebody else made or uses. */

import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ProvisionError } from '../errors';
import { isProtected } from './adoption';
import { attempt, LOCK_NAME } from './builder';
import { discover } from './discover';
import { withdrawStamp } from './fingerprint';
import { waitUntilUnheld } from './holders';
import { acquireLock } from './lock';
import { type EnvironmentOptions, makePlan } from './plan';
import { pythonRequest } from './python-request';

/** Options of `clean`. */
export interface CleanOptions extends EnvironmentOptions {
  /** Whether an environment that somebody else made may be removed too. Default false. */
  recreate?: boolean;
  signal?: AbortSignal;
}

/**
 * Removes a module's environment, when no process makes or uses it; the next `provision` or `spawn` makes it anew.
 *
 * @param directory the module's directory: a path or a `file:` URL
 * @returns its absolute path, or undefined if there was none
 * @throws ProvisionError somebody else made it (ERR_SYNAPSE_FOREIGN_ENVIRONMENT), a worker runs in it (ERR_SYNAPSE_ENVIRONMENT_IN_USE),
 *   another process makes it for too long (ERR_SYNAPSE_LOCK_TIMEOUT), it cannot be removed (ERR_SYNAPSE_PROVISION), or there is no Python
 *   to ask who uses it (ERR_SYNAPSE_PYTHON_NOT_FOUND)
 * @throws InvalidModuleError the directory or, with `store`, a requirement file is missing or not valid
 * @throws the signal's reason if aborted
 */
export async function clean(directory: string | URL, options: CleanOptions = {}): Promise<string | undefined> {
  const { expected, python, signal, recreate } = await makePlan(directory, options);
  const { venv, env } = expected;
  if (!existsSync(venv)) return undefined;
  if (isProtected(venv, recreate)) throw foreign(venv);
  const { interpreter } = await discover(pythonRequest(python, env), { env, directory: expected.directory, signal });
  const own = { python: interpreter.executable, env, signal };
  const lock = await acquireLock(join(venv, LOCK_NAME), own);
  try {
    await waitUntilUnheld(venv, own);
    await withdrawStamp(venv);
    await attempt('venv', venv, () => rm(venv, { recursive: true, force: true, maxRetries: 3 }));
  } finally {
    await lock.release();
  }
  return venv;
}

function foreign(venv: string): ProvisionError {
  const hint = 'Delete it yourself; if it is an environment, the option recreate allows it.';
  return new ProvisionError(`${venv} was made by somebody else; it is left as it is. ${hint}`, {
    code: 'ERR_SYNAPSE_FOREIGN_ENVIRONMENT',
    step: 'venv',
    hint,
  });
}
