/** What becomes of calls, and of this program, when workers end again and again: in a fresh process, which has nothing open but what it needs. */

import { attempt, seriesOf } from '../rounds.mjs';
import { runFresh } from './fresh-process.mjs';

const CRASHES = { quick: 100, full: 1000 };
/** Crashes after which a program has all that it will ever need, so that more is a leak. */
const SETTLED_AFTER = 50;
/** Calls that wait behind each that ends the worker. */
const BEHIND = 5;
const LIMIT_MS = 10 * 60_000;
/** Without what the compilers keep of functions that were run often: that is all that grows, and it would hide the rest. */
const FLAGS = ['--expose-gc', '--no-opt', '--no-sparkplug'];
/** What must not become more; handles are what keeps an event loop going, pipes and timers. */
const COUNTED = ['descriptors', 'processes', 'listeners', 'handles'];

/** @type {(context: import('./measure.mjs').Context) => Promise<import('./measure.mjs').Result[]>} */
export async function crashes({ quick }) {
  const count = CRASHES[quick ? 'quick' : 'full'];
  const [lost, left, heap] = [0, 1, 2].map(() => seriesOf('supervised'));
  await attempt(lost, () => crashOften(count, { lost, left, heap }), LIMIT_MS);
  if (lost.figures.length === 0) left.note = heap.note = lost.note;
  const since = `${count} crashes in a row`;
  return [
    result('crashes-lost', `Calls lost (${count * BEHIND} that waited behind ${since})`, 'calls', lost),
    result('crashes-left', `Left open (descriptors, processes, listeners and handles, after ${since})`, 'more', left),
    result('crashes-heap', `Growth of the heap (from ${SETTLED_AFTER} to ${since})`, 'KiB', heap),
  ];
}

async function crashOften(count, { lost, left, heap }) {
  const found = await runFresh('crashes', [count, BEHIND, SETTLED_AFTER].map(String), { flags: FLAGS });
  const growth = (name) => found.last[name] - found.settled[name];
  lost.figures.push(found.lost);
  left.figures.push(COUNTED.reduce((sum, name) => sum + Math.max(0, growth(name)), 0));
  left.note = COUNTED.map((name) => `${name} ${found.settled[name]} → ${found.last[name]}`).join(', ');
  heap.figures.push(growth('heapBytes') / 1024);
}

function result(id, title, unit, series) {
  return { id, title, unit, better: 'lower', series: [series] };
}
