/** What programs can do with environments besides making them. Owns that it is loaded when it is first called: most programs start without. */

import type { CleanOptions } from '../environment/cleaner';
import type { EnvironmentOptions, ProvisionOptions } from '../environment/environment-options';
import type { EnvironmentStatus, Explanation } from '../environment/inspection';

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
