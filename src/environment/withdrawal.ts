/** Takes an environment out of use before it is changed or removed. Owns the order in which builder and workers look for each other. */

import { restoreStamp, withdrawStamp } from './fingerprint';
import { holdersOf, type WaitOptions, waitUntilUnheld } from './holders';

/**
 * Takes the stamp away when nobody uses the environment: a worker that starts from now on finds no stamp and ends itself, and one that
 * had started just before is seen and waited for.
 *
 * @throws ProvisionError it is still used after a while (ERR_SYNAPSE_ENVIRONMENT_IN_USE); the stamp is then where it was
 * @throws the signal's reason if aborted
 */
export async function withdrawFromUse(venv: string, options: WaitOptions): Promise<void> {
  await waitUntilUnheld(venv, options);
  const wasComplete = await withdrawStamp(venv);
  if (!wasComplete || (await holdersOf(venv, options)).length === 0) return;
  await restoreStamp(venv);
  await withdrawFromUse(venv, options);
}
