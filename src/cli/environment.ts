/** `synapse inspect`, `explain` and `clean`: tell of an environment, and remove it. */

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { clean } from '../environment/cleaner';
import { explain, inspect } from '../environment/inspection';
import { ProgressDisplay } from '../environment/progress';
import { type EnvironmentFlags, environmentOptions, withEnvironment } from './environment-flags';
import { EXIT_NOT_READY } from './exit-code';
import { print } from './output';

export function addInspect(program: Command): void {
  command(program, 'inspect', `tells how the environment is; exit code ${EXIT_NOT_READY} if it is not ready`).action(
    async (directory: string, flags: EnvironmentFlags) => {
      const status = await inspect(directory, environmentOptions(flags));
      await print(flags, status, `${status.venv}: ${status.state}, ${status.detail}`);
      if (status.state !== 'ready') process.exitCode = EXIT_NOT_READY;
    },
  );
}

export function addExplain(program: Command): void {
  command(program, 'explain', 'tells what install would do, and why').action(async (directory: string, flags: EnvironmentFlags) => {
    const explanation = await explain(directory, environmentOptions(flags));
    await print(flags, explanation, explanation.text);
  });
}

export function addClean(program: Command): void {
  command(program, 'clean', 'removes the environment')
    .option('--recreate', 'also one that somebody else made')
    .action(async (directory: string, flags: EnvironmentFlags & { recreate?: boolean }) => {
      const display = new ProgressDisplay(process.stderr);
      const recreate = flags.recreate === undefined ? {} : { recreate: flags.recreate };
      const options = { ...environmentOptions(flags), ...recreate, onProgress: display.show.bind(display) };
      const venv = await clean(directory, options).finally(() => display.close());
      await print(
        flags,
        { removed: venv ?? null },
        venv === undefined ? `There was no environment of ${resolve(directory)}.` : `Removed ${venv}`,
      );
    });
}

function command(program: Command, name: string, description: string): Command {
  const made = program.command(name).description(description).argument('[directory]', "the module's directory", '.');
  return withEnvironment(made, 'print the result as JSON');
}
