/** The compiled MessagePack codec, which every environment made here gets: function modules answer several times faster with it. */

import { distributionsIn, type Stamp } from './fingerprint';
import type { Inputs } from './inputs';
import type { Installer, InstallTarget } from './installer';

/** The package, in the versions that the Python side can use. */
const CODEC = 'msgpack>=1';

/**
 * Adds the codec to a new environment, unless the inputs have brought one. Where it cannot be had (no network, an index without it, inputs
 * that demand hashes), modules do without: nothing depends on it.
 */
export async function accelerate(
  { installer, inputs }: { readonly installer: Installer; readonly inputs: Inputs },
  target: InstallTarget,
  { contents }: Pick<Stamp, 'contents'>,
): Promise<void> {
  const isThere = distributionsIn(contents).some((name) => name.startsWith('msgpack-'));
  if (!isThere && !inputs.hashed) await installer.add(target, inputs, CODEC);
}
