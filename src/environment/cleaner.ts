/** Removes a module's environment. Owns that nothing is removed that somebody else made or uses. */

import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ProvisionError } from '../errors';
import { LOCK_NAME } from './builder';
import { discover } from './discover';
import type { EnvironmentOptions } from './environment-options';
import { attempt } from './failure';
import { restoreStamp } from './fingerprint';
import { acquireLock } from './lock';
import { isEnvironment, isForeign } from './ownership';
import { makePlan } from './plan';
import type { ProvisionEvent } from './progress';
import { pythonRequest } from './python-request';
import { withdrawFromUse } from './withdrawal';

/** Stands between the name of an environment that is being removed and a number of its own. */
const ASIDE = '.removing-';

/** Options of `clean`. */
export interface CleanOptions extends EnvironmentOptions {
  /** Whether an environment that somebody else made may be removed too. Default false. */
  recreate?: boolean;
  signal?: AbortSignal;
  /** Called when the environment is waited for. */
  onProgress?: (event: ProvisionEvent) => void;
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
  const { expected, python, signal, recreate, report } = await makePlan(directory, options);
  const { venv, env } = expected;
  if (!existsSync(venv)) return undefined;
  if (isForeign(venv) && !(recreate && isEnvironment(venv))) throw foreign(venv);
  const { interpreter } = await discover(pythonRequest(python, env), { env, directory: expected.directory, signal });
  const own = { python: interpreter.executable, env, signal };
  const waitFor = (whom: string): void => report({ phase: 'waiting', message: `Waiting for ${whom}` });
  const lock = await acquireLock(join(venv, LOCK_NAME), {
    ...own,
    onWait: (owner) => waitFor(`${owner}, which is making the environment`),
  });
  try {
    await withdrawFromUse(venv, { ...own, onWait: (pids) => waitFor(`the workers in this environment to end (${pids.join(', ')})`) });
    await attempt('venv', venv, () => remove(venv));
  } finally {
    await lock.release();
  }
  return venv;
}

/** Renamed first: whoever makes it anew meanwhile, or comes after this was interrupted, finds it gone, not half gone. */
async function remove(venv: string): Promise<void> {
  const aside = `${venv}${ASIDE}${randomUUID()}`;
  try {
    await rename(venv, aside);
  } catch (error) {
    await restoreStamp(venv).catch(() => undefined);
    throw error;
  }
  const leftovers = (await readdir(dirname(venv))).filter((name) => name.startsWith(`${basename(venv)}${ASIDE}`));
  await Promise.all(leftovers.map((name) => rm(join(dirname(venv), name), { recursive: true, force: true, maxRetries: 3 })));
}

function foreign(venv: string): ProvisionError {
  const hint = 'Delete it yourself; if it is an environment, the option recreate allows it.';
  return new ProvisionError(`${venv} was made by somebody else; it is left as it is. ${hint}`, {
    code: 'ERR_SYNAPSE_FOREIGN_ENVIRONMENT',
    step: 'venv',
    hint,
  });
}
