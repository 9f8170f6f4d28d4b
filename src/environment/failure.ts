/** What is told when a step of provisioning fails. Owns the form of its errors. */

import { ProvisionError, type ProvisionStep, SynapseError } from '../errors';
import type { CommandResult } from './command';
import type { Expectation } from './fingerprint';
import { hintFor } from './hints';

/** pip tells of a package that it may not download as of one that does not exist. */
const OFFLINE_HINT = 'The option offline is set: only what was downloaded before, or lies in the wheelhouse, can be installed.';

/** What was attempted. */
interface Attempted {
  readonly expected: Expectation;
  readonly offline: boolean;
}

/**
 * Demands that a command has succeeded.
 *
 * @throws ProvisionError it has not: with its last lines and the advice for them (ERR_SYNAPSE_PROVISION)
 */
export function demand(step: ProvisionStep, { expected, offline }: Attempted, result: CommandResult): void {
  if (result.exitCode === 0) return;
  const general = hintFor(result.output);
  const hint = offline && !general.includes('offline') ? `${general} ${OFFLINE_HINT}` : general;
  const ending =
    result.exitCode === undefined ? 'was ended by a signal or could not be started' : `failed with exit code ${result.exitCode}`;
  throw new ProvisionError(
    `The environment of ${expected.directory} could not be made: ${result.command} ${ending}.\n${result.output}\n${hint}`,
    { step, command: result.command, output: result.output, hint },
  );
}

/** Gives a failure of the file system its step and place. */
export async function attempt<T>(step: ProvisionStep, path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof SynapseError) throw cause;
    const reason = (cause as Error).message;
    const hint = hintFor(reason);
    throw new ProvisionError(`The environment ${path} could not be made: ${reason}. ${hint}`, { step, hint, output: reason, cause });
  }
}
