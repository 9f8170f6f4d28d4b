/** Fresh directories that live for one turn. Owns their removal. */

import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Does something in a directory of its own, which is gone afterwards.
 *
 * @template T
 * @param {(folder: string) => Promise<T>} action gets its absolute path
 * @returns {Promise<T>}
 */
export async function inTemporary(action) {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'synapse-bench-')));
  try {
    return await action(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
