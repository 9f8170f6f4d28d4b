/** The store: environments in this user's cache, one for all modules with equal inputs. Owns their places. */

import { join } from 'node:path';
import { sha256 } from './digest';
import type { Inputs } from './inputs';

/** Enough of a digest that two never meet, and short enough for Windows' paths. */
const KEY_LENGTH = 24;

/**
 * Gives the place of the environment for these inputs; it may not be there.
 *
 * Equal inputs are equal files by content, variables and local packages, for the same interpreter and installer as they were asked for.
 *
 * @param cache absolute path of the cache's directory
 */
export function storePlace(cache: string, inputs: Inputs, options: { named: string | null; installer: string }): string {
  const { manifest, files, absent, variables, packages } = inputs;
  const facts = {
    ...{ ...options, platform: process.platform, arch: process.arch, kind: manifest.kind, absent, variables },
    files: files.map(({ path, part, sha256: digest }) => [path, part, digest]),
    packages: packages.map(({ path }) => path),
  };
  return join(cache, 'environments', sha256(JSON.stringify(facts)).slice(0, KEY_LENGTH));
}
