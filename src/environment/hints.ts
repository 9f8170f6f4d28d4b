/** What to do about an installer's failure. Owns how the advice is found in what was printed; the rules are in hint-rules.ts. */

import { stripVTControlCharacters } from 'node:util';
import { RULES } from './hint-rules';

const GENERAL_HINT = 'Mend what the lines above name, then run it again: it starts afresh.';

/** Beyond what a name, an address or a list of versions has; a file printed as one line would be searched for minutes. */
const LONGEST_WORD = 400;
const LONGEST_TEXT = 40_000;

/** Each version of uv and pip wraps, indents, quotes and draws its lines in its own way. */
function flatten(output: string): string {
  return stripVTControlCharacters(output)
    .replace(/[╰├]─*[▶>]?|[│×]/g, ' ')
    .replace(/[‘’`]/g, "'")
    .split(/\s/) // one at a time: a pattern for many would need as much stack as there are
    .filter((word) => word !== '')
    .map((word) => word.slice(0, LONGEST_WORD))
    .join(' ')
    .slice(-LONGEST_TEXT);
}

/**
 * Gives the advice for a failure.
 *
 * @param output the last lines that the installer printed, or the message of a failed file operation
 * @returns one or two sentences: what is wrong, where the output tells it, and what to do
 */
export function hintFor(output: string): string {
  const text = flatten(output);
  for (const { pattern, hint } of RULES) {
    const found = pattern.exec(text);
    const advice = found && (typeof hint === 'string' ? hint : hint(found, text));
    if (advice) return advice;
  }
  return GENERAL_HINT;
}
