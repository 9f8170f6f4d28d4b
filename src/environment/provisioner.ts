/** Whether a module's environment is complete. Owns that what makes one is loaded only if it is not: most starts find it as it should be. */

import type { ProvisionOptions } from './environment-options';
import { checkHealth, distributionsIn, type Stamp } from './fingerprint';
import { environmentPython, scriptsDirectory } from './layout';
import { makePlan, type Plan } from './plan';

/** A complete environment. */
export interface Environment {
  /** Absolute path of the module's directory. */
  readonly directory: string;
  /** Absolute path of the environment. */
  readonly venv: string;
  /** Absolute path of its interpreter. */
  readonly python: string;
  /** Absolute path of the folder of its commands. */
  readonly scripts: string;
  /** Version of its interpreter, such as `3.11.7`. */
  readonly pythonVersion: string;
  /** Names of what is installed, such as `msgpack-1.1.0.dist-info`. */
  readonly distributions: readonly string[];
  /** Whether its packages were compiled when they were installed. */
  readonly compiled: boolean;
  /** True if it was complete already. */
  readonly reused: boolean;
}

/**
 * Makes sure that a module's environment is there and holds what its requirement files name.
 *
 * A complete environment is recognised by reading a few files, in single-digit milliseconds and without starting Python.
 *
 * @param directory the module's directory: a path or a `file:` URL
 * @throws InvalidModuleError the directory (ERR_SYNAPSE_DIRECTORY_NOT_FOUND), the entry (ERR_SYNAPSE_ENTRY_NOT_FOUND,
 *   ERR_SYNAPSE_ENTRY_OUTSIDE) or a requirement file (ERR_SYNAPSE_REQUIREMENTS_NOT_FOUND) is missing, or one is not valid
 *   (ERR_SYNAPSE_REQUIREMENTS_INVALID)
 * @throws ProvisionError a step failed: `step`, `command`, `output` and `hint` say which, how and what to do (ERR_SYNAPSE_PROVISION);
 *   no usable Python (ERR_SYNAPSE_PYTHON_NOT_FOUND); another process builds for too long (ERR_SYNAPSE_LOCK_TIMEOUT); a worker runs in an
 *   environment that must change (ERR_SYNAPSE_ENVIRONMENT_IN_USE); somebody else made it (ERR_SYNAPSE_FOREIGN_ENVIRONMENT)
 * @throws InvalidOptionError options exclude each other, or `SYNAPSE_UV` names no uv (ERR_SYNAPSE_INVALID_OPTION)
 * @throws the signal's reason if aborted
 */
export async function provision(directory: string | URL, options: ProvisionOptions = {}): Promise<Environment> {
  const plan = await makePlan(directory, options);
  const health = checkHealth(plan.expected);
  if (health.state === 'ready') return environmentOf(plan, health.stamp, true);
  const { make } = await import('./making');
  const { stamp, reused } = await make(plan, health);
  plan.rethrow();
  return environmentOf(plan, stamp, reused);
}

function environmentOf({ expected: { directory, venv } }: Plan, stamp: Stamp, reused: boolean): Environment {
  return {
    ...{ directory, venv, python: environmentPython(venv), scripts: scriptsDirectory(venv) },
    pythonVersion: stamp.python.version,
    distributions: distributionsIn(stamp.contents),
    compiled: stamp.compiled,
    reused,
  };
}
