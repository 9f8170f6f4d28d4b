/** What it adds to a small call that a pool gives it to a worker, when nothing else is under way. */

import { seriesOf } from '../rounds.mjs';
import { takeRoundTrips } from './round-trip.mjs';

/**
 * @param {'two-cores' | 'one-core'} placement
 * @returns {(context: import('./measure.mjs').Context) => Promise<import('./measure.mjs').Result>}
 */
export function dispatch(placement) {
  return async (context) => {
    const series = ['supervised', 'pool-of-two', 'send'].map(seriesOf);
    const where = await takeRoundTrips(series, placement, context);
    const title = `Dispatch of a small call by a pool, one after another (p50), ${where}`;
    return { id: `dispatch-${placement}`, title, unit: 'µs', better: 'lower', series };
  };
}
