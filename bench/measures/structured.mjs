/** What a structured message of 8 MiB costs the program that receives it: how long it takes, and how long nothing else could happen. */

import { isDeepStrictEqual } from 'node:util';
import { seriesOf, takeTurns, withPeers } from '../rounds.mjs';

const SUBJECT_IDS = ['send-structured', 'plain-decode'];
const WARM_UP_ROUNDS = 3;

/** @type {(context: import('./measure.mjs').Context) => Promise<import('./measure.mjs').Result[]>} */
export async function structured({ python, quick }) {
  const times = SUBJECT_IDS.map(seriesOf);
  const turns = SUBJECT_IDS.map(seriesOf);
  await withPeers(times, python, async () => {
    await takeTurns(times, 1, keepFirst());
    await takeTurns(times, WARM_UP_ROUNDS, async (each) => void (await receive(each.peer)));
    await takeTurns(times, quick ? 5 : 25, async (each, round) => {
      const { time, longest } = await receive(each.peer);
      turns[times.indexOf(each)].figures[round] = longest;
      return time;
    });
  });
  for (const [at, { note }] of times.entries()) if (note !== undefined) turns[at].note = note;
  return [
    { id: 'structured', title: 'Receiving a structured message of 8 MiB', unit: 'ms', better: 'lower', series: times },
    {
      id: 'structured-turn',
      title: 'Longest turn while receiving 8 MiB (structured; how long the event loop was held up)',
      unit: 'ms',
      better: 'lower',
      series: turns,
    },
  ];
}

/** Makes the turn that checks that all get the same. */
function keepFirst() {
  let first;
  return async ({ peer }) => {
    const value = await peer.receive();
    if (first !== undefined && !isDeepStrictEqual(value, first)) throw new Error('the answer is not what the other one got');
    first = value;
  };
}

async function receive(peer) {
  globalThis.gc?.(); // nobody pays for the memory that the one before left behind
  const stop = watchTurns();
  const begin = performance.now();
  await peer.receive();
  const time = performance.now() - begin;
  return { time, longest: stop() };
}

/** Takes the time at each turn of the event loop, from within; what ends the watch gives the longest turn in milliseconds. */
function watchTurns() {
  let last = performance.now();
  let longest = 0;
  let next = setImmediate(tick);
  function measure() {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }
  function tick() {
    measure();
    next = setImmediate(tick);
  }
  return () => {
    clearImmediate(next);
    measure();
    return longest;
  };
}
