/** How soon a worker is free again when the call that computes there is given up. */

import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { seriesOf, takeTurns, withPeers } from '../rounds.mjs';

/** Milliseconds within which a computation is given up, at random: one that began just now is seen later than one that is known. */
const COMPUTING_MS = 100;

/** @type {(context: import('./measure.mjs').Context) => Promise<import('./measure.mjs').Result>} */
export async function cancel({ python, quick }) {
  const series = [seriesOf('send')];
  await withPeers(series, python, () => takeTurns(series, quick ? 10 : 60, ({ peer }) => timeToFree(peer.module)));
  return {
    id: 'cancel',
    title: 'Freeing a worker that computes, from the abort to the answer of the next call',
    unit: 'ms',
    better: 'lower',
    series,
  };
}

async function timeToFree(module) {
  const abort = new AbortController();
  const begun = new Promise((resolve) => {
    const off = module.onEvent('begun', () => {
      off();
      resolve();
    });
  });
  const report = once(module, 'cancel');
  const outcome = module.send('spin', undefined, { signal: abort.signal }).catch((error) => error);
  await begun;
  await wait(Math.random() * COMPUTING_MS);
  const begin = performance.now();
  abort.abort();
  await module.send('echo', 0);
  const time = performance.now() - begin;
  if ((await outcome) !== abort.signal.reason) throw new Error('the call was not given up');
  const [{ rung }] = await report;
  if (rung !== 'injected') throw new Error(`the call ended otherwise: ${rung}`);
  return time;
}
