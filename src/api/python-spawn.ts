/** Spawning workers of Python. Owns what of the options goes where, and the display of what provisioning does. */

import { ProgressDisplay, type ProvisionEvent } from '../environment/progress';
import type { Pool } from '../worker/pool';
import type { ResolvedOptions } from './options';

/** Where the Python is. */
export interface PythonPlace {
  readonly directory: string | URL;
  readonly entrypoint: string;
}

type PythonSpec = Extract<Parameters<Pool['spawn']>[0], { provisioning: unknown }>;

/**
 * Spawns workers for a directory of Python.
 *
 * @param onProgress takes what provisioning does
 * @throws whatever `Pool.spawn` throws
 */
export async function spawnPython(
  pool: Pool,
  { directory, entrypoint }: PythonPlace,
  { provisioning, args, env, cwd, protocol, progress, policy }: ResolvedOptions,
  onProgress: (event: ProvisionEvent) => void,
  signal?: AbortSignal,
): Promise<void> {
  const { socketBufferSize } = policy;
  const spec = { directory, entrypoint, protocol, cwd, args, env, socketBufferSize, provisioning } as const;
  await spawnShown(pool, { kind: 'module', ...spec }, progress, onProgress, signal);
}

/**
 * Spawns workers of Python, and shows what provisioning does meanwhile.
 *
 * @param isShown whether a person is to see it on standard error
 * @param onProgress takes it too
 * @throws whatever `Pool.spawn` throws
 */
export async function spawnShown(
  pool: Pool,
  spec: PythonSpec,
  isShown: boolean,
  onProgress: (event: ProvisionEvent) => void,
  signal?: AbortSignal,
): Promise<void> {
  let display = isShown ? new ProgressDisplay(process.stderr) : undefined;
  const show = (event: ProvisionEvent): void => {
    display?.show(event);
    onProgress(event);
  };
  try {
    await pool.spawn({ ...spec, provisioning: { ...spec.provisioning, onProgress: show } }, signal);
  } finally {
    display?.close();
    display = undefined; // a restart that provisions has none
  }
}
