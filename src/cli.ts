#!/usr/bin/env node
/** The `synapse` command. Owns which commands there are, and what becomes of their failures. */

import { Command, CommanderError } from 'commander';
import { addCall } from './cli/call';
import { addDev } from './cli/dev';
import { addDoctor } from './cli/doctor';
import { addClean, addExplain, addInspect } from './cli/environment';
import { EXIT_FAILED, exitCodeOf } from './cli/exit-code';
import { addInit } from './cli/init';
import { addInstall } from './cli/install';
import { fail, failAsJson, hasColours, styled } from './cli/output';
import { packageFacts } from './cli/package';
import { addRun } from './cli/run';
import { InvalidOptionError } from './errors';

const HELP = `
Exit codes: 0 done; 1 failed, or not understood; 3 inspect: not ready, doctor: a problem; 130 interrupted. run has that of its program.
docs/command-line.md of the package tells more.`;

const program = new Command('synapse')
  .description('Python modules from the command line: made, run, called, looked after.')
  .version(packageFacts().version)
  .enablePositionalOptions()
  .exitOverride()
  .showHelpAfterError('(--help lists what there is)')
  .configureOutput({ getOutHasColors: () => hasColours(process.stdout), getErrHasColors: () => hasColours(process.stderr) })
  .configureHelp({
    styleTitle: (text) => styled('bold', text, process.stdout),
    styleCommandText: (text) => styled('cyan', text, process.stdout),
  })
  .addHelpText('after', HELP);

for (const add of [addInit, addInstall, addCall, addRun, addDev, addDoctor, addInspect, addExplain, addClean]) add(program);

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(exitCodeOf('SIGPIPE')); // whoever reads has seen enough, as with "| head"
});

/** The arguments of a program that is run are its own. */
const isJson = process.argv[2] !== 'run' && process.argv.includes('--json');
program.parseAsync().catch((error: unknown) => (error instanceof CommanderError ? leave(error) : fail(error, isJson)));

/** Ends after help or version were shown, or what was not understood was told. */
function leave({ exitCode, message }: CommanderError): void {
  process.exitCode = exitCode && EXIT_FAILED;
  if (!isJson || exitCode === 0) return;
  const [, argument = 'arguments'] = /'-*([^' ]*)/.exec(message) ?? [];
  failAsJson(new InvalidOptionError(argument, message.replace(/^error: /, '')));
}
