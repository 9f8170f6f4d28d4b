/** How long one small call takes when nothing else is under way, with the processes on a core of their own each, or on one together. */

import { onCores } from '../placement.mjs';
import { seriesOf, takeTurns, withPeers } from '../rounds.mjs';
import { median } from '../statistics.mjs';

/** Milliseconds of calls before the first round: both compilers have done their work by then. */
const WARM_UP_MS = 400;
/** Enough that a turn is more than the first calls after another subject's. */
const CALLS_PER_TURN = 300;

/**
 * @param {'two-cores' | 'one-core'} placement
 * @returns {(context: import('./measure.mjs').Context) => Promise<import('./measure.mjs').Result>}
 */
export function roundTrip(placement) {
  return async (context) => {
    const series = ['synapse', 'send', 'raw-stream', 'raw-loop', 'plain', 'python-shell', 'pythonia'].map(seriesOf);
    const where = await takeRoundTrips(series, placement, context);
    const title = `Round trip of a small call, one after another (p50), ${where}`;
    return { id: `round-trip-${placement}`, title, unit: 'µs', better: 'lower', series };
  };
}

/**
 * Lets each subject make small calls, one after another; a figure is microseconds of the median call of a turn.
 *
 * @param {import('../rounds.mjs').Series[]} series
 * @param {'two-cores' | 'one-core'} placement
 * @param {import('./measure.mjs').Context} context
 * @returns {Promise<string>} where the processes were, in words
 */
export async function takeRoundTrips(series, placement, { python, quick }) {
  let where = '';
  await withPeers(series, python, async () => {
    where = await onCores(placement, async () => {
      await takeTurns(series, 1, async (each) => void (await warmUp(each.peer)));
      await takeTurns(series, quick ? 10 : 60, (each) => typicalTime(each.peer));
    });
  });
  return where;
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
