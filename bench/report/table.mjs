/** The table on the terminal. */

import { summarise, summarisePairs } from '../statistics.mjs';
import { bound, digits, suffix, verdict } from './figure.mjs';

const WIDTHS = [40, 14, 26, 12];

/**
 * Writes one measure as lines.
 *
 * @param {import('../measures/measure.mjs').Result & { goals: ReturnType<typeof import('../goals.mjs').judge> }} result
 */
export function tableOf(result) {
  const { title, unit, better, series, goals } = result;
  const header = row(['', unit, 'Synapse ÷ this (p10–p90)', 'goal', '']);
  const lines = series.map((each) => rowOf(each, result));
  const others = goals.filter(({ of }) => of !== 'ratio').map((goal) => otherRow(goal, unit));
  return [`\n${title}; ${better} is better`, header, ...lines, ...others].join('\n');
}

function rowOf(each, { series, unit, goals }) {
  const absolute = summarise(each.figures);
  if (!absolute) return row([each.title, '–', each.note ?? 'no figures']);
  const ratio = each === series[0] ? undefined : summarisePairs(series[0].figures, each.figures, (own, other) => own / other);
  const goal = goals.find(({ of, against }) => of === 'ratio' && against === each.subject);
  return row([
    each.title,
    digits(absolute.median),
    ratio ? spread(ratio, '×') : '',
    goal ? bound(goal, unit) : '',
    [goal && verdict(goal), each.note].filter(Boolean).join('; '),
  ]);
}

function otherRow(goal, unit) {
  const what = goal.of === 'difference' ? '  Synapse − the same by hand' : '  Synapse';
  return row([what, '', goal.found ? spread(goal.found, suffix(goal, unit)) : 'no figures', bound(goal, unit), verdict(goal)]);
}

function spread({ median, p10, p90 }, unit) {
  return `${digits(median)}${unit} (${digits(p10)}–${digits(p90)})`;
}

function row(cells) {
  return cells
    .map((cell, at) => (at === 1 ? cell.padStart(WIDTHS[at]) : cell.padEnd(WIDTHS[at] ?? 0)))
    .join('  ')
    .trimEnd();
}
