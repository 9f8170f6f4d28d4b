/** How long it takes from nothing to the first answer, with an environment that is complete already. */

import { seriesOf, takeTurns } from '../rounds.mjs';
import { SUBJECTS } from '../subjects/subject.mjs';

/** @type {(context: import('./measure.mjs').Context) => Promise<import('./measure.mjs').Result>} */
export async function start({ python, quick }) {
  const series = ['synapse', 'by-hand', 'python-shell', 'pythonia'].map(seriesOf);
  const startOnce = ({ subject }) => timeToAnswer(SUBJECTS[subject], python);
  await takeTurns(series, quick ? 1 : 3, async (each) => void (await startOnce(each)));
  await takeTurns(series, quick ? 8 : 40, startOnce);
  return { id: 'start', title: 'From start to first answer, warm environment', unit: 'ms', better: 'lower', series };
}

async function timeToAnswer(subject, python) {
  const begin = performance.now();
  const peer = await subject.open(python);
  await peer.call();
  const time = performance.now() - begin;
  await peer.close();
  return time;
}
