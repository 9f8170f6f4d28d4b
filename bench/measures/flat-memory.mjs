/** How far the memory of a program goes from its median while it makes 200,000 calls: in a fresh process each time. */

import { seriesOf, takeTurns } from '../rounds.mjs';
import { median } from '../statistics.mjs';
import { runFresh } from './fresh-process.mjs';

const CALLS = { quick: 50_000, full: 200_000 };
/** Looks at the memory, after as many calls each; the first, when everything is compiled and buffers have their size, does not count. */
const LOOKS = 10;
const LIMIT_MS = 120_000;
/** V8 gives young objects more room in steps, up to 32 MiB in all; here they have it from the beginning, in MiB of each half. */
const FLAGS = ['--expose-gc', '--min-semi-space-size=16'];
const KINDS = { 'flat-memory-one': 'send', 'flat-memory-pool': 'pool-of-two' };

/** @type {(context: import('./measure.mjs').Context) => Promise<import('./measure.mjs').Result[]>} */
export async function flatMemory({ quick }) {
  const series = Object.values(KINDS).map(seriesOf);
  const calls = CALLS[quick ? 'quick' : 'full'];
  const rounds = quick ? 1 : 3;
  await takeTurns(series, rounds, ({ subject }) => worstDeviation(subject, calls), LIMIT_MS);
  return Object.keys(KINDS).map((id, at) => ({
    id,
    title: `Memory over many calls (${calls.toLocaleString('en')}; furthest from its median, RSS or heap)`,
    unit: '%',
    better: 'lower',
    series: [series[at]],
  }));
}

/** @returns percents of the median by which the resident memory or the heap was more or less, whichever is more */
async function worstDeviation(subject, calls) {
  const [, ...samples] = await runFresh('memory-over-calls', [subject, String(calls), String(LOOKS)], { flags: FLAGS });
  return Math.max(...['rss', 'heapUsed'].map((kind) => deviation(samples.map((sample) => sample[kind]))));
}

function deviation(values) {
  const middle = median(values);
  return (Math.max(...values.map((value) => Math.abs(value - middle))) / middle) * 100;
}
