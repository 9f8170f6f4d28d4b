/** How long one small call takes when nothing else is under way. */

import { seriesOf, takeTurns, withPeers } from '../rounds.mjs';
import { median } from '../statistics.mjs';

/** Milliseconds of calls before the first round: both compilers have done their work by then. */
const WARM_UP_MS = 400;
/** Few, so that subjects change places faster than the system moves their processes between cores. */
const CALLS_PER_TURN = 50;

/** @type {(context: import('./measure.mjs').Context) => Promise<import('./measure.mjs').Result>} */
export async function roundTrip({ python, quick }) {
  const series = ['synapse', 'raw-stream', 'raw-loop', 'plain', 'python-shell', 'pythonia'].map(seriesOf);
  await withPeers(series, python, async () => {
    await takeTurns(series, 1, async (each) => void (await warmUp(each.peer)));
    await takeTurns(series, quick ? 30 : 200, (each) => typicalTime(each.peer));
  });
  return { id: 'round-trip', title: 'Round trip of a small call, one after another (p50)', unit: 'µs', better: 'lower', series };
}

async function warmUp(peer) {
  const end = performance.now() + WARM_UP_MS;
  while (performance.now() < end) await peer.call();
}

/** @returns microseconds of the median call */
async function typicalTime(peer) {
  const times = [];
  for (let at = 0; at < CALLS_PER_TURN; at += 1) {
    const begin = performance.now();
    await peer.call();
    times.push(performance.now() - begin);
  }
  return median(times) * 1000;
}
