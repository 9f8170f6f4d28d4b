/** `synapse install`: makes an environment, or brings it up to date. */

import type { Command } from 'commander';
import { clean } from '../environment/cleaner';
import type { ProvisionOptions } from '../environment/environment-options';
import { ProgressDisplay } from '../environment/progress';
import { provision } from '../environment/provisioner';
import { environmentOptions, type ProvisionFlags, provisionOptions, withEnvironment, withProvisioning } from './environment-flags';
import { interruptible } from './exit-code';
import { print } from './output';

/** A file that was changed in one environment may have changed in uv's cache, too: they are links to one another. */
const FRESH_PACKAGES = { UV_NO_CACHE: '1', PIP_NO_CACHE_DIR: '1' };

interface Flags extends ProvisionFlags, Pick<ProvisionOptions, 'compile'> {
  force?: boolean;
}

export function addInstall(program: Command): void {
  const command = program
    .command('install')
    .description('makes the environment, or brings it up to date')
    .argument('[directory]', "the module's directory", '.');
  withProvisioning(withEnvironment(command, 'print the environment as JSON'))
    .option('--no-compile', 'leave compiling the packages to their first import')
    .option('--force', 'make it anew, from packages that are downloaded again')
    .addHelpText('after', '\nExamples:\n  $ synapse install py_module\n  $ synapse install py_module --offline --wheelhouse wheels')
    .action(install);
}

async function install(directory: string, flags: Flags): Promise<void> {
  const display = flags.quiet ? undefined : new ProgressDisplay(process.stderr);
  const onProgress: ProvisionOptions['onProgress'] = (event) => display?.show(event);
  await interruptible(async (signal) => {
    try {
      if (flags.force) await clean(directory, { ...environmentOptions(flags), ...recreating(flags), onProgress, signal });
      const options = {
        ...provisionOptions(flags),
        ...(flags.compile === undefined ? {} : { compile: flags.compile }),
        onProgress,
        signal,
      };
      const environment = await provision(directory, flags.force ? { ...options, env: FRESH_PACKAGES } : options);
      display?.close();
      const { venv, pythonVersion, distributions, reused } = environment;
      const packages = `${distributions.length} package${distributions.length === 1 ? '' : 's'}`;
      await print(flags, environment, `${venv}: Python ${pythonVersion}, ${packages}${reused ? ', was complete' : ''}`);
    } finally {
      display?.close();
    }
  });
}

function recreating({ recreate }: Flags): { recreate?: boolean } {
  return recreate === undefined ? {} : { recreate };
}
