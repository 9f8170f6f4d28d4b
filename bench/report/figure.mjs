/** How numbers and goals are written, the same in the table and in the chart. */

/** @param {number} value */
export function digits(value) {
  const places = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: places, maximumFractionDigits: places });
}

const SIGNS = { ratio: '×', difference: '', figure: '' };

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
