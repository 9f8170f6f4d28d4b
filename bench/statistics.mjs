/** Figures of several rounds as one: medians and their spread. */

/**
 * @param {number[]} values at least one
 * @param {number} share 0 to 1
 */
function quantile(values, share) {
  const sorted = Float64Array.from(values).sort();
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)];
  return below + (sorted[Math.ceil(at)] - below) * (at - Math.floor(at));
}

/** @param {number[]} values at least one */
export function median(values) {
  return quantile(values, 0.5);
}

/**
 * A median with the range that holds the middle four fifths.
 *
 * @typedef {{ median: number, p10: number, p90: number, rounds: number }} Summary
 *
 * @param {(number | undefined)[]} values undefined where a round gave none
 * @returns {Summary | undefined} nothing without a value
 */
export function summarise(values) {
  const given = values.filter((value) => value !== undefined);
  if (given.length === 0) return undefined;
  return { median: median(given), p10: quantile(given, 0.1), p90: quantile(given, 0.9), rounds: given.length };
}

/**
 * Combines two series round by round: what disturbs the machine disturbs both figures of a round.
 *
 * @param {(number | undefined)[]} left
 * @param {(number | undefined)[]} right
 * @param {(left: number, right: number) => number} combine
 * @returns {Summary | undefined}
 */
export function summarisePairs(left, right, combine) {
  return summarise(
    left.map((value, round) => (value === undefined || right[round] === undefined ? undefined : combine(value, right[round]))),
  );
}
