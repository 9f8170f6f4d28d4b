/** How many small chunks a stream gives in a second, against as many small calls that are under way together. */

import { onCores } from '../placement.mjs';
import { seriesOf, takeTurns, withPeers } from '../rounds.mjs';

/** Calls that are outstanding together. */
const BATCH = 1000;
/** Chunks, or calls, of one turn: long enough that the beginning of a stream does not count. */
const PER_TURN = 10_000;

/** @type {(context: import('./measure.mjs').Context) => Promise<import('./measure.mjs').Result>} */
export async function stream({ python, quick }) {
  const series = ['stream', 'send'].map(seriesOf);
  let where = '';
  await withPeers(series, python, async () => {
    where = await onCores('two-cores', async () => {
      await takeTurns(series, 2, async (each) => void (await rate(each.peer)));
      await takeTurns(series, quick ? 5 : 25, (each) => rate(each.peer));
    });
  });
  const title = `Small chunks of a stream per second (or small calls, ${BATCH} outstanding), ${where}`;
  return { id: 'stream', title, unit: '/s', better: 'higher', series };
}

async function rate(peer) {
  const begin = performance.now();
  if (peer.callMany) await peer.callMany(PER_TURN);
  else for (let done = 0; done < PER_TURN; done += BATCH) await Promise.all(Array.from({ length: BATCH }, () => peer.call()));
  return PER_TURN / ((performance.now() - begin) / 1000);
}
