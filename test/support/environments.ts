/** Modules whose environments are made in tests: from tiny wheels, by real installers, without a network. */

import { readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import type { ProvisionOptions } from '../../src/environment/environment-options';
import type { Stamp } from '../../src/environment/fingerprint';
import type { ProvisionEvent } from '../../src/environment/progress';
import { type Environment, provision } from '../../src/environment/provisioner';
import { copyFixture, temporaryFolder } from './fixture';
import { makeWheel, requireWheels } from './wheel';

/** A program that provisions; see `provision.mjs`. */
export const PROVISION_PROGRAM = join(__dirname, 'provision.mjs');
const UV_FOLDER = join(__dirname, '..', '..', 'python', '.venv', 'bin');

/** Makes a module that answers what it is sent, with packages alpha 1.0 and 2.0 and beta 1.0 within reach; it needs alpha 1.0 and beta. */
export async function moduleWithWheels(): Promise<string> {
  const folder = await copyFixture('echo');
  await Promise.all([makeWheel(folder, 'alpha', '1.0'), makeWheel(folder, 'alpha', '2.0'), makeWheel(folder, 'beta', '1.0')]);
  await requireWheels(folder, 'alpha==1.0', 'beta');
  return folder;
}

/** Options for uv, as if it were on PATH. */
export function withUv(): ProvisionOptions & { env: NodeJS.ProcessEnv } {
  return { installer: 'uv', env: { PATH: [UV_FOLDER, process.env['PATH']].join(delimiter) } };
}

/** Most tests use the faster installer; what they show does not depend on it. */
export const fast = withUv();

/** Provisions, and gives the phases that were told with the result. */
export async function phasesOf(folder: string, options: ProvisionOptions = {}): Promise<[string[], Environment]> {
  const events: ProvisionEvent[] = [];
  const environment = await provision(folder, { ...options, onProgress: (event) => events.push(event) });
  return [events.map(({ phase }) => phase), environment];
}

/** The version of one of the tiny packages as the environment's Python imports it. */
export async function versionOf({ python }: Pick<Environment, 'python'>, name: string): Promise<string> {
  const { stdout } = await execa(python, ['-I', '-c', `import ${name}; print(${name}.VERSION)`], { reject: false });
  return stdout || 'none';
}

/** Where the environment's packages are. */
export async function sitePackages({ python }: Environment): Promise<string> {
  return (await execa(python, ['-I', '-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'])).stdout;
}

/** Reads the stamp of a module's `.venv`. */
export async function readStamp(folder: string): Promise<Stamp> {
  return JSON.parse(await readFile(join(folder, '.venv', '.synapse.json'), 'utf8'));
}

/** Changes the stamp of a module's `.venv`. */
export async function editStamp(
  folder: string,
  edit: (stamp: Record<string, never> & { python: Record<string, unknown> }) => void,
): Promise<void> {
  const stamp = (await readStamp(folder)) as never;
  edit(stamp);
  await writeFile(join(folder, '.venv', '.synapse.json'), JSON.stringify(stamp));
}

/** A uv that, once it should install, starts a child, writes their numbers to `pids` and waits for the file `go` before it does. */
export async function patientUv(): Promise<{ options: ProvisionOptions; pids: () => Promise<number[]>; go: () => Promise<void> }> {
  const folder = await temporaryFolder();
  const wait = `sleep 1000 & echo $$ $! > ${folder}/aside; mv ${folder}/aside ${folder}/pids; while [ ! -e ${folder}/go ]; do sleep 0.02; done; kill $!`;
  const script = `#!/bin/sh\ncase "$*" in *install*) ${wait};; esac\nexec ${join(UV_FOLDER, 'uv')} "$@"\n`;
  await writeFile(join(folder, 'uv'), script, { mode: 0o755 });
  return {
    options: { installer: 'uv', env: { PATH: [folder, process.env['PATH']].join(delimiter) } },
    pids: async () => (await readFile(join(folder, 'pids'), 'utf8').catch(() => '')).split(/\s+/).filter(Boolean).map(Number),
    go: () => writeFile(join(folder, 'go'), ''),
  };
}
