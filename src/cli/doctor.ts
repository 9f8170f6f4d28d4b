/** `synapse doctor`: looks at all that a module needs, and says what to do about what is not well. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { findHome } from '../environment/home';
import { type Explanation, explain } from '../environment/inspection';
import { findEntry } from '../environment/module-directory';
import { SynapseError } from '../errors';
import { type EnvironmentFlags, environmentOptions, withEnvironment } from './environment-flags';
import { EXIT_NOT_READY } from './exit-code';
import { type Finding, findingsText, problem } from './finding';
import { installerFindings, lookForPython, nodeFindings, pythonFindings, variableFindings } from './machine';
import { environmentFindings, moduleFindings } from './module-health';
import { print } from './output';

export function addDoctor(program: Command): void {
  const command = program
    .command('doctor')
    .description(`looks at interpreter, installers, environment and versions; exit code ${EXIT_NOT_READY} if there is a problem`)
    .argument('[directory]', "the module's directory; without it, the working directory if that is one, and else this machine alone");
  withEnvironment(command, 'print the findings as JSON')
    .addHelpText('after', '\nExamples:\n  $ synapse doctor\n  $ synapse doctor py_module --json')
    .action(doctor);
}

async function doctor(directory: string | undefined, flags: EnvironmentFlags): Promise<void> {
  const place = resolve(directory ?? '.');
  const isModule = directory !== undefined || (await seemsModule(place, flags));
  const findings = [
    ...nodeFindings(),
    ...variableFindings(process.env),
    ...(await (isModule ? ofModule(place, flags) : ofMachine(place, flags))),
  ];
  const isWell = findings.every(({ state }) => state !== 'problem');
  await print(flags, { ok: isWell, directory: isModule ? place : null, findings }, findingsText(findings));
  if (!isWell) process.exitCode = EXIT_NOT_READY;
}

async function seemsModule(directory: string, { requirements, entry = 'main' }: EnvironmentFlags): Promise<boolean> {
  try {
    const file = findEntry(directory, entry);
    return (await findHome({ directory, requirements, file, python: undefined })) !== undefined;
  } catch {
    return false;
  }
}

async function ofModule(directory: string, flags: EnvironmentFlags): Promise<Finding[]> {
  let explanation: Explanation;
  try {
    explanation = await explain(directory, environmentOptions(flags));
  } catch (error) {
    if (!(error instanceof SynapseError)) throw error;
    const own = problem('module', error.message, 'Name the directory of a module; "synapse init" makes one.');
    return [own, ...(existsSync(directory) ? await ofMachine(directory, flags) : [])];
  }
  const { python } = explanation;
  const machine =
    'error' in python
      ? [problem('python', python.error, 'Install Python 3.9 or newer, or name one by --python.')]
      : [...(await pythonFindings(python, process.env)), ...(await installerFindings(python, process.env))];
  return [...machine, ...moduleFindings(explanation, flags.entry ?? 'main'), ...(await environmentFindings(explanation, process.env))];
}

async function ofMachine(directory: string, { python }: EnvironmentFlags): Promise<Finding[]> {
  const found = await lookForPython(python, directory, process.env);
  if ('state' in found) return [found];
  return [...(await pythonFindings(found, process.env)), ...(await installerFindings(found, process.env))];
}
