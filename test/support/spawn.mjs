/** A program that spawns a module and calls it: node spawn.mjs DIRECTORY. Prints each step of provisioning and who answered as JSON lines. */

import { Synapse } from '../../dist/index.mjs';

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const synapse = new Synapse({ progress: false });
synapse.on('provision', say);
await synapse.spawn(process.argv[2]);
const answer = await synapse.call('here');
say({ answer, answeredBy: synapse.pid });
await synapse.dispose();
