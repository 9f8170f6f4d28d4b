/** `synapse run`: runs a program in which Python files can be imported. Owns its streams, its signals and its exit code. */

import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { InvalidOptionError, SynapseError } from '../errors';
import { exitCodeOf } from './exit-code';
import { REGISTER_FILE } from './package';

const SIGNALS: readonly NodeJS.Signals[] =
  process.platform === 'win32' ? ['SIGINT', 'SIGTERM'] : ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];
/** A terminal sends these to the program itself, too. */
const BY_TERMINAL: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT', 'SIGHUP']);

export function addRun(program: Command): void {
  program
    .command('run')
    .description('runs a JavaScript program in which Python can be imported: node --import synapse-py/register')
    .argument('<file>', 'the program: an ES module or a CommonJS file')
    .argument('[args...]', 'its arguments')
    .passThroughOptions()
    .addHelpText('after', `\nExamples:\n  $ synapse run main.mjs --port 8080     # import { predict } from 'python:./model.py'`)
    .action(run);
}

async function run(file: string, args: readonly string[]): Promise<void> {
  checkProgram(resolve(file));
  if (!statSync(REGISTER_FILE, { throwIfNoEntry: false }))
    throw new SynapseError(
      `This installation of synapse-py has no ${REGISTER_FILE}, without which Python cannot be imported: install it again.`,
    );
  process.exitCode = await runNode(['--import', pathToFileURL(REGISTER_FILE).href, resolve(file), ...args]);
}

/** Refuses what Node cannot run: it would tell that by its own stack. */
function checkProgram(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new InvalidOptionError('file', `There is no file ${path}: name the program to run.`);
  if (found.isDirectory() && !hasMain(path))
    throw new InvalidOptionError(
      'file',
      `${path} is a directory without an index.js: name the JavaScript file to run. The functions of a Python module are called by "synapse call".`,
    );
  if (/\.pyw?$/.test(path)) throw pythonInstead(path);
}

/** Whether Node finds a program in a directory, by a package.json or index.js. */
function hasMain(directory: string): boolean {
  try {
    return createRequire(directory).resolve(directory) !== '';
  } catch {
    return false;
  }
}

function pythonInstead(path: string): InvalidOptionError {
  const name = basename(path, '.py');
  const entry = name === 'main' ? '' : ` --entry ${name}`;
  return new InvalidOptionError(
    'file',
    `${path} is Python, and run takes a program of JavaScript. To call a function of it: synapse call ${dirname(path)} <function>${entry}. In a program: await python('./${basename(path)}').`,
  );
}

/** Runs Node with this program's streams. Gives its exit code, as a shell tells it. */
function runNode(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  const forward = (signal: NodeJS.Signals): void => {
    if (!(process.stdin.isTTY && BY_TERMINAL.has(signal))) child.kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, forward);
  return new Promise<number>((settle, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => settle(signal ? exitCodeOf(signal) : (code ?? 0)));
  }).finally(() => {
    for (const signal of SIGNALS) process.off(signal, forward);
  });
}
