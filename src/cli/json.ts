/** JSON in which whole numbers are exact, whatever their size: those that a JavaScript number cannot hold are a bigint. Owns both ways. */

/** What is escaped; a text's beginning or end, which has a colon if it is a key's; a number. */
const TOKEN = /\\.|"(?:\s*:)?|-?\d[\d.eE+-]*/gs;
/** A text without a number of so many digits has none that is not exact. */
const MAYBE_LARGE = /\d{16}/;
/** What is escaped; a bigint and the end of a text, as they are marked. */
const MARKED = /\\.|"(-?\d+)n"(?!:)|t"(?!:)/gs;

/**
 * Reads JSON.
 *
 * @throws SyntaxError it is none
 */
export function parseExactly(text: string): unknown {
  const plain: unknown = JSON.parse(text);
  if (!MAYBE_LARGE.test(text)) return plain;
  return JSON.parse(mark(text), (_key, value: unknown) => (typeof value === 'string' ? unmarked(value) : value));
}

/** Makes large numbers texts, and gives every text an ending that says which it is; `JSON.parse` does not show how a number was written. */
function mark(text: string): string {
  let isText = false;
  return text.replace(TOKEN, (token) => {
    if (!token.startsWith('"')) return isText || !isLarge(token) ? token : `"${token}n"`;
    isText = !isText;
    return isText || token.endsWith(':') ? token : 't"';
  });
}

function isLarge(number: string): boolean {
  return /^-?\d+$/.test(number) && !Number.isSafeInteger(Number(number));
}

function unmarked(text: string): string | bigint {
  return text.endsWith('n') ? BigInt(text.slice(0, -1)) : text.slice(0, -1);
}

/**
 * Writes JSON.
 *
 * @param value has that form, but for its bigints
 * @param indent spaces for each level; one line if it is not given
 */
export function stringifyExactly(value: unknown, indent?: number): string {
  let bigints = 0;
  const plain = JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? bigints++ : each), indent);
  if (bigints === 0) return plain;
  const marked = JSON.stringify(value, (_key, each: unknown) => withMark(each), indent);
  return marked.replace(MARKED, (token, digits: string | undefined) => digits ?? (token === 't"' ? '"' : token));
}

function withMark(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  return typeof value === 'string' ? `${value}t` : value;
}
