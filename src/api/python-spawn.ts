/** Spawning a directory of Python. Owns what of the options goes where, and the display of what provisioning does. */

import { ProgressDisplay, type ProvisionEvent } from '../environment/progress';
import type { Pool } from '../worker/pool';
import type { ResolvedOptions } from './options';

/** Where the Python is. */
export interface PythonPlace {
  readonly directory: string | URL;
  readonly entrypoint: string;
}

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
  let display = progress ? new ProgressDisplay(process.stderr) : undefined;
  const show = (event: ProvisionEvent): void => {
    display?.show(event);
    onProgress(event);
  };
  const { socketBufferSize } = policy;
  try {
    const settings = { protocol, cwd, args, env, socketBufferSize, provisioning: { ...provisioning, onProgress: show } };
    await pool.spawn({ kind: 'module', directory, entrypoint, ...settings }, signal);
  } finally {
    display?.close();
    display = undefined; // a restart that provisions has none
  }
}
