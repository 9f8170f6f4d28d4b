/** Environments that somebody else made: taken over when they have what is needed, never changed, never deleted unasked. */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ProvisionError } from '../errors';
import { PYTHON_DIRECTORY } from '../paths';
import { run } from './command';
import { describeSitePackages, type Expectation, type Stamp } from './fingerprint';
import type { Inputs } from './inputs';
import { environmentPython, type Installer, type InstallTarget } from './installer';
import { installerVariables } from './variables';

const SURVEY_SCRIPT = join(PYTHON_DIRECTORY, 'synapse_py', 'provisioning', 'survey.py');

/** Whether there is an environment, or anything else, that this library did not make. */
export function isForeign(venv: string): boolean {
  if (!existsSync(venv) || existsSync(join(venv, '.synapse-owned'))) return false;
  return readdirSync(venv).some((name) => !name.startsWith('.synapse'));
}

/** Whether what is there must stay: others made it, and it is no environment or may not be deleted. */
export function isProtected(venv: string, recreate: boolean): boolean {
  const isEnvironment = existsSync(join(venv, 'pyvenv.cfg')) || existsSync(join(venv, 'conda-meta'));
  return isForeign(venv) && !(recreate && isEnvironment);
}

/**
 * Checks that an environment has all that the inputs name, and that no file of its packages is missing.
 *
 * @throws ProvisionError step `verify`: it has not, or it is no environment; the message tells the choice (ERR_SYNAPSE_FOREIGN_ENVIRONMENT)
 */
export async function adopt(
  job: { readonly expected: Expectation; readonly inputs: Inputs; readonly installer: Installer },
  target: InstallTarget,
): Promise<Pick<Stamp, 'sitePackages' | 'contents' | 'compiled' | 'installer' | 'movable'>> {
  const { expected, inputs, installer } = job;
  const { sitePackages, missing } = await survey(target);
  if (missing.length > 0) throw foreign(expected, `files of its packages are missing, such as ${missing[0]}`);
  if (inputs.asksForSomething) {
    const { result, additions } = await installer.rehearse(target, inputs, 'environment');
    if (additions.length > 0) throw foreign(expected, `it lacks ${additions.join(', ')}`);
    if (result.exitCode !== 0) throw foreign(expected, `${installer.name} cannot tell whether it has what is needed`, result.output);
  }
  const found = describeSitePackages(target.venv, sitePackages);
  return { ...found, compiled: false, installer: installer.name, movable: false };
}

/** Asks the environment's own Python for its packages, and which of their files are not there. */
async function survey({ venv, env, signal }: InstallTarget): Promise<{ sitePackages: string; missing: string[] }> {
  const python = environmentPython(venv);
  const { exitCode, output } = await run({ file: python, args: ['-I', SURVEY_SCRIPT], env: installerVariables(env), signal });
  const answer = exitCode === 0 ? output.split('\n').at(-1) : undefined;
  if (answer?.startsWith('{')) return JSON.parse(answer);
  if (existsSync(python)) throw foreign({ venv }, 'its Python does not run', output);
  const hint = 'Name another directory with the venv option, or empty this one.';
  throw new ProvisionError(`${venv} holds files and is not a Python environment; it is left as it is. ${hint}`, {
    code: 'ERR_SYNAPSE_FOREIGN_ENVIRONMENT',
    step: 'verify',
    hint,
  });
}

function foreign({ venv }: Pick<Expectation, 'venv'>, reason: string, output = ''): ProvisionError {
  const hint =
    'Choose: bring it to the requirements yourself, delete it (it is then made anew), let this library do that with the option recreate, or name another place with the option venv.';
  return new ProvisionError(`${venv} was made by somebody else and cannot be used as it is: ${reason}. ${hint}${output && `\n${output}`}`, {
    code: 'ERR_SYNAPSE_FOREIGN_ENVIRONMENT',
    step: 'verify',
    hint,
    output,
  });
}
