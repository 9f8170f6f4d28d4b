/** How much memory Node needs at its peak to echo 64 MiB, beyond what the same program needs for a few bytes. */

import { MEBIBYTE } from '../payload.mjs';
import { seriesOf, takeTurns } from '../rounds.mjs';
import { runFresh } from './fresh-process.mjs';

const PAYLOAD_BYTES = 64 * MEBIBYTE;
const TINY_BYTES = 64;

/** @type {(context: import('./measure.mjs').Context) => Promise<import('./measure.mjs').Result>} */
export async function memory({ python, quick }) {
  const series = ['synapse', 'raw-store'].map(seriesOf);
  await takeTurns(series, quick ? 1 : 5, async ({ subject }) => {
    const large = await runFresh('peak-memory', [subject, String(PAYLOAD_BYTES), python]);
    const tiny = await runFresh('peak-memory', [subject, String(TINY_BYTES), python]);
    return (large - tiny) / PAYLOAD_BYTES;
  });
  return {
    id: 'memory',
    title: 'Peak memory of Node for an echo of 64 MiB, the payload counted',
    unit: '× payload',
    better: 'lower',
    series,
  };
}
