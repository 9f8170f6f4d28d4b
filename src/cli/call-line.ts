/** Calls as a person writes them: a function and arguments in JSON. Owns the reading of both, on the command line and in a line of text. */

import { kw } from '../channel/keywords';
import { InvalidOptionError } from '../errors';
import { parseExactly } from './json';

/** One call. */
export interface CallRequest {
  /** Of the function; empty for the module's handler. */
  readonly name: string;
  /** The last may come from `kw`. */
  readonly args: readonly unknown[];
}

const NAMED = /^([A-Za-z_]\w*)=(?!=)/;

/**
 * Reads a call.
 *
 * @param name of the function; dots lead deeper
 * @param texts each an argument in JSON, or `name=JSON` for a keyword argument
 * @param options.more keyword arguments besides
 * @param options.isShell whether a shell has taken quotes away, for the advice
 * @throws InvalidOptionError a text is no JSON (ERR_SYNAPSE_INVALID_OPTION)
 */
export function callOf(
  name: string,
  texts: readonly string[],
  { more = {}, isShell = false }: { more?: Readonly<Record<string, unknown>>; isShell?: boolean } = {},
): CallRequest {
  const keywords: Record<string, unknown> = { ...more };
  const args: unknown[] = [];
  for (const text of texts) {
    const [prefix, key] = NAMED.exec(text) ?? [];
    if (prefix && key) keywords[key] = readJson('argument', text.slice(prefix.length), isShell);
    else args.push(readJson('argument', text, isShell));
  }
  return { name, args: Object.keys(keywords).length > 0 ? [...args, kw(keywords)] : args };
}

/**
 * Reads a value in JSON. Whole numbers are exact wherever they stand: a large one is a bigint.
 *
 * @param what it is, for the error
 * @param isShell whether a shell has taken quotes away, for the advice
 * @throws InvalidOptionError it is none (ERR_SYNAPSE_INVALID_OPTION)
 */
export function readJson(what: string, text: string, isShell: boolean): unknown {
  try {
    return parseExactly(text);
  } catch (error) {
    throw new InvalidOptionError(what, `The ${what} ${text} is no JSON (${(error as Error).message}). ${adviceFor(text, isShell)}`);
  }
}

function adviceFor(text: string, isShell: boolean): string {
  const quoted = JSON.stringify(text);
  if (/^["[{]/.test(text))
    return isShell ? 'In a shell, put single quotes around the whole of it.' : 'Something in it is not closed, or not quoted.';
  if (!isShell) return `A text needs quotes: ${quoted}`;
  const whole = process.platform === 'win32' ? `"${quoted.replaceAll('"', '\\"')}"` : `'${quoted.replaceAll("'", "'\\''")}'`;
  return `A text needs quotes that reach the command: ${whole}`;
}

/**
 * Reads a line such as `greet "Ada" greeting="Welcome"`: a function, then arguments in JSON with space between them. A line that is itself
 * JSON is the payload of the handler.
 *
 * @throws InvalidOptionError it is not of that form (ERR_SYNAPSE_INVALID_OPTION)
 */
export function readLine(line: string): CallRequest {
  if (/^[[{"\d-]/.test(line)) return { name: '', args: [readJson('payload', line, false)] };
  const [name = '', ...texts] = wordsOf(line);
  if (!/^[\p{L}_][\p{L}\p{N}_.]*$/u.test(name))
    throw new InvalidOptionError('line', `${name} is no name of a function. A line is such as: greet "Ada" greeting="Welcome"`);
  return callOf(name, texts);
}

/** Cuts a line at its spaces, but not inside of texts, arrays and objects. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  let word = '';
  let depth = 0;
  for (const [part] of line.matchAll(/"(?:[^"\\]|\\.)*"?|\s+|[[\]{}]|[^\s"[\]{}]+/g)) {
    if (part === '[' || part === '{') depth++;
    if (part === ']' || part === '}') depth--;
    if (depth > 0 || part.trim() !== '') word += part;
    else if (word !== '') {
      words.push(word);
      word = '';
    }
  }
  return word === '' ? words : [...words, word];
}
