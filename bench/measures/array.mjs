/** How long an array of a million numbers takes to Python and its sum back. */

import { NUMBERS } from '../payload.mjs';
import { seriesOf, takeTurns, withPeers } from '../rounds.mjs';

/** Times that each subject sends it in one turn; as a list it takes long enough. */
const TIMES = { send: 5, 'raw-take': 5, 'send-list': 1 };
/** The same sum in another order differs in its last digits. */
const TOLERANCE = 1e-9;

/** @type {(context: import('./measure.mjs').Context) => Promise<import('./measure.mjs').Result>} */
export async function array({ python, quick }) {
  const series = Object.keys(TIMES).map(seriesOf);
  await withPeers(series, python, async () => {
    await takeTurns(series, 2, async (each) => check(each.subject, await each.peer.total()));
    await takeTurns(series, quick ? 5 : 25, (each) => typicalTime(each));
  });
  return { id: 'array', title: 'Sum of an array of 1,000,000 float64', unit: 'ms', better: 'lower', series };
}

function check(subject, found) {
  const expected = subject === 'raw-take' ? NUMBERS.byteLength : NUMBERS.reduce((sum, each) => sum + each, 0);
  if (Math.abs(found - expected) > expected * TOLERANCE) throw new Error(`the answer is ${found} instead of ${expected}`);
}

async function typicalTime({ subject, peer }) {
  globalThis.gc?.(); // nobody pays for the memory that the one before left behind
  const begin = performance.now();
  for (let at = 0; at < TIMES[subject]; at += 1) await peer.total();
  return (performance.now() - begin) / TIMES[subject];
}
