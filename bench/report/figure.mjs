/** How numbers and goals are written, the same in the table and in the chart. */

/** @param {number} value */
export function digits(value) {
  const places = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: places, maximumFractionDigits: places });
}

const SIGNS = { ratio: '×', difference: '', figure: '', worst: '' };

/**
 * Says what of Synapse is bounded, and against what.
 *
 * @param {import('../goals.mjs').Goal} goal
 * @param {import('../rounds.mjs').Series[]} series the measure's
 * @param {string} own how to call the measure's first subject
 */
export function relation(goal, series, own) {
  const title = (id) => series.find(({ subject }) => subject === id)?.title ?? id;
  const subject = goal.subject === undefined ? own : title(goal.subject);
  if (goal.of === 'worst') return `${subject}, the worst`.replace(/^, /, '');
  if (goal.of === 'figure') return subject;
  return `${subject} ${goal.of === 'ratio' ? '÷' : '−'} ${title(goal.against)}`.trim();
}

/**
 * @param {import('../goals.mjs').Goal} goal
 * @param {string} unit the measure's
 */
export function bound(goal, unit) {
  const sign = goal.atMost === undefined ? '≥' : '≤';
  return `${sign} ${goal.atMost ?? goal.atLeast}${suffix(goal, unit)}`;
}

/** Gives what stands behind a goal's figure. */
export function suffix(goal, unit) {
  return SIGNS[goal.of] || (unit.startsWith('×') ? '×' : ` ${unit}`);
}

/** @param {{ met: boolean, informational?: boolean }} goal */
export function verdict({ met, informational }) {
  return `${met ? 'met' : 'MISSED'}${informational ? ' (for information)' : ''}`;
}
