/** How much more a pool of two workers computes than one worker, while the machine has two cores to give. */

import { seriesOf, takeTurns, withPeers } from '../rounds.mjs';

/** Milliseconds of processor time that each call takes. */
const WORK_MS = 5;
/** Calls that are outstanding together: so many that the last ones, when not all workers have one, do not count. */
const BATCH = 100;
/** Turns before the first round: both compilers have done their work by then. */
const WARM_UP_TURNS = 4;
/** Calls per second that two processes can make at most, and the share of it that says that nobody else used a core. */
const MOST_PER_SECOND = 2 * (1000 / WORK_MS);
const UNDISTURBED = 0.95;

/** @type {(context: import('./measure.mjs').Context) => Promise<import('./measure.mjs').Result>} */
export async function pool({ python, quick }) {
  const series = ['pool-of-two', 'send', 'undivided'].map(seriesOf);
  await withPeers(series, python, async () => {
    await takeTurns(series, WARM_UP_TURNS, async (each) => void (await rate(each.peer)));
    await takeTurns(series, quick ? 5 : 30, (each) => rate(each.peer));
  });
  leaveOutDisturbed(series);
  const title = `Calls of ${WORK_MS} ms of pure Python per second, ${BATCH} outstanding, by two workers or one`;
  return { id: 'pool', title, unit: '/s', better: 'higher', series };
}

async function rate(peer) {
  const begin = performance.now();
  await peer.work(BATCH, WORK_MS);
  return BATCH / ((performance.now() - begin) / 1000);
}

/** Drops the rounds in which even two processes that make no calls did not have two cores; the judged figures have no say in that. */
function leaveOutDisturbed(series) {
  const [own, , control] = series;
  const rounds = control.figures.length;
  const isWhole = control.figures.map((figure) => figure >= MOST_PER_SECOND * UNDISTURBED);
  for (const each of series) each.figures = each.figures.map((figure, round) => (isWhole[round] ? figure : undefined));
  const left = isWhole.filter(Boolean).length;
  if (left < rounds) own.note ??= `${left} of ${rounds} rounds; in the others, other programs used a core`;
}
