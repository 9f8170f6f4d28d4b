/** Disposal by the end of a block, in a file of its own: Node 20 does not read it. */

import { Synapse } from 'synapse-py';
import { isThere } from './steps.mjs';

/** Uses a module and gives its answer, and whether its process is there still. */
export async function use(module) {
  let answer;
  let pid;
  {
    await using synapse = new Synapse({ progress: false });
    await synapse.spawn(module);
    pid = synapse.pid;
    answer = await synapse.send('add', 1);
  }
  return [answer, isThere(pid)];
}
