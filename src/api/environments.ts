/** The library functions of environments. Owns that what they need is loaded when they are first called: most programs start without. */

import type { CleanOptions } from '../environment/cleaner';
import type { EnvironmentOptions, ProvisionOptions } from '../environment/environment-options';
import type { EnvironmentStatus, Explanation } from '../environment/inspection';
import type { Environment } from '../environment/provisioner';

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
  const environment = await import('../environment/provisioner');
  return environment.provision(directory, options);
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
  const environment = await import('../environment/cleaner');
  return environment.clean(directory, options);
}

/**
 * Tells how a module's environment is; changes nothing, and starts no program unless an environment seems to be in the making.
 *
 * @param directory the module's directory: a path or a `file:` URL
 * @throws InvalidModuleError the directory or, with `store`, a requirement file is missing or not valid
 * @throws InvalidOptionError options exclude each other (ERR_SYNAPSE_INVALID_OPTION)
 */
export async function inspect(directory: string | URL, options: EnvironmentOptions = {}): Promise<EnvironmentStatus> {
  const environment = await import('../environment/inspection');
  return environment.inspect(directory, options);
}

/**
 * Tells what `provision` would do for a module, and why: which file counts, which Python and installer would be taken, and what was
 * passed over. Starts Python to ask it for its version; changes nothing and fetches nothing.
 *
 * @param directory the module's directory: a path or a `file:` URL
 * @throws InvalidModuleError the directory or a requirement file is missing or not valid
 * @throws InvalidOptionError options exclude each other (ERR_SYNAPSE_INVALID_OPTION)
 */
export async function explain(directory: string | URL, options: ProvisionOptions = {}): Promise<Explanation> {
  const environment = await import('../environment/inspection');
  return environment.explain(directory, options);
}
