#!/usr/bin/env node
/** The `synapse` command: prepares, shows and removes the environments of modules. Owns its arguments, its output and its exit codes. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { type CleanOptions, clean } from './environment/cleaner';
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

/** A file that was changed in one environment may have changed in uv's cache, too: they are links to one another. */
const FRESH_PACKAGES = { UV_NO_CACHE: '1', PIP_NO_CACHE_DIR: '1' };

type Flags = Omit<ProvisionOptions, 'signal' | 'onProgress' | 'entrypoint' | 'env'> & {
  entry?: string;
  json?: boolean;
  quiet?: boolean;
  force?: boolean;
};

const program = new Command('synapse')
  .description('Prepares the Python environments of modules.')
  .version(packageVersion())
  .showHelpAfterError('(--help lists what there is)');

function command(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .argument('[directory]', "the module's directory", '.')
    .option('--entry <name>', 'the entry, whose own header counts where no file says what the module needs')
    .option('--requirements <file>', 'a requirement file, relative to the directory; may be given again', (file, files: string[] = []) => [
      ...files,
      file,
    ])
    .option('--venv <directory>', "the environment's place, relative to the module's directory")
    .option('--store', "share one environment among modules with equal inputs, in this user's cache")
    .option('--python <interpreter>', 'path, name or version of the interpreter')
    .addOption(new Option('--installer <name>', 'what installs packages').choices(['auto', 'uv', 'pip']))
    .option('--json', 'print the result as JSON');
}

command('install', 'makes the environment, or brings it up to date')
  .option('--no-compile', 'leave compiling the packages to their first import')
  .option('--offline', 'do not use the network')
  .option('--wheelhouse <directory>', 'install from a directory of wheels, not from the package index')
  .option('--recreate', 'delete an environment that somebody else made, if it lacks something')
  .option('--force', 'make it anew, from packages that are downloaded again')
  .option('--quiet', 'show no progress')
  .action(async (directory: string, flags: Flags) => {
    const display = flags.quiet ? undefined : new ProgressDisplay(process.stderr);
    const abort = new AbortController();
    const interrupt = (): void => abort.abort(new SynapseError('Interrupted.'));
    process.on('SIGINT', interrupt);
    try {
      const onProgress: ProvisionOptions['onProgress'] = (event) => display?.show(event);
      const options = { ...optionsOf(flags), onProgress, signal: abort.signal };
      if (flags.force) await clean(directory, cleaning(options));
      const environment = await provision(directory, flags.force ? { ...options, env: FRESH_PACKAGES } : options);
      display?.close();
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
    const display = new ProgressDisplay(process.stderr);
    const venv = await clean(directory, { ...optionsOf(flags), onProgress: (event) => display.show(event) }).finally(() => display.close());
    print(flags, { removed: venv ?? null }, venv === undefined ? `There was no environment of ${directory}.` : `Removed ${venv}`);
  });

function optionsOf({ entry, json: _json, quiet: _quiet, force: _force, ...options }: Flags): ProvisionOptions {
  return { ...options, ...(entry === undefined ? {} : { entrypoint: entry }) };
}

function cleaning({ compile: _c, offline: _o, wheelhouse: _w, ...options }: ProvisionOptions): CleanOptions {
  return options;
}

function packageVersion(): string {
  return JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')).version;
}

function print(flags: Flags, result: object, text: string): void {
  process.stdout.write(`${flags.json ? JSON.stringify(result) : text}\n`);
}

function fail(error: unknown): void {
  if (process.argv.includes('--json') && error instanceof SynapseError) {
    process.stdout.write(`${JSON.stringify({ error: { ...error, name: error.name, message: error.message } })}\n`);
  }
  const isOurs = error instanceof SynapseError;
  process.stderr.write(`${isOurs ? error.message : ((error as Error | undefined)?.stack ?? String(error))}\n`);
  process.exitCode ||= EXIT_FAILED;
}

program.parseAsync().catch(fail);
