/** The files of a run: `results/latest.json` and `results/latest.svg`. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { summarise, summarisePairs } from '../statistics.mjs';
import { chartOf } from './chart.mjs';

const DIRECTORY = join(import.meta.dirname, '..', 'results');

/**
 * @param {{ machine: object, measures: object[] }} results
 */
export function writeResults({ machine, measures }) {
  mkdirSync(DIRECTORY, { recursive: true });
  const kept = { createdAt: new Date().toISOString(), machine, measures: measures.map(compact) };
  writeFileSync(join(DIRECTORY, 'latest.json'), `${JSON.stringify(kept, rounded, 2)}\n`);
  writeFileSync(join(DIRECTORY, 'latest.svg'), chartOf({ machine, measures }));
}

function compact({ id, title, unit, better, series, goals }) {
  const subjects = series.map(({ subject, title, figures, note }, at) => ({
    subject,
    title,
    note,
    figure: summarise(figures),
    synapseDividedByThis: at === 0 ? undefined : summarisePairs(series[0].figures, figures, (own, other) => own / other),
  }));
  return { id, title, unit, better, subjects, goals };
}

/** Four significant digits: the rest is noise. */
function rounded(_key, value) {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}
