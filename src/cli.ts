#!/usr/bin/env node
/** The `synapse` command: prepares, shows and removes the environments of modules. Owns its arguments, its output and its exit codes. */

import { Command, Option } from 'commander';
import { clean } from './environment/cleaner';
import { explain, inspect } from './environment/inspection';
import type { ProvisionOptions } from './environment/plan';
import { ProgressDisplay } from './environment/progress';
import { provision } from './environment/provisioner';
import { SynapseError } from './errors';

/** What was asked for failed. */
const EXIT_FAILED = 1;
/** `inspect`: the environment is not ready. */
const EXIT_NOT_READY = 3;
/** As a shell tells of a program that was interrupted. */
const EXIT_INTERRUPTED = 130;

type Flags = Omit<ProvisionOptions, 'signal' | 'onProgress' | 'entrypoint' | 'env'> & { entry?: string; json?: boolean; quiet?: boolean };

const program = new Command('synapse').description('Prepares the Python environments of modules.').showHelpAfterError();

function command(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .argument('[directory]', "the module's directory", '.')
    .option('--entry <name>', 'the entry, whose own header counts where no file says what the module needs')
    .option('--requirements <file...>', 'requirement files, relative to the directory')
    .option('--venv <directory>', "the environment's place, relative to the module's directory")
    .option('--store', "share one environment among modules with equal inputs, in this user's cache")
    .option('--python <interpreter>', 'path or name of the interpreter')
    .addOption(new Option('--installer <name>', 'what installs packages').choices(['auto', 'uv', 'pip']))
    .option('--json', 'print the result as JSON');
}

command('install', 'makes the environment, or brings it up to date')
  .option('--no-compile', 'leave compiling the packages to their first import')
  .option('--offline', 'do not use the network')
  .option('--wheelhouse <directory>', 'install from a directory of wheels, not from the package index')
  .option('--recreate', 'delete an environment that somebody else made, if it lacks something')
  .option('--quiet', 'show no progress')
  .action(async (directory: string, flags: Flags) => {
    const display = flags.quiet ? undefined : new ProgressDisplay(process.stderr);
    const abort = new AbortController();
    const interrupt = (): void => abort.abort(new SynapseError('Interrupted.'));
    process.on('SIGINT', interrupt);
    try {
      const onProgress: ProvisionOptions['onProgress'] = (event) => display?.show(event);
      const environment = await provision(directory, { ...optionsOf(flags), onProgress, signal: abort.signal });
      const { venv, pythonVersion, distributions, reused } = environment;
      const packages = `${distributions.length} package${distributions.length === 1 ? '' : 's'}`;
      print(flags, environment, `${venv}: Python ${pythonVersion}, ${packages}${reused ? ', was complete' : ''}`);
    } finally {
      display?.close();
      process.off('SIGINT', interrupt);
      if (abort.signal.aborted) process.exitCode = EXIT_INTERRUPTED;
    }
  });

command('inspect', `tells how the environment is; exit code ${EXIT_NOT_READY} if it is not ready`).action(
  async (directory: string, flags: Flags) => {
    const status = await inspect(directory, optionsOf(flags));
    print(flags, status, `${status.venv}: ${status.state}, ${status.detail}`);
    if (status.state !== 'ready') process.exitCode = EXIT_NOT_READY;
  },
);

command('explain', 'tells what install would do, and why').action(async (directory: string, flags: Flags) => {
  const explanation = await explain(directory, optionsOf(flags));
  print(flags, explanation, explanation.text);
});

command('clean', 'removes the environment')
  .option('--recreate', 'also one that somebody else made')
  .action(async (directory: string, flags: Flags) => {
    const venv = await clean(directory, optionsOf(flags));
    print(flags, { removed: venv ?? null }, venv === undefined ? 'There was no environment.' : `Removed ${venv}`);
  });

function optionsOf({ entry, json: _json, quiet: _quiet, ...options }: Flags): ProvisionOptions {
  return { ...options, ...(entry === undefined ? {} : { entrypoint: entry }) };
}

function print(flags: Flags, result: object, text: string): void {
  process.stdout.write(`${flags.json ? JSON.stringify(result) : text}\n`);
}

function fail(error: unknown): void {
  const isOurs = error instanceof SynapseError;
  process.stderr.write(`${isOurs ? error.message : ((error as Error | undefined)?.stack ?? String(error))}\n`);
  process.exitCode ||= EXIT_FAILED;
}

program.parseAsync().catch(fail);
