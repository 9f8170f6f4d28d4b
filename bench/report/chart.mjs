/** The chart: each goal as a bar with its bound, then how Synapse compares with the others. Owns the drawing of one SVG. */

import { summarisePairs } from '../statistics.mjs';
import { bound, digits, relation, suffix } from './figure.mjs';

const WIDTH = 900;
const LEFT = 330;
const RIGHT = 780;
const ROW = 30;
const BAR = 16;
const COLOURS = {
  text: '#1f2328',
  quiet: '#656d76',
  met: '#2da44e',
  missed: '#cf222e',
  ahead: '#0969da',
  behind: '#bf8700',
  line: '#1f2328',
};
/** Where a goal's bound stands, as a share of the bar's room. */
const BOUND_AT = 0.6;
/** What Synapse is compared with. */
const OTHER_WAYS = new Set(['plain', 'by-hand', 'python-shell', 'pythonia']);
/** Powers of ten at the ends of the comparison's scale: from a third to three hundred times as fast. */
const SCALE = [-0.5, 2.5];

/**
 * @param {{ machine: ReturnType<typeof import('../machine.mjs').describeMachine>, measures: object[] }} results
 * @returns the SVG
 */
export function chartOf({ machine, measures }) {
  const drawing = { parts: [], y: 40 };
  text(drawing, 24, 'Synapse: benchmark results', { size: 20, weight: 600 });
  drawing.y += 24;
  text(drawing, 24, `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, Python ${machine.python}`, { colour: COLOURS.quiet });
  heading(drawing, 'Goals', 'The black line is the goal. ◂ shorter is better, ▸ longer is better.');
  for (const measure of measures) for (const goal of measure.goals) goalRow(drawing, measure, goal);
  heading(
    drawing,
    'Compared with others',
    'Median ratio of rounds that took turns, logarithmic: right of the line, Synapse is that many times faster.',
  );
  for (const measure of measures) comparisonRows(drawing, measure);
  const height = drawing.y + 24;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"`,
    ` font-family="system-ui, -apple-system, 'Segoe UI', sans-serif" font-size="13">\n`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>\n`,
    ...drawing.parts,
    '</svg>\n',
  ].join('');
}

function goalRow(drawing, { title, unit, series }, goal) {
  const direction = goal.atMost === undefined ? '▸' : '◂';
  drawing.y += ROW;
  const limit = goal.atMost ?? goal.atLeast;
  const share = goal.found ? shareOf(goal.found.median, limit) : 0;
  label(drawing, `${direction} ${shorten(title)}`, relation(goal, series, ''));
  bar(drawing, LEFT, LEFT + share * (RIGHT - LEFT), goal.met ? COLOURS.met : COLOURS.missed);
  line(drawing, LEFT + shareOf(limit, limit) * (RIGHT - LEFT));
  const found = goal.found ? `${digits(goal.found.median)}${suffix(goal, unit)}` : 'no figures';
  text(drawing, RIGHT + 8, found, { weight: 600, colour: goal.met ? COLOURS.met : COLOURS.missed });
  drawing.y += 14;
  text(drawing, RIGHT + 8, `goal ${bound(goal, unit)}`, { size: 11, colour: COLOURS.quiet });
}

/** How much of the bar's room a figure takes; where nothing is allowed, all of it. */
function shareOf(figure, limit) {
  if (limit === 0) return figure > 0 ? 1 : 0;
  return Math.min(1, Math.max(0, figure / limit) * BOUND_AT);
}

/** A raw echo is a floor, and no other way to call Python; nor is Synapse in another form. */
function comparisonRows(drawing, { title, better, series }) {
  const [own] = series;
  const others = series.filter(({ subject }) => OTHER_WAYS.has(subject));
  if (others.length === 0) return;
  drawing.y += ROW;
  text(drawing, 24, shorten(title), { weight: 600 });
  for (const other of others) {
    drawing.y += 22;
    text(drawing, LEFT - 12, other.title, { anchor: 'end' });
    const speedUp = summarisePairs(own.figures, other.figures, (left, right) => (better === 'higher' ? left / right : right / left));
    if (speedUp) speedUpBar(drawing, speedUp.median);
    else text(drawing, LEFT, other.note ?? 'no figures', { colour: COLOURS.quiet });
  }
}

function speedUpBar(drawing, ratio) {
  const at = (exponent) => LEFT + ((Math.min(SCALE[1], Math.max(SCALE[0], exponent)) - SCALE[0]) / (SCALE[1] - SCALE[0])) * (RIGHT - LEFT);
  const ends = [at(0), at(Math.log10(ratio))].sort((left, right) => left - right);
  bar(drawing, ends[0], ends[1], ratio >= 1 ? COLOURS.ahead : COLOURS.behind);
  line(drawing, at(0));
  text(drawing, RIGHT + 8, `${digits(ratio)}×`, { weight: 600 });
}

function heading(drawing, title, explanation) {
  drawing.y += 44;
  text(drawing, 24, title, { size: 16, weight: 600 });
  drawing.y += 18;
  text(drawing, 24, explanation, { size: 12, colour: COLOURS.quiet });
}

function label(drawing, title, below) {
  text(drawing, LEFT - 12, title, { anchor: 'end' });
  if (!below) return;
  drawing.y += 14;
  text(drawing, LEFT - 12, below, { anchor: 'end', size: 11, colour: COLOURS.quiet });
  drawing.y -= 14;
}

function bar({ parts, y }, from, to, colour) {
  parts.push(`<rect x="${round(from)}" y="${y - 12}" width="${round(Math.max(1, to - from))}" height="${BAR}" rx="2" fill="${colour}"/>\n`);
}

function line({ parts, y }, x) {
  parts.push(`<line x1="${round(x)}" x2="${round(x)}" y1="${y - 16}" y2="${y + 8}" stroke="${COLOURS.line}" stroke-width="2"/>\n`);
}

function text({ parts, y }, x, content, { size = 13, weight = 400, colour = COLOURS.text, anchor = 'start' } = {}) {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  parts.push(
    `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${colour}" text-anchor="${anchor}">${escaped}</text>\n`,
  );
}

/** Titles say in brackets and after a comma what a chart has no room for. */
function shorten(title) {
  return title.replace(/[,(].*$/, '').trim();
}

function round(value) {
  return Math.round(value * 10) / 10;
}
