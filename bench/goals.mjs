/** What the figures should be. Owns the goals and their judgement. */

import { summarise, summarisePairs } from './statistics.mjs';

/**
 * A bound on one figure of Synapse.
 *
 * @typedef {object} Goal
 * @property {string} measure
 * @property {string} [subject] in which form Synapse is meant; else the first of the measure
 * @property {'ratio' | 'difference' | 'figure' | 'worst'} of what is bounded: Synapse divided by or less the other, Synapse's own figure, or
 *   its largest of all rounds
 * @property {string} [against] the other subject
 * @property {number} [atMost]
 * @property {number} [atLeast]
 * @property {boolean} [informational] whether missing it leaves the run a success
 */

/** @type {Goal[]} */
const GOALS = [
  { measure: 'round-trip-two-cores', of: 'ratio', against: 'raw-stream', atMost: 1.6 },
  { measure: 'round-trip-one-core', of: 'ratio', against: 'raw-stream', atMost: 1.6, informational: true },
  { measure: 'round-trip-two-cores', subject: 'send', of: 'ratio', against: 'raw-stream', atMost: 1.8 },
  { measure: 'round-trip-one-core', subject: 'send', of: 'ratio', against: 'raw-stream', atMost: 1.8, informational: true },
  { measure: 'throughput', of: 'ratio', against: 'plain', atLeast: 3 },
  { measure: 'throughput', subject: 'send', of: 'ratio', against: 'plain', atLeast: 2.5 },
  { measure: 'stream', of: 'ratio', against: 'send', atLeast: 2 },
  { measure: 'echo-16', of: 'ratio', against: 'raw-store', atLeast: 0.3 },
  { measure: 'echo-16', subject: 'send', of: 'ratio', against: 'raw-store', atLeast: 0.8 },
  { measure: 'array', of: 'ratio', against: 'raw-take', atMost: 1.5 },
  { measure: 'array', of: 'ratio', against: 'send-list', atMost: 0.05 },
  { measure: 'structured', of: 'ratio', against: 'plain-decode', atMost: 1.5 },
  { measure: 'structured-turn', of: 'figure', atMost: 50 },
  { measure: 'structured-turn', of: 'worst', atMost: 50, informational: true },
  { measure: 'cancel', of: 'figure', atMost: 100 },
  { measure: 'cancel', of: 'worst', atMost: 100, informational: true },
  { measure: 'pings', of: 'worst', atMost: 100 },
  { measure: 'start', of: 'ratio', against: 'by-hand', atMost: 1.3 },
  { measure: 'start', of: 'difference', against: 'by-hand', atMost: 40 },
  { measure: 'python-import', of: 'ratio', against: 'by-hand', atMost: 1.5 },
  { measure: 'python-call', of: 'ratio', against: 'send', atMost: 1.15 },
  { measure: 'memory', of: 'figure', atMost: 5 },
  { measure: 'pool', of: 'ratio', against: 'send', atLeast: 1.8 },
  { measure: 'pool', of: 'ratio', against: 'undivided', atLeast: 0.9, informational: true },
  { measure: 'dispatch-two-cores', of: 'ratio', against: 'send', atMost: 1.15 },
  { measure: 'dispatch-one-core', of: 'ratio', against: 'send', atMost: 1.15, informational: true },
  { measure: 'dispatch-two-cores', subject: 'pool-of-two', of: 'ratio', against: 'send', atMost: 1.15 },
  { measure: 'dispatch-one-core', subject: 'pool-of-two', of: 'ratio', against: 'send', atMost: 1.15, informational: true },
  { measure: 'crashes-lost', of: 'figure', atMost: 0 },
  { measure: 'crashes-left', of: 'figure', atMost: 0 },
  { measure: 'crashes-heap', of: 'figure', atMost: 256, informational: true },
  { measure: 'flat-memory-one', subject: 'send', of: 'figure', atMost: 5 },
  { measure: 'flat-memory-pool', subject: 'pool-of-two', of: 'figure', atMost: 5 },
  { measure: 'provisioning', of: 'figure', atMost: 5 },
  { measure: 'provision-uv-cold', of: 'ratio', against: 'by-hand', atMost: 1.15 },
  { measure: 'provision-uv-warm', of: 'ratio', against: 'by-hand', atMost: 1.5, informational: true },
  { measure: 'provision-pip', of: 'ratio', against: 'by-hand', atMost: 0.6 },
  { measure: 'provision-pip-alone', of: 'ratio', against: 'by-hand', atMost: 1, informational: true },
  { measure: 'provision-faults', of: 'figure', atLeast: 100 },
  { measure: 'store-disk', of: 'figure', atMost: 1.05 },
];

const COMBINATIONS = { ratio: (own, other) => own / other, difference: (own, other) => own - other };

/**
 * Judges the goals of one measure.
 *
 * @param {import('./measures/measure.mjs').Result} result
 * @returns {(Goal & { found?: import('./statistics.mjs').Summary, met: boolean })[]} without `found` there was no figure, and no goal met
 */
export function judge(result) {
  return GOALS.filter(({ measure }) => measure === result.id).map((goal) => {
    const found = find(goal, result.series);
    const { atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY } = goal;
    return { ...goal, found, met: found !== undefined && found.median <= atMost && found.median >= atLeast };
  });
}

function find({ subject, of, against }, series) {
  const own = subject ?? series[0].subject;
  const figures = (id) => series.find((each) => each.subject === id)?.figures ?? [];
  if (of === 'figure') return summarise(figures(own));
  if (of === 'worst') return worst(figures(own));
  return summarisePairs(figures(own), figures(against), COMBINATIONS[of]);
}

function worst(figures) {
  const given = figures.filter((figure) => figure !== undefined);
  return given.length === 0 ? undefined : summarise([Math.max(...given)]);
}
