/** How soon pings are answered while a function computes. */

import { attempt, seriesOf, withPeers } from '../rounds.mjs';

const COMPUTING_SECONDS = 3;
/** Milliseconds from one ping to the next, whether that was answered or not. */
const INTERVAL_MS = 20;

/** @type {(context: import('./measure.mjs').Context) => Promise<import('./measure.mjs').Result>} */
export async function pings({ python, quick }) {
  const series = [seriesOf('send')];
  await withPeers(series, python, async () => {
    for (let round = 0; round < (quick ? 1 : 3); round += 1) {
      await attempt(series[0], async () => void series[0].figures.push(...(await pingTimes(series[0].peer.module))));
    }
  });
  return {
    id: 'pings',
    title: `Ping while Python computes (every ${INTERVAL_MS} ms during ${COMPUTING_SECONDS} s)`,
    unit: 'ms',
    better: 'lower',
    series,
  };
}

/** @returns milliseconds of each ping; one that is left unanswered would end the turn by its limit */
async function pingTimes(module) {
  const sent = [];
  const timer = setInterval(() => sent.push(module.ping()), INTERVAL_MS);
  try {
    await module.send('compute', COMPUTING_SECONDS);
  } finally {
    clearInterval(timer);
  }
  return Promise.all(sent);
}
