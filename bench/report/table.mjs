/** The table on the terminal. */

import { summarise, summarisePairs } from '../statistics.mjs';
import { bound, digits, relation, suffix, verdict } from './figure.mjs';

const WIDTHS = [50, 14, 26, 12];

/**
 * Writes one measure as lines.
 *
 * @param {import('../measures/measure.mjs').Result & { goals: ReturnType<typeof import('../goals.mjs').judge> }} result
 */
export function tableOf(result) {
  const { title, unit, better, series, goals } = result;
  const header = row(['', unit, 'Synapse ÷ this (p10–p90)', 'goal', '']);
  const lines = series.map((each) => rowOf(each, result));
  const others = goals.filter((goal) => !isInRow(goal, series[0].subject)).map((goal) => otherRow(goal, result));
  return [`\n${title}; ${better} is better`, header, ...lines, ...others].join('\n');
}

/** A ratio of the measure's first subject stands in the row of the other. */
function isInRow({ of, subject }, own) {
  return of === 'ratio' && (subject === undefined || subject === own);
}

function rowOf(each, { series, unit, goals }) {
  const absolute = summarise(each.figures);
  if (!absolute) return row([each.title, '–', each.note ?? 'no figures']);
  const ratio = each === series[0] ? undefined : summarisePairs(series[0].figures, each.figures, (own, other) => own / other);
  const goal = goals.filter((any) => isInRow(any, series[0].subject)).find(({ against }) => against === each.subject);
  return row([
    each.title,
    digits(absolute.median),
    ratio ? spread(ratio, '×') : '',
    goal ? bound(goal, unit) : '',
    [goal && verdict(goal), each.note].filter(Boolean).join('; '),
  ]);
}

function otherRow(goal, { unit, series }) {
  const found = goal.found ? spread(goal.found, suffix(goal, unit)) : 'no figures';
  return row([`  ${relation(goal, series, 'Synapse')}`, '', found, bound(goal, unit), verdict(goal)]);
}

function spread({ median, p10, p90, rounds }, unit) {
  if (rounds === 1) return `${digits(median)}${unit}`;
  return `${digits(median)}${unit} (${digits(p10)}–${digits(p90)})`;
}

function row(cells) {
  return cells
    .map((cell, at) => (at === 1 ? cell.padStart(WIDTHS[at]) : cell.padEnd(WIDTHS[at] ?? 0)))
    .join('  ')
    .trimEnd();
}
