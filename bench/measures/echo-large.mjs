/** How fast bytes go to Python and back as one call. */

import { largePayload, MEBIBYTE } from '../payload.mjs';
import { attempt, seriesOf, TURN_LIMIT_MS, takeTurns, withPeers } from '../rounds.mjs';

const SUBJECT_IDS = ['synapse', 'send', 'raw-store', 'raw-stream', 'raw-loop', 'plain', 'python-shell', 'pythonia'];
/** Milliseconds that one subject may spend on one size, its first echo not counted. */
const BUDGET_MS = { quick: 700, full: 3000 };
const ROUNDS = { quick: 3, full: 15 };
/** Milliseconds of echoes in one turn: a small message is echoed several times, so that a turn is long enough to be timed. */
const TURN_MS = 60;

/**
 * Makes the measure for one size.
 *
 * @param {number} mebibytes
 * @returns {(context: import('./measure.mjs').Context) => Promise<import('./measure.mjs').Result>}
 */
export function echoLarge(mebibytes) {
  return async ({ python, quick }) => {
    const mode = quick ? 'quick' : 'full';
    const series = SUBJECT_IDS.map(seriesOf);
    const bytes = largePayload(mebibytes * MEBIBYTE);
    await withPeers(series, python, async () => {
      const plans = await makePlans(series, bytes, mode);
      await takeTurns(series, ROUNDS[mode], async (each, round) => {
        const { echoes, rounds } = plans.get(each);
        if (round >= rounds) return undefined;
        globalThis.gc?.(); // nobody pays for the memory that the one before left behind
        return (echoes * mebibytes) / (await echoTime(each.peer, bytes, echoes));
      });
    });
    return { id: `echo-${mebibytes}`, title: `Echo of ${mebibytes} MiB`, unit: 'MiB/s', better: 'higher', series };
  };
}

/** Echoes once or twice to check the answer and to see how much each subject can do in its time. */
async function makePlans(series, bytes, mode) {
  const plans = new Map();
  const limit = mode === 'quick' ? TURN_LIMIT_MS / 20 : TURN_LIMIT_MS;
  for (const each of series) {
    if (each.note !== undefined) continue;
    await attempt(
      each,
      async () => {
        const { peer } = each;
        const begin = performance.now();
        if (Buffer.compare(await peer.echo(bytes), bytes) !== 0) throw new Error('the answer is not what was sent');
        let time = performance.now() - begin;
        if (time < BUDGET_MS[mode] / 10) time = (await echoTime(peer, bytes, 2)) * 500; // the first one is the slowest
        const echoes = Math.max(1, Math.floor(TURN_MS / time));
        plans.set(each, { echoes, rounds: Math.max(1, Math.floor(BUDGET_MS[mode] / (echoes * time))) });
      },
      limit,
    );
  }
  return plans;
}

/** @returns seconds */
async function echoTime(peer, bytes, echoes) {
  const begin = performance.now();
  for (let at = 0; at < echoes; at += 1) {
    const { length } = await peer.echo(bytes);
    if (length !== bytes.length) throw new Error(`${length} bytes came back instead of ${bytes.length}`);
  }
  return (performance.now() - begin) / 1000;
}
