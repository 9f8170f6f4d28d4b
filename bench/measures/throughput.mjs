/** How many small calls are answered in a second when many are under way at once. */

import { onCores } from '../placement.mjs';
import { seriesOf, takeTurns, withPeers } from '../rounds.mjs';

/** Calls that are outstanding together. */
const BATCH = 1000;
/** Batches in one turn. */
const BATCHES_PER_TURN = 3;
/** Batches before the first round. */
const WARM_UP_BATCHES = 3;

/** @type {(context: import('./measure.mjs').Context) => Promise<import('./measure.mjs').Result>} */
export async function throughput({ python, quick }) {
  const series = ['synapse', 'send', 'raw-stream', 'plain', 'python-shell', 'pythonia'].map(seriesOf);
  let where = '';
  await withPeers(series, python, async () => {
    where = await onCores('two-cores', async () => {
      await takeTurns(series, 1, async (each) => void (await callRate(each.peer, WARM_UP_BATCHES)));
      await takeTurns(series, quick ? 5 : 25, (each) => callRate(each.peer, BATCHES_PER_TURN));
    });
  });
  return { id: 'throughput', title: `Small calls per second, ${BATCH} outstanding, ${where}`, unit: '/s', better: 'higher', series };
}

async function callRate(peer, batches) {
  const begin = performance.now();
  for (let batch = 0; batch < batches; batch += 1) {
    if (peer.callMany) await peer.callMany(BATCH);
    else await Promise.all(Array.from({ length: BATCH }, () => peer.call()));
  }
  return (batches * BATCH) / ((performance.now() - begin) / 1000);
}
