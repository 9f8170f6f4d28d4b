/**
 * Ends a worker again and again, with calls that wait behind; prints how many of these were lost, and what this program had open after a
 * number of crashes and at the end. Arguments: crashes, calls behind each, crashes until the first look.
 */

import { setTimeout as wait } from 'node:timers/promises';
import { Synapse } from '../../dist/index.mjs';
import { belongings } from '../belongings.mjs';
import { moduleDirectory } from '../modules.mjs';

/** Milliseconds after which a call counts as lost. */
const TIMEOUT_MS = 30_000;
/** Milliseconds in which what has ended is closed. */
const QUIET_MS = 250;

const [crashes, behind, settledAfter] = process.argv.slice(2).map(Number);
const restart = { retryDelay: 0, restartLimit: { maxRestarts: 2 * crashes, windowMs: 3_600_000 } };
const synapse = new Synapse({ restart, callTimeout: TIMEOUT_MS, progress: false });
process.on('warning', (warning) => {
  throw warning; // such as more listeners than anyone needs
});

await synapse.spawn(moduleDirectory('served'));
let lost = 0;
let settled;
for (let done = 1; done <= crashes; done += 1) {
  lost += await crash();
  if (done === settledAfter) settled = await look();
}
const last = await look();
if (synapse.stats().restarts !== crashes) throw new Error(`there were ${synapse.stats().restarts} restarts instead of ${crashes}`);
process.stdout.write(JSON.stringify({ lost, settled, last }));
await synapse.dispose();

/** @returns how many calls behind one that ended the worker were not answered */
async function crash() {
  const deadly = synapse.send('die').catch((error) => error);
  const values = Array.from({ length: behind }, (_, at) => at);
  const answers = await Promise.allSettled(values.map((at) => synapse.send('echo', at)));
  const { code, begun } = await deadly;
  if (code !== 'ERR_SYNAPSE_WORKER_CRASHED' || !begun) throw new Error(`the call that ended the worker was told otherwise: ${code}`);
  return answers.filter(({ value }, at) => value !== values[at]).length;
}

async function look() {
  await wait(QUIET_MS);
  return belongings([process, synapse, synapse.stdout, synapse.stderr]);
}
