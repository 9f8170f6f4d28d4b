/** Environments that somebody else made: taken over when they have what is needed, never changed, never deleted unasked. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ProvisionError } from '../errors';
import { PYTHON_DIRECTORY } from '../paths';
import { run } from './command';
import type { Interpreter } from './discover';
import { describeSitePackages, type Expectation, type Stamp } from './fingerprint';
import type { Inputs } from './inputs';
import type { Installer, InstallTarget } from './installer';
import { environmentPython } from './layout';
import { isEnvironment } from './ownership';
import { installerVariables } from './variables';

const SURVEY_SCRIPT = join(PYTHON_DIRECTORY, 'synapse_py', 'provisioning', 'survey.py');

/**
 * Checks that an environment has all that the inputs name, and that no file of its packages is missing.
 *
 * @throws ProvisionError step `verify`: it has not, or it is no environment; the message tells the choice (ERR_SYNAPSE_FOREIGN_ENVIRONMENT)
 */
export async function adopt(
  job: { readonly expected: Expectation; readonly inputs: Inputs; readonly interpreter: Interpreter; readonly installer: Installer },
  target: InstallTarget,
): Promise<Pick<Stamp, 'sitePackages' | 'contents' | 'compiled' | 'installer' | 'movable'>> {
  const { expected, inputs, installer } = job;
  if (!isEnvironment(target.venv)) throw notAnEnvironment(target.venv);
  const { sitePackages, missing, base } = await survey(target);
  if (base !== job.interpreter.executable) throw foreign(expected, `its Python is ${base}, and ${job.interpreter.executable} is asked for`);
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
async function survey({ venv, env, signal }: InstallTarget): Promise<{ sitePackages: string; missing: string[]; base: string }> {
  const python = environmentPython(venv);
  const { exitCode, output } = await run({ file: python, args: ['-I', SURVEY_SCRIPT], env: installerVariables(env), signal });
  const answer = exitCode === 0 ? output.split('\n').at(-1) : undefined;
  if (answer?.startsWith('{')) return JSON.parse(answer);
  throw foreign({ venv }, existsSync(python) ? 'its Python does not run' : 'it has no Python', output);
}

/** What is no environment is never deleted, whatever is allowed. */
export function notAnEnvironment(venv: string): ProvisionError {
  const hint = 'Name another directory with the venv option, or empty this one.';
  return new ProvisionError(`${venv} is not a Python environment, and is not empty; it is left as it is. ${hint}`, {
    code: 'ERR_SYNAPSE_FOREIGN_ENVIRONMENT',
    step: 'verify',
    hint,
  });
}

/** The error of an environment that somebody else made and that cannot be used as it is. */
export function foreign({ venv }: Pick<Expectation, 'venv'>, reason: string, output = ''): ProvisionError {
  const hint =
    'Choose: bring it to the requirements yourself, delete it (it is then made anew), let this library do that with the option recreate, or name another place with the option venv.';
  return new ProvisionError(`${venv} was made by somebody else and cannot be used as it is: ${reason}. ${hint}${output && `\n${output}`}`, {
    code: 'ERR_SYNAPSE_FOREIGN_ENVIRONMENT',
    step: 'verify',
    hint,
    output,
  });
}
