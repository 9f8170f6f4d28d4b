/** `synapse init`: copies the template of a module. Owns that no file is overwritten. */

import { constants, existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { SynapseError } from '../errors';
import { print, styled } from './output';
import { TEMPLATE_DIRECTORY } from './package';

/** The name that the template's README uses. */
const USUAL_DIRECTORY = 'py_module';
const README = 'README.md';

export function addInit(program: Command): void {
  program
    .command('init')
    .description('makes a module to begin with, which runs as it is')
    .argument('[directory]', 'where to; what is there already is not overwritten', USUAL_DIRECTORY)
    .option('--json', 'print what was made as JSON')
    .addHelpText('after', `\nExamples:\n  $ synapse init\n  $ synapse init py_model && synapse call py_model greet '"Ada"'`)
    .action(init);
}

async function init(directory: string, flags: { json?: boolean }): Promise<void> {
  const target = resolve(directory);
  const files = (await readdir(TEMPLATE_DIRECTORY, { withFileTypes: true })).filter((each) => each.isFile()).map(({ name }) => name);
  const there = files.filter((name) => existsSync(join(target, name)));
  if (there.length > 0) throw occupied(target, there);
  await make(target, files);
  await print(flags, { directory: target, files }, nextSteps(target, files));
}

async function make(target: string, files: readonly string[]): Promise<void> {
  try {
    await mkdir(target, { recursive: true });
    for (const name of files) {
      if (name === README) await writeReadme(target);
      else await copyFile(join(TEMPLATE_DIRECTORY, name), join(target, name), constants.COPYFILE_EXCL);
    }
  } catch (cause) {
    throw new SynapseError(`The module could not be made in ${target}: ${(cause as Error).message}. Name another directory.`, { cause });
  }
}

/** Its example names the directory that was made. */
async function writeReadme(target: string): Promise<void> {
  const text = await readFile(join(TEMPLATE_DIRECTORY, README), 'utf8');
  const place = /['\\]/.test(modulePath(target)) ? JSON.stringify(modulePath(target)) : `'${modulePath(target)}'`;
  await writeFile(
    join(target, README),
    text.replace(`'./${USUAL_DIRECTORY}'`, () => place),
    { flag: 'wx' },
  );
}

/** A directory as a shell names it from the working directory. */
function shellPath(target: string): string {
  const inside = relative(process.cwd(), target) || '.';
  return inside.startsWith('..') || isAbsolute(inside) ? target : inside;
}

/** A directory as a program names it that runs in the working directory. */
function modulePath(target: string): string {
  const place = shellPath(target);
  return place === '.' || isAbsolute(place) ? place : `./${place}`;
}

function occupied(target: string, there: readonly string[]): SynapseError {
  const list = there.map((name) => `  ${name}`).join('\n');
  return new SynapseError(`There are files in ${target} that would be overwritten:\n${list}\nNothing was changed: name another directory.`);
}

function nextSteps(target: string, files: readonly string[]): string {
  const place = shellPath(target);
  const shown = /^[\w./-]+$/.test(place) ? place : `'${place.replaceAll("'", "'\\''")}'`;
  const steps = [
    [`npx synapse call ${shown} greet '"Ada"'`, 'calls a function; the first time, the environment is made'],
    [`npx synapse dev ${shown}`, 'calls functions while you edit them'],
    [`await new Synapse().spawn(${JSON.stringify(modulePath(target))})`, 'in your program; the README.md there tells more'],
  ] as const;
  const width = Math.max(...steps.map(([step]) => step.length));
  const lines = steps.map(([step, what]) => `  ${styled('cyan', step.padEnd(width), process.stdout)}  ${what}`);
  return [`Made ${target}: ${files.join(', ')}`, '', 'Next:', ...lines].join('\n');
}
