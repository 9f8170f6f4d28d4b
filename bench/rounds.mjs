/** Rounds: subjects take short turns, so that whatever else the machine does meets all of them alike. Owns turns, limits and failures. */

import { SUBJECTS } from './subjects/subject.mjs';

/** Milliseconds after which a turn counts as too slow; a subject that hangs does not end the run. */
export const TURN_LIMIT_MS = 20_000;
/** The same for a turn that installs over the network. */
export const INSTALL_LIMIT_MS = 120_000;

/**
 * What one subject did in each round.
 *
 * @typedef {object} Series
 * @property {string} subject
 * @property {string} title
 * @property {(number | undefined)[]} figures
 * @property {string} [note] why it has no figures, or fewer; or what they are of
 * @property {import('./subjects/subject.mjs').Peer} [peer] its Python, while there is one
 */

/**
 * @param {string} id a subject's
 * @returns {Series}
 */
export function seriesOf(id) {
  return { subject: id, title: SUBJECTS[id].title, figures: [] };
}

/**
 * Lets each subject have its turn in each round. One that fails keeps its note and has no further turns.
 *
 * @param {Series[]} all
 * @param {number} rounds
 * @param {(series: Series, round: number) => Promise<number | undefined>} turn
 * @param {number} [limit] milliseconds of one turn
 */
export async function takeTurns(all, rounds, turn, limit = TURN_LIMIT_MS) {
  for (let round = 0; round < rounds; round += 1) {
    for (const series of shuffled(all)) {
      if (series.note !== undefined) continue;
      await attempt(
        series,
        async () => {
          series.figures[round] = await turn(series, round);
        },
        limit,
      );
    }
  }
}

/** In a fixed order, each subject would always run on what the same other one left in the caches and in the heap. */
function shuffled(items) {
  const rest = [...items];
  return items.map(() => rest.splice(Math.floor(Math.random() * rest.length), 1)[0]);
}

/**
 * Starts a Python for each subject, and ends them all afterwards.
 *
 * @param {Series[]} all
 * @param {string} python
 * @param {() => Promise<void>} action finds each subject's peer in its series
 */
export async function withPeers(all, python, action) {
  try {
    for (const series of all) {
      await attempt(series, async () => {
        series.peer = await SUBJECTS[series.subject].open(python);
      });
    }
    await action();
  } finally {
    await Promise.all(all.map(closePeer));
  }
}

async function closePeer(series) {
  const { peer } = series;
  series.peer = undefined;
  await peer?.close();
}

/**
 * Does something for a subject within the limit; a failure becomes its note, and ends its peer, which else would go on in the background.
 *
 * @param {Series} series
 * @param {() => Promise<unknown>} action
 */
export async function attempt(series, action, limit = TURN_LIMIT_MS) {
  let timer;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not run: too slow (more than ${limit / 1000} s)`)), limit);
  });
  try {
    await Promise.race([action(), late]);
  } catch (error) {
    series.note = String(error instanceof Error ? error.message : error);
    await closePeer(series);
  } finally {
    clearTimeout(timer);
  }
}
