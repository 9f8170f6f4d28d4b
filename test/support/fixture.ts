/** Modules for tests. Owns where fixtures lie, the environment that those without requirements share, and their disposal. */

import { cp, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { SynapseOptions } from '../../src/api/options';
import { Synapse } from '../../src/api/synapse';

export const FIXTURES = resolve(__dirname, '..', '..', 'fixtures');
/** Fixtures with the same (empty) requirements can share one environment: it is made once for all test files. */
const SHARED_VENV = join(FIXTURES, '.venv');

const spawned: Synapse[] = [];
const folders: string[] = [];

/** Makes a Synapse that the test's end disposes. */
export function makeSynapse(options: SynapseOptions = {}): Synapse {
  const synapse = new Synapse({ progress: false, ...options });
  spawned.push(synapse);
  return synapse;
}

/** Makes a Synapse for a fixture that needs no packages. */
export function makeForFixture(options: SynapseOptions = {}): Synapse {
  return makeSynapse({ venv: SHARED_VENV, ...options });
}

/** Spawns a fixture that needs no packages. */
export async function spawnFixture(name: string, options: SynapseOptions = {}): Promise<Synapse> {
  const synapse = makeForFixture(options);
  await synapse.spawn(join(FIXTURES, name));
  return synapse;
}

/** Makes an empty folder that the test's end removes. */
export async function temporaryFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'synapse-')));
  folders.push(folder);
  return folder;
}

/** Copies a fixture to a folder of its own, without an environment. */
export async function copyFixture(name: string, requirements?: string): Promise<string> {
  const folder = await temporaryFolder();
  await cp(join(FIXTURES, name), folder, { recursive: true, filter: (path) => !path.includes('.venv') });
  if (requirements !== undefined) await writeFile(join(folder, 'requirements.txt'), requirements);
  return folder;
}

afterEach(async () => {
  await Promise.all(spawned.splice(0).map((synapse) => synapse.dispose()));
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 5 })));
});
