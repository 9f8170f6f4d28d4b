/** How long `provision` takes to see that an environment is complete, as the first thing that a program does. */

import { seriesOf, takeTurns } from '../rounds.mjs';
import { runFresh } from './fresh-process.mjs';

/** @type {(context: import('./measure.mjs').Context) => Promise<import('./measure.mjs').Result>} */
export async function provisioning({ quick }) {
  const series = ['synapse'].map(seriesOf);
  await takeTurns(series, quick ? 3 : 15, () => runFresh('provision-time', []));
  return {
    id: 'provisioning',
    title: 'Check of a complete environment, provision() in a fresh process',
    unit: 'ms',
    better: 'lower',
    series,
  };
}
