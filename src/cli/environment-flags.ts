/** The arguments that say which module and which environment is meant. Owns what commands have in common. */

import { type Command, Option } from 'commander';
import type { SynapseOptions } from '../api/options';
import type { EnvironmentOptions, ProvisionOptions } from '../environment/environment-options';

/** What says which environment is meant. */
export interface EnvironmentFlags extends Omit<EnvironmentOptions, 'entrypoint' | 'env'> {
  entry?: string;
  json?: boolean;
}

/** What also says how it is made. */
export interface ProvisionFlags extends EnvironmentFlags, Pick<ProvisionOptions, 'offline' | 'wheelhouse' | 'recreate'> {
  quiet?: boolean;
}

/** Adds the flags that say which environment is meant, and `--json`. */
export function withEnvironment(command: Command, json: string): Command {
  return command
    .option('--entry <name>', 'the entry (default: main)')
    .option('--requirements <file>', 'a requirement file, relative to the directory; may be given again', (file, files: string[] = []) => [
      ...files,
      file,
    ])
    .option('--venv <directory>', "the environment's place, relative to the module's directory")
    .option('--store', "share one environment among modules with equal inputs, in this user's cache")
    .option('--python <interpreter>', 'path, name or version of the interpreter')
    .addOption(new Option('--installer <name>', 'what installs packages').choices(['auto', 'uv', 'pip']))
    .option('--json', json);
}

/** Adds the flags that say how it is made. */
export function withProvisioning(command: Command): Command {
  return command
    .option('--offline', 'do not use the network')
    .option('--wheelhouse <directory>', 'install from a directory of wheels, not from the package index')
    .option('--recreate', 'delete an environment that somebody else made, if it lacks something')
    .option('--quiet', 'show no progress');
}

const ENVIRONMENT = ['python', 'installer', 'venv', 'store', 'requirements'] as const;
const PROVISION = ['offline', 'wheelhouse', 'recreate'] as const;

/** Gives the options of `inspect` and the like. */
export function environmentOptions(flags: EnvironmentFlags): EnvironmentOptions {
  return { ...pick(flags, ENVIRONMENT), ...(flags.entry === undefined ? {} : { entrypoint: flags.entry }) };
}

/** Gives the options of `provision`. */
export function provisionOptions(flags: ProvisionFlags): ProvisionOptions {
  return { ...environmentOptions(flags), ...pick(flags, PROVISION) };
}

/** Gives the options of a Synapse. Its progress is shown as for any program, unless it must be quiet. */
export function synapseOptions(flags: ProvisionFlags): SynapseOptions {
  return { ...pick(flags, ENVIRONMENT), ...pick(flags, PROVISION), ...(flags.quiet ? { progress: false } : {}) };
}

function pick<O extends object, N extends keyof O>(options: O, names: readonly N[]): Pick<O, N> {
  return Object.fromEntries(names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]])) as Pick<O, N>;
}
