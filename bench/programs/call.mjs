/** Spawns a module, calls it once and prints its answer. Arguments: directory, what to send as JSON. */

import { Synapse } from '../../dist/index.mjs';

const [directory, payload] = process.argv.slice(2);
const module = new Synapse({ progress: false });
await module.spawn(directory);
process.stdout.write(JSON.stringify(await module.call(JSON.parse(payload))));
await module.dispose();
